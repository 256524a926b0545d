//! Work for the disk, one piece after the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::event::Done;

/// How long the end of the program waits for the last piece.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// A queue of such work.
#[derive(Default)]
pub(super) struct WorkQueue {
    newest: Mutex<Option<JoinHandle<()>>>,
    failed: Arc<AtomicBool>,
}

impl WorkQueue {
    /// Does this after everything before it. What is wrong with the disk is told once, until something works again.
    pub(super) fn push(
        &self,
        done: &mpsc::UnboundedSender<Done>,
        work: impl FnOnce() -> Result<(), String> + Send + 'static,
    ) {
        let (done, failed) = (done.clone(), Arc::clone(&self.failed));
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let before = newest.take();
        *newest = Some(tokio::spawn(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            match tokio::task::spawn_blocking(work).await {
                Ok(Err(error)) if !failed.swap(true, Ordering::Relaxed) => {
                    let _ = done.send(Done::Failed(error));
                }
                Ok(Ok(())) => failed.store(false, Ordering::Relaxed),
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
