//! One interaction has one transfer under way (contract §8): a second is refused with how far the first has come.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::model::InteractionId;
use crate::model::transfer::made::Happening;

/// The transfers under way of one profile, by their interactions, and how far each has come. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Flights(
    Arc<Mutex<HashMap<InteractionId, &'static str>>>,
    /// Until when no frame is sent, because one was turned away: all of them slow down together.
    Arc<Mutex<Option<Instant>>>,
);

/// One of them. Dropping it lets the next one begin.
#[derive(Debug)]
pub(super) struct Flight {
    flights: Flights,
    of: InteractionId,
}

impl Flights {
    /// Begins one, or says how far the one has come that is under way.
    pub(super) fn begin(&self, of: &InteractionId) -> Result<Flight, &'static str> {
        let mut under_way = self.lock();
        if let Some(stage) = under_way.get(of) {
            return Err(stage);
        }
        under_way.insert(of.clone(), "being begun");
        Ok(Flight {
            flights: self.clone(),
            of: of.clone(),
        })
    }

    /// A frame was turned away, and is sent again after that wait: so are all others not before it.
    pub(super) fn slow_down(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut held = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |held| held.max(until)));
    }

    /// Returns when frames may be sent.
    pub(super) async fn calm(&self) {
        loop {
            let held = *self.1.lock().unwrap_or_else(PoisonError::into_inner);
            match held {
                Some(until) if until > Instant::now() => sleep_until(until).await,
                _ => return,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InteractionId, &'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// It has come further.
    pub(super) fn at(&self, happening: &Happening) {
        let stage = match happening {
            Happening::Checking | Happening::Checked(_) => "being checked",
            Happening::Linked { .. } | Happening::Sent { .. } | Happening::Accepted => {
                "sent and not answered yet"
            }
            Happening::Retrying { .. } => "turned away for now, and to be sent again",
            Happening::FallingBack { .. } => "falling back to another codec",
            Happening::Missed(_) | Happening::Reconciling(_) => {
                "without an answer, and being looked for"
            }
            _ => return,
        };
        self.flights.lock().insert(self.of.clone(), stage);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_turned_away_slows_down_all_of_them() {
        let flights = Flights::default();
        let began = Instant::now();
        flights.calm().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        flights.slow_down(Duration::from_secs(2));
        flights.slow_down(Duration::from_secs(1));
        flights.clone().calm().await;
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }

    #[test]
    fn a_second_one_waits_for_the_end_of_the_first_and_hears_how_far_that_is() {
        let flights = Flights::default();
        let (one, other) = (InteractionId::from("i-1"), InteractionId::from("i-2"));
        let first = flights.begin(&one).unwrap();
        assert!(flights.begin(&other).is_ok());
        first.at(&Happening::Reconciling("lost".into()));
        let stage = flights.clone().begin(&one).unwrap_err();
        assert!(stage.contains("being looked for"), "{stage}");
        drop(first);
        assert!(flights.begin(&one).is_ok());
    }
}
