//! What an operator does on any list.

use std::path::PathBuf;

use super::column::{Column, Look};
use super::{ListPane, Listing};
use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::effect::Effect;
use crate::app::messages::Weight;
use crate::export::{Format, sheet};
use crate::pane::Desk;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;

impl<L: Listing> ListPane<L> {
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
            Action::Sort => desk.open.push(self.sorts()),
            Action::Columns => desk.open.push(self.choices()),
            Action::Reverse => match self.order.sort {
                Some((column, descending)) => self.sort_by(column, Some(!descending), desk),
                None => desk.messages.say(
                    Weight::Note,
                    "nothing is sorted yet: s chooses a column",
                    desk.now,
                ),
            },
            Action::Copy => {
                let json = [("json", "the row as JSON")];
                let words: Vec<_> = L::COPIES.iter().copied().chain(json).collect();
                let chooser = Chooser::words(Purpose::Copy, &words);
                desk.open.push(Layer::Chooser(chooser));
            }
            Action::Export => desk.open.push(Layer::Chooser(Chooser::exports())),
            Action::OpenPager => {
                if let Some(row) = self.chosen(desk.store) {
                    let json = self.listing.json(row);
                    let lines: Vec<_> = json.lines().map(crate::text::safe).collect();
                    desk.effects.push(Effect::Page(lines.join("\n") + "\n"));
                }
            }
            other => {
                let row = self.chosen(desk.store);
                return self.listing.act(other, row, desk);
            }
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => self.set_filter(text, desk),
            Command::Sort { column, descending } => {
                if let Some(column) = named::<L>(column, desk) {
                    self.sort_by(column, *descending, desk);
                }
            }
            Command::Columns(names) => self.set_columns(names, desk),
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

    /// Sorts by a column; by the same one again turns it around.
    pub(super) fn sort_by(&mut self, column: usize, descending: Option<bool>, desk: &Desk<'_>) {
        let descending = descending.unwrap_or(match self.order.sort {
            Some((sorted, descending)) if sorted == column => !descending,
            _ => L::COLUMNS[column].descends,
        });
        self.order.sort = Some((column, descending));
        self.arrange(desk.store, desk.now);
    }

    /// Takes a filter when it can be read; the one in force stays when not.
    pub(super) fn set_filter(&mut self, text: &str, desk: &Desk<'_>) {
        if self.filter.take(text, L::FIELDS) {
            self.arrange(desk.store, desk.now);
        }
    }

    fn sorts(&self) -> Layer {
        let sorted = self.order.sort.map(|(column, _)| column);
        let columns = L::COLUMNS.iter().enumerate();
        let offered = columns.filter(|(_, column)| (column.offered)(self.can));
        let choices = offered.map(|(n, column)| choice(column, sorted == Some(n)));
        Layer::Chooser(Chooser::new(Purpose::Sort, choices.collect()))
    }

    /// The columns to choose from: those that show, in their order, then the others.
    fn choices(&self) -> Layer {
        let others = (0..L::COLUMNS.len()).filter(|n| !self.columns.contains(n));
        let shown = self.columns.iter().map(|n| (*n, true));
        let all = shown.chain(others.map(|n| (n, false)));
        let offered = all.filter(|(n, _)| (L::COLUMNS[*n].offered)(self.can));
        let choices = offered.map(|(n, on)| choice(&L::COLUMNS[n], on));
        Layer::Chooser(Chooser::new(Purpose::Columns, choices.collect()))
    }

    fn set_columns(&mut self, names: &[String], desk: &mut Desk<'_>) {
        let mut columns = Vec::new();
        for name in names {
            match named::<L>(name, desk) {
                Some(column) if columns.contains(&column) => {}
                Some(column) => columns.push(column),
                None => return,
            }
        }
        if !columns.is_empty() {
            self.columns = columns;
        }
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let Some(row) = self.chosen(desk.store) else {
            return;
        };
        let copied = match what {
            "json" => Some(("row as JSON", self.listing.json(row))),
            _ => self.listing.copy(row, what),
        };
        if let Some((what, text)) = copied {
            return desk.effects.push(Effect::Copy { what, text });
        }
        let words: Vec<_> = L::COPIES.iter().map(|(word, _)| *word).collect();
        let text = if words.contains(&what) {
            format!("this row has no {what} to copy")
        } else {
            format!("can't copy {what:?}: {}, json", words.join(", "))
        };
        desk.messages.say(Weight::Warning, text, desk.now);
    }

    /// Writes the rows that pass the filter, with every column.
    fn export(&self, ending: &str, path: Option<PathBuf>, desk: &mut Desk<'_>) {
        let Some((format, ending)) = Format::of_ending(ending) else {
            let text = format!("can't export as {ending:?}: csv, csv-raw, json or md");
            return desk.messages.say(Weight::Warning, text, desk.now);
        };
        let ids = self.order.ids.iter();
        let rows: Vec<&L::Row> = ids
            .filter_map(|id| self.listing.row(desk.store, id))
            .collect();
        let look = Look {
            zone: desk.zone,
            now: desk.now,
            whole: true,
        };
        let columns: Vec<&Column<L::Row>> = L::COLUMNS
            .iter()
            .filter(|column| (column.offered)(desk.can))
            .collect();
        let head: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let cells = rows.iter().map(|row| {
            let cells = columns.iter().map(|column| (column.cell)(row, &look));
            cells.collect::<Vec<_>>()
        });
        let body = match format {
            Format::Json => {
                let objects: Vec<_> = rows.iter().map(|row| self.listing.json(row)).collect();
                format!("[\n{}\n]\n", objects.join(",\n"))
            }
            Format::Csv(guard) => sheet::csv(&head, cells, guard),
            Format::Markdown | Format::Table => sheet::markdown(&head, cells),
        };
        desk.effects.push(Effect::Export {
            kind: L::KIND,
            path,
            ending,
            body,
            rows: rows.len(),
        });
    }
}

/// The number of the column of that name; says so when there is none.
fn named<L: Listing>(name: &str, desk: &mut Desk<'_>) -> Option<usize> {
    let found = L::COLUMNS.iter().position(|column| column.name == name);
    if found.is_none() {
        let names: Vec<_> = L::COLUMNS.iter().map(|column| column.name).collect();
        let text = format!("no column {name:?}: {}", names.join(", "));
        desk.messages.say(Weight::Warning, text, desk.now);
    }
    found
}

fn choice<R>(column: &Column<R>, on: bool) -> Choice {
    Choice {
        value: column.name.to_owned(),
        label: column.title.to_owned(),
        note: column.doc.to_owned(),
        on,
    }
}
