//! The keys of a layer, to be read over it: `F1` everywhere, `?` where no text is typed.

use ratatui::text::{Line, Span};

use super::layer::Layer;
use super::lines::Reader;
use crate::config::theme::Theme;
use crate::vocabulary::role::Role;

/// A key and what it does.
type Pair = (&'static str, &'static str);

/// What a line being typed knows, as shells do.
const LINE: &[Pair] = &[
    ("Ctrl-a Home", "to the start of the line"),
    ("Ctrl-e End", "to the end of the line"),
    ("Ctrl-w", "delete the word before the cursor"),
    ("Ctrl-u", "delete the line, or what is before the cursor"),
    ("Ctrl-k", "delete what is after the cursor"),
];

const FORM: &[Pair] = &[
    ("Tab, Shift-Tab", "next field, field before"),
    ("Up, Down", "row or field above, below"),
    ("Enter", "done with this row or field; on Review, review"),
    ("Space, Left, Right", "change what is chosen and not typed"),
    ("Ctrl-n", "write the next completion"),
    ("Ctrl-d", "delete this row"),
    ("Alt-Up, Alt-Down", "move this row up, down"),
    ("Ctrl-_", "undo the last change of this line"),
    (
        "Alt-b, Alt-f, Alt-d",
        "a word back, a word on, delete the next word",
    ),
    ("Ctrl-s", "review what will be sent"),
    ("Ctrl-x", "edit the JSON in $EDITOR"),
    ("Ctrl-o", "load JSON from a file"),
    ("Ctrl-p", "fill in what was sent earlier"),
    ("Ctrl-r", "make the checks again"),
    (
        "Ctrl-j F2",
        "JSON instead of the fields, where only one has room",
    ),
    ("Esc", "close; what was typed is kept as a draft"),
];

const PALETTE: &[Pair] = &[
    ("Enter", "run what the cursor is on, or the line as typed"),
    ("Tab", "complete the name"),
    ("Up, Down", "move; Up on an empty line: lines of before"),
    ("Esc", "close"),
];

const FILTER: &[Pair] = &[
    ("Enter", "keep the filter"),
    ("Up, Down", "filters of before"),
    ("Esc", "the filter that was in force"),
];

const CHOOSER: &[Pair] = &[
    ("j k Up Down", "move"),
    ("g G Home End", "first, last"),
    ("Enter", "choose"),
    ("Space", "columns: on or off"),
    ("J K", "columns: move down, up"),
    ("d", "drafts, views, silences: delete or lift this one"),
    ("Esc q", "close"),
];

const REVIEW: &[Pair] = &[
    (
        "Enter",
        "send exactly this, once the word that is asked for is typed",
    ),
    (
        "j k PageUp PageDown",
        "scroll; the arrows too while a word is typed",
    ),
    (
        "y",
        "copy the request as curl (Ctrl-y while a word is typed)",
    ),
    ("Esc", "back; nothing is sent"),
];

const PROGRESS: &[Pair] = &[
    ("c", "stop: what was sent already stays sent"),
    ("e", "fill in the form again, where it was refused"),
    ("Esc Enter q", "close; the write continues"),
];

const PROMPT: &[Pair] = &[("Enter", "take the line"), ("Esc", "close")];

const SIGN_IN: &[Pair] = &[
    ("Tab", "copy the address"),
    ("Enter", "take the address that was pasted"),
    ("Esc", "give up"),
];

const DIGEST: &[Pair] = &[
    ("j k PageUp PageDown", "from line to line"),
    ("g G Home End", "first, last line"),
    ("Enter", "to that row, at that time"),
    ("y", "copy it"),
    ("Esc q", "close"),
];

const LADDER: &[Pair] = &[
    ("j k PageUp PageDown", "from message to message"),
    ("g G Home End", "first, last message"),
    ("J K", "scroll the message"),
    ("Enter", "the message alone, or beside the ladder again"),
    ("Space", "mark this message, to compare another with it"),
    ("=", "what makes this one differ from the marked one"),
    ("y", "copy the message"),
    ("x X", "write the ladder to a file as text, as JSON"),
    ("r", "read it again"),
    ("Esc q", "close"),
];

const READER: &[Pair] = &[
    ("j k PageUp PageDown", "scroll"),
    ("g G Home End", "first, last line"),
    ("any other key", "close"),
];

/// The page of the keys that work on a layer, and whether text is typed into it now.
#[must_use]
pub fn of(layer: &Layer, theme: &Theme) -> (Reader, bool) {
    let (title, own, takes_text) = match layer {
        Layer::Palette(_) => ("command", PALETTE, true),
        Layer::Filter(_) => ("filter", FILTER, true),
        Layer::Chooser(_) => ("a list to choose from", CHOOSER, false),
        Layer::Reader(_) | Layer::Budget(_) => ("a page", READER, false),
        Layer::Digest(_) => ("what happened", DIGEST, false),
        Layer::Ladder(_) => ("SIP ladder", LADDER, false),
        Layer::Form(view) => ("form", FORM, view.form().editing().line().is_some()),
        Layer::Prompt(_) => ("a line to answer with", PROMPT, true),
        Layer::Review(review) => ("review", REVIEW, review.asks()),
        Layer::Progress(_) => ("progress", PROGRESS, false),
        Layer::SignIn(_) => ("sign in", SIGN_IN, true),
    };
    let line_keys = if takes_text || matches!(layer, Layer::Form(_)) {
        LINE
    } else {
        &[]
    };
    let line = |(keys, does): &Pair| {
        Line::from(vec![
            Span::styled(format!("{keys:<21}"), theme.style(Role::Key)),
            Span::styled(*does, theme.style(Role::Text)),
        ])
    };
    let lines = own.iter().chain(line_keys).map(line).collect();
    (Reader::new(format!("keys: {title}"), lines, ""), takes_text)
}
