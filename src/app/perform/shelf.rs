//! Carries out what the shelf is ordered, one order after the other: a newer draft must not be overtaken by an older one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::event::Done;
use crate::shelf::{Shelf, ShelfOrder};
use crate::text::Text;

/// How long the end of the program waits for the last draft.
const LAST_WAIT: Duration = Duration::from_secs(2);

/// The way to the shelf.
pub(super) struct Clerk {
    orders: mpsc::UnboundedSender<ShelfOrder>,
    task: JoinHandle<()>,
}

impl Clerk {
    /// Starts to carry out orders; what is asked for goes to `done`.
    pub(super) fn start(
        state_dir: &Path,
        profile: &str,
        done: mpsc::UnboundedSender<Done>,
    ) -> Self {
        let shelf = Shelf::new(state_dir, profile);
        let (orders, mut waiting) = mpsc::unbounded_channel();
        let task = tokio::task::spawn_blocking(move || {
            while let Some(order) = waiting.blocking_recv() {
                let end = match shelf.obey(order) {
                    Ok(None) => continue,
                    Ok(Some(news)) => Done::Shelf(Box::new(news)),
                    Err(why) => Done::Failed(why),
                };
                let _ = done.send(end);
            }
        });
        Self { orders, task }
    }

    fn hand(&self, order: ShelfOrder) {
        let _ = self.orders.send(order);
    }

    /// Waits until everything is on disk.
    async fn finish(self) {
        drop(self.orders);
        let _ = tokio::time::timeout(LAST_WAIT, self.task).await;
    }
}

/// The clerk, who begins with the first order.
#[derive(Default)]
pub(super) struct ShelfKeeper {
    place: Option<(PathBuf, String)>,
    /// Who is at the console: bookmarks carry it.
    operator: Text,
    clerk: Mutex<Option<Clerk>>,
}

impl ShelfKeeper {
    /// A desk whose shelf is under this directory.
    pub(super) fn at(state_dir: PathBuf, profile: String, operator: Text) -> Self {
        Self {
            place: Some((state_dir, profile)),
            operator,
            clerk: Mutex::default(),
        }
    }

    /// Hands on an order; without a place nothing is kept.
    pub(super) fn hand(&self, mut order: ShelfOrder, done: &mpsc::UnboundedSender<Done>) {
        let Some((state_dir, profile)) = &self.place else {
            return;
        };
        if let ShelfOrder::KeepBookmark(bookmark) = &mut order
            && bookmark.by.is_empty()
        {
            bookmark.by = self.operator.clone();
        }
        let mut clerk = self.clerk.lock().unwrap_or_else(PoisonError::into_inner);
        clerk
            .get_or_insert_with(|| Clerk::start(state_dir, profile, done.clone()))
            .hand(order);
    }

    /// Waits until everything is on disk.
    pub(super) async fn finish(&self) {
        let clerk = {
            let mut clerk = self.clerk.lock().unwrap_or_else(PoisonError::into_inner);
            clerk.take()
        };
        if let Some(clerk) = clerk {
            clerk.finish().await;
        }
    }
}
