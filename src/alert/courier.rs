//! Carries out orders: records first, POSTs after.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::ledger::AlertLedger;
use super::target::Receiver;
use super::webhook::Webhook;
use super::{AlertNews, Notice, Orders, Parcel, PostOutcome};
use crate::ledger::LedgerError;
use crate::model::alert::{AlertId, Leg};
use crate::text::Text;

/// POSTs under way at once to one receiver; one that hangs must not hold up the rest for long, nor be flooded.
const AT_ONCE: usize = ALL as usize;

/// The same, as the semaphore counts.
const ALL: u32 = 4;

/// How often targets that forget are told again what holds: as often as Prometheus does it.
pub const REMIND: Duration = Duration::from_secs(60);

/// Everyone who is told; an error is why one cannot be.
#[derive(Debug)]
pub struct Receivers {
    /// The webhook of the profile.
    pub webhook: Result<Webhook, Text>,
    /// Its targets, by their names.
    pub targets: Vec<(Text, Result<Receiver, Text>)>,
    /// How often targets that forget are told again what holds; see [`REMIND`].
    pub remind: Duration,
}

/// One of them, and how many deliveries to it may be under way: who hangs holds up nobody else.
#[derive(Clone)]
struct Door {
    to: Result<Either, Text>,
    room: Arc<Semaphore>,
    /// What it was told and still holds, where it forgets.
    holds: Arc<Mutex<BTreeMap<AlertId, Notice>>>,
}

#[derive(Clone)]
enum Either {
    Webhook(Webhook),
    Target(Receiver),
}

impl Door {
    fn new(to: Result<Either, Text>) -> Self {
        Self {
            to,
            room: Arc::new(Semaphore::new(AT_ONCE)),
            holds: Arc::default(),
        }
    }

    fn holds(&self) -> MutexGuard<'_, BTreeMap<AlertId, Notice>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The target, if it forgets.
    fn forgetful(&self) -> Option<&Receiver> {
        match &self.to {
            Ok(Either::Target(target)) if target.forgets() => Some(target),
            _ => None,
        }
    }

    /// Notes that a parcel was delivered: what has begun holds.
    fn arrived(&self, parcel: &Parcel) {
        if let (Leg::Raise, Some(notice), Some(_)) = (parcel.leg, &parcel.target, self.forgetful())
        {
            self.holds().insert(parcel.id, Notice::clone(notice));
        }
    }

    /// Says again what holds, unless something is under way, the end of it for example: then it is soon enough next time.
    fn remind(&self, posts: &mut JoinSet<()>) {
        let Some(target) = self.forgetful().cloned() else {
            return;
        };
        let all = Arc::clone(&self.room).try_acquire_many_owned(ALL);
        let holds: Vec<Notice> = self.holds().values().cloned().collect();
        if let (Ok(alone), false) = (all, holds.is_empty()) {
            posts.spawn(async move {
                if let Err(why) = target.remind(&holds).await {
                    tracing::info!(%why, "a target could not be told again what holds");
                }
                drop(alone);
            });
        }
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
    let mut again = interval_at(Instant::now() + receivers.remind, receivers.remind);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Nobody is woken where nobody forgets.
    let reminds = targets.values().any(|door| door.forgetful().is_some());
    loop {
        let Orders {
            save, post, holds, ..
        } = tokio::select! {
            more = orders.recv() => match more {
                Some(more) => more,
                None => break,
            },
            _ = again.tick(), if reminds => {
                for door in targets.values() {
                    door.remind(&mut posts);
                }
                continue;
            }
        };
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
        for parcel in holds {
            if let Some(door) = parcel.to().and_then(|name| targets.get(&name)) {
                door.arrived(&parcel);
            }
        }
        // Unkept alerts are posted all the same: to be told twice is better than not at all.
        for parcel in post {
            let door = match parcel.to() {
                None => Some(&webhook),
                Some(name) => targets.get(&name),
            };
            match door.map(|door| (door, &door.to)) {
                Some((door, Ok(to))) => {
                    if parcel.leg == Leg::Resolve {
                        door.holds().remove(&parcel.id);
                    }
                    posts.spawn(deliver(door.clone(), to.clone(), parcel, tell.clone()));
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

async fn deliver(door: Door, to: Either, parcel: Parcel, tell: impl Fn(AlertNews)) {
    let Ok(_turn) = door.room.acquire().await else {
        return;
    };
    let retrying = |failed, why| tell(came(&parcel, PostOutcome::Retrying { failed, why }));
    let outcome = match &to {
        Either::Webhook(webhook) => webhook.deliver(&parcel, retrying).await,
        Either::Target(target) => target.deliver(&parcel, retrying).await,
    };
    let outcome = match outcome {
        Ok(()) => {
            door.arrived(&parcel);
            PostOutcome::Sent
        }
        Err(why) => PostOutcome::Failed { why },
    };
    tell(came(&parcel, outcome));
}
