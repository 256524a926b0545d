//! Destinations of events, and how reaching them has gone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::route::{Check, Verdict};
use crate::time::Millis;

/// Destinations that are kept; more are counted and not looked at.
const MOST: usize = 4_000;

/// Looks that are kept of each.
const HISTORY: usize = 32;

/// What came of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it began.
    pub at: Millis,
    /// Whether everything passed.
    pub reachable: bool,
    /// At what it failed.
    pub failed: Option<Check>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// One destination.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    verdict: Option<Verdict>,
    past: VecDeque<Sample>,
    checking: bool,
}

impl Destination {
    /// The newest verdict that came to an end.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// Earlier looks, the newest first.
    pub fn past(&self) -> impl Iterator<Item = Sample> {
        self.past.iter().rev().copied()
    }

    /// Whether it is being looked at.
    #[must_use]
    pub fn checking(&self) -> bool {
        self.checking
    }
}

/// Every destination of every route, or every receiver of a webhook, by its URI.
#[derive(Debug, Default)]
pub struct Destinations {
    known: BTreeMap<String, Destination>,
    dropped: usize,
}

impl Destinations {
    pub(in crate::store) fn keep<'a>(&mut self, uris: impl Iterator<Item = &'a str>) {
        let mut wanted = BTreeSet::new();
        self.dropped = 0;
        for uri in uris {
            if wanted.len() < MOST {
                wanted.insert(uri);
            } else if !wanted.contains(uri) {
                self.dropped += 1;
            }
        }
        self.known.retain(|uri, _| wanted.contains(uri.as_str()));
        for uri in wanted {
            if !self.known.contains_key(uri) {
                self.known.insert(uri.to_owned(), Destination::default());
            }
        }
    }

    pub(in crate::store) fn checking(&mut self, uri: &str) {
        if let Some(known) = self.known.get_mut(uri) {
            known.checking = true;
        }
    }

    pub(in crate::store) fn checked(&mut self, verdict: Verdict) {
        let Some(known) = self.known.get_mut(verdict.uri.raw()) else {
            return;
        };
        if known.past.len() == HISTORY {
            known.past.pop_front();
        }
        known.past.push_back(Sample {
            at: verdict.at,
            reachable: verdict.reachable(),
            failed: verdict.failure().map(|(check, _)| check),
            took_ms: verdict.took_ms(),
        });
        known.checking = false;
        known.verdict = Some(verdict);
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<&Destination> {
        self.known.get(uri)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Destination)> {
        self.known.iter().map(|(uri, known)| (uri.as_str(), known))
    }

    /// Destinations beyond those kept, which are not looked at.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

/// The share of looks that reached their destination, 0 to 1; none before the first look.
#[must_use]
pub fn rate<'a>(of: impl Iterator<Item = &'a Destination>) -> Option<f64> {
    let (mut looks, mut good) = (0_u32, 0_u32);
    for sample in of.flat_map(Destination::past) {
        looks += 1;
        good += u32::from(sample.reachable);
    }
    (looks > 0).then(|| f64::from(good) / f64::from(looks))
}

/// The share of destinations that were reached at each look, the oldest first: the n-th look back of each belong together.
#[must_use]
pub fn trend(of: &[&Destination]) -> Vec<f32> {
    let longest = of.iter().map(|known| known.past.len()).max().unwrap_or(0);
    let at = |back: usize| {
        let samples = of.iter().filter_map(move |known| known.past().nth(back));
        let (mut looks, mut good) = (0_u16, 0_u16);
        for sample in samples {
            looks += 1;
            good += u16::from(sample.reachable);
        }
        f32::from(good) / f32::from(looks.max(1))
    };
    (0..longest).rev().map(at).collect()
}
