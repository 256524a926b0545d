//! How many streams the machine bears: each of them holds a file descriptor.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are kept for everything else: requests, the listener and its clients, probes, files.
const RESERVE: u64 = 256;

/// Raises the soft limit of open files to the hard one, which needs no privilege. Returns what holds then; none is no
/// limit.
pub fn raise() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::info!(%error, "the limit of open files stays as it is");
        }
    }
    getrlimit(Resource::Nofile).current
}

/// Streams that may be open at a time beside everything else.
#[must_use]
pub fn bears() -> usize {
    borne(raise())
}

fn borne(limit: Option<u64>) -> usize {
    // At least half of a very small limit, so that some streams are better than none.
    let left = |limit: u64| limit.saturating_sub(RESERVE).max(limit / 2);
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(left(limit)).unwrap_or(usize::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_left_for_everything_else() {
        assert_eq!(borne(Some(20_000)), 19_744);
        assert_eq!(borne(Some(64)), 32);
        assert_eq!(borne(None), usize::MAX);
    }

    #[test]
    fn the_soft_limit_is_raised_to_the_hard_one() {
        assert_eq!(raise(), getrlimit(Resource::Nofile).maximum);
    }
}
