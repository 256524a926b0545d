//! The last line: the keys that work here now, out of the keymap; above it the newest message, for a while.

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

/// Draws the toast on the line given. What does not fit is cut, and then the line ends with where all of it can be read.
pub fn toast(area: Rect, buf: &mut Buffer, theme: &Theme, keymap: &Keymap, message: &Message) {
    let (role, word) = match message.weight {
        Weight::Note => (Role::Accent, ""),
        Weight::Warning => (Role::Warn, "warning: "),
        Weight::Error => (Role::Bad, "error: "),
    };
    let times = if message.times > 1 {
        format!(" (×{})", message.times)
    } else {
        String::new()
    };
    let mut text = format!(" {word}{}{times} ", message.text);
    let width = usize::from(area.width);
    if crate::text::width(&text) > width {
        let whole = whole(keymap);
        let room = width.saturating_sub(crate::text::width(&whole));
        text = crate::text::fit(&text, room).into_owned() + &whole;
    }
    table::blank(buf, area, theme.style(Role::Text));
    buf.set_stringn(
        area.x,
        area.y,
        crate::text::fit(&text, width),
        width,
        theme.style(role),
    );
}
