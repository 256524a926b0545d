//! Carries out orders: records first, POSTs after.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};

use super::ledger::AlertLedger;
use super::webhook::Webhook;
use super::{AlertNews, Orders, Parcel, PostOutcome};
use crate::ledger::LedgerError;
use crate::text::Text;

/// POSTs under way at once; one receiver that hangs must not hold up the rest for long, nor be flooded.
const AT_ONCE: usize = 4;

/// Works until the orders end. Without a webhook every POST fails for the reason given, without a ledger nothing is kept.
///
/// The queue of orders is unbounded because the loop may not wait; what is in it is bounded by the alerts there can
/// be, two POSTs each.
pub async fn run(
    mut ledger: Option<AlertLedger>,
    webhook: Result<Webhook, Text>,
    mut orders: mpsc::UnboundedReceiver<Orders>,
    tell: impl Fn(AlertNews) + Clone + Send + Sync + 'static,
) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut posts = JoinSet::new();
    while let Some(Orders { save, post, .. }) = orders.recv().await {
        if !save.is_empty()
            && let Some(open) = ledger.take()
        {
            let written = spawn_blocking(move || {
                let mut open = open;
                let outcome = open.append(&save);
                (open, outcome)
            });
            match written.await {
                Ok((open, outcome)) => {
                    ledger = Some(open);
                    report(outcome, &tell);
                }
                Err(error) => tell(AlertNews::Unkept(format!(
                    "the task of the alert ledger failed: {error}"
                ))),
            }
        }
        // Unkept alerts are posted all the same: to be told twice is better than not at all.
        for parcel in post {
            match &webhook {
                Ok(webhook) => {
                    let (webhook, room) = (webhook.clone(), Arc::clone(&room));
                    posts.spawn(deliver(webhook, parcel, room, tell.clone()));
                }
                Err(why) => tell(AlertNews::Told {
                    id: parcel.id,
                    leg: parcel.leg,
                    outcome: PostOutcome::Failed { why: why.clone() },
                }),
            }
        }
        while posts.try_join_next().is_some() {}
    }
    // The loop has ended. What is under way is in the ledger and is sent again at the next start.
}

fn report(outcome: Result<(), LedgerError>, tell: &impl Fn(AlertNews)) {
    if let Err(error) = outcome {
        tell(AlertNews::Unkept(error.to_string()));
    }
}

async fn deliver(webhook: Webhook, parcel: Parcel, room: Arc<Semaphore>, tell: impl Fn(AlertNews)) {
    let Ok(_turn) = room.acquire().await else {
        return;
    };
    let (id, leg) = (parcel.id, parcel.leg);
    let retrying = |failed, why| {
        let outcome = PostOutcome::Retrying { failed, why };
        tell(AlertNews::Told { id, leg, outcome });
    };
    let outcome = match webhook.deliver(&parcel, retrying).await {
        Ok(()) => PostOutcome::Sent,
        Err(why) => PostOutcome::Failed { why },
    };
    tell(AlertNews::Told { id, leg, outcome });
}
