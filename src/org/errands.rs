//! Work that goes on after its request is answered: jobs that run, webhooks that are delivered.

use std::pin::Pin;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// The most errands under way at once; each is a task.
const AT_ONCE: usize = 8192;

/// The most errands that wait to begin.
const WAITING: usize = 1024;

/// One piece of work; it ends by itself, or with the organisation.
pub(super) type Errand = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes errands from anywhere in the organisation.
pub(super) struct Errands(mpsc::Sender<Errand>);

/// Where to leave errands, and what [`run`] takes them from.
pub(super) fn channel() -> (Errands, mpsc::Receiver<Errand>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Errands(sender), receiver)
}

impl Errands {
    /// Begins an errand soon; false when there are too many, and it never begins.
    #[must_use = "an errand that never begins has to be told of"]
    pub(super) fn begin(&self, errand: impl Future<Output = ()> + Send + 'static) -> bool {
        self.0.try_send(Box::pin(errand)).is_ok()
    }
}

/// Runs errands until it is dropped, and ends them with itself.
pub(super) async fn run(mut errands: mpsc::Receiver<Errand>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            Some(errand) = errands.recv(), if under_way.len() < AT_ONCE => {
                under_way.spawn(errand);
            }
            Some(_) = under_way.join_next() => {}
            else => return,
        }
    }
}
