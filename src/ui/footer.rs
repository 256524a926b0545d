//! The last line: the keys that work here now, out of the keymap; above it the newest message, for a while.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::messages::{Message, Weight};
use crate::config::keymap::Keymap;
use crate::config::theme::{Role, Theme};

/// Draws the key hints; what does not fit is left out from the right.
pub fn render(area: Rect, buf: &mut Buffer, theme: &Theme, keymap: &Keymap, actions: &[Action]) {
    let mut x = area.x.saturating_add(1);
    for action in actions.iter().filter(|a| !a.moves()) {
        let Some(key) = keymap.keys(*action).first().map(ToString::to_string) else {
            continue;
        };
        let word = action.short();
        let wide = u16::try_from(key.chars().count() + word.len() + 1).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > area.right() {
            continue;
        }
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
            usize::from(area.right() - after),
            theme.style(Role::Dim),
        );
        x = x.saturating_add(wide).saturating_add(2);
    }
}

/// Draws the toast on the line given, cut to its width.
pub fn toast(area: Rect, buf: &mut Buffer, theme: &Theme, message: &Message) {
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
    let text = format!(" {word}{}{times} ", message.text);
    let width = usize::from(area.width);
    buf.set_stringn(
        area.x,
        area.y,
        " ".repeat(width),
        width,
        theme.style(Role::Text),
    );
    buf.set_stringn(
        area.x,
        area.y,
        crate::text::fit(&text, width),
        width,
        theme.style(role),
    );
}
