//! Carries out orders: records first, POSTs after.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};

use super::ledger::AlertLedger;
use super::target::Receiver;
use super::webhook::Webhook;
use super::{AlertNews, Orders, Parcel, PostOutcome};
use crate::ledger::LedgerError;
use crate::text::Text;

/// POSTs under way at once to one receiver; one that hangs must not hold up the rest for long, nor be flooded.
const AT_ONCE: usize = 4;

/// Everyone who is told; an error is why one cannot be.
#[derive(Debug)]
pub struct Receivers {
    /// The webhook of the profile.
    pub webhook: Result<Webhook, Text>,
    /// Its targets, by their names.
    pub targets: Vec<(Text, Result<Receiver, Text>)>,
}

/// One of them, and how many deliveries to it may be under way: who hangs holds up nobody else.
#[derive(Clone)]
struct Door {
    to: Result<Either, Text>,
    room: Arc<Semaphore>,
}

#[derive(Clone)]
enum Either {
    Webhook(Webhook),
    Target(Receiver),
}

impl Door {
    fn new(to: Result<Either, Text>) -> Self {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        Self { to, room }
    }
}

/// Works until the orders end. Who cannot be told fails for the reason given, without a ledger nothing is kept.
///
/// The queue of orders is unbounded because the loop may not wait; what is in it is bounded by the alerts there can
/// be, two POSTs each to everyone.
pub async fn run(
    mut ledger: Option<AlertLedger>,
    receivers: Receivers,
    mut orders: mpsc::UnboundedReceiver<Orders>,
    tell: impl Fn(AlertNews) + Clone + Send + Sync + 'static,
) {
    let webhook = Door::new(receivers.webhook.map(Either::Webhook));
    let targets = receivers.targets.into_iter();
    let targets: BTreeMap<Text, Door> = targets
        .map(|(name, to)| (name, Door::new(to.map(Either::Target))))
        .collect();
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
            let door = match parcel.to() {
                None => Some(&webhook),
                Some(name) => targets.get(&name),
            };
            match door.map(|door| (&door.room, &door.to)) {
                Some((room, Ok(to))) => {
                    let (to, room) = (to.clone(), Arc::clone(room));
                    posts.spawn(deliver(to, parcel, room, tell.clone()));
                }
                Some((_, Err(why))) => tell(failed(&parcel, why.clone())),
                // The profile was read anew only by who decides: a fault of the console's own.
                None => tell(failed(&parcel, "the profile has no such target.".into())),
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

fn failed(parcel: &Parcel, why: Text) -> AlertNews {
    came(parcel, PostOutcome::Failed { why })
}

fn came(parcel: &Parcel, outcome: PostOutcome) -> AlertNews {
    AlertNews::Told {
        id: parcel.id,
        target: parcel.to(),
        leg: parcel.leg,
        outcome,
    }
}

async fn deliver(to: Either, parcel: Parcel, room: Arc<Semaphore>, tell: impl Fn(AlertNews)) {
    let Ok(_turn) = room.acquire().await else {
        return;
    };
    let retrying = |failed, why| tell(came(&parcel, PostOutcome::Retrying { failed, why }));
    let outcome = match &to {
        Either::Webhook(webhook) => webhook.deliver(&parcel, retrying).await,
        Either::Target(target) => target.deliver(&parcel, retrying).await,
    };
    let outcome = match outcome {
        Ok(()) => PostOutcome::Sent,
        Err(why) => PostOutcome::Failed { why },
    };
    tell(came(&parcel, outcome));
}
