//! Callbacks: what was promised to callers, on which queue and for when, and how each goes.
//!
//! Two views of the same reservations: a table, and the day of a queue as a chart of what is booked against when it is
//! open. Numbers are masked unless someone has just asked to see them, which is on record.

mod day;
mod detail;
mod figures;
mod writes;

pub use self::writes::cancelling;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line as Shown;

use self::day::Day;
use super::list::source::Arranged;
use super::list::{self, ListPane, Listing, Picked, Related};
use super::{Desk, Made, Scene};
use crate::effect::Effect;
use crate::kind::callbacks::{CallbackLine, Callbacks};
use crate::kind::column::Wish;
use crate::model::CallbackId;
use crate::model::callback::{Status, Stream};
use crate::model::webhook::WebhookKind;
use crate::store::Store;
use crate::store::callbacks::CallbackRow;
use crate::store::carriers::Reading;
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;

/// The pane.
pub type CallbacksPane = ListPane<Board>;

/// The reservations as a list, or the day of a queue.
#[derive(Debug, Default)]
pub struct Board {
    /// The view of a day; none shows the table.
    day: Option<Day>,
}

/// The countdown is in minutes, so the table is drawn again once a minute.
const MINUTE: i64 = 60_000;

impl Listing for Board {
    type Kind = Callbacks;
    type Source = Arranged<Callbacks>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::New,
        Action::Day,
        Action::Edit,
        Action::Cancel,
        Action::Mark,
        Action::Filter,
        Action::Sort,
        Action::Unmask,
        Action::Webhook,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the reservation's id")];
    const SORT: Option<&'static str> = Some("slot");

    fn tab(&self, store: &Store) -> Tab {
        let status = |row: &CallbackRow| row.callback().status;
        let rows = || store.callbacks.shown();
        let failed = |row: &&CallbackRow| status(row) == Status::Failed && !row.remembered();
        Tab {
            title: "Callbacks",
            short: "Call",
            count: Some(rows().filter(|row| !status(row).over()).count()),
            trouble: rows().filter(failed).count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        figures::fill(bar, scene);
    }

    fn widen(&self, column: &str, wish: Wish, scene: &Scene<'_>) -> Wish {
        let mut rows = scene.store.callbacks.shown();
        list::for_remembered(
            wish,
            column == "status" && rows.any(CallbackRow::remembered),
        )
    }

    fn detail(&self, line: &CallbackLine<'_>, scene: &Scene<'_>) -> Vec<Shown<'static>> {
        detail::lines(line, scene)
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let callbacks = &scene.store.callbacks;
        match (callbacks.reading(), callbacks.stream()) {
            (Reading::Failed { why, .. }, _) => {
                vec![
                    "The callbacks could not be read:".to_owned(),
                    why.to_string(),
                ]
            }
            (Reading::Read(_), _) => {
                let mut lines = vec![
                    "No callback is booked. n books one, D shows when the queues are open."
                        .to_owned(),
                ];
                lines.extend(callbacks.faults().iter().map(ToString::to_string));
                lines
            }
            (_, Stream::Paused) => {
                vec!["Paused before the callbacks were read. :resume continues.".to_owned()]
            }
            (_, Stream::Waiting { why, .. }) => {
                vec![
                    "The callbacks stream does not open:".to_owned(),
                    why.to_string(),
                ]
            }
            _ => vec!["Signing in and reading the callbacks …".to_owned()],
        }
    }

    fn copy(&self, line: &CallbackLine<'_>, what: &str) -> Option<(&'static str, String)> {
        let id = line.row.callback().id.raw();
        (what == "id").then(|| ("reservation id", id.to_owned()))
    }

    fn related(&self, line: &CallbackLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let queue = line.row.callback().queue.raw();
        vec![
            Related::new("Queues", "id", queue),
            Related::new("Webhooks", "kind", WebhookKind::Callbacks.word()),
        ]
    }

    fn more(&self, line: &CallbackLine<'_>, _: &Store) -> String {
        let mut text = "updates (newest first)\n".to_owned();
        text.extend(line.row.past().map(|told| {
            let delivery = told.delivery.as_ref().map(|delivery| {
                let acknowledged = delivery
                    .acknowledged
                    .map_or("not acknowledged".to_owned(), |at| {
                        format!("acknowledged {at}")
                    });
                format!("  {}  {acknowledged}", delivery.correlation)
            });
            let (at, status) = (told.at, told.status.word());
            format!("{at}  {status}{}\n", delivery.unwrap_or_default())
        }));
        text
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Callbacks>, desk: &mut Desk<'_>) -> bool {
        match action {
            Action::Day => self.turn_day(on, desk),
            Action::New => writes::book(self.day.as_ref(), on, desk),
            Action::Edit | Action::Clone => writes::reschedule(on, desk),
            Action::Cancel | Action::Delete => writes::cancel(on, desk),
            Action::Webhook => writes::webhook(desk),
            Action::Reread => {
                desk.effects.push(Effect::RereadCallbacks);
                let text = "reading the callbacks and their queues again";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            _ => return false,
        }
        true
    }

    fn due(&self, store: &Store, now: Millis) -> Option<Millis> {
        let mut rows = store.callbacks.shown();
        let waits = rows.any(|row| !row.callback().status.over());
        let minute = Millis((now.0.div_euclid(MINUTE) + 1) * MINUTE);
        let masks = store.callbacks.masked_at().filter(|at| *at > now);
        masks.into_iter().chain(waits.then_some(minute)).min()
    }

    fn instead(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) -> bool {
        if let Some(day) = &self.day {
            day.render(area, buf, scene);
        }
        self.day.is_some()
    }

    fn obey(&mut self, action: Action, store: &Store) -> bool {
        let day = self.day.as_mut();
        day.is_some_and(|day| day.obey(action, store))
    }

    fn made(&self, made: &Made) -> Option<CallbackId> {
        match made {
            Made::Callback(id) => Some(id.clone()),
            _ => None,
        }
    }

    fn leave(&mut self) -> bool {
        self.day.take().is_some()
    }
}

impl Board {
    /// Turns to the day of the queue under the cursor, or back to the table.
    fn turn_day(&mut self, on: &Picked<'_, Callbacks>, desk: &Desk<'_>) {
        if self.day.take().is_none() {
            let callback = on.row.map(|line| line.row.callback());
            self.day = Some(Day::of(callback, desk.store, desk.now));
        }
    }
}
