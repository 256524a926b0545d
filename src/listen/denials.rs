//! Who was turned away: counted, told now and then, and slowed down when it goes on.
//!
//! Everyone on this machine has the address 127.0.0.1, so nobody is locked out: a right token passes whatever others do.
//! What is wrong too often is answered late, which makes guessing slow and costs nobody else anything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::pass::Peer;

/// Wrong tokens, and right ones beyond their scope, at once before answers are late.
const BURST: u32 = 10;

/// One more is forgiven each time this has passed.
const FORGIVEN: Duration = Duration::from_secs(1);

/// How late an answer is then.
pub(super) const LATE: Duration = Duration::from_secs(1);

/// Those turned away are told of at most this often, with their number.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Marks an answer that is to be sent late.
#[derive(Clone, Copy, Debug)]
pub(super) struct Late;

/// Why somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// No token was shown where one is needed.
    NoToken,
    /// A token was shown that is none, or a path of a hook that is none.
    WrongToken,
    /// The token or the user may not ask for that.
    Scope,
    /// The user is on no list of the socket.
    ForeignUser,
}

impl Denied {
    const ALL: [Self; 4] = [
        Self::NoToken,
        Self::WrongToken,
        Self::Scope,
        Self::ForeignUser,
    ];

    /// The word of `/metrics`.
    const fn word(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::WrongToken => "wrong_token",
            Self::Scope => "scope",
            Self::ForeignUser => "foreign_user",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::NoToken => "without a token",
            Self::WrongToken => "with a wrong token",
            Self::Scope => "beyond the scope of its token or user",
            Self::ForeignUser => "by a user who may not use the socket",
        }
    }
}

/// What is remembered of those turned away.
#[derive(Debug, Default)]
pub(super) struct Denials {
    counts: [AtomicU64; 4],
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    wrong: u32,
    /// Up to when wrong tokens are forgiven.
    forgiven: Option<Instant>,
    told: Option<Instant>,
    untold: u64,
}

/// What is to be done about somebody who was turned away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Consequence {
    /// Their answer is to be late.
    pub(super) late: bool,
    /// An operator should read this.
    pub(super) notice: Option<String>,
}

impl Denials {
    /// How many were turned away, by why.
    pub(super) fn counts(&self) -> [(&'static str, u64); 4] {
        Denied::ALL.map(|why| {
            let count = self.counts[why as usize].load(Ordering::Relaxed);
            (why.word(), count)
        })
    }

    /// Notes somebody who was turned away.
    pub(super) fn note(&self, why: Denied, peer: &Peer, now: Instant) -> Consequence {
        self.counts[why as usize].fetch_add(1, Ordering::Relaxed);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever shows nothing guesses nothing.
        let counts = matches!(why, Denied::WrongToken | Denied::Scope);
        let late = counts && recent.is_too_often(now);
        Consequence {
            late,
            notice: recent.notice(why, peer, now),
        }
    }
}

impl Recent {
    fn is_too_often(&mut self, now: Instant) -> bool {
        let since = self.forgiven.get_or_insert(now);
        let forgiven = now.duration_since(*since).as_secs() / FORGIVEN.as_secs();
        let forgiven = u32::try_from(forgiven).unwrap_or(u32::MAX);
        *since += FORGIVEN.saturating_mul(forgiven.min(1 << 20));
        self.wrong = self.wrong.saturating_sub(forgiven);
        let often = self.wrong >= BURST;
        self.wrong = self.wrong.saturating_add(1).min(BURST);
        often
    }

    fn notice(&mut self, why: Denied, peer: &Peer, now: Instant) -> Option<String> {
        self.untold += 1;
        if self
            .told
            .is_some_and(|told| now.duration_since(told) < TOLD_EVERY)
        {
            return None;
        }
        self.told = Some(now);
        let count = std::mem::take(&mut self.untold);
        let requests = if count == 1 {
            "a request was".to_owned()
        } else {
            format!("{count} requests were")
        };
        Some(format!(
            "the listener: {requests} refused, the last {} from {}",
            why.sentence(),
            peer.whom()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> Peer {
        Peer::Net {
            at: "127.0.0.1:80".parse().unwrap(),
            from: "127.0.0.1:50000".parse().unwrap(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn guessing_is_slow_and_forgiven_with_time() {
        let denials = Denials::default();
        let guess = |now| denials.note(Denied::WrongToken, &peer(), now).late;
        let now = Instant::now();
        assert!((0..BURST).all(|_| !guess(now)));
        assert!(guess(now) && guess(now));
        assert!(!guess(now + FORGIVEN) && guess(now + FORGIVEN));
        let later = now + Duration::from_secs(3_600);
        assert!((0..BURST).all(|_| !guess(later)) && guess(later));
        let quiet = denials.note(Denied::NoToken, &peer(), later);
        assert!(!quiet.late, "only guesses are slow");
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_once_a_minute_with_the_number() {
        let denials = Denials::default();
        let now = Instant::now();
        let first = denials.note(Denied::NoToken, &peer(), now).notice.unwrap();
        assert_eq!(
            first,
            "the listener: a request was refused, the last without a token from 127.0.0.1"
        );
        for _ in 0..4 {
            assert_eq!(denials.note(Denied::Scope, &peer(), now).notice, None);
        }
        let next = denials.note(Denied::WrongToken, &peer(), now + TOLD_EVERY);
        assert!(next.notice.unwrap().contains("5 requests were refused"));
        assert_eq!(denials.counts()[2], ("scope", 4));
    }
}
