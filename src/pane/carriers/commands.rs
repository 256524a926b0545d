//! What an operator does on the pane.

use super::CarriersPane;
use super::column::{Column, FIELDS};
use super::line::{Line, Record};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::export::{Format, sheet};
use crate::model::api::Capabilities;
use crate::pane::Desk;
use crate::store::Store;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;

impl CarriersPane {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
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
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Sort => desk.open.push(self.sorts(desk.can)),
            Action::Reverse => {
                let (column, descending) = (self.order.column, self.order.descending);
                self.sort_by(column, Some(!descending), desk);
            }
            Action::Probe => self.probe(desk),
            Action::Reread => {
                desk.effects.push(Effect::RereadCarriers);
                desk.messages
                    .say(Weight::Note, "reading the carriers again", desk.now);
            }
            Action::Copy => desk.open.push(Layer::Chooser(Chooser::words(
                Purpose::Copy,
                &[("id", "the carrier's id"), ("json", "the row as JSON")],
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

    pub(super) fn step(&mut self, delta: isize) {
        self.cursor.step(&self.order.ids, self.grid.height(), delta);
        self.moved = true;
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

    fn sorts(&self, can: &Capabilities) -> Layer {
        let choice = |column: &Column| Choice {
            value: column.name().to_owned(),
            label: column.title().to_owned(),
            note: column.doc().to_owned(),
            on: *column == self.order.column,
        };
        Layer::Chooser(Chooser::new(
            Purpose::Sort,
            Column::shown(can).iter().map(choice).collect(),
        ))
    }

    /// The carrier under the cursor.
    pub(super) fn chosen<'a>(&self, store: &'a Store) -> Option<Line<'a>> {
        let row = store.carriers.get(&self.cursor.row()?)?;
        Some(Line::of(row, store))
    }

    fn probe(&self, desk: &mut Desk<'_>) {
        let Some(line) = self.chosen(desk.store) else {
            return;
        };
        let Some(proxy) = line.proxy else {
            let text = format!(
                "the profile names no SIP proxy of {}: add [profiles.NAME.carriers.{:?}] with a host",
                line.row.name(),
                line.row.carrier().id.to_string()
            );
            return desk.messages.say(Weight::Warning, text, desk.now);
        };
        desk.probe.push(proxy.target().clone());
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(line) = self.chosen(desk.store) else {
            return;
        };
        let (what, text) = match what {
            "id" => ("carrier id", line.row.carrier().id.raw().to_owned()),
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
        let ids = self.order.ids.iter();
        let lines: Vec<Line<'_>> = ids
            .filter_map(|id| desk.store.carriers.get(id))
            .map(|row| Line::of(row, desk.store))
            .collect();
        let columns = Column::shown(desk.can);
        let head: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        let rows = lines.iter().map(|line| {
            let cells = columns.iter().map(|column| match column {
                Column::Since => line.row.since().to_string(),
                column => column.cell(line, desk.zone, desk.now),
            });
            cells.collect::<Vec<_>>()
        });
        let body = match format {
            Format::Json => {
                let records: Vec<Record<'_>> = lines.iter().map(|line| (*line).into()).collect();
                // Plain strings, numbers and options cannot fail to serialise.
                serde_json::to_string_pretty(&records).unwrap_or_default() + "\n"
            }
            Format::Csv(guard) => sheet::csv(&head, rows, guard),
            Format::Markdown | Format::Table => sheet::markdown(&head, rows),
        };
        desk.effects.push(Effect::Export {
            kind: "carriers",
            path,
            ending,
            body,
            rows: lines.len(),
        });
    }

    /// Everything known of the carrier, which may be longer than the detail has room for.
    fn page(&self, desk: &mut Desk<'_>) {
        let Some(line) = self.chosen(desk.store) else {
            return;
        };
        let mut text = format!(
            "{}\n\nhealth (newest first)\n",
            crate::text::safe(&json(line))
        );
        text.extend(
            line.row
                .past()
                .map(|turn| format!("{}  {}\n", turn.at, turn.to.word())),
        );
        if let Some(proxy) = line.proxy {
            text += "\nprobes (newest first)\n";
            text.extend(
                proxy
                    .past()
                    .map(|probe| format!("{}  {}  {} ms\n", probe.at, probe.word, probe.took_ms)),
            );
        }
        desk.effects.push(Effect::Page(text));
    }
}

fn json(line: Line<'_>) -> String {
    serde_json::to_string(&Record::from(line)).unwrap_or_default()
}
