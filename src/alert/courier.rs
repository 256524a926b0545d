//! Carries out orders: records first, POSTs after.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};

use super::ledger::Ledger;
use super::webhook::Webhook;
use super::{News, Orders, Outcome, Parcel};
use crate::ledger::LedgerError;
use crate::text::Text;

/// POSTs under way at once; one receiver that hangs must not hold up the rest for long, nor be flooded.
const AT_ONCE: usize = 4;

/// Works until the orders end. Without a webhook every POST fails for the reason given, without a ledger nothing is kept.
///
/// The queue of orders is unbounded because the loop may not wait; what is in it is bounded by the alerts there can
/// be, two POSTs each.
pub async fn run(
    mut ledger: Option<Ledger>,
    webhook: Result<Webhook, Text>,
    mut orders: mpsc::UnboundedReceiver<Orders>,
    tell: impl Fn(News) + Clone + Send + Sync + 'static,
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
                Err(error) => tell(News::Unkept(format!(
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
                Err(why) => tell(News::Told {
                    id: parcel.id,
                    leg: parcel.leg,
                    outcome: Outcome::Failed { why: why.clone() },
                }),
            }
        }
        while posts.try_join_next().is_some() {}
    }
    // The loop has ended. What is under way is in the ledger and is sent again at the next start.
}

fn report(outcome: Result<(), LedgerError>, tell: &impl Fn(News)) {
    if let Err(error) = outcome {
        tell(News::Unkept(error.to_string()));
    }
}

async fn deliver(webhook: Webhook, parcel: Parcel, room: Arc<Semaphore>, tell: impl Fn(News)) {
    let Ok(_turn) = room.acquire().await else {
        return;
    };
    let (id, leg) = (parcel.id, parcel.leg);
    let retrying = |failed, why| {
        let outcome = Outcome::Retrying { failed, why };
        tell(News::Told { id, leg, outcome });
    };
    let outcome = match webhook.deliver(&parcel, retrying).await {
        Ok(()) => Outcome::Sent,
        Err(why) => Outcome::Failed { why },
    };
    tell(News::Told { id, leg, outcome });
}
