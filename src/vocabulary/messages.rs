//! What the console has told the operator: the newest on a line of their own, the last ones in `:messages`.
//!
//! Answers to what a person did and what happens by itself are kept apart while they show: an alert that comes in a busy
//! minute must not take the place of the result that somebody is waiting for.

use std::collections::VecDeque;

use crate::time::Millis;

/// How long a message shows by itself, in milliseconds.
const SHOWN_MS: i64 = 6_000;
/// How long an answer shows that a person has to do something about, in milliseconds.
const ANSWER_MS: i64 = 15_000;
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

/// A message while it shows.
#[derive(Debug)]
struct Shown {
    message: Message,
    until: Millis,
}

/// The bounded log of messages.
#[derive(Debug, Default)]
pub struct Messages {
    kept: VecDeque<Message>,
    dropped: u64,
    answer: Option<Shown>,
    event: Option<Shown>,
}

impl Messages {
    /// Answers something that a person did; it shows at once, and nothing but another answer takes its place.
    pub fn say(&mut self, weight: Weight, text: impl Into<String>, now: Millis) {
        let message = self.keep(weight, &text.into(), now);
        let lasts = match weight {
            Weight::Note => SHOWN_MS,
            Weight::Warning | Weight::Error => ANSWER_MS,
        };
        let until = now.plus(lasts);
        self.answer = Some(Shown { message, until });
    }

    /// Tells of something that nobody has asked for: an alert, a connection that was lost.
    pub fn tell(&mut self, weight: Weight, text: impl Into<String>, now: Millis) {
        let message = self.keep(weight, &text.into(), now);
        let until = now.plus(SHOWN_MS);
        self.event = Some(Shown { message, until });
    }

    fn keep(&mut self, weight: Weight, text: &str, now: Millis) -> Message {
        let text = crate::text::shown(text).into_owned();
        if let Some(last) = self.kept.back_mut()
            && last.text == text
        {
            (last.at, last.times) = (now, last.times.saturating_add(1));
            return last.clone();
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        let message = Message {
            at: now,
            weight,
            text,
            times: 1,
        };
        self.kept.push_back(message.clone());
        message
    }

    /// What was said last was said now: the clock of whoever said it is another one.
    pub fn restamp(&mut self, now: Millis) {
        for shown in self.answer.iter_mut().chain(&mut self.event) {
            if shown.until < now {
                shown.until = now.plus(ANSWER_MS);
            }
        }
    }

    /// The answer to what a person did last, while it shows.
    #[must_use]
    pub fn answer(&self) -> Option<&Message> {
        self.answer.as_ref().map(|shown| &shown.message)
    }

    /// What has happened by itself, while it shows.
    #[must_use]
    pub fn event(&self) -> Option<&Message> {
        self.event.as_ref().map(|shown| &shown.message)
    }

    /// Takes away what shows; whether anything did.
    pub fn dismiss(&mut self) -> bool {
        let answer = self.answer.take().is_some();
        self.event.take().is_some() || answer
    }

    /// When the next of what shows goes by itself.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        let shown = self.answer.iter().chain(&self.event);
        shown.map(|shown| shown.until).min()
    }

    /// Lets what shows go when its time is over; whether anything went.
    pub fn tick(&mut self, now: Millis) -> bool {
        let over = |shown: &mut Shown| now >= shown.until;
        let answer = self.answer.take_if(over).is_some();
        self.event.take_if(over).is_some() || answer
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
            messages.answer().map(|m| (m.times, m.at)),
            Some((2, Millis(5)))
        );
    }

    #[test]
    fn a_message_goes_by_itself_and_hostile_text_is_shown_harmless() {
        let mut messages = Messages::default();
        messages.tell(Weight::Error, "bad \x1b[2J name", Millis(0));
        assert_eq!(
            messages.event().map(|m| m.text.as_str()),
            Some("bad \\u{1b}[2J name")
        );
        assert!(!messages.tick(Millis(SHOWN_MS - 1)));
        assert!(messages.tick(Millis(SHOWN_MS)));
        assert!(messages.event().is_none());
    }

    #[test]
    fn what_happens_does_not_take_the_place_of_an_answer() {
        let mut messages = Messages::default();
        messages.say(Weight::Error, "refused", Millis(0));
        messages.tell(Weight::Warning, "phone lost", Millis(1));
        assert_eq!(messages.answer().map(|m| m.text.as_str()), Some("refused"));
        assert!(messages.tick(Millis(1 + SHOWN_MS)));
        assert!(messages.answer().is_some() && messages.event().is_none());
        assert_eq!(messages.deadline(), Some(Millis(ANSWER_MS)));
        assert!(messages.dismiss() && !messages.dismiss());
    }
}
