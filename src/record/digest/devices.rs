//! What became of phones: each held against what it was when the stretch began.

use std::collections::HashMap;

use crate::kind::pointer::is_exactly;
use crate::model::registration::State;
use crate::model::{DeviceId, UserId};
use crate::store::{Changes, Row, Store};
use crate::text::Text;
use crate::time::Millis;

/// One phone of which something was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// Whose it is, and which, as people call it.
    pub(super) what: Text,
    /// A filter that it passes.
    pub(super) filter: String,
    pub(super) site: Option<Text>,
    /// What it was when the stretch began, where that was sure.
    began: Option<State>,
    /// What it was last, where that was sure.
    sure: Option<State>,
    /// What it is.
    is: Option<State>,
    /// How often it was lost, and how often it went one way or the other.
    pub(super) lost: u32,
    pub(super) turns: u32,
    /// When it was last lost, and when it was last back.
    pub(super) lost_at: Option<Millis>,
    pub(super) back_at: Option<Millis>,
    unsure: Option<Millis>,
    pub(super) unsure_ms: u64,
}

impl Course {
    fn of(row: &Row<'_>) -> Self {
        Self {
            what: format!("{} {}", row.user(), row.label()).into(),
            filter: [
                ("userId", row.user_id().raw()),
                ("deviceId", row.device().raw()),
            ]
            .map(|(field, is)| is_exactly(field, is))
            .join(" "),
            site: row.site().cloned(),
            ..Self::default()
        }
    }

    /// Takes in what it is from that moment on.
    fn turn(&mut self, to: State, at: Millis) {
        self.is = Some(to);
        if !is_sure(to) {
            self.unsure.get_or_insert(at);
            return;
        }
        if let Some(since) = self.unsure.take() {
            self.unsure_ms += at.since(since);
        }
        let was = self.sure.replace(to);
        match (was, to) {
            (Some(State::Lost), State::Lost) => {}
            (was, State::Lost) => {
                self.lost += 1;
                self.turns += u32::from(was == Some(State::Ok));
                self.lost_at = Some(at);
            }
            (Some(State::Lost), _) => {
                self.turns += u32::from(to == State::Ok);
                self.back_at = Some(at);
            }
            _ => {}
        }
    }

    /// Whether it is lost now, and was not when the stretch began.
    pub(super) fn is_lost(&self) -> bool {
        self.is == Some(State::Lost) && self.began != Some(State::Lost)
    }

    /// Whether it was lost then or meanwhile, and is not now.
    pub(super) fn is_back(&self) -> bool {
        self.back_at.is_some() && self.sure != Some(State::Lost)
    }

    /// What it is now, in a word.
    pub(super) fn word(&self) -> &'static str {
        self.is.map_or("gone", State::word)
    }

    /// Whether it is not known what it is.
    pub(super) fn is_unsure(&self) -> bool {
        self.is.is_some_and(|is| !is_sure(is))
    }
}

/// Whether a state says what a phone is now.
pub(super) const fn is_sure(state: State) -> bool {
    matches!(state, State::Lost | State::OffDuty | State::Ok)
}

/// The phones of which something was told.
#[derive(Debug)]
pub(super) struct Devices {
    start: Store,
    from: Millis,
    courses: HashMap<(UserId, DeviceId), Course>,
}

impl Devices {
    pub(super) fn new(start: Store, from: Millis) -> Self {
        Self {
            start,
            from,
            courses: HashMap::new(),
        }
    }

    /// Another stretch begins with these: what the one before has not told of them is told by that.
    pub(super) fn first(&mut self, store: &Store, at: Millis) {
        for (_, row) in store
            .registrations
            .rows()
            .filter(|(_, row)| !row.is_unread())
        {
            let same = self.last(&row) == Some(row.state());
            if !same {
                self.turn(&row, row.state(), at);
            }
        }
    }

    pub(super) fn notice(&mut self, store: &Store, changes: &Changes, at: Millis) {
        for turn in &changes.transitions {
            // A row may be gone again within the same moment, and one of an unread user is no phone.
            let row = store.registrations.row(turn.row);
            if let Some(row) = row.filter(|row| !row.is_unread()) {
                self.turn(&row, turn.to, at);
            }
        }
    }

    /// What a phone was last said to be.
    fn last(&self, row: &Row<'_>) -> Option<State> {
        let key = (row.user_id().clone(), row.device().clone());
        match self.courses.get(&key) {
            Some(course) => course.is,
            None => self.at_start(&key.0, &key.1),
        }
    }

    fn at_start(&self, user: &UserId, device: &DeviceId) -> Option<State> {
        let table = &self.start.registrations;
        let row = table.find(user, device).and_then(|row| table.row(row));
        row.map(|row| row.state())
    }

    fn turn(&mut self, row: &Row<'_>, to: State, at: Millis) {
        let key = (row.user_id().clone(), row.device().clone());
        if !self.courses.contains_key(&key) {
            let mut course = Course::of(row);
            if let Some(was) = self.at_start(&key.0, &key.1) {
                course.turn(was, self.from);
                course.began = course.sure;
                // What it was then did not happen since.
                (course.lost, course.turns) = (0, 0);
                (course.lost_at, course.back_at) = (None, None);
            }
            self.courses.insert(key.clone(), course);
        }
        if let Some(course) = self.courses.get_mut(&key) {
            course.turn(to, at);
        }
    }

    /// What became of each, now that the stretch ends: those too of which nothing was told, and of which nothing is known.
    pub(super) fn end(&self, end: &Store, to: Millis) -> Vec<Course> {
        let mut courses = self.courses.clone();
        for (_, row) in end.registrations.rows() {
            let key = (row.user_id().clone(), row.device().clone());
            if !is_sure(row.state()) && !row.is_unread() && !courses.contains_key(&key) {
                let mut course = Course::of(&row);
                course.turn(row.state(), self.from);
                courses.insert(key, course);
            }
        }
        let table = &end.registrations;
        let ended = courses.into_iter().map(|((user, device), mut course)| {
            if table.find(&user, &device).is_none() {
                course.is = None;
            }
            if let Some(since) = course.unsure.take() {
                course.unsure_ms += to.since(since);
            }
            course
        });
        ended.collect()
    }
}
