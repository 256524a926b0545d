//! Events heard twice: while one socket takes a channel over from another, both may bring the same one.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet};

/// Events remembered; an overlap lasts seconds.
const REMEMBERED: usize = 4_096;

/// The newest events of an overlap, as hashes.
#[derive(Debug, Default)]
pub(super) struct Recent {
    hasher: DefaultHashBuilder,
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Whether this event is new; it is remembered.
    pub fn is_new(&mut self, topic: &str, body: &[u8]) -> bool {
        let hash = self.hasher.hash_one((topic, body));
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_new_once_while_it_is_remembered() {
        let mut recent = Recent::default();
        assert!(recent.is_new("a", b"1"));
        assert!(!recent.is_new("a", b"1"));
        assert!(recent.is_new("b", b"1"));
        for n in 0..REMEMBERED {
            assert!(recent.is_new("c", n.to_string().as_bytes()));
        }
        assert!(recent.is_new("a", b"1"), "pushed out by newer ones");
        assert_eq!(recent.known.len(), REMEMBERED);
    }
}
