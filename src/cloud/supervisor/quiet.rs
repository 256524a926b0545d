//! An operator's wish for quiet, as tasks hear it.

use tokio::sync::watch;

/// Whether quiet is asked for. Whoever asks says so in a `watch` channel.
#[derive(Clone, Debug)]
pub struct Quiet(watch::Receiver<bool>);

impl Quiet {
    /// As that channel says.
    #[must_use]
    pub fn of(asked: &watch::Sender<bool>) -> Self {
        Self(asked.subscribe())
    }

    /// Nobody ever asks.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Whether it is asked for now.
    #[must_use]
    pub fn is_wished(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for.
    pub async fn wished(&mut self) {
        self.until(true).await;
    }

    /// Waits until it is asked for no longer.
    pub async fn over(&mut self) {
        self.until(false).await;
    }

    async fn until(&mut self, wanted: bool) {
        // Without anybody who could ask it stays as it is.
        if self.0.wait_for(|asked| *asked == wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
