//! What of a list lies above and below the view, with what matters of it: nobody has to scroll to know of trouble.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::pane::Scene;
use crate::pane::cursor::Window;
use crate::text::grouped;
use crate::ui::bar::Bar;
use crate::vocabulary::role::Role;

/// Rows out of view, and how many of them need a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edges {
    /// Rows above.
    pub above: usize,
    /// Of those, in trouble.
    pub above_bad: usize,
    /// Rows below.
    pub below: usize,
    /// Of those, in trouble.
    pub below_bad: usize,
}

impl Edges {
    /// Of that many rows around a view, where `bad` says how many of the first so many are in trouble.
    pub fn of(window: Window, height: usize, rows: usize, bad: impl Fn(usize) -> usize) -> Self {
        let end = window.top.saturating_add(height).min(rows);
        Self {
            above: window.top,
            above_bad: bad(window.top),
            below: rows - end,
            below_bad: bad(rows).saturating_sub(bad(end)),
        }
    }

    /// Draws them; `new` of those above have come to be in trouble since a person scrolled away from there.
    pub(super) fn render(
        self,
        area: Rect,
        buf: &mut Buffer,
        scene: &Scene<'_>,
        word: &str,
        new: usize,
    ) {
        let mut bar = Bar::default();
        let sides = [
            (" ▲", self.above, "above", self.above_bad),
            (" ▼", self.below, "below", self.below_bad),
        ];
        for (arrow, rows, side, bad) in sides {
            let (role, spare) = if bad > 0 {
                (Role::Bad, 0)
            } else {
                (Role::Dim, 1)
            };
            let trouble = match bad {
                0 => String::new(),
                bad => format!(", {} {word}", grouped(bad)),
            };
            if rows > 0 {
                let text = format!("{arrow} {} {side}{trouble}", grouped(rows));
                bar.left(spare, scene.theme.style(role), text);
            }
            if new > 0 && side == "above" {
                let text = format!("{} new {word} above: g goes there", grouped(new));
                bar.right(0, scene.theme.style(Role::Bad), text);
            }
        }
        bar.render(area, buf);
    }
}
