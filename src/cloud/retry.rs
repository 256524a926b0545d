//! Which failures are tried again, how often and after how long: contract §2's table as data.

use std::time::{Duration, SystemTime};

use backon::Retryable;

use super::error::{Error, Fate};
use crate::model::write::WriteKind;

/// The longest wait that an answer can impose; a longer one is taken for a mistake and cut.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often it is tried in all.
    pub attempts: usize,
    /// The longest wait before the second try; doubled before each further one.
    pub first_wait: Duration,
}

/// Registrations and users: 429, 503 and network failures, 3 tries, 2 and 4 s.
pub const READ: Policy = Policy {
    attempts: 3,
    first_wait: Duration::from_secs(2),
};

/// What is tried again, and how, for one kind of write: contract §2's table.
#[derive(Clone, Copy, Debug)]
pub struct WriteRule {
    /// How often and after how long.
    pub policy: Policy,
    passing: fn(&Error) -> bool,
}

impl WriteRule {
    /// Whether this failure is tried again: it proves that the write was not taken. A sign-in that is put off always is.
    #[must_use]
    pub fn passing(&self, error: &Error) -> bool {
        error.sign_in_put_off() || (self.passing)(error)
    }
}

/// The row of a kind of write. The table leaves the webhooks open: as the submit that they belong to.
#[must_use]
pub fn of_write(kind: WriteKind) -> WriteRule {
    let (attempts, seconds, passing): (_, _, fn(&Error) -> bool) = match kind {
        WriteKind::Provision | WriteKind::JobWebhook | WriteKind::JobWebhookRemove => {
            (5, 1, |error| match error.status() {
                Some(status) => matches!(status, 429 | 503),
                None => not_sent(error),
            })
        }
        // As provisioning on the direct API: all of them can be looked at afterwards.
        WriteKind::PhoneCreate
        | WriteKind::PhoneMove
        | WriteKind::PhoneRename
        | WriteKind::PhoneDelete
        | WriteKind::ConversationDisconnect
        | WriteKind::StationAssociate
        | WriteKind::StationFree
        | WriteKind::StationDefault => (3, 1, |error| match error.status() {
            Some(status) => matches!(status, 429 | 503),
            None => not_sent(error),
        }),
        // 503 is its word for a phone without an edge, which no retry mends.
        WriteKind::PhoneReboot | WriteKind::EdgeReboot => (3, 1, |error| match error.status() {
            Some(status) => status == 429,
            None => not_sent(error),
        }),
        WriteKind::Raw
        | WriteKind::RouteCreate
        | WriteKind::RouteUpdate
        | WriteKind::RouteDelete => (3, 1, |error| match error.status() {
            Some(status) => status == 429,
            None => not_sent(error),
        }),
        WriteKind::CallbackBook
        | WriteKind::CallbackReschedule
        | WriteKind::CallbackCancel
        | WriteKind::CallbackWebhook
        | WriteKind::CallbackWebhookRemove => (3, 5, |error| error.status() == Some(429)),
        // On the Platform API; the direct one has a session of its own.
        WriteKind::Transfer
        | WriteKind::ConsultStart
        | WriteKind::ConsultSpeak
        | WriteKind::ConsultComplete
        | WriteKind::ConsultCancel => (4, 1, |error| match error.status() {
            Some(status) => status == 429,
            None => not_sent(error),
        }),
        // These are not ours to send: other hosts.
        WriteKind::MediaCallback
        | WriteKind::RouteSync
        | WriteKind::WebhookTrial
        | WriteKind::RouteTrial
        | WriteKind::HandoverTake
        | WriteKind::HandoverPost
        | WriteKind::CallbackUnmask => (1, 1, |_| false),
    };
    let policy = Policy {
        attempts,
        first_wait: Duration::from_secs(seconds),
    };
    WriteRule { policy, passing }
}

/// A connection that was not made, and may be in a moment.
fn not_sent(error: &Error) -> bool {
    error.passing() && error.fate() == Fate::NotSent
}

/// The token call, which the table leaves open: as the reads, with shorter waits because everything waits for it. 429 and
/// 503 have the patience of the call that waits for the token: nothing of that has been sent.
pub const SIGN_IN: Policy = Policy {
    attempts: 3,
    first_wait: Duration::from_secs(1),
};

impl Policy {
    /// Tries `once`, which is told which attempt it is, until it succeeds, fails with what is not `passing`, or has been
    /// tried often enough. A wait that the answer names goes before the table's.
    pub async fn run<T, F, Fut>(
        self,
        once: F,
        passing: impl FnMut(&Error) -> bool,
    ) -> Result<T, Error>
    where
        F: FnMut(u32) -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        self.told(once, passing, |_, _| {}).await
    }

    /// The same, and says before each wait why and how long.
    pub async fn told<T, F, Fut>(
        self,
        mut once: F,
        passing: impl FnMut(&Error) -> bool,
        waiting: impl FnMut(&Error, Duration),
    ) -> Result<T, Error>
    where
        F: FnMut(u32) -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let mut attempt = 0;
        let counted = || {
            attempt += 1;
            once(attempt)
        };
        counted
            .retry(self.waits())
            .when(passing)
            .adjust(|error, wait| wait.map(|wait| error.retry_after().unwrap_or(wait)))
            .notify(waiting)
            .await
    }

    /// The waits between tries, when the answer names none: equal jitter (contract §2), so that many clients do not return
    /// together, and none of them sooner than half of the wait.
    fn waits(self) -> impl Iterator<Item = Duration> + Send + Sync + Unpin {
        self.ceilings()
            .map(|ceiling| ceiling.mul_f64(0.5 + fastrand::f64() / 2.0))
    }

    fn ceilings(self) -> impl Iterator<Item = Duration> + Send + Sync + Unpin {
        std::iter::successors(Some(self.first_wait), |wait| Some(wait.saturating_mul(2)))
            .take(self.attempts.saturating_sub(1))
    }
}

/// Reads `Retry-After` (RFC 9110 §10.2.3): seconds or an HTTP date, cut to a minute; what is neither counts as absent.
#[must_use]
pub fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit()) {
        // Digits that do not fit are still a number: a very long one.
        let seconds = header.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST_WAIT));
    }
    let at = httpdate::parse_http_date(header).ok()?;
    let wait = at.duration_since(now).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Option<u64> {
        let now = httpdate::parse_http_date("Mon, 15 Jun 2026 14:00:00 GMT").unwrap();
        retry_after(header, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_honoured() {
        assert_eq!(read("7"), Some(7));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("Mon, 15 Jun 2026 14:00:20 GMT"), Some(20));
        assert_eq!(read("Mon, 15 Jun 2026 13:00:00 GMT"), Some(0));
    }

    #[test]
    fn absurd_waits_are_cut_to_a_minute() {
        for header in [
            "86400",
            "99999999999999999999999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(read(header), Some(60), "{header}");
        }
    }

    #[test]
    fn what_is_no_wait_counts_as_absent() {
        for header in ["", "soon", "-1", "1.5", "1e9", "\u{663}"] {
            assert_eq!(read(header), None, "{header}");
        }
    }

    #[test]
    fn waits_double_and_are_jittered_between_half_of_their_ceiling_and_the_whole() {
        let ceilings: Vec<_> = READ.ceilings().map(|wait| wait.as_secs()).collect();
        assert_eq!(ceilings, [2, 4]);
        for _ in 0..100 {
            for (wait, ceiling) in READ.waits().zip(READ.ceilings()) {
                assert!(wait <= ceiling && wait >= ceiling / 2);
            }
        }
    }
}
