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

/// Every line of the help: the keys that work here first, then the grammar, then the fields.
#[must_use]
pub fn lines(
    actions: &[Action],
    keymap: &Keymap,
    theme: &Theme,
    fields: &[(&str, &str)],
) -> Vec<Line<'static>> {
    let mut lines = vec![head("keys", theme)];
    lines.extend(
        actions
            .iter()
            .map(|a| pair(&keys(keymap, *a), a.doc(), theme)),
    );
    lines.push(Line::default());
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
