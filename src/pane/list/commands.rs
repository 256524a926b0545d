//! What an operator does on any list.

use std::cell::RefCell;
use std::path::PathBuf;

use super::source::Source as _;
use super::{IdOf, ListPane, Listing, Picked, Related, RowOf};
use crate::effect::Effect;
use crate::export::{Cells, Format};
use crate::kind::{CellLook, Column, Kind, sheet};
use crate::pane::cursor::Rows as _;
use crate::pane::{Abroad, Desk, Scene};
use crate::query::Query;
use crate::store::Store;
use crate::term::glyphs::Glyphs;
use crate::time::Millis;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::ui::reading::Reading;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// What can be copied of a row of any list, with a word about it.
const COPIES: &[(&str, &str)] = &[
    ("json", "the row as JSON"),
    ("csv", "the row as CSV, with its headings"),
    ("curl", "the request that reads it, as curl"),
    ("link", "its page for administrators"),
];

impl<L: Listing> ListPane<L> {
    pub(super) fn act(&mut self, action: Action, desk: &mut Desk<'_>) -> bool {
        if self.listing.obey(action, desk.store) || self.walk(action) {
            return true;
        }
        match action {
            Action::Left => self.grid.scroll(-1),
            Action::Right => self.grid.scroll(1),
            Action::Detail => {
                self.detail = !self.detail;
                self.cursor.hold(self.detail);
            }
            Action::Filter => desk.open.push(self.filter.bar()),
            Action::Sort => desk.open.push(self.sorts()),
            Action::Columns => desk.open.push(self.choices()),
            Action::Reverse => self.sort_by(self.sort.column, Some(!self.sort.descending), desk),
            Action::Mark => self.mark(desk.now),
            Action::MarkAll => self.mark_all(desk.now),
            Action::MarkRange => self.mark_range(desk),
            Action::MarkInvert => self.mark_invert(desk.now),
            Action::Compare => self.compare(desk),
            Action::Freeze => self.freeze(desk),
            Action::Copy => {
                let every = COPIES.iter().copied();
                let words: Vec<_> = L::COPIES.iter().copied().chain(every).collect();
                let chooser = Chooser::words(Purpose::Copy, &words);
                desk.open.push(Layer::Chooser(chooser));
            }
            Action::Export => desk.open.push(Layer::Chooser(Chooser::exports())),
            Action::OpenPager => self.page(desk),
            Action::Related => self.related(desk),
            other => {
                return self.with_picked(desk, |listing, on, desk| listing.act(other, on, desk));
            }
        }
        true
    }

    pub(super) fn carry_out(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Filter(text) => {
                self.set_filter(text, desk);
            }
            Command::Sort { column, descending } => {
                if let Some(column) = named::<L>(column, desk) {
                    self.sort_by(Some(column), *descending, desk);
                }
            }
            Command::Columns(names) => self.set_columns(names, desk),
            Command::Copy(what) => self.copy(what, desk),
            Command::Export { ending, path } => self.export(ending, path.clone(), desk),
            other => {
                return self
                    .with_picked(desk, |listing, on, desk| listing.command(other, on, desk));
            }
        }
        true
    }

    /// Lets the listing do something with the rows that are picked.
    fn with_picked(
        &mut self,
        desk: &mut Desk<'_>,
        work: impl FnOnce(&mut L, &mut Picked<'_, L::Kind>, &mut Desk<'_>) -> bool,
    ) -> bool {
        let store: &Store = desk.store;
        let mut on = Picked {
            row: self.chosen(store, desk.now),
            marked: self.marked.keys().cloned().collect(),
            served: false,
        };
        let known = work(&mut self.listing, &mut on, desk);
        if on.served {
            self.marked.clear();
        }
        known
    }

    /// Marks or unmarks the row under the cursor, and goes on to the next.
    fn mark(&mut self, now: Millis) {
        let Some(id) = self.cursor.row() else { return };
        self.last_marked = Some(id.clone());
        if self.marked.remove(&id).is_none() {
            self.marked.insert(id, now);
        }
        self.step(1);
    }

    /// The rows that a person moves among.
    pub(super) fn all_rows(&self) -> Vec<IdOf<L>> {
        match &self.frozen {
            Some(frozen) => frozen.rows.iter().map(|row| row.id.clone()).collect(),
            None => self.source.page(0, self.source.len()),
        }
    }

    /// Marks every row, or none when they all are.
    fn mark_all(&mut self, now: Millis) {
        let rows = self.all_rows();
        if rows.iter().all(|id| self.marked.contains_key(id)) {
            self.marked.clear();
        } else {
            self.marked.extend(rows.into_iter().map(|id| (id, now)));
        }
    }

    /// Marks what is not marked.
    fn mark_invert(&mut self, now: Millis) {
        let rows = self.all_rows().into_iter();
        let rest = rows.filter(|id| !self.marked.contains_key(id));
        self.marked = rest.map(|id| (id, now)).collect();
    }

    /// Marks the rows between the last one that was marked and the cursor, both of them too.
    fn mark_range(&mut self, desk: &mut Desk<'_>) {
        let rows = self.all_rows();
        let place = |wanted: &IdOf<L>| rows.iter().position(|id| id == wanted);
        let from = self.last_marked.as_ref().and_then(place);
        let to = self.cursor.row().as_ref().and_then(place);
        let (Some(from), Some(to)) = (from, to) else {
            let text = "mark the first row of the range, then go to the last";
            return desk.messages.say(Weight::Note, text, desk.now);
        };
        let range = &rows[from.min(to)..=from.max(to)];
        self.marked
            .extend(range.iter().cloned().map(|id| (id, desk.now)));
        self.last_marked = self.cursor.row();
    }

    /// Sorts by a column; by the same one again turns it around.
    pub(super) fn sort_by(
        &mut self,
        column: Option<usize>,
        descending: Option<bool>,
        desk: &Desk<'_>,
    ) {
        let natural = column.is_some_and(|n| <L::Kind>::COLUMNS[n].descends);
        self.sort.descending = descending.unwrap_or(if self.sort.column == column {
            !self.sort.descending
        } else {
            natural
        });
        self.sort.column = column;
        self.arrange(desk.store, desk.now);
    }

    /// Takes a filter when it can be read, and says whether it did; the one in force stays when not.
    pub(in crate::pane) fn set_filter(&mut self, text: &str, desk: &Desk<'_>) -> bool {
        let read = self.filter.take(text, <L::Kind>::FIELDS);
        if read {
            self.arrange(desk.store, desk.now);
        }
        read
    }

    fn sorts(&self) -> Layer {
        let columns = <L::Kind>::COLUMNS.iter().enumerate();
        let offered = columns.filter(|(_, column)| (column.offered)(self.can));
        let choices = offered.map(|(n, column)| choice(column, self.sort.column == Some(n)));
        Layer::Chooser(Chooser::new(Purpose::Sort, choices.collect()))
    }

    /// The columns to choose from: those that show, in their order, then the others.
    fn choices(&self) -> Layer {
        let others = (0..<L::Kind>::COLUMNS.len()).filter(|n| !self.columns.contains(n));
        let shown = self.columns.iter().map(|n| (*n, true));
        let all = shown.chain(others.map(|n| (n, false)));
        let offered = all.filter(|(n, _)| (<L::Kind>::COLUMNS[*n].offered)(self.can));
        let choices = offered.map(|(n, on)| choice(&<L::Kind>::COLUMNS[n], on));
        Layer::Chooser(Chooser::new(Purpose::Columns, choices.collect()))
    }

    fn set_columns(&mut self, names: &[String], desk: &mut Desk<'_>) {
        let mut columns = Vec::new();
        for name in names {
            let Some(column) = named::<L>(name, desk) else {
                return;
            };
            if !(<L::Kind>::COLUMNS[column].offered)(desk.can) {
                let text = format!(
                    "{name} is no column here: the API of this organisation does not tell it"
                );
                desk.messages.say(Weight::Note, text, desk.now);
            } else if !columns.contains(&column) {
                columns.push(column);
            }
        }
        if !columns.is_empty() {
            self.frozen = None;
            self.columns = columns;
            if self.filter.query().is_some_and(Query::is_bare) {
                // What shows is what words look at.
                self.arrange(desk.store, desk.now);
            }
        }
    }

    /// The marked rows, or the one under the cursor.
    fn picked<'a>(&self, store: &'a Store, now: Millis) -> Vec<RowOf<'a, L>> {
        if self.marked.is_empty() {
            return self.chosen(store, now).into_iter().collect();
        }
        let ids = self.source.page(0, self.source.len());
        let ids = ids.iter().filter(|id| self.marked.contains_key(*id));
        ids.filter_map(|id| <L::Kind>::row(store, id, now))
            .collect()
    }

    fn copy(&self, what: &str, desk: &mut Desk<'_>) {
        let rows = self.picked(desk.store, desk.now);
        if matches!(what, "curl" | "link") {
            return self.copy_place(&rows, what, desk);
        }
        let all = sheet::all::<L::Kind>(desk.can);
        if what == "csv" && !rows.is_empty() {
            let look = CellLook {
                zone: desk.zone,
                now: desk.now,
            };
            let format = Format::Csv(Cells::Guarded);
            let text = sheet::write::<L::Kind>(format, &rows, &all, &look);
            let what = "rows as CSV";
            return desk.effects.push(Effect::Copy { what, text });
        }
        let one = |row: &RowOf<'_, L>| match what {
            "json" => Some(("row as JSON", sheet::json::<L::Kind>(row, &all))),
            _ => self.listing.copy(row, what),
        };
        let copied: Vec<_> = rows.iter().filter_map(one).collect();
        if let Some(what) = copied.first().map(|(what, _)| *what) {
            let texts: Vec<String> = copied.into_iter().map(|(_, text)| text).collect();
            let text = texts.join("\n");
            return desk.effects.push(Effect::Copy { what, text });
        }
        if rows.is_empty() {
            return;
        }
        let words: Vec<_> = L::COPIES.iter().map(|(word, _)| *word).collect();
        let text = if words.contains(&what) {
            format!("this row has no {what} to copy")
        } else {
            let every = COPIES.iter().map(|(word, _)| *word);
            let words: Vec<_> = words.into_iter().chain(every).collect();
            format!("can't copy {what:?}: {}", words.join(", "))
        };
        desk.messages.say(Weight::Warning, text, desk.now);
    }

    /// Copies how rows are read, or where the vendor shows them.
    fn copy_place(&self, rows: &[RowOf<'_, L>], what: &str, desk: &mut Desk<'_>) {
        let is = |place: &Abroad| match place {
            Abroad::Read(_) => what == "curl",
            Abroad::Page(_) => what == "link",
        };
        let places = rows
            .iter()
            .flat_map(|row| self.listing.abroad(row, desk.can));
        let mut places: Vec<Abroad> = places.filter(is).collect();
        places.dedup();
        if places.is_empty() && !rows.is_empty() {
            let text = match what {
                "curl" => "no request of its own reads this row",
                _ => "the vendor has no page for this row that is known here",
            };
            desk.messages.say(Weight::Note, text, desk.now);
        }
        desk.abroad.append(&mut places);
    }

    /// Writes the rows that pass the filter, with every column.
    fn export(&self, ending: &str, path: Option<PathBuf>, desk: &mut Desk<'_>) {
        let Some((format, ending)) = Format::of_ending(ending) else {
            let text = format!("can't export as {ending:?}: csv, csv-raw, json or md");
            return desk.messages.say(Weight::Warning, text, desk.now);
        };
        let ids = self.source.page(0, self.source.len());
        let rows: Vec<RowOf<'_, L>> = ids
            .iter()
            .filter_map(|id| <L::Kind>::row(desk.store, id, desk.now))
            .collect();
        let look = CellLook {
            zone: desk.zone,
            now: desk.now,
        };
        let body = sheet::write::<L::Kind>(format, &rows, &sheet::all::<L::Kind>(desk.can), &look);
        desk.effects.push(Effect::Export {
            kind: <L::Kind>::NAME,
            path,
            ending,
            body,
            rows: rows.len(),
        });
    }

    /// Offers where to go from the row.
    fn related(&self, desk: &mut Desk<'_>) {
        let row = self.chosen(desk.store, desk.now);
        let related = row
            .map(|row| self.listing.related(&row, desk))
            .unwrap_or_default();
        let choice = |related: &Related| Choice {
            // Where there is nothing to go to there is nothing to carry out.
            value: Some(format!("{} {}", related.pane, related.filter))
                .filter(|_| !related.filter.is_empty())
                .unwrap_or_default(),
            label: related.pane.to_owned(),
            note: match related.note.as_str() {
                "" => crate::text::safe(&related.filter).into_owned(),
                note => note.to_owned(),
            },
            on: false,
        };
        match related.as_slice() {
            [] => {
                let text = "nothing on the other panes has to do with this row";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            several => {
                let choices = several.iter().map(choice).collect();
                let chooser = Chooser::new(Purpose::Go, choices);
                desk.open.push(Layer::Chooser(chooser));
            }
        }
    }

    /// Everything known of the row, which may be longer than the detail has room for.
    fn page(&self, desk: &mut Desk<'_>) {
        let Some(row) = self.chosen(desk.store, desk.now) else {
            return;
        };
        let json = sheet::pretty::<L::Kind>(&row, &sheet::all::<L::Kind>(desk.can));
        let mut text: String = json
            .lines()
            .map(|line| crate::text::safe(line) + "\n")
            .collect();
        let scene = Scene {
            store: desk.store,
            now: desk.now,
            theme: desk.theme,
            zone: desk.zone,
            reading: &Reading::default(),
            trouble: None,
            connected: true,
            can: desk.can,
            region: None,
            links: &RefCell::default(),
            glyphs: Glyphs::All,
        };
        text += "\n";
        for line in self.listing.detail(&row, &scene) {
            text += line.to_string().trim_end();
            text += "\n";
        }
        let more = self.listing.more(&row, desk.store);
        if !more.is_empty() {
            text += "\n";
            text += &more;
        }
        desk.effects.push(Effect::Page(text));
    }
}

/// The number of the column of that name; says so when there is none.
fn named<L: Listing>(name: &str, desk: &mut Desk<'_>) -> Option<usize> {
    let found = <L::Kind>::named(name);
    if found.is_none() {
        let names: Vec<_> = <L::Kind>::COLUMNS
            .iter()
            .map(|column| column.name)
            .collect();
        let text = format!("no column {name:?}: {}", names.join(", "));
        desk.messages.say(Weight::Warning, text, desk.now);
    }
    found
}

fn choice<K: Kind>(column: &Column<K>, on: bool) -> Choice {
    Choice {
        value: column.name.to_owned(),
        label: column.title.to_owned(),
        note: column.doc.to_owned(),
        on,
    }
}
