//! Writes down what the next run is to remember, one after the other: an older one must not replace a newer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::event::Done;
use crate::memory::{Draft, Memory};

/// How long the end of the program waits for the last one.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The way to the disk.
#[derive(Default)]
pub(super) struct Desk {
    memory: Option<Memory>,
    newest: Mutex<Option<JoinHandle<()>>>,
    failed: Arc<std::sync::atomic::AtomicBool>,
}

impl Desk {
    /// A desk that keeps what it is handed there.
    pub(super) fn at(memory: Memory) -> Self {
        Self {
            memory: Some(memory),
            ..Self::default()
        }
    }

    /// Keeps this; without a place nothing is kept. What is wrong with the disk is told once.
    pub(super) fn hand(&self, draft: Draft, done: &mpsc::UnboundedSender<Done>) {
        use std::sync::atomic::Ordering::Relaxed;
        let Some(memory) = self.memory.clone() else {
            return;
        };
        let (done, failed) = (done.clone(), Arc::clone(&self.failed));
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let before = newest.take();
        *newest = Some(tokio::spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            let saved = tokio::task::spawn_blocking(move || memory.save(&draft)).await;
            match saved {
                Ok(Err(error)) if !failed.swap(true, Relaxed) => {
                    let _ = done.send(Done::Failed(error.to_string()));
                }
                Ok(Ok(())) => failed.store(false, Relaxed),
                _ => {}
            }
        }));
    }

    /// Waits until everything is on disk.
    pub(super) async fn finish(&self) {
        let newest = {
            let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            newest.take()
        };
        if let Some(newest) = newest {
            let _ = tokio::time::timeout(LAST_WAIT, newest).await;
        }
    }
}
