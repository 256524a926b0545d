//! The last line: the keys that work here now, out of the keymap; above it what was told last, for a while.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table;
use crate::config::keymap::Keymap;
use crate::config::theme::Theme;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::{Message, Weight};
use crate::vocabulary::role::Role;

/// What stays at the right whatever the width: from these two everything else is found.
const ALWAYS: [Action; 2] = [Action::Help, Action::Palette];

/// Draws the key hints, the most wanted first; what does not fit is left out.
pub fn render(area: Rect, buf: &mut Buffer, theme: &Theme, keymap: &Keymap, actions: &[Action]) {
    let mut end = area.right();
    for action in ALWAYS.iter().rev() {
        end = hint(area, buf, theme, keymap, *action, |wide| {
            end.checked_sub(wide + 2)
        })
        .map_or(end, |(x, _)| x);
    }
    let mut x = area.x.saturating_add(1);
    for action in actions.iter().filter(|a| !a.moves() && !ALWAYS.contains(a)) {
        let fits = |wide: u16| (x.saturating_add(wide) + 2 <= end).then_some(x);
        if let Some((_, after)) = hint(area, buf, theme, keymap, *action, fits) {
            x = after.saturating_add(2);
        }
    }
}

/// Draws one hint where `place` puts something of that width; says where it begins and ends.
fn hint(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    keymap: &Keymap,
    action: Action,
    place: impl FnOnce(u16) -> Option<u16>,
) -> Option<(u16, u16)> {
    let key = keymap.keys(action).first()?.to_string();
    let word = action.short();
    let wide = u16::try_from(key.chars().count() + word.len() + 1).ok()?;
    let x = place(wide).filter(|x| *x >= area.x)?;
    let (after, _) = buf.set_stringn(
        x,
        area.y,
        key,
        usize::from(area.right() - x),
        theme.style(Role::Key),
    );
    buf.set_stringn(
        after + 1,
        area.y,
        word,
        usize::from(wide),
        theme.style(Role::Dim),
    );
    Some((x, x + wide))
}

/// Draws the keys of a layer, which are its own and not the keymap's; what does not fit is left out.
pub fn hints(area: Rect, buf: &mut Buffer, theme: &Theme, hints: &[(&str, &str)]) {
    let mut x = area.x.saturating_add(1);
    for (key, word) in hints {
        let wide = u16::try_from(key.len() + 1 + word.len()).unwrap_or(u16::MAX);
        if x.saturating_add(wide) >= area.right() {
            continue;
        }
        let (after, _) = buf.set_stringn(x, area.y, key, key.len(), theme.style(Role::Key));
        buf.set_stringn(after + 1, area.y, word, word.len(), theme.style(Role::Dim));
        x += wide + 2;
    }
}

/// Which key, or else which command, opens all messages.
fn whole(keymap: &Keymap) -> String {
    let key = keymap.keys(Action::Messages).first();
    let key = key.map_or_else(|| ":messages".to_owned(), ToString::to_string);
    format!("  {key} all of it ")
}

/// What is on the line of messages.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The answer to what a person did last.
    pub answer: Option<&'a Message>,
    /// What has happened by itself.
    pub event: Option<&'a Message>,
}

/// Columns that an answer needs before what happened may stand beside it.
const BESIDE: usize = 40;

/// Draws the line of messages, when there is one. An answer has what room it needs; what happened has what is left, and waits
/// in `:messages` where that is too little.
pub fn messages(area: Rect, buf: &mut Buffer, theme: &Theme, keymap: &Keymap, told: Told<'_>) {
    let Some(first) = told.answer.or(told.event) else {
        return;
    };
    table::blank(buf, area, theme.style(Role::Text));
    let second = told.event.filter(|_| told.answer.is_some());
    let wide = crate::text::width(&sentence(first));
    let left = usize::from(area.width).saturating_sub(wide);
    let Some(second) = second.filter(|_| left >= BESIDE) else {
        return message(area, buf, theme, keymap, first);
    };
    let wide = u16::try_from(wide).unwrap_or(area.width);
    let (own, rest) = (
        Rect {
            width: wide,
            ..area
        },
        Rect {
            x: area.x + wide,
            width: area.width - wide,
            ..area
        },
    );
    message(own, buf, theme, keymap, first);
    message(rest, buf, theme, keymap, second);
}

/// A message on its line.
fn sentence(message: &Message) -> String {
    // An alert says itself what it is: `ALERT phone lost: …`, `3 ALERTS: …`.
    let mut first = message.text.split_whitespace().take(2);
    let word = match message.weight {
        _ if first.any(|word| word.starts_with("ALERT")) => "",
        Weight::Note => "",
        Weight::Warning => "warning: ",
        Weight::Error => "error: ",
    };
    let times = if message.times > 1 {
        format!(" (×{})", message.times)
    } else {
        String::new()
    };
    format!(" {word}{}{times} ", message.text)
}

/// Draws a message. What does not fit is cut, and then the line ends with where all of it can be read.
fn message(area: Rect, buf: &mut Buffer, theme: &Theme, keymap: &Keymap, message: &Message) {
    let role = match message.weight {
        Weight::Note => Role::Accent,
        Weight::Warning => Role::Warn,
        Weight::Error => Role::Bad,
    };
    let mut text = sentence(message);
    let width = usize::from(area.width);
    if crate::text::width(&text) > width {
        let whole = whole(keymap);
        let room = width.saturating_sub(crate::text::width(&whole));
        text = crate::text::fit(&text, room).into_owned() + &whole;
    }
    let shown = crate::text::fit(&text, width);
    buf.set_stringn(area.x, area.y, shown, width, theme.style(role));
}
