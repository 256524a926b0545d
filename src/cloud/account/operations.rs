//! Operations that the organisation holds by themselves (Platform API: some have a limit of their own).

use std::collections::HashMap;

use tokio::time::Instant;

use crate::cloud::call::Call;

/// Operations that are held at once, at most; past it the one that is free soonest is let go, and refused again.
const MOST: usize = 64;

/// Letters of a word in a path; what is longer is an id.
const LONGEST_WORD: usize = 32;

/// What is held, until when.
#[derive(Debug, Default)]
pub(super) struct Operations(HashMap<String, Instant>);

impl Operations {
    pub(super) fn hold(&mut self, operation: String, until: Instant) {
        self.forget(Instant::now());
        if self.0.len() >= MOST {
            let soonest = self.0.iter().min_by_key(|(_, until)| **until);
            if let Some(soonest) = soonest.map(|(name, _)| name.clone()) {
                self.0.remove(&soonest);
            }
        }
        let held = self.0.entry(operation).or_insert(until);
        *held = (*held).max(until);
    }

    /// Until when it is held; none when it may go.
    pub(super) fn held_until(&mut self, operation: &str) -> Option<Instant> {
        if self.0.is_empty() {
            return None;
        }
        self.forget(Instant::now());
        self.0.get(operation).copied()
    }

    /// What is held now, in the order of their names.
    pub(super) fn all(&mut self, now: Instant) -> Vec<(String, Instant)> {
        self.forget(now);
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|(n, until)| (n.clone(), *until))
            .collect();
        all.sort();
        all
    }

    fn forget(&mut self, now: Instant) {
        self.0.retain(|_, until| *until > now);
    }
}

/// What a call does, whatever it does it to: its verb and its path without the ids, which hold a digit or are too long
/// for a word.
pub(super) fn operation(call: &Call) -> String {
    let mut name = call.verb.to_owned();
    for segment in call.url.path_segments().into_iter().flatten() {
        let id = segment.len() > LONGEST_WORD || segment.bytes().any(|b| b.is_ascii_digit());
        let shown = if id && segment != "v2" {
            "{id}"
        } else {
            segment
        };
        name.push(if name.len() == call.verb.len() {
            ' '
        } else {
            '/'
        });
        name.push_str(shown);
    }
    name
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cloud::call::Needs;

    #[test]
    fn an_operation_is_the_same_whatever_it_is_done_to() {
        let of = |path: &str| {
            let url = format!("https://api.example.com/api/v2/{path}");
            operation(&Call::new("GET", url.parse().unwrap(), Needs::Nothing))
        };
        assert_eq!(
            of("users/u-12/station?x=1"),
            "GET api/v2/users/{id}/station"
        );
        assert_eq!(of("users/u-12/station"), of("users/u-13/station"));
        assert_eq!(of("users/me"), "GET api/v2/users/me");
    }

    #[test]
    fn what_is_held_is_bounded_and_forgotten() {
        let (start, mut operations) = (Instant::now(), Operations::default());
        for number in 0..1_000 {
            operations.hold(
                format!("GET {number}"),
                start + Duration::from_secs(60 + number),
            );
        }
        assert_eq!(operations.0.len(), MOST);
        assert!(operations.held_until("GET 999").is_some());
        assert_eq!(operations.held_until("GET 0"), None);
        assert_eq!(operations.all(start + Duration::from_secs(7_200)), []);
    }
}
