//! What is shown of one message: its lines, or what makes it differ from another.

use ratatui::text::{Line, Span};
use similar::{ChangeTag, TextDiff};

use crate::config::theme::Theme;
use crate::model::sip::{Ladder, SipMessage, seconds};
use crate::text::safe;
use crate::vocabulary::role::Role;

/// Lines of a message that are compared: a difference costs more than its lines.
const COMPARED: usize = 400;

/// Which one it is, whose, and how long after the one before.
pub(super) fn title(ladder: &Ladder, at: usize) -> String {
    let Some(message) = ladder.messages.get(at) else {
        return String::new();
    };
    let [from, to] = ladder.ends(message).map(safe);
    let before = at
        .checked_sub(1)
        .and_then(|before| ladder.messages.get(before));
    let since = before.and_then(|before| Some(message.micros?.saturating_sub(before.micros?)));
    let since = since.map_or_else(String::new, |since| format!("  +{}", seconds(since)));
    format!("{}/{}  {from} → {to}{since}", at + 1, ladder.messages.len())
}

/// A message, line by line.
pub(super) fn lines(message: &SipMessage, theme: &Theme) -> Vec<Line<'static>> {
    let (dim, text) = (theme.style(Role::Dim), theme.style(Role::Text));
    let mut lines = Vec::new();
    if let Some(again) = message.resent {
        lines.push(Line::styled(
            format!("↻ {}", again.words()),
            theme.style(Role::Warn),
        ));
    }
    for medium in &message.media {
        lines.push(Line::styled(
            format!("media: {}", safe(&medium.words())),
            dim,
        ));
    }
    if message.text.is_empty() {
        let first = safe(&message.first.line()).into_owned();
        lines.push(Line::styled(first, theme.style(role(message))));
        lines.push(Line::styled("The message itself is not kept.", dim));
    }
    let mut head = true;
    for (n, line) in message.text.raw().lines().enumerate() {
        let line = line.trim_end_matches('\r');
        head &= !line.is_empty();
        lines.push(match line.split_once(':').filter(|_| head && n > 0) {
            _ if n == 0 => Line::styled(safe(line).into_owned(), theme.style(role(message))),
            Some((name, value)) => Line::from(vec![
                Span::styled(format!("{}:", safe(name)), dim),
                Span::styled(safe(value).into_owned(), text),
            ]),
            None => Line::styled(safe(line).into_owned(), text),
        });
    }
    lines.extend(cut(message, theme));
    lines
}

/// What the message has and the marked one has not (`+`), and the other way round (`-`).
pub(super) fn difference(
    marked: &SipMessage,
    message: &SipMessage,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let (old, new) = (compared(marked), compared(message));
    let diff = TextDiff::from_slices(&old, &new);
    let mut lines: Vec<Line<'static>> = diff
        .iter_all_changes()
        .map(|change| {
            let (mark, role) = match change.tag() {
                ChangeTag::Delete => ("-", Role::Bad),
                ChangeTag::Insert => ("+", Role::Ok),
                ChangeTag::Equal => (" ", Role::Dim),
            };
            let text = format!("{mark} {}", safe(change.value()));
            Line::styled(text, theme.style(role))
        })
        .collect();
    if old == new {
        let same = Line::styled("No difference.", theme.style(Role::Dim));
        lines.insert(0, same);
    }
    lines.extend(cut(message, theme).or_else(|| cut(marked, theme)));
    lines
}

fn compared(message: &SipMessage) -> Vec<&str> {
    let lines = message.text.raw().lines();
    lines
        .map(|line| line.trim_end_matches('\r'))
        .take(COMPARED)
        .collect()
}

fn cut(message: &SipMessage, theme: &Theme) -> Option<Line<'static>> {
    (message.cut > 0).then(|| {
        let text = format!("… ({} more bytes are not shown)", message.cut);
        Line::styled(text, theme.style(Role::Dim))
    })
}

/// What a message looks like: trouble is what was refused, and what had to be said again.
pub(super) fn role(message: &SipMessage) -> Role {
    let first = &message.first;
    match first.status() {
        _ if first.refuses() => Role::Bad,
        _ if message.resent.is_some() || first.challenges() => Role::Warn,
        Some(100..=199) => Role::Dim,
        _ => Role::Text,
    }
}
