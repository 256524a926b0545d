//! The places for connections: a fixed number, and who has to go when they are all taken.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::task::AbortHandle;

/// Whether a connection is being answered right now; an idle one makes room when there is none.
#[derive(Debug, Default)]
pub(super) struct Busy(AtomicBool);

impl Busy {
    /// Marks the connection as being answered until the guard goes.
    pub(super) fn mark(&self) -> BusyGuard<'_> {
        self.0.store(true, Ordering::Relaxed);
        BusyGuard(self)
    }
}

/// See [`Busy::mark`].
pub(super) struct BusyGuard<'a>(&'a Busy);

impl Drop for BusyGuard<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// How it went with the connections, for `/metrics`.
#[derive(Debug, Default)]
pub(super) struct ConnectionTally {
    /// Open, as of the last one that came.
    pub(super) open: AtomicU64,
    /// Idle ones that were closed to make room.
    pub(super) evicted: AtomicU64,
    /// Turned away because every place was taken by one that was being answered.
    pub(super) refused: AtomicU64,
}

/// Every open connection, oldest first.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    taken: VecDeque<(Arc<Busy>, AbortHandle)>,
}

impl Connections {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            taken: VecDeque::new(),
        }
    }

    /// Makes sure that there is a free place, if need be by closing the oldest connection that nobody is answering.
    /// False when there is none: then every connection is being answered.
    pub(super) fn make_room(&mut self, tally: &ConnectionTally) -> bool {
        self.taken.retain(|(_, task)| !task.is_finished());
        if self.taken.len() < self.most {
            return true;
        }
        let idle = |(busy, _): &(Arc<Busy>, AbortHandle)| !busy.0.load(Ordering::Relaxed);
        let Some((_, task)) = self
            .taken
            .iter()
            .position(idle)
            .and_then(|oldest| self.taken.remove(oldest))
        else {
            tally.refused.fetch_add(1, Ordering::Relaxed);
            return false;
        };
        task.abort();
        tally.evicted.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// Takes a place for a connection.
    pub(super) fn take(&mut self, busy: Arc<Busy>, task: AbortHandle, tally: &ConnectionTally) {
        self.taken.push_back((busy, task));
        tally.open.store(self.taken.len() as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_idle_connection_makes_room_and_a_busy_one_never_does() {
        let (mut places, tally) = (Connections::new(2), ConnectionTally::default());
        let mut tasks = tokio::task::JoinSet::new();
        let seats: Vec<Arc<Busy>> = (0..2).map(|_| Arc::default()).collect();
        for busy in &seats {
            assert!(places.make_room(&tally));
            places.take(
                Arc::clone(busy),
                tasks.spawn(std::future::pending::<()>()),
                &tally,
            );
        }
        let first = seats[0].mark();
        assert!(places.make_room(&tally), "the second one is idle");
        assert!(tasks.join_next().await.unwrap().unwrap_err().is_cancelled());
        let third = Arc::new(Busy::default());
        places.take(
            Arc::clone(&third),
            tasks.spawn(std::future::pending::<()>()),
            &tally,
        );
        let _busy = third.mark();
        assert!(!places.make_room(&tally));
        drop(first);
        assert!(places.make_room(&tally));
        assert_eq!(tally.evicted.load(Ordering::Relaxed), 2);
        assert_eq!(tally.refused.load(Ordering::Relaxed), 1);
    }
}
