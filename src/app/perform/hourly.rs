//! Writes down what was counted by the hour. What the disk does not take waits for the next time.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::queue::WorkQueue;
use crate::app::event::Done;
use crate::hourly::Hourly;
use crate::model::hourly::Counted;

/// Records that wait for a disk that takes none; beyond them the oldest are given up.
const MOST_WAITING: usize = 10_000;

/// The way to the disk.
#[derive(Default)]
pub(super) struct HoursKeeper {
    place: Option<Hourly>,
    waiting: Arc<Mutex<Counted>>,
    queue: WorkQueue,
}

impl HoursKeeper {
    /// A desk that keeps what it is handed there.
    pub(super) fn at(place: Hourly) -> Self {
        Self {
            place: Some(place),
            ..Self::default()
        }
    }

    /// Keeps this; without a place nothing is kept.
    pub(super) fn hand(&self, counted: Counted, done: &mpsc::UnboundedSender<Done>) {
        let Some(place) = self.place.clone() else {
            return;
        };
        let waiting = Arc::clone(&self.waiting);
        wait(&waiting, counted);
        self.queue.push(done, move || {
            let all = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
            place.add(all).map_err(|(left, error)| {
                wait(&waiting, left);
                error.to_string()
            })
        });
    }

    /// Waits until everything is on disk.
    pub(super) async fn finish(&self) {
        self.queue.finish().await;
    }
}

fn wait(waiting: &Mutex<Counted>, counted: Counted) {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.merge(counted);
    waiting.bound(MOST_WAITING);
}
