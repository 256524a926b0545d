//! How busy a queue is just now: who waits, who is there, and how well calls are answered.

use crate::time::Millis;

/// What was observed of one queue; none is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueueLoad {
    /// Those who wait for somebody, over all media.
    pub waiting: Option<u64>,
    /// Since when the one waits who has waited longest, as far as they are listed.
    pub oldest: Option<Millis>,
    /// Those who are being served.
    pub interacting: Option<u64>,
    /// Users who are on queue.
    pub on_queue: Option<u64>,
    /// Of these, the ones who could take somebody now.
    pub available: Option<u64>,
    /// Share of calls that were answered in time, in percent.
    pub service_level: Option<f64>,
    /// What that share is meant to be, in percent.
    pub target: Option<f64>,
}

impl QueueLoad {
    /// Whether somebody waits and nobody could take them.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.waiting.is_some_and(|waiting| waiting > 0) && self.available == Some(0)
    }

    /// Whether fewer are answered in time than are meant to be.
    #[must_use]
    pub fn is_short(&self) -> bool {
        matches!((self.service_level, self.target), (Some(is), Some(meant)) if is < meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_no_trouble() {
        assert!(!QueueLoad::default().is_stuck() && !QueueLoad::default().is_short());
        let stuck = QueueLoad {
            waiting: Some(2),
            available: Some(0),
            service_level: Some(70.0),
            target: Some(80.0),
            ..QueueLoad::default()
        };
        assert!(stuck.is_stuck() && stuck.is_short());
    }
}
