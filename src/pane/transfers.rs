//! Transfers: above, the interactions that can be moved; below, the transfers that were made. The cursor walks through both
//! as through one; a filter is both halves', and hides the half that does not know its fields.

mod consult;
mod detail;
mod disconnect;
mod figures;
mod lower;
mod upper;

use crossterm::event::{MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::list::{LAYERS, ListPane};
use super::{Desk, Focus, Pane, Scene};
use crate::kind::interactions::Interactions;
use crate::kind::transfers::Transfers;
use crate::kind::view::View;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::filter::FilterFault;
use crate::ui::grid::Parts;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;

/// What can be done in either half, before what every list can.
const ACTIONS: &[Action] = &[
    Action::Detail,
    Action::Transfer,
    Action::Consult,
    Action::Mark,
    Action::Sip,
    Action::New,
    Action::Clone,
    Action::Filter,
    Action::Reread,
    Action::Cancel,
    Action::Redeliver,
];

/// Lines of the lower half that are not rows: its title and its headings.
const LOWER_HEAD: u16 = 2;

/// Which half the cursor is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Half {
    /// Interactions.
    #[default]
    Upper,
    /// Transfers made.
    Lower,
}

/// The pane.
#[derive(Default)]
pub struct TransfersPane {
    upper: ListPane<Interactions>,
    lower: ListPane<Transfers>,
    half: Half,
}

impl TransfersPane {
    /// The half that the cursor is in.
    fn active(&mut self) -> &mut dyn Pane {
        match self.half {
            Half::Upper => &mut self.upper,
            Half::Lower => &mut self.lower,
        }
    }

    fn catch_up(&mut self, store: &Store, now: Millis) {
        self.upper.catch_up(store, now);
        self.lower.catch_up(store, now);
        // The cursor stands where there are rows.
        match self.half {
            Half::Upper if self.upper.len() == 0 && self.lower.len() > 0 => self.half = Half::Lower,
            Half::Lower if self.lower.len() == 0 => self.half = Half::Upper,
            _ => {}
        }
    }

    /// Moves through both halves as through one; false for an action that does not move.
    fn walk(&mut self, action: Action) -> bool {
        let down = matches!(action, Action::Down | Action::PageDown | Action::Bottom);
        let up = matches!(action, Action::Up | Action::PageUp | Action::Top);
        let (below, above) = (self.lower.len() > 0, self.upper.len() > 0);
        match self.half {
            Half::Upper if down && below && self.upper.ends(action) => {
                self.half = Half::Lower;
                self.lower.walk(match action {
                    Action::Bottom => Action::Bottom,
                    _ => Action::Top,
                })
            }
            Half::Lower if up && above && self.lower.ends(action) => {
                self.half = Half::Upper;
                self.upper.walk(match action {
                    Action::Top => Action::Top,
                    _ => Action::Bottom,
                })
            }
            Half::Upper => self.upper.walk(action),
            Half::Lower => self.lower.walk(action),
        }
    }

    /// Takes a filter when either half can read it, and says whether one could.
    fn set_filter(&mut self, text: &str, desk: &Desk<'_>) -> bool {
        let read = (
            self.upper.set_filter(text, desk),
            self.lower.set_filter(text, desk),
        );
        match read {
            (true, false) => self.lower.hide(text, desk),
            (false, true) => self.upper.hide(text, desk),
            _ => {}
        }
        read.0 || read.1
    }
}

fn tab(store: &Store) -> Tab {
    Tab {
        title: "Transfers",
        short: "Tran",
        count: Some(store.transfers.interactions().count()),
        trouble: store.transfers.open_questions(),
    }
}

impl Pane for TransfersPane {
    fn tab(&self, store: &Store) -> Tab {
        tab(store)
    }

    fn actions(&self) -> Vec<Action> {
        self.upper.actions()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        let mut fields = self.upper.fields();
        let more = self.lower.fields();
        let new = |(name, _): &(&str, &str)| !fields.iter().any(|(known, _)| known == name);
        let more: Vec<_> = more.into_iter().filter(new).collect();
        fields.extend(more);
        fields
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        self.upper.apply(changes, store, now);
        self.lower.apply(changes, store, now);
    }

    fn turned(&mut self, before: &Store, store: &Store, now: Millis) {
        self.upper.turned(before, store, now);
        self.lower.turned(before, store, now);
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.upper.tick(store, now);
        self.lower.tick(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        let both = [self.upper.deadline(), self.lower.deadline()];
        both.into_iter().flatten().min()
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        self.catch_up(desk.store, desk.now);
        self.upper.touch();
        match command {
            Command::Filter(text) => {
                self.set_filter(text, desk);
            }
            Command::Act(Action::Detail | Action::Freeze) => {
                self.upper.run(command, desk);
                self.lower.run(command, desk);
            }
            Command::Act(action) if self.walk(*action) => {}
            _ => return self.active().run(command, desk),
        }
        true
    }

    fn mouse(&mut self, mouse: MouseEvent, desk: &mut Desk<'_>) {
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        self.upper.touch();
        match mouse.kind {
            MouseEventKind::ScrollDown => (0..3).for_each(|_| {
                self.walk(Action::Down);
            }),
            MouseEventKind::ScrollUp => (0..3).for_each(|_| {
                self.walk(Action::Up);
            }),
            _ => {
                if self.upper.holds(at) {
                    self.half = Half::Upper;
                } else if self.lower.holds(at) {
                    self.half = Half::Lower;
                }
                self.active().mouse(mouse, desk);
            }
        }
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        // A layer at a time, of both halves: nobody loses a filter who leaves a mark.
        (0..LAYERS).any(|layer| {
            let upper = self.upper.peel(layer, desk);
            self.lower.peel(layer, desk) || upper
        })
    }

    fn fault(&self) -> Option<FilterFault> {
        let below = self.lower.fault();
        self.upper.fault().filter(|_| below.is_some())
    }

    fn filter(&self) -> &str {
        self.upper.filter()
    }

    fn views(&self) -> Vec<View> {
        vec![self.upper.view(), self.lower.view()]
    }

    fn half(&self) -> usize {
        usize::from(self.half == Half::Lower)
    }

    fn show(&mut self, half: usize, view: &View, desk: &mut Desk<'_>) -> bool {
        self.catch_up(desk.store, desk.now);
        if view.filter != self.filter() && !self.set_filter(&view.filter, desk) {
            return false;
        }
        match half {
            0 => self.upper.arrange_as(view, desk),
            _ => self.lower.arrange_as(view, desk),
        }
    }

    fn focus(&self, _store: &Store) -> Focus {
        Focus {
            interactions: true,
            ..Focus::default()
        }
    }

    fn frozen(&self) -> bool {
        self.upper.frozen()
    }

    fn pin(&mut self, fast: bool) {
        self.upper.pin(fast);
        self.lower.pin(fast);
    }

    fn moved(&mut self, store: &Store) -> bool {
        let upper = self.upper.moved(store);
        self.lower.moved(store) || upper
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.catch_up(scene.store, scene.now);
        let mut bar = Bar::default();
        figures::fill(&mut bar, scene);
        let rows = self.upper.len() + self.lower.len();
        let detail = match self.half {
            Half::Upper => self.upper.order(&mut bar, scene, rows),
            Half::Lower => self.lower.order(&mut bar, scene, rows),
        };
        let parts = Parts::of(area, detail);
        bar.render(parts.summary, buf);
        let (upper, lower) = share(parts.rows, self.upper.len(), self.lower.len());
        let here = self.half == Half::Upper;
        self.upper.table(parts.head, upper, buf, scene, here);
        let line = |y| Rect {
            y,
            height: 1,
            ..lower
        };
        if lower.height > LOWER_HEAD {
            figures::title(line(lower.y), buf, scene, &scene.store.transfers);
            let rows = Rect {
                y: lower.y + LOWER_HEAD,
                height: lower.height - LOWER_HEAD,
                ..lower
            };
            self.lower.table(line(lower.y + 1), rows, buf, scene, !here);
        } else {
            self.lower.unseen();
        }
        if parts.detail.height > 0 {
            match self.half {
                Half::Upper => self.upper.panel(parts.detail, buf, scene),
                Half::Lower => self.lower.panel(parts.detail, buf, scene),
            }
        }
    }
}

/// Room for both halves: each gets what it needs, and when that is too much the lower one about a third.
fn share(area: Rect, upper: usize, lower: usize) -> (Rect, Rect) {
    let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let below = if lower == 0 {
        0
    } else {
        let wanted = clamp(lower).saturating_add(LOWER_HEAD);
        // An empty half needs room to say why.
        let left = area.height.saturating_sub(clamp(upper.max(3)));
        let third = area.height / 5 * 2;
        wanted.min(left.max(third)).min(area.height)
    };
    let rows = Rect {
        height: area.height - below,
        ..area
    };
    let below = Rect {
        y: rows.bottom(),
        height: below,
        ..area
    };
    (rows, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_have_room_and_together_they_fill_the_area() {
        for height in 5..60 {
            for (upper, lower) in [(0, 0), (0, 5), (100, 0), (100, 100), (3, 100), (100, 1)] {
                let (a, b) = share(Rect::new(0, 2, 80, height), upper, lower);
                assert_eq!((a.y, a.bottom(), b.bottom()), (2, b.y, 2 + height));
                assert_eq!(b.height > 0, lower > 0, "{height} {upper} {lower}");
            }
        }
        let (a, b) = share(Rect::new(0, 0, 80, 20), 100, 100);
        assert_eq!((a.height, b.height), (12, 8));
    }
}
