//! A task that ends with its owner, and what a loop waits for that may not be there.

use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// A running task; dropping this ends it at its next await.
#[derive(Debug)]
pub(super) struct Task(AbortHandle);

impl Task {
    /// Starts a task on the current runtime.
    pub fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(work).abort_handle())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits until then; without a moment it is never done.
pub(super) async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// What is under way, once it is done; nothing is never done.
pub(super) async fn done<F: Future + Unpin>(under_way: Option<&mut F>) -> F::Output {
    match under_way {
        Some(under_way) => under_way.await,
        None => std::future::pending().await,
    }
}
