//! What an operator does on the pane.

use super::cells::Shown;
use super::{Frozen, RegistrationsPane};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::export::{self, Format};
use crate::form::Opening;
use crate::model::UserId;
use crate::model::api::Capabilities;
use crate::pane::Desk;
use crate::store::RowId;
use crate::store::column::{Column, FIELDS};
use crate::store::view::Sort;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;

/// Rows held while frozen: what a person can look through, and little memory.
const HELD: usize = 10_000;

impl RegistrationsPane {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
        let height = self.drawn.grid.height();
        let moved = match &self.frozen {
            Some(frozen) => self.cursor.obey(action, frozen, height),
            None => self.cursor.obey(action, &self.view, height),
        };
        if moved {
            return true;
        }
        match action {
            Action::Left => self.drawn.grid.scroll(-1),
            Action::Right => self.drawn.grid.scroll(1),
            Action::Detail => {
                self.detail = !self.detail;
                self.cursor.hold();
            }
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Sort => desk.open.push(self.sorts()),
            Action::Reverse => {
                let sort = self.view.sort();
                self.sort_by(sort.column, Some(!sort.descending), desk);
            }
            Action::Columns => desk.open.push(self.chooser_of_columns(desk.can)),
            Action::New => desk.fill.push(Opening::new("provision")),
            Action::Reboot => self.reboot(desk),
            Action::Station => self.station(desk),
            Action::Mark => self.mark(),
            Action::Freeze if self.frozen.is_some() => self.thaw(),
            Action::Freeze => self.freeze(desk),
            Action::Reread => self.reread(desk),
            Action::Copy => desk.open.push(copies()),
            Action::Export => desk.open.push(Layer::Chooser(Chooser::exports())),
            Action::OpenPager => self.page(desk),
            _ => return false,
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => self.set_filter(text, desk),
            Command::Sort { column, descending } => match Column::named(column) {
                Some(column) => self.sort_by(column, *descending, desk),
                None => no_column(column, desk),
            },
            Command::Columns(names) => self.set_columns(names, desk),
            Command::Copy(what) => self.copy(what, desk),
            Command::Export { ending, path } => self.export(ending, path.clone(), desk),
            _ => return false,
        }
        true
    }

    pub(super) fn step(&mut self, delta: isize) {
        let height = self.drawn.grid.height();
        match &self.frozen {
            Some(frozen) => self.cursor.step(frozen, height, delta),
            None => self.cursor.step(&self.view, height, delta),
        }
    }

    /// Sorts by a column; by the same one again turns it around.
    pub(super) fn sort_by(
        &mut self,
        column: Column,
        descending: Option<bool>,
        desk: &mut Desk<'_>,
    ) {
        let now = self.view.sort();
        let natural = Sort::by(column);
        let descending = descending.unwrap_or(if now.column == column {
            !now.descending
        } else {
            natural.descending
        });
        self.thaw();
        self.view.set_sort(
            Sort {
                descending,
                ..natural
            },
            &desk.store.registrations,
            desk.now,
        );
    }

    /// Takes a filter when it can be read; the one in force stays when not.
    pub(super) fn set_filter(&mut self, text: &str, desk: &mut Desk<'_>) {
        if self.filter.take(text, FIELDS) {
            self.thaw();
            let query = self.filter.query().cloned();
            self.view
                .set_filter(query, &desk.store.registrations, desk.now);
        }
    }

    fn sorts(&self) -> Layer {
        let choice = |column: &Column| Choice {
            value: column.name().to_owned(),
            label: column.title().to_owned(),
            note: column.doc().to_owned(),
            on: *column == self.view.sort().column,
        };
        Layer::Chooser(Chooser::new(
            Purpose::Sort,
            Column::ALL.iter().map(choice).collect(),
        ))
    }

    fn chooser_of_columns(&self, can: &Capabilities) -> Layer {
        let rest = Column::ALL
            .iter()
            .filter(|column| !self.columns.contains(column))
            .filter(|column| can.codec || **column != Column::Codec);
        let choice = |column: &Column| Choice {
            value: column.name().to_owned(),
            label: column.title().to_owned(),
            note: column.doc().to_owned(),
            on: self.columns.contains(column),
        };
        Layer::Chooser(Chooser::new(
            Purpose::Columns,
            self.columns.iter().chain(rest).map(choice).collect(),
        ))
    }

    fn set_columns(&mut self, names: &[String], desk: &mut Desk<'_>) {
        let mut columns = Vec::new();
        for name in names {
            match Column::named(name) {
                Some(Column::Codec) if !desk.can.codec => {
                    let text = "codec is no column here: the organisation does not tell the codec of a registration";
                    desk.messages.say(Weight::Note, text, desk.now);
                }
                Some(column) if !columns.contains(&column) => columns.push(column),
                Some(_) => {}
                None => return no_column(name, desk),
            }
        }
        if !columns.is_empty() {
            self.thaw();
            self.columns = columns;
        }
    }

    fn mark(&mut self) {
        if let Some(row) = self.cursor.row() {
            if !self.marked.remove(&row) {
                self.marked.insert(row);
            }
            self.step(1);
        }
    }

    fn freeze(&mut self, desk: &mut Desk<'_>) {
        let start = self.drawn.window.at.saturating_sub(HELD / 2);
        let start = if self.view.len() <= HELD { 0 } else { start };
        let rows: Vec<Shown> = self
            .view
            .page(start, HELD)
            .filter_map(|id| {
                let row = desk.store.registrations.row(id)?;
                Some(Shown::of(id, &row, &self.columns, desk.zone, desk.now))
            })
            .collect();
        let beyond = self.view.len() - rows.len();
        self.cursor.hold();
        self.frozen = Some(Frozen { rows, beyond });
    }

    pub(super) fn thaw(&mut self) {
        self.frozen = None;
    }

    /// The marked rows, or the one under the cursor.
    pub(super) fn chosen(&self) -> Vec<RowId> {
        if self.marked.is_empty() {
            self.cursor.row().into_iter().collect()
        } else {
            self.marked.iter().copied().collect()
        }
    }

    fn reread(&mut self, desk: &mut Desk<'_>) {
        self.wanted = desk.now;
        let rows = self.chosen();
        let rows = rows
            .iter()
            .filter_map(|id| desk.store.registrations.row(*id));
        let mut users: Vec<UserId> = rows.map(|row| row.user_id().clone()).collect();
        users.sort();
        users.dedup();
        if users.is_empty() {
            return;
        }
        let text = match users.as_slice() {
            [one] => format!("reading {one} again"),
            many => format!("reading {} users again", many.len()),
        };
        desk.messages.say(Weight::Note, text, desk.now);
        desk.effects.push(Effect::Reread(users));
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(row) = self
            .cursor
            .row()
            .and_then(|id| desk.store.registrations.row(id))
        else {
            return;
        };
        let (what, text) = match what {
            "id" => ("device id", row.device().raw().to_owned()),
            "user" => ("user id", row.user_id().raw().to_owned()),
            "json" => ("row as JSON", export::json(row)),
            other => {
                let text = format!("can't copy {other:?}: id, user or json");
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
        let ids: Vec<RowId> = self.view.page(0, self.view.len()).collect();
        let rows = ids
            .iter()
            .filter_map(|id| desk.store.registrations.row(*id));
        let body = export::write(format, rows, desk.zone, desk.now);
        desk.effects.push(Effect::Export {
            kind: "registrations",
            path,
            ending,
            body,
            rows: ids.len(),
        });
    }

    fn page(&self, desk: &mut Desk<'_>) {
        let Some(id) = self.cursor.row() else { return };
        let Some(row) = desk.store.registrations.row(id) else {
            return;
        };
        let mut text = format!(
            "{}\n\ntimeline (newest first)\n",
            crate::text::safe(&export::json(row))
        );
        let timeline = desk.store.registrations.timeline(id);
        text.extend(timeline.map(|change| format!("{}  {}\n", change.at, change.what)));
        desk.effects.push(Effect::Page(text));
    }
}

fn copies() -> Layer {
    Layer::Chooser(Chooser::words(
        Purpose::Copy,
        &[
            ("id", "the device's id"),
            ("user", "the user's id"),
            ("json", "the row as JSON"),
        ],
    ))
}

fn no_column(name: &str, desk: &mut Desk<'_>) {
    let names: Vec<_> = Column::ALL.iter().map(|column| column.name()).collect();
    desk.messages.say(
        Weight::Warning,
        format!("no column {name:?}: {}", names.join(", ")),
        desk.now,
    );
}
