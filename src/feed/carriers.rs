//! The carriers: read at once, then at the polls' interval, and when someone asks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::shared::Shared;
use crate::cloud::{Error, Urgency};
use crate::vocabulary::news::News;

/// Reads the carriers until the task is ended from outside. What goes wrong here says nothing of registrations, so it
/// goes into none of their counters.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut paused = shared.paused.subscribe();
    let mut urgency = Urgency::Enumerate;
    loop {
        if paused.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        let wait = tokio::select! {
            biased;
            changed = paused.wait_for(|paused| *paused) => {
                drop(changed);
                shared.mailbox.post(News::CarriersPaused);
                continue;
            }
            wait = read(&shared, urgency) => wait,
        };
        urgency = tokio::select! {
            changed = paused.wait_for(|paused| *paused) => {
                drop(changed);
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
            let wait = patience(shared, &error);
            shared.mailbox.post(News::CarriersFailed(error.problem()));
            wait
        }
    }
}

/// An organisation that has no carriers, or does not show them to us, changes its mind rarely.
pub(super) fn patience(shared: &Shared, error: &Error) -> Duration {
    if error.lasting() {
        shared.timing.refused_for
    } else {
        shared.poll
    }
}
