//! Whether the other side of a connection is still there: one can be half-open for hours without an error.
//!
//! One rule: where nothing was heard for a while the other side is asked, with whatever the connection has for a ping, and
//! where no answer comes in time it is gone. When that is looked at is for the connection: thousands look together at a beat,
//! so that a quiet console wakes once for all, and one alone looks when it is [due](Silence::due).

use std::time::Duration;

use tokio::time::Instant;

/// What a look at a silence comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// Something was heard lately, or the ping is still young.
    Alive,
    /// A ping is to be sent; it counts as sent.
    Ask,
    /// No answer came in time.
    Dead,
}

/// What was heard of the other side, and what it was asked.
#[derive(Debug)]
pub struct Silence {
    heard: Instant,
    asked: Option<Instant>,
}

impl Silence {
    /// A connection that has just opened.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            heard: now,
            asked: None,
        }
    }

    /// Something came that shows that the other side is there: the answer, or anything at all where nothing depends on the
    /// answer itself.
    pub fn heard(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    /// Something came, and the answer to what was asked has still to.
    pub fn spoken(&mut self, now: Instant) {
        self.heard = now;
    }

    /// A ping is sent out of turn.
    pub fn ask(&mut self, now: Instant) {
        self.asked = Some(now);
    }

    /// When the ping was sent that is not answered yet.
    #[must_use]
    pub fn asked(&self) -> Option<Instant> {
        self.asked
    }

    /// Looks: after a silence of `quiet` the other side is asked, and it has `within` to answer.
    pub fn look(&mut self, now: Instant, quiet: Duration, within: Duration) -> Liveness {
        match self.asked {
            Some(asked) if now.saturating_duration_since(asked) >= within => Liveness::Dead,
            None if now.saturating_duration_since(self.heard) >= quiet => {
                self.asked = Some(now);
                Liveness::Ask
            }
            Some(_) | None => Liveness::Alive,
        }
    }

    /// When a look is due if nothing is heard.
    #[must_use]
    pub fn due(&self, quiet: Duration, within: Duration) -> Instant {
        self.asked
            .map_or_else(|| self.heard + quiet, |asked| asked + within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Duration = Duration::from_secs(5);
    const WITHIN: Duration = Duration::from_secs(8);

    fn looks(silence: &mut Silence, from: Instant) -> Vec<Liveness> {
        (1..=4)
            .map(|n| silence.look(from + QUIET * n, QUIET, WITHIN))
            .collect()
    }

    #[test]
    fn silence_is_asked_after_and_then_is_the_end() {
        let start = Instant::now();
        let mut silence = Silence::new(start + QUIET / 5);
        assert_eq!(silence.due(QUIET, WITHIN), start + QUIET / 5 * 6);
        let expected = [
            Liveness::Alive,
            Liveness::Ask,
            Liveness::Alive,
            Liveness::Dead,
        ];
        assert_eq!(looks(&mut silence, start), expected);
        assert_eq!(silence.due(QUIET, WITHIN), start + QUIET * 2 + WITHIN);
    }

    #[test]
    fn anything_is_an_answer_unless_the_answer_itself_is_waited_for() {
        let start = Instant::now();
        let mut silence = Silence::new(start);
        assert_eq!(silence.look(start + QUIET, QUIET, WITHIN), Liveness::Ask);
        silence.spoken(start + QUIET * 2);
        assert_eq!(silence.asked(), Some(start + QUIET));
        assert_eq!(
            silence.look(start + QUIET * 3, QUIET, WITHIN),
            Liveness::Dead
        );
        silence.heard(start + QUIET * 3);
        assert_eq!(silence.asked(), None);
        assert_eq!(
            silence.look(start + QUIET * 3, QUIET, WITHIN),
            Liveness::Alive
        );
    }
}
