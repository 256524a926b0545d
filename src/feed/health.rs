//! Whether the other side of a socket is still there; a connection can be half-open for hours without an error.

use std::time::Duration;

use tokio::time::Instant;

/// What is to be done at a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Something was heard since the last tick, or the ping is still young.
    Fine,
    /// Ask.
    Ping,
    /// Nothing came back in time.
    Dead,
}

/// What was heard and asked.
#[derive(Debug, Default)]
pub(super) struct Health {
    heard: bool,
    pinged: Option<Instant>,
}

impl Health {
    /// Anything at all came: a frame, a ping, a pong.
    pub fn heard(&mut self) {
        self.heard = true;
        self.pinged = None;
    }

    /// Looks at a tick, which comes every `tick`.
    pub fn examine(&mut self, now: Instant, tick: Duration, deadline: Duration) -> Verdict {
        if std::mem::take(&mut self.heard) {
            return Verdict::Fine;
        }
        match self.pinged {
            None => {
                self.pinged = Some(now);
                Verdict::Ping
            }
            // Half a tick of grace: a tick that comes a moment early must not cost a whole one.
            Some(pinged) if now.duration_since(pinged) + tick / 2 >= deadline => Verdict::Dead,
            Some(_) => Verdict::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);
    const DEADLINE: Duration = Duration::from_secs(10);

    #[test]
    fn silence_is_asked_after_and_then_is_the_end() {
        let (start, mut health) = (Instant::now(), Health::default());
        health.heard();
        let verdicts: Vec<_> = (1..=4)
            .map(|n| health.examine(start + TICK * n, TICK, DEADLINE))
            .collect();
        assert_eq!(
            verdicts,
            [Verdict::Fine, Verdict::Ping, Verdict::Fine, Verdict::Dead]
        );
    }

    #[test]
    fn an_answer_is_enough_for_a_while() {
        let (start, mut health) = (Instant::now(), Health::default());
        assert_eq!(health.examine(start, TICK, DEADLINE), Verdict::Ping);
        health.heard();
        assert_eq!(health.examine(start + TICK, TICK, DEADLINE), Verdict::Fine);
        assert_eq!(
            health.examine(start + TICK * 2, TICK, DEADLINE),
            Verdict::Ping
        );
    }
}
