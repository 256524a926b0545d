//! What an operator does on the pane.

use super::CallbacksPane;
use super::column::{Column, FIELDS};
use super::day::Day;
use super::line::{Line, Record};
use super::{sheet, writes};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::export::Format;
use crate::pane::Desk;
use crate::store::Store;
use crate::time::Millis;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;

impl CallbacksPane {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
        if let Some(day) = &mut self.day
            && day.obey(action, desk.store)
        {
            return true;
        }
        if self
            .cursor
            .obey(action, &self.order.ids, self.grid.height())
        {
            return true;
        }
        match action {
            Action::Left => self.grid.scroll(-1),
            Action::Right => self.grid.scroll(1),
            Action::Detail => {
                self.detail = !self.detail;
                self.cursor.hold();
            }
            Action::Day => self.turn_day(desk),
            Action::New => self.book(desk),
            Action::Edit | Action::Clone => self.reschedule(desk),
            Action::Cancel | Action::Delete => self.cancel(desk),
            Action::Mark => self.mark(desk),
            Action::Webhook => writes::webhook(desk),
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Sort => desk.open.push(self.sorts()),
            Action::Reverse => {
                let (column, descending) = (self.order.column, self.order.descending);
                self.sort_by(column, Some(!descending), desk);
            }
            Action::Reread => {
                desk.effects.push(Effect::RereadCallbacks);
                let text = "reading the callbacks and their queues again";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            Action::Copy => desk.open.push(Layer::Chooser(Chooser::words(
                Purpose::Copy,
                &[
                    ("id", "the reservation's id"),
                    ("json", "the row as JSON, its number masked"),
                ],
            ))),
            Action::Export => desk.open.push(Layer::Chooser(Chooser::exports())),
            Action::OpenPager => self.page(desk),
            _ => return false,
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => self.set_filter(text, desk),
            Command::Sort { column, descending } => self.sort(column, *descending, desk),
            Command::Copy(what) => self.copy(what, desk),
            Command::Export { ending, path } => self.export(ending, path.clone(), desk),
            _ => return false,
        }
        true
    }

    pub(super) fn step(&mut self, delta: isize, desk: &Desk<'_>) {
        match &mut self.day {
            Some(day) => day.step(delta.signum(), desk.store),
            None => self.cursor.step(&self.order.ids, self.grid.height(), delta),
        }
        self.moved = true;
    }

    /// Turns to the day of the queue under the cursor, or back to the table.
    fn turn_day(&mut self, desk: &Desk<'_>) {
        self.detail = false;
        if self.day.take().is_none() {
            let line = self.chosen(desk.store, desk.now);
            let callback = line.map(|line| line.row.callback());
            self.day = Some(Day::of(callback, desk.store, desk.now));
        }
    }

    fn sort(&mut self, column: &str, descending: Option<bool>, desk: &mut Desk<'_>) {
        if let Some(column) = Column::named(column) {
            return self.sort_by(column, descending, desk);
        }
        let names = Column::ALL.map(Column::name).join(", ");
        let text = format!("no column {column:?}: {names}");
        desk.messages.say(Weight::Warning, text, desk.now);
    }

    /// Sorts by a column; by the same one again turns it around.
    pub(super) fn sort_by(&mut self, column: Column, descending: Option<bool>, desk: &Desk<'_>) {
        self.order.descending = descending.unwrap_or(if self.order.column == column {
            !self.order.descending
        } else {
            column.descends_first()
        });
        self.order.column = column;
        self.arrange(desk.store, desk.now);
    }

    /// Takes a filter when it can be read; the one in force stays when not.
    pub(super) fn set_filter(&mut self, text: &str, desk: &Desk<'_>) {
        if self.filter.take(text, FIELDS) {
            self.arrange(desk.store, desk.now);
        }
    }

    fn sorts(&self) -> Layer {
        let choice = |column: Column| Choice {
            value: column.name().to_owned(),
            label: column.title().to_owned(),
            note: column.doc().to_owned(),
            on: column == self.order.column,
        };
        Layer::Chooser(Chooser::new(
            Purpose::Sort,
            Column::ALL.map(choice).to_vec(),
        ))
    }

    /// The reservation under the cursor.
    pub(super) fn chosen<'a>(&self, store: &'a Store, now: Millis) -> Option<Line<'a>> {
        let row = store.callbacks.get(&self.cursor.row()?)?;
        Some(Line::of(row, store, now))
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(line) = self.chosen(desk.store, desk.now) else {
            return;
        };
        let (what, text) = match what {
            "id" => ("reservation id", line.row.callback().id.raw().to_owned()),
            "json" => ("row as JSON", json(line)),
            other => {
                let text = format!("can't copy {other:?}: id or json");
                return desk.messages.say(Weight::Warning, text, desk.now);
            }
        };
        desk.effects.push(Effect::Copy { what, text });
    }

    fn export(&self, ending: &str, path: Option<std::path::PathBuf>, desk: &mut Desk<'_>) {
        let Some((format, ending)) = Format::of_ending(ending) else {
            let text = format!("can't export as {ending:?}: csv, csv-raw, json or md");
            return desk.messages.say(Weight::Warning, text, desk.now);
        };
        let rows = self.order.ids.iter();
        let rows = rows.filter_map(|id| desk.store.callbacks.get(id));
        let lines: Vec<Line<'_>> = rows
            .map(|row| Line::of(row, desk.store, desk.now))
            .collect();
        let body = sheet::of(format, &lines, desk.zone, desk.now);
        desk.effects.push(Effect::Export {
            kind: "callbacks",
            path,
            ending,
            body,
            rows: lines.len(),
        });
    }

    /// Everything known of the reservation, which may be longer than the detail has room for.
    fn page(&self, desk: &mut Desk<'_>) {
        let Some(line) = self.chosen(desk.store, desk.now) else {
            return;
        };
        let mut text = format!(
            "{}\n\nupdates (newest first)\n",
            crate::text::safe(&json(line))
        );
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
        desk.effects.push(Effect::Page(text));
    }
}

fn json(line: Line<'_>) -> String {
    serde_json::to_string(&Record::from(line)).unwrap_or_default()
}
