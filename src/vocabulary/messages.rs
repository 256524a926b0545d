//! What the console has told the operator: the newest as a toast, the last ones in `:messages`.

use std::collections::VecDeque;

use crate::time::Millis;

/// How long a toast stays, in milliseconds.
const TOAST_MS: i64 = 6_000;
/// Messages kept; older ones are dropped and counted.
const KEPT: usize = 500;

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something asked for was done.
    Note,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}

/// One message; repeats of the newest one are counted instead of listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was said last.
    pub at: Millis,
    /// How much it matters.
    pub weight: Weight,
    /// The sentence, safe to show.
    pub text: String,
    /// How often in a row.
    pub times: u32,
}

/// The bounded log of messages.
#[derive(Debug, Default)]
pub struct Messages {
    kept: VecDeque<Message>,
    dropped: u64,
    toast_until: Option<Millis>,
}

impl Messages {
    /// Says something; it shows as a toast at once.
    pub fn say(&mut self, weight: Weight, text: impl Into<String>, now: Millis) {
        let text = crate::text::shown(&text.into()).into_owned();
        self.toast_until = Some(now.plus(TOAST_MS));
        if let Some(last) = self.kept.back_mut()
            && last.text == text
        {
            (last.at, last.times) = (now, last.times.saturating_add(1));
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(Message {
            at: now,
            weight,
            text,
            times: 1,
        });
    }

    /// What was said last was said now: the clock of whoever said it is another one.
    pub fn restamp(&mut self, now: Millis) {
        let far = |until: &Millis| *until != now.plus(TOAST_MS);
        if self
            .toast_until
            .is_some_and(|until| until < now && far(&until))
        {
            self.toast_until = Some(now.plus(TOAST_MS));
            if let Some(last) = self.kept.back_mut() {
                last.at = now;
            }
        }
    }

    /// The message that shows as a toast now.
    #[must_use]
    pub fn toast(&self) -> Option<&Message> {
        self.toast_until.and_then(|_| self.kept.back())
    }

    /// Takes the toast away; whether there was one.
    pub fn dismiss(&mut self) -> bool {
        self.toast_until.take().is_some()
    }

    /// When the toast goes by itself.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        self.toast_until
    }

    /// Lets the toast go when its time is over; whether it went.
    pub fn tick(&mut self, now: Millis) -> bool {
        self.toast_until.is_some_and(|until| now >= until) && self.dismiss()
    }

    /// All kept messages, newest first.
    #[must_use]
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Message> {
        self.kept.iter().rev()
    }

    /// How many old messages were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_and_old_ones_dropped_with_a_count() {
        let mut messages = Messages::default();
        for n in 0..KEPT + 2 {
            messages.say(Weight::Note, format!("m{n}"), Millis(0));
        }
        messages.say(Weight::Note, format!("m{}", KEPT + 1), Millis(5));
        assert_eq!(messages.newest_first().len(), KEPT);
        assert_eq!(messages.dropped(), 2);
        assert_eq!(
            messages.toast().map(|m| (m.times, m.at)),
            Some((2, Millis(5)))
        );
    }

    #[test]
    fn a_toast_goes_by_itself_and_hostile_text_is_shown_harmless() {
        let mut messages = Messages::default();
        messages.say(Weight::Error, "bad \x1b[2J name", Millis(0));
        assert_eq!(
            messages.toast().map(|m| m.text.as_str()),
            Some("bad \\u{1b}[2J name")
        );
        assert!(!messages.tick(Millis(TOAST_MS - 1)));
        assert!(messages.tick(Millis(TOAST_MS)));
        assert!(messages.toast().is_none());
    }
}
