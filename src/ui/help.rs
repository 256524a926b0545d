//! The help page of a pane, made from the action table, the keymap and the pane's own columns.

use ratatui::text::{Line, Span};

use crate::config::keymap::Keymap;
use crate::config::theme::Theme;
use crate::vocabulary::action::Action;
use crate::vocabulary::role::Role;

/// The filter grammar by example.
const GRAMMAR: &[(&str, &str)] = &[
    ("ana", "in a column that shows, whatever the case"),
    ("~anptr", "fuzzy: these letters, in this order"),
    ("\"Ana P\"", "exactly these characters"),
    ("/^poly-0+1/", "a regular expression"),
    ("state:lost", "the field has this value, or this in it"),
    ("codec!=opus", "it has not"),
    (
        "flaps>3  since<5m",
        "compared: numbers, and ages in s m h d",
    ),
    ("!site:lab", "the opposite"),
    ("a b   a|b   (a|b) c", "and, or, grouped"),
];

/// What most people need most of the time; ten of them.
const FIRST: &[Action] = &[
    Action::Detail,
    Action::Filter,
    Action::Palette,
    Action::Related,
    Action::Sort,
    Action::Mark,
    Action::Copy,
    Action::NextPane,
    Action::Back,
    Action::Quit,
];

/// The other actions by what they are for; what stands in none of these is among the last.
const GROUPS: &[(&str, &[Action])] = &[
    (
        "the table",
        &[
            Action::Reverse,
            Action::Columns,
            Action::MarkAll,
            Action::MarkRange,
            Action::MarkInvert,
            Action::Compare,
            Action::Freeze,
            Action::Export,
            Action::OpenPager,
            Action::Reread,
            Action::Day,
            Action::Zoom,
            Action::Probe,
            Action::Unmask,
        ],
    ),
    (
        "alerts",
        &[
            Action::Acknowledge,
            Action::Unacknowledge,
            Action::Silences,
            Action::Redeliver,
        ],
    ),
    (
        "changes: each is reviewed before it is sent",
        &[
            Action::New,
            Action::Clone,
            Action::Edit,
            Action::Delete,
            Action::Undo,
            Action::Transfer,
            Action::Consult,
            Action::Reboot,
            Action::Station,
            Action::Cancel,
            Action::Webhook,
            Action::Drafts,
            Action::History,
        ],
    ),
    (
        "moving about",
        &[
            Action::Up,
            Action::Down,
            Action::PageUp,
            Action::PageDown,
            Action::Top,
            Action::Bottom,
            Action::Left,
            Action::Right,
            Action::PreviousPane,
            Action::Views,
            Action::Earlier,
            Action::Later,
        ],
    ),
];

/// Every line of the help: the ten keys that matter most, the others by what they are for, the grammar, the fields.
#[must_use]
pub fn lines(
    actions: &[Action],
    keymap: &Keymap,
    theme: &Theme,
    fields: &[(&str, &str)],
) -> Vec<Line<'static>> {
    let grouped = |action: &Action| {
        FIRST.contains(action) || GROUPS.iter().any(|(_, group)| group.contains(action))
    };
    let rest: Vec<Action> = actions.iter().copied().filter(|a| !grouped(a)).collect();
    let groups = GROUPS.iter().map(|(title, group)| (*title, *group));
    let groups = std::iter::once(("keys", FIRST)).chain(groups);
    let groups = groups.chain([("the console", rest.as_slice())]);
    let mut lines = Vec::new();
    for (title, group) in groups {
        let here: Vec<_> = group
            .iter()
            .filter(|action| actions.contains(action))
            .collect();
        if here.is_empty() {
            continue;
        }
        lines.push(head(title, theme));
        lines.extend(here.into_iter().map(|action| {
            let keys = match keys(keymap, *action) {
                keys if keys.is_empty() => format!(":{}", action.name()),
                keys => keys,
            };
            pair(&keys, action.doc(), theme)
        }));
        lines.push(Line::default());
    }
    lines.push(head("filters (also --where)", theme));
    lines.extend(
        GRAMMAR
            .iter()
            .map(|(example, meaning)| pair(example, meaning, theme)),
    );
    lines.push(Line::default());
    lines.push(head("fields", theme));
    lines.extend(fields.iter().map(|(name, doc)| pair(name, doc, theme)));
    lines
}

/// The keys of an action, as help and palette show them.
#[must_use]
pub fn keys(keymap: &Keymap, action: Action) -> String {
    keymap
        .keys(action)
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn head(text: &'static str, theme: &Theme) -> Line<'static> {
    Line::styled(text, theme.style(Role::Header))
}

fn pair(left: &str, right: &str, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!("  {left:<20} "), theme.style(Role::Key)),
        Span::styled(right.to_owned(), theme.style(Role::Text)),
    ])
}
