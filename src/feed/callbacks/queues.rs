//! The queues: read at once, then once a minute, and when someone asks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::tell;
use crate::cloud::Urgency;
use crate::feed::shared::Shared;
use crate::vocabulary::news::CallbackNews;

/// Hours change rarely and room with every booking; what is booked here is read again before it is sent anyway.
const EVERY: Duration = Duration::from_secs(60);

/// Reads the queues until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>) {
    let mut quiet = shared.quiet();
    let mut urgency = Urgency::Enumerate;
    loop {
        quiet.over().await;
        let wait = tokio::select! {
            biased;
            () = quiet.wished() => continue,
            wait = read(&shared, urgency) => wait,
        };
        urgency = tokio::select! {
            () = quiet.wished() => Urgency::Reread,
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
            tell(shared, CallbackNews::QueuesFailed(error.problem()));
            shared.patience(&error, EVERY)
        }
    }
}
