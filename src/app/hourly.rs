//! What was looked at, counted by the hour: handed on to be kept every few minutes, and at the end.

use super::App;
use super::duty::Duty;
use crate::effect::Effect;
use crate::time::Millis;

/// Between two times that counts are kept, in milliseconds. A console that is killed loses as much.
const KEEP_MS: i64 = 300_000;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct HourlyWrites {
    /// When counts are to be handed on; none while there are none.
    due: Option<Millis>,
}

/// What was counted by the hour is handed on.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.hourly.due,
    tick: App::keep_hours,
};

impl App {
    /// Counts by the hour from now on.
    pub fn count_by_hour(&mut self) {
        self.store.registrations.count_by_hour();
    }

    /// Hands counts on when it is time.
    fn keep_hours(&mut self) {
        if !self.store.registrations.has_counted() {
            return;
        }
        let due = *self.hourly.due.get_or_insert(self.now.plus(KEEP_MS));
        // A clock that was set back is no reason to wait.
        if self.now >= due || due > self.now.plus(KEEP_MS) {
            self.hourly.due = None;
            let effect = self.last_hours();
            self.effects.extend(effect);
        }
    }

    /// What has been counted and not been handed on, at the end of the program; none where that is nothing.
    pub fn last_hours(&mut self) -> Option<Effect> {
        let table = &mut self.store.registrations;
        table
            .has_counted()
            .then(|| Effect::KeepHours(table.take_counted()))
    }
}
