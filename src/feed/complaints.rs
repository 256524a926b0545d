//! Problems told once a kind, with a count: an outage of 300 users is one sentence, not 300.

use std::time::Duration;

use hashbrown::HashMap;
use tokio::time::Instant;

use crate::cloud::Error;
use crate::text::Text;
use crate::vocabulary::problem::{Problem, Trouble};

/// What went wrong, as far as telling it together goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ProblemKind {
    /// The sign-in: whoever waits for a token is answered by the one attempt that there was, so that nobody can count it.
    SignIn,
    /// Reads of one user's registrations.
    Read,
    /// Streams that do not open.
    Stream,
    /// Another reader of the same client; the newest word on it holds all of it.
    Rival,
    /// The list of users.
    Users,
    /// Entries of an answer that could not be used.
    Entry,
    /// Users who were listed and are not there any more.
    Missing,
}

impl ProblemKind {
    const fn plural(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Stream | Self::Rival => "streams",
            Self::Users | Self::SignIn => "attempts",
            Self::Entry => "entries",
            Self::Missing => "users",
        }
    }

    /// What an error of this topic is about: the sign-in, where that failed and the call itself was not sent.
    pub fn of(self, error: &Error) -> Self {
        if error.at_sign_in() {
            return Self::SignIn;
        }
        self
    }
}

#[derive(Debug)]
struct Pending {
    newest: Option<Problem>,
    count: u64,
    told: Option<Instant>,
}

/// Problems waiting to be told; at most one for each topic and kind of trouble.
#[derive(Debug, Default)]
pub(super) struct Complaints(HashMap<(ProblemKind, Trouble), Pending>);

impl Complaints {
    /// Notes a problem.
    pub fn note(&mut self, topic: ProblemKind, problem: Problem) {
        let key = (topic, problem.trouble);
        let pending = self.0.entry(key).or_insert(Pending {
            newest: None,
            count: 0,
            told: None,
        });
        pending.newest = Some(problem);
        pending.count = pending.count.saturating_add(1);
    }

    /// Takes what may be told now: what has not been told for `gap`.
    pub fn due(&mut self, now: Instant, gap: Duration) -> Vec<Problem> {
        let ready = self
            .0
            .iter_mut()
            .filter(|(_, pending)| pending.waits(now, gap).is_some_and(|wait| wait.is_zero()));
        ready
            .filter_map(|((topic, _), pending)| pending.tell(*topic, now))
            .collect()
    }

    /// How long until something may be told; none when there is nothing to tell.
    pub fn wait(&self, now: Instant, gap: Duration) -> Option<Duration> {
        self.0
            .values()
            .filter_map(|pending| pending.waits(now, gap))
            .min()
    }
}

impl Pending {
    fn waits(&self, now: Instant, gap: Duration) -> Option<Duration> {
        self.newest.as_ref()?;
        Some(self.told.map_or(Duration::ZERO, |told| {
            (told + gap).saturating_duration_since(now)
        }))
    }

    fn tell(&mut self, topic: ProblemKind, now: Instant) -> Option<Problem> {
        let newest = self.newest.take()?;
        self.told = Some(now);
        let count = std::mem::take(&mut self.count);
        if count == 1 || matches!(topic, ProblemKind::Rival | ProblemKind::SignIn) {
            return Some(newest);
        }
        let text = format!(
            "{count} {} failed alike; the last one: {}",
            topic.plural(),
            newest.text.raw()
        );
        Some(Problem {
            text: Text::from(text),
            ..newest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_become_one_and_are_not_repeated_too_soon() {
        let (now, gap) = (Instant::now(), Duration::from_secs(30));
        let mut complaints = Complaints::default();
        assert_eq!(complaints.wait(now, gap), None);
        for user in 0..312 {
            let text = Text::from(format!("user u{user}: no route"));
            complaints.note(
                ProblemKind::Read,
                Problem {
                    trouble: Trouble::Unreachable,
                    text,
                },
            );
        }
        let told = complaints.due(now, gap);
        assert_eq!(told.len(), 1);
        assert!(told[0].text.raw().starts_with("312 reads failed alike"));
        assert!(told[0].text.raw().ends_with("user u311: no route"));

        for _ in 0..2 {
            let text = Text::from("Signing in failed");
            complaints.note(
                ProblemKind::SignIn,
                Problem {
                    trouble: Trouble::Credentials,
                    text,
                },
            );
        }
        let told = complaints.due(now, gap);
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].text.raw(),
            "Signing in failed",
            "asked once, not twice"
        );

        let again = Problem {
            trouble: Trouble::Unreachable,
            text: "once more".into(),
        };
        complaints.note(ProblemKind::Read, again.clone());
        assert!(complaints.due(now, gap).is_empty());
        assert_eq!(complaints.wait(now, gap), Some(gap));
        assert_eq!(complaints.due(now + gap, gap), [again]);
    }
}
