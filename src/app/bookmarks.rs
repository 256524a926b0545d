//! Bookmarks: a moment that somebody pins, with what is on the screen then, and the way back to it.

use super::App;
use crate::effect::Effect;
use crate::kind::view::View;
use crate::model::api::Api;
use crate::model::audit::Chain;
use crate::model::bookmark::Bookmark;
use crate::record::digest::Beside;
use crate::shelf::ShelfOrder;
use crate::text::Text;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::ui::prompt::Prompt;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::PinAsk;

/// The bookmarks, as far as this console knows them.
#[derive(Debug, Default)]
pub(super) struct Bookmarks {
    /// Those that came with a packet; none asks the shelf.
    given: Option<Vec<Bookmark>>,
    /// What is done with the list once it is there.
    wanted: Option<Wanted>,
    /// The row that the cursor goes to once its moment is there.
    row: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    List,
    GoTo(u32),
}

impl App {
    /// Shows what came with a packet and nothing of this machine: its bookmarks, its lines of the audit, what its API offers.
    pub fn give(&mut self, beside: &Beside, api: Api) {
        self.bookmarks.given = Some(beside.bookmarks.clone());
        let lines = beside.audit.last().map_or(0, |line| line.line);
        // They were held against each other when the packet was opened.
        let chain = Chain::Good {
            lines,
            at: self.now,
        };
        self.store.audit.read(beside.audit.clone(), chain);
        self.given_api = Some(api);
    }

    /// Carries out what is about bookmarks; false leaves it to others.
    pub(super) fn run_bookmark(&mut self, command: &Command) -> bool {
        match command {
            Command::Act(Action::Bookmark) => {
                if let Some(pinned) = self.pinned() {
                    self.layers.push(Layer::Prompt(Prompt::note(pinned)));
                }
            }
            Command::Bookmark(note) => {
                if let Some(pinned) = self.pinned() {
                    let note = Text::from(note.as_str());
                    self.keep_bookmark(Bookmark { note, ..pinned });
                }
            }
            Command::KeepBookmark(bookmark) => self.keep_bookmark(bookmark.as_ref().clone()),
            Command::Act(Action::Bookmarks) => self.look_up_bookmarks(Wanted::List),
            Command::GoToBookmark(number) => self.look_up_bookmarks(Wanted::GoTo(*number)),
            Command::DropBookmark(number) => {
                self.ask_pin(PinAsk::Drop(*number));
            }
            _ => return false,
        }
        true
    }

    /// What is on the screen now, as a bookmark without a number; none where there is nobody to keep it for.
    fn pinned(&mut self) -> Option<Bookmark> {
        if self.profile.is_none() || self.bookmarks.given.is_some() {
            let text = "there is no profile to keep a bookmark for";
            self.messages.say(Weight::Note, text, self.now);
            return None;
        }
        let at = self.shown_at();
        let pane = self.panes.get(self.active)?;
        let view = pane.views().into_iter().nth(pane.half());
        let title = pane.tab(&self.store).title.to_lowercase();
        let View {
            pane: named,
            filter,
            sort,
            columns,
        } = view.unwrap_or_default();
        let (row, what) = pane.pointed(self.shown(), at).unwrap_or_default();
        Some(Bookmark {
            at,
            pane: if named.is_empty() { title } else { named },
            filter,
            sort,
            columns,
            row,
            what: what.into(),
            made: self.now,
            ..Bookmark::default()
        })
    }

    fn keep_bookmark(&mut self, bookmark: Bookmark) {
        self.ask_pin(PinAsk::Keep(Box::new(bookmark)));
    }

    /// Bookmarks are kept where the reading is, for all who share it.
    fn ask_pin(&mut self, ask: PinAsk) {
        if self.asks_as().is_some() {
            self.effects.push(Effect::AskPins(ask));
        } else if self.is_attached() {
            let text = "bookmarks are kept where the reader is, and there is no word of it";
            self.messages.say(Weight::Warning, text, self.now);
        } else {
            self.pin_here(ask);
        }
    }

    /// They are kept here; perhaps somebody who is attached asks.
    pub(super) fn pin_here(&mut self, ask: PinAsk) {
        self.effects.push(Effect::Shelf(match ask {
            PinAsk::List => ShelfOrder::Bookmarks,
            PinAsk::Keep(bookmark) => ShelfOrder::KeepBookmark(bookmark),
            PinAsk::Drop(number) => ShelfOrder::DropBookmark(number),
        }));
    }

    fn look_up_bookmarks(&mut self, wanted: Wanted) {
        self.bookmarks.wanted = Some(wanted);
        match self.bookmarks.given.clone() {
            Some(given) => self.bookmarks_known(&given, None),
            None => self.ask_pin(PinAsk::List),
        }
    }

    /// Takes in which bookmarks there are.
    pub(super) fn bookmarks_known(&mut self, list: &[Bookmark], said: Option<String>) {
        if let Some(said) = said {
            self.messages.say(Weight::Note, said, self.now);
        }
        match self.bookmarks.wanted.take() {
            None => {}
            Some(Wanted::List) => self.list_bookmarks(list),
            Some(Wanted::GoTo(number)) => {
                if let Some(bookmark) = list.iter().find(|one| one.number == number) {
                    self.go_to_bookmark(bookmark);
                } else {
                    let text = format!("there is no bookmark {number}: :bookmarks lists them");
                    self.messages.say(Weight::Warning, text, self.now);
                }
            }
        }
    }

    fn list_bookmarks(&mut self, list: &[Bookmark]) {
        if list.is_empty() {
            let text = "no bookmarks yet: b pins this moment, with this list and this row";
            return self.messages.say(Weight::Note, text, self.now);
        }
        let (zone, shared) = (self.zone().clone(), self.is_attached());
        let choice = |one: &Bookmark| {
            let words = crate::text::fit(&one.words(), 44).into_owned();
            Choice {
                value: one.number.to_string(),
                label: format!(
                    "{:>3}  {}  {words}",
                    one.number,
                    one.at.clock(&zone, self.now)
                ),
                note: if shared {
                    format!("{}: {}", one.by, one.note.fit(50))
                } else {
                    one.note.fit(60).into_owned()
                },
                on: false,
            }
        };
        let choices = list.iter().rev().map(choice).collect();
        let chooser = Chooser::new(Purpose::Bookmark, choices);
        self.layers.push(Layer::Chooser(chooser));
    }

    /// Shows what a bookmark pinned, at its moment, with the cursor on its row.
    fn go_to_bookmark(&mut self, bookmark: &Bookmark) {
        let view = View {
            pane: bookmark.pane.clone(),
            filter: bookmark.filter.clone(),
            sort: bookmark.sort.clone(),
            columns: bookmark.columns.clone(),
        };
        let said = format!("bookmark {}: {}", bookmark.number, bookmark.note);
        match view.check() {
            Ok(()) => self.show_view(&view, said),
            // A pane that is no list has nothing but its name.
            Err(_) => self.open_named(&bookmark.pane),
        }
        let row = Some(bookmark.row.clone()).filter(|row| !row.is_empty());
        self.bookmarks.row = row;
        self.go_to_moment(bookmark.at);
    }

    /// The moment is on the screen: the cursor goes to the row that was pinned.
    pub(super) fn point_at_row(&mut self) {
        if let Some(row) = self.bookmarks.row.take() {
            self.with_pane(|pane, desk| pane.point(&row, desk));
        }
    }
}
