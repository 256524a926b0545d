//! The queues: read at once, then once a minute, and when someone asks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::{patience, raised, tell};
use crate::cloud::Urgency;
use crate::feed::shared::Shared;
use crate::vocabulary::news::CallbackNews;

/// Hours change rarely and room with every booking; what is booked here is read again before it is sent anyway.
const EVERY: Duration = Duration::from_secs(60);

/// Reads the queues until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>) {
    let mut paused = shared.paused.subscribe();
    let mut urgency = Urgency::Enumerate;
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        let wait = tokio::select! {
            biased;
            () = raised(&mut paused) => continue,
            wait = read(&shared, urgency) => wait,
        };
        urgency = tokio::select! {
            () = raised(&mut paused) => Urgency::Reread,
            () = shared.queues.notified() => Urgency::Reread,
            () = sleep(wait) => Urgency::Poll,
        };
    }
}

async fn read(shared: &Shared, urgency: Urgency) -> Duration {
    shared.mailbox.room().await;
    match shared.client.queues(urgency).await {
        Ok(listing) => {
            let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
            tell(
                shared,
                CallbackNews::Queues {
                    queues: listing.queues,
                    faults,
                },
            );
            EVERY
        }
        Err(error) => {
            let wait = patience(shared, &error);
            tell(shared, CallbackNews::QueuesFailed(error.problem()));
            wait.max(EVERY)
        }
    }
}
