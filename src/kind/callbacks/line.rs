//! One reservation as an operator sees it: with its queue, by the queue's clock and by their own.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::model::callback::Status;
use crate::model::queue::Queue;
use crate::store::Store;
use crate::store::callbacks::CallbackRow;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// A reservation with its queue.
#[derive(Clone, Copy)]
pub struct CallbackLine<'a> {
    /// What the organisation says.
    pub row: &'a CallbackRow,
    /// Its queue; none when it is not known.
    pub queue: Option<&'a Queue>,
    /// Whether what the organisation said may be out of date.
    pub stale: bool,
    /// Whether the whole number may be seen now.
    pub unmasked: bool,
    /// The moment it is.
    pub now: Millis,
}

/// How the status looks.
#[must_use]
pub fn role(line: &CallbackLine<'_>) -> Role {
    match line.row.callback().status {
        _ if line.stale => Role::Stale,
        Status::Failed => Role::Bad,
        Status::Dialing | Status::Connected => Role::Accent,
        Status::Scheduled | Status::Completed => Role::Ok,
        Status::Cancelled => Role::Dim,
        Status::Unknown => Role::Unknown,
    }
}

impl<'a> CallbackLine<'a> {
    /// The line of a row.
    #[must_use]
    pub fn of(row: &'a CallbackRow, store: &'a Store, now: Millis) -> Self {
        Self {
            row,
            queue: store
                .queues
                .get(&row.callback().queue)
                .map(|row| &row.queue),
            // What is over does not change any more.
            stale: row.remembered() || (store.callbacks.stale() && !row.callback().status.over()),
            unmasked: store.callbacks.unmasked(now),
            now,
        }
    }

    /// The status on screen, in filters and in exports: what may be out of date never claims to be going well.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.row.callback().status {
            _ if self.row.remembered() => "remembered",
            _ if self.stale => "stale",
            status => status.word(),
        }
    }

    /// The number, whole or masked.
    #[must_use]
    pub fn number(&self) -> String {
        let number = &self.row.callback().number;
        if number.is_empty() {
            "-".to_owned()
        } else if self.unmasked {
            number.raw().to_string()
        } else {
            number.to_string()
        }
    }

    /// The queue's name, or its id.
    #[must_use]
    pub fn queue_name(&self) -> Cow<'a, str> {
        let label = self
            .queue
            .map_or(&self.row.callback().queue.0, |queue| queue.label());
        Cow::Borrowed(label.raw())
    }

    /// What it is about; a dash when the organisation did not say.
    #[must_use]
    pub fn reason(&self) -> String {
        let reason = &self.row.callback().reason;
        reason.as_ref().map_or("-".to_owned(), ToString::to_string)
    }

    fn clock(&self) -> TimeZone {
        self.queue.map_or(TimeZone::UTC, Queue::clock)
    }

    /// The begin of the slot by the queue's own clock; by UTC when its zone is not known.
    #[must_use]
    pub fn slot(&self) -> String {
        let time = self.row.callback().time;
        time.map_or("-".to_owned(), |time| time.day(&self.clock(), self.now))
    }

    /// The same by the operator's clock, with the days that it is off where the date is another.
    #[must_use]
    pub fn here(&self, here: &TimeZone) -> String {
        let Some(time) = self.row.callback().time else {
            return "-".to_owned();
        };
        let local = time.timestamp().to_zoned(here.clone());
        let there = time.timestamp().to_zoned(self.clock()).date();
        let clock = local.strftime("%H:%M");
        match there.until(local.date()).map_or(0, |span| span.get_days()) {
            0 => clock.to_string(),
            days => format!("{clock}{days:+}d"),
        }
    }

    /// How long until the slot begins, in milliseconds; none once it makes no difference any more.
    #[must_use]
    pub fn ahead(&self) -> Option<i64> {
        let waits = self.row.callback().status == Status::Scheduled;
        let time = self.row.callback().time.filter(|_| waits)?;
        Some(time.0.saturating_sub(self.now.0))
    }

    /// The countdown in words.
    #[must_use]
    pub fn countdown(&self) -> String {
        self.ahead().map_or("-".to_owned(), words)
    }
}

/// A stretch of time until a slot, in minutes: that is as often as the countdown is drawn.
fn words(ms: i64) -> String {
    let minutes = ms.div_euclid(60_000);
    match minutes {
        i64::MIN..=-1 => match minutes.saturating_neg() {
            late @ 0..=99 => format!("{late} min late"),
            late @ 100..=2879 => format!("{} h late", late / 60),
            late => format!("{} d late", late / 1_440),
        },
        0 => "now".to_owned(),
        1..=99 => format!("in {minutes} min"),
        100..=2879 => format!("in {} h", minutes / 60),
        _ => format!("in {} d", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_countdown_says_as_much_as_a_minute_can() {
        let minute = 60_000;
        let told = [
            0,
            59_999,
            minute,
            99 * minute,
            120 * minute,
            3 * 1_440 * minute,
        ]
        .map(words);
        assert_eq!(
            told,
            ["now", "now", "in 1 min", "in 99 min", "in 2 h", "in 3 d"]
        );
        assert_eq!(words(-1), "1 min late");
        assert_eq!(words(-120 * minute), "2 h late");
        assert!(words(i64::MIN).ends_with("d late"));
    }
}
