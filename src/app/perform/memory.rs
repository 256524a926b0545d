//! Writes down what the next run is to remember, one after the other: an older one must not replace a newer.

use tokio::sync::mpsc;

use super::queue::WorkQueue;
use crate::app::event::Done;
use crate::memory::{Draft, Memory};

/// The way to the disk.
#[derive(Default)]
pub(super) struct MemoryKeeper {
    memory: Option<Memory>,
    queue: WorkQueue,
}

impl MemoryKeeper {
    /// A desk that keeps what it is handed there.
    pub(super) fn at(memory: Memory) -> Self {
        Self {
            memory: Some(memory),
            ..Self::default()
        }
    }

    /// Keeps this; without a place nothing is kept.
    pub(super) fn hand(&self, draft: Draft, done: &mpsc::UnboundedSender<Done>) {
        if let Some(memory) = self.memory.clone() {
            let save = move || memory.save(&draft).map_err(|error| error.to_string());
            self.queue.push(done, save);
        }
    }

    /// Waits until everything is on disk.
    pub(super) async fn finish(&self) {
        self.queue.finish().await;
    }
}
