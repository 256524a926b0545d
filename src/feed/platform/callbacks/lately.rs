//! Which callbacks topics spoke of lately. A query's answer is made of an index that lags behind: what a topic said within
//! that time, it may not know yet.

use std::collections::HashSet;
use std::time::Duration;

use hashbrown::HashMap;
use tokio::time::Instant;

use crate::model::CallbackId;

/// How far the index may lag behind; the API names no figure.
pub(super) const LAG: Duration = Duration::from_secs(60);

/// Callbacks remembered; far more than an organisation moves in a minute.
const MOST: usize = 65_536;

/// The newest word on each, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct Lately {
    heard: HashMap<CallbackId, Instant>,
}

impl Lately {
    /// Notes that a topic spoke of one. False when there is no room: a read has to be made again later.
    pub fn note(&mut self, id: &CallbackId, now: Instant) -> bool {
        if self.heard.len() >= MOST && !self.heard.contains_key(id) {
            self.heard.retain(|_, at| now.duration_since(*at) < LAG);
            if self.heard.len() >= MOST {
                return false;
            }
        }
        self.heard.insert(id.clone(), now);
        true
    }

    /// Those of whom a read that began then may know less than the topics do.
    pub fn before(&mut self, began: Instant) -> HashSet<CallbackId> {
        self.heard
            .retain(|_, at| began.saturating_duration_since(*at) < LAG);
        self.heard.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_long_before_a_read_the_read_knows() {
        let (mut lately, start) = (Lately::default(), Instant::now());
        assert!(lately.note(&"old".into(), start));
        assert!(lately.note(&"new".into(), start + LAG));
        let known = lately.before(start + LAG);
        assert_eq!(known, HashSet::from(["new".into()]));
        assert_eq!(lately.before(start + LAG * 3), HashSet::new());
    }
}
