//! The carriers: read at once, then at the polls' interval, and when someone asks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::shared::Shared;
use crate::cloud::Urgency;
use crate::vocabulary::news::News;

/// Reads the carriers until the task is ended from outside. What goes wrong here says nothing of registrations, so it
/// goes into none of their counters.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut quiet = shared.quiet();
    let mut urgency = Urgency::Enumerate;
    loop {
        quiet.over().await;
        let wait = tokio::select! {
            biased;
            () = quiet.wished() => {
                shared.mailbox.post(News::CarriersPaused);
                continue;
            }
            wait = read(&shared, urgency) => wait,
        };
        urgency = tokio::select! {
            () = quiet.wished() => {
                shared.mailbox.post(News::CarriersPaused);
                Urgency::Reread
            }
            () = shared.carriers.notified() => Urgency::Reread,
            () = sleep(wait) => Urgency::Survey,
        };
    }
}

/// Reads once and tells of it; says how long to wait for the next time.
async fn read(shared: &Shared, urgency: Urgency) -> Duration {
    shared.mailbox.room().await;
    match shared.client.carriers(urgency).await {
        Ok(listing) => {
            shared.mailbox.post(News::Carriers {
                carriers: listing.carriers,
                faults: listing.faults.into_iter().map(|fault| fault.0).collect(),
            });
            shared.poll
        }
        Err(error) => {
            shared.mailbox.post(News::CarriersFailed(error.problem()));
            shared.patience(&error, shared.poll)
        }
    }
}
