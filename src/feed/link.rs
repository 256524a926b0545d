//! What the connection as a whole is called, decided from a few signs.

use std::time::Duration;

use crate::time::Millis;
use crate::vocabulary::news::Link;

/// How reads fare, of all users together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reads {
    /// None has worked yet.
    #[default]
    Never,
    /// They work.
    Work,
    /// They did, and now fail one after the other.
    Fail,
}

/// Everything that the name depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs {
    /// An operator asked for quiet.
    pub paused: bool,
    /// Streams there should be.
    pub wanted: u32,
    /// What no stream is meant for, and is polled.
    pub polled: u32,
    /// Streams that are open and synchronised.
    pub live: u32,
    /// How reads fare.
    pub reads: Reads,
    /// Whether streams do not come up, and what they should carry is polled meanwhile.
    pub lent: bool,
    /// When anything last worked.
    pub worked: Millis,
    /// The soonest attempt to come, and its number.
    pub next: Option<(Millis, u32)>,
}

impl Signs {
    /// The name. A live stream says most, since it was synchronised by a read; then what works, then what is tried.
    pub fn link(&self, now: Millis, offline_after: Duration) -> Link {
        let silent = u128::from(now.since(self.worked)) >= offline_after.as_millis();
        let works = self.reads == Reads::Work;
        if self.paused {
            return Link::Paused;
        }
        if self.live > 0 {
            return Link::Live;
        }
        if works && (self.lent || (self.wanted == 0 && self.polled > 0)) {
            return Link::PollingOnly;
        }
        if works && self.wanted == 0 {
            return Link::Live;
        }
        match self.next {
            _ if silent && !works && (self.reads == Reads::Fail || self.next.is_some()) => {
                Link::Offline { since: self.worked }
            }
            Some((at, attempt)) => Link::Reconnecting { at, attempt },
            None => Link::Connecting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn named(signs: Signs) -> Link {
        signs.link(Millis(100_000), PATIENCE)
    }

    #[test]
    fn each_state_has_its_signs() {
        let soon = Some((Millis(104_000), 3));
        let recent = Signs {
            worked: Millis(99_000),
            wanted: 5,
            ..Signs::default()
        };
        assert_eq!(named(recent), Link::Connecting);
        assert_eq!(
            named(Signs {
                paused: true,
                live: 5,
                ..recent
            }),
            Link::Paused
        );
        assert_eq!(named(Signs { live: 1, ..recent }), Link::Live);
        let works = Signs {
            reads: Reads::Work,
            ..recent
        };
        assert_eq!(named(Signs { wanted: 0, ..works }), Link::Live);
        let polled = [
            Signs {
                lent: true,
                next: soon,
                ..works
            },
            Signs {
                wanted: 0,
                polled: 5,
                ..works
            },
        ];
        assert_eq!(polled.map(named), [Link::PollingOnly; 2]);
        let again = Link::Reconnecting {
            at: Millis(104_000),
            attempt: 3,
        };
        assert_eq!(
            named(Signs {
                next: soon,
                ..works
            }),
            again
        );
        let long_ago = Signs {
            worked: Millis(1_000),
            next: soon,
            ..recent
        };
        assert_eq!(
            named(long_ago),
            Link::Offline {
                since: Millis(1_000)
            }
        );
    }
}
