//! A task that ends with its owner.

use tokio::task::AbortHandle;

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
