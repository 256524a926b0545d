//! The SIP ladder of a call: who took part as lanes, a row a message, and the message under the cursor beside it or below.

mod draw;
mod message;

use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::tz::TimeZone;

use super::layer::LayerOutcome;
use crate::model::sip::{Ladder, LadderWish, SipAsk, SipMessage};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::command::Command;

/// A ladder with a cursor on one of its messages.
#[derive(Debug)]
pub struct LadderView {
    asked: SipAsk,
    zone: TimeZone,
    /// Whether an answer is waited for.
    reading: bool,
    known: Option<Known>,
    /// Why it could not be read when that was last tried.
    failed: Option<Text>,
    /// The message under the cursor, and the one that is marked.
    at: usize,
    marked: Option<usize>,
    /// What is shown of the message under the cursor.
    shows: Shows,
    /// Nothing but the message is shown.
    alone: bool,
    /// The first line of the message that is shown, and the last that can be, as drawn last.
    top: usize,
    last: Cell<usize>,
    /// What could not be done with the last key.
    hint: Option<&'static str>,
}

/// What was read.
#[derive(Debug)]
struct Known {
    ladder: Ladder,
    /// What of the answer could not be used.
    faults: Vec<Text>,
    read: Millis,
}

/// What is shown of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shows {
    /// The message.
    #[default]
    Message,
    /// What makes it differ from the marked one.
    Difference,
}

impl LadderView {
    /// A ladder that is being read; moments are those of this zone.
    #[must_use]
    pub fn new(asked: SipAsk, zone: TimeZone) -> Self {
        Self {
            asked,
            zone,
            reading: true,
            known: None,
            failed: None,
            at: 0,
            marked: None,
            shows: Shows::Message,
            alone: false,
            top: 0,
            last: Cell::new(0),
            hint: None,
        }
    }

    /// What it asks for.
    #[must_use]
    pub fn asked(&self) -> &SipAsk {
        &self.asked
    }

    /// It is read once more; false where an answer is waited for already.
    pub fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.reading, true)
    }

    /// Takes in what was read, or why nothing could be; what was known before stays then, as old as it is.
    pub fn told(&mut self, read: Result<(Ladder, Vec<Text>), Text>, now: Millis) {
        self.reading = false;
        match read {
            Ok((ladder, faults)) => {
                self.failed = None;
                let last = ladder.messages.len().saturating_sub(1);
                self.at = self.at.min(last);
                // Which message a mark was on is not known in another list.
                if self
                    .known
                    .as_ref()
                    .is_some_and(|known| known.ladder.messages != ladder.messages)
                {
                    self.unmark();
                }
                self.known = Some(Known {
                    ladder,
                    faults,
                    read: now,
                });
            }
            Err(why) => self.failed = Some(why),
        }
    }

    /// The ladder, and when it was read; none before it was.
    #[must_use]
    pub fn ladder(&self) -> Option<(&Ladder, Millis)> {
        self.known.as_ref().map(|known| (&known.ladder, known.read))
    }

    /// The zone that its moments are shown in.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The message under the cursor.
    #[must_use]
    pub fn message(&self) -> Option<&SipMessage> {
        self.known.as_ref()?.ladder.messages.get(self.at)
    }

    /// Moves, marks, compares, or asks for what the console does with it.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        self.hint = None;
        let wish = |wish| LayerOutcome::Live(Command::Ladder(wish));
        match key.code {
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => self.step(1),
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => self.step(-1),
            KeyCode::PageDown if self.alone => self.scroll(10),
            KeyCode::PageUp if self.alone => self.scroll(-10),
            KeyCode::PageDown => self.step(10),
            KeyCode::PageUp => self.step(-10),
            KeyCode::Home | KeyCode::Char('g') => self.step(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.step(isize::MAX),
            KeyCode::Char('J') => self.scroll(1),
            KeyCode::Char('K') => self.scroll(-1),
            KeyCode::Enter => self.alone = !self.alone && self.message().is_some(),
            KeyCode::Char(' ') => self.mark(),
            KeyCode::Char('=') => self.compare(),
            KeyCode::Char('y') => return wish(LadderWish::Copy),
            KeyCode::Char('x') => return wish(LadderWish::Text),
            KeyCode::Char('X') => return wish(LadderWish::Json),
            KeyCode::Char('r') => return wish(LadderWish::Read),
            KeyCode::Esc | KeyCode::Char('q') if self.shows == Shows::Difference => {
                self.shows = Shows::Message;
                self.top = 0;
            }
            KeyCode::Esc | KeyCode::Char('q') if self.alone => self.alone = false,
            KeyCode::Esc | KeyCode::Char('q') => return LayerOutcome::Close,
            _ => {}
        }
        LayerOutcome::Stay
    }

    fn step(&mut self, by: isize) {
        let count = self
            .known
            .as_ref()
            .map_or(0, |known| known.ladder.messages.len());
        let to = self
            .at
            .saturating_add_signed(by)
            .min(count.saturating_sub(1));
        if to != self.at {
            (self.at, self.top) = (to, 0);
        }
    }

    fn scroll(&mut self, by: isize) {
        let last = self.last.get();
        self.top = self.top.min(last).saturating_add_signed(by).min(last);
    }

    /// Marks the message under the cursor, in place of another one; once more unmarks it.
    fn mark(&mut self) {
        if self.marked == Some(self.at) {
            self.unmark();
        } else if self.message().is_some() {
            self.marked = Some(self.at);
            self.hint = Some("marked; go to another message and press = to compare them");
        }
    }

    fn unmark(&mut self) {
        self.marked = None;
        self.shows = Shows::Message;
    }

    /// Shows what is different, or the message again.
    fn compare(&mut self) {
        self.top = 0;
        match self.marked {
            _ if self.shows == Shows::Difference => self.shows = Shows::Message,
            Some(marked) if marked != self.at => self.shows = Shows::Difference,
            Some(_) => self.hint = Some("this is the marked one: go to another message, then ="),
            None => self.hint = Some("mark a message with Space first, then = on another one"),
        }
    }
}
