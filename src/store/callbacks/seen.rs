//! Which updates have been taken in: the newest so many correlation ids.

use std::collections::{HashMap, VecDeque};

use crate::model::CallbackId;
use crate::text::Text;

/// Ids kept. The stream lets far fewer be under way at a time, so what is delivered again is still among them.
const MOST: usize = 65_536;

/// Correlation ids, each with the reservation it spoke of.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    known: HashMap<Text, CallbackId>,
    order: VecDeque<Text>,
}

impl Seen {
    /// The reservation that this update spoke of, when it was taken in before.
    pub fn of(&self, correlation: &Text) -> Option<&CallbackId> {
        self.known.get(correlation)
    }

    /// Notes an update that is being taken in.
    pub fn note(&mut self, correlation: Text, callback: CallbackId) {
        if self.order.len() == MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        if self.known.insert(correlation.clone(), callback).is_none() {
            self.order.push_back(correlation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_first_and_no_more_than_so_many_are_kept() {
        let mut seen = Seen::default();
        for n in 0..=MOST {
            seen.note(format!("c{n}").into(), "cb".into());
        }
        assert_eq!((seen.known.len(), seen.order.len()), (MOST, MOST));
        assert!(seen.of(&"c0".into()).is_none());
        assert!(seen.of(&"c1".into()).is_some());
    }
}
