//! Work beside the loop of which only the last that was asked for is wanted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Work = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Slot {
    under_way: bool,
    waits: Option<Work>,
}

/// One piece of work at a time. Who holds a key down asks faster than a disk answers: what is asked for meanwhile waits, and the
/// last of it alone is done.
#[derive(Clone, Default)]
pub(super) struct Newest(Arc<Mutex<Slot>>);

impl Newest {
    /// Does this on a thread that may wait, after what is under way and instead of what waits.
    pub(super) fn ask(&self, work: impl FnOnce() + Send + 'static) {
        let mut slot = self.slot();
        slot.waits = Some(Box::new(work));
        if !std::mem::replace(&mut slot.under_way, true) {
            let own = self.clone();
            tokio::task::spawn_blocking(move || {
                while let Some(work) = own.next() {
                    work();
                }
            });
        }
    }

    /// Whether something else was asked for meanwhile: nobody wants what is under way any more.
    pub(super) fn is_superseded(&self) -> bool {
        self.slot().waits.is_some()
    }

    fn next(&self) -> Option<Work> {
        let mut slot = self.slot();
        let next = slot.waits.take();
        slot.under_way = next.is_some();
        next
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Newest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Newest")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn of_what_is_asked_for_meanwhile_the_last_alone_is_done() {
        let newest = Newest::default();
        let (told, done) = channel();
        let (go, held) = channel::<()>();
        let (begun, has_begun) = channel();
        let tell = told.clone();
        newest.ask(move || {
            begun.send(()).unwrap();
            held.recv().unwrap();
            tell.send(0).unwrap();
        });
        has_begun.recv().unwrap();
        assert!(!newest.is_superseded());
        for n in 1..=1_000 {
            let tell = told.clone();
            newest.ask(move || tell.send(n).unwrap());
        }
        assert!(newest.is_superseded());
        go.send(()).unwrap();
        assert_eq!((done.recv(), done.recv()), (Ok(0), Ok(1_000)));
        // Once nothing waits, the next begins at once.
        newest.ask(move || told.send(7).unwrap());
        assert_eq!(done.recv(), Ok(7));
        assert!(done.recv().is_err(), "nobody is left who could tell more");
    }
}
