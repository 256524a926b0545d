//! Writes on their way: what is done before, while and after something is asked of the organisation that changes it.
//!
//! One task for each flow; it knows no screen. Every write goes through [`Run::guarded`]: a read-only profile, an open
//! circuit breaker and an audit that cannot be written stop it, the intent is on disk before the first byte is sent, and
//! the outcome follows it. What happens is told as [`FlowNews`], so that the console, a headless command and the listener
//! run the same flows.

pub mod book;
pub mod callback;
pub mod consult;
mod failure;
pub mod guard;
pub mod handover;
mod kit;
mod outside;
pub mod phone;
pub mod provision;
mod raw;
pub mod repair;
pub mod route;
mod step;
pub mod transfer;
pub mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

pub use self::failure::{Failure, Fate};
pub use self::guard::refuse;
pub use self::kit::{Kit, OPERATOR, operator};
pub use self::step::Doing;
use self::transfer::Transfers;
use crate::model::callback::Callback;
use crate::model::finding::{Finding, Grade, Target};
use crate::model::flow::{FlowId, Outcome, Step};
use crate::model::interaction::Interaction;
use crate::model::job::Job;
use crate::model::job::{JobEvent, JobKey};
use crate::model::payload::Fault;
use crate::model::provision::Provision;
use crate::model::queue::Queue;
use crate::model::raw::RawCall;
use crate::model::requester::Requester;
use crate::model::route::Known;
use crate::model::transfer::made::{Happening, Open, TransferId};
use crate::model::write::{Method, Write, WriteKind};
use crate::model::{InteractionId, JobId};
use crate::text::Text;
use crate::time::Millis;

/// What a flow is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Provision an endpoint (contract §7).
    Provision {
        /// The payload.
        body: Box<Provision>,
        /// Whether its job is followed to the end.
        follow: bool,
    },
    /// Provision a person's WebRTC phone, or do something with one that is there (Platform API).
    Phone(phone::PhoneOrder),
    /// Put phones or conversations right that are there (Platform API).
    Repair(Vec<repair::Repair>),
    /// Do something with a webhook of the organisation (contract §7, §10).
    Webhook(Box<webhook::WebhookOrder>),
    /// Follow a job that was submitted before.
    Follow {
        /// Its row.
        key: JobKey,
        /// Its id; none while it has to be found by its name first.
        id: Option<JobId>,
        /// The name of what it is to make.
        name: Text,
        /// When it was submitted.
        submitted: Millis,
    },
    /// Deploy a route (contract §9).
    Deploy(Box<route::Deploy>),
    /// Send a test event to the destinations of a route, from here.
    TestRoute(Box<Known>),
    /// Delete a route.
    RemoveRoute(Box<route::Remove>),
    /// Put on record that somebody was refused a route.
    RefusedRoute(Box<route::Refused>),
    /// Transfer interactions (contract §8).
    Transfer(Box<Transfers>),
    /// Read an interaction to learn what became of a transfer whose end is not known.
    Settle(Box<Open>),
    /// Tell the media server once more of a transfer that is done.
    Retell {
        /// Which transfer.
        id: TransferId,
        /// Of what.
        interaction: InteractionId,
        /// From frame to answer, in milliseconds.
        latency_ms: u64,
    },
    /// Announce a call to its destination, and what follows from that (Platform API).
    Consult(Box<consult::Consult>),
    /// Book, move or take back callbacks (contract §10).
    Callback(callback::CallbackOrder),
    /// Take a hand-over over, or post it.
    Handover(handover::HandoverOrder),
    /// Send what somebody typed.
    Raw(Box<RawCall>),
}

impl Order {
    /// The order that follows a job; none when there is nothing to find it by.
    #[must_use]
    pub fn that_follows(job: &Job) -> Option<Self> {
        if job.id.is_none() && job.name.is_empty() {
            return None;
        }
        Some(Self::Follow {
            key: job.key.clone(),
            id: job.id.clone(),
            name: job.name.clone(),
            submitted: job.began(),
        })
    }

    /// What it does.
    #[must_use]
    pub fn kind(&self) -> WriteKind {
        match self {
            Self::Provision { .. } | Self::Follow { .. } => WriteKind::Provision,
            Self::Phone(order) => order.kind(),
            Self::Repair(all) => all
                .first()
                .map_or(WriteKind::PhoneMove, repair::Repair::kind),
            Self::Deploy(deploy) => deploy.kind(),
            Self::TestRoute(_) => WriteKind::RouteTrial,
            Self::RemoveRoute(_) => WriteKind::RouteDelete,
            Self::RefusedRoute(_) => WriteKind::RouteCreate,
            Self::Transfer(_) | Self::Settle(_) => WriteKind::Transfer,
            Self::Retell { .. } => WriteKind::MediaCallback,
            Self::Webhook(order) => order.kind(),
            Self::Consult(consult) => consult.kind(),
            Self::Callback(order) => order.kind(),
            Self::Handover(order) => order.kind(),
            Self::Raw(_) => WriteKind::Raw,
        }
    }

    /// The writes that it comes to, as far as they are known before the organisation is asked: what a review shows and what
    /// the flow sends are made here, from the same values. None for what only reads, or tells once more what was done.
    pub fn writes(&self) -> Result<Vec<Write>, Vec<Fault>> {
        Ok(match self {
            Self::Provision { body, .. } => vec![provision::write(body)?],
            Self::Phone(order) => order.writes()?,
            Self::Repair(all) => all.iter().map(repair::Repair::write).collect(),
            Self::Webhook(order) => vec![order.write()?],
            Self::Deploy(deploy) => deploy.writes(),
            Self::TestRoute(known) => vec![route::trial::write(known)],
            Self::RemoveRoute(remove) => vec![remove.known.delete()],
            Self::Transfer(transfers) => transfers.writes()?,
            Self::Consult(consult) => {
                let write = consult.write();
                vec![write.map_err(|why| vec![Fault::new("", why)])?]
            }
            Self::Callback(order) => order.writes()?,
            Self::Raw(call) => call.write().into_iter().collect(),
            Self::Follow { .. }
            | Self::RefusedRoute(_)
            | Self::Settle(_)
            | Self::Retell { .. }
            | Self::Handover(_) => Vec::new(),
        })
    }

    /// The write that a refusal of it is put on record by; none for what only reads, or stops before the submit on purpose.
    fn on_record(&self) -> Option<Write> {
        let reads = match self {
            // Each of the bookings that waited is on record by itself.
            Self::Follow { .. }
            | Self::Settle(_)
            | Self::Callback(callback::CallbackOrder::Resume) => true,
            Self::Deploy(deploy) => deploy.dry,
            _ => false,
        };
        if reads {
            return None;
        }
        let first = self
            .writes()
            .ok()
            .and_then(|writes| writes.into_iter().next());
        // What breaks its rules is no write yet: what it was to do, and to what, is all there is.
        Some(first.unwrap_or_else(|| {
            Write::bare(self.kind(), Method::Post, &[], self.title().to_string())
        }))
    }

    /// What it does it to, as people call it.
    #[must_use]
    pub fn title(&self) -> Text {
        match self {
            Self::Provision { body, .. } => Text::from(body.name.as_str()),
            Self::Follow { name, .. } => name.clone(),
            Self::Phone(order) => order.title(),
            Self::Repair(all) => repair::title(all),
            Self::Deploy(deploy) => Text::from(deploy.body.name()),
            Self::TestRoute(known) => Text::from(known.route.name()),
            Self::RemoveRoute(remove) => Text::from(remove.known.route.name()),
            Self::RefusedRoute(refused) => refused.name.clone(),
            Self::Transfer(transfers) => transfers.title(),
            Self::Settle(open) => open.before.id.0.clone(),
            Self::Retell { interaction, .. } => interaction.0.clone(),
            Self::Webhook(order) => order.title(),
            Self::Consult(consult) => consult.title(),
            Self::Callback(order) => order.title(),
            Self::Handover(order) => order.title(),
            Self::Raw(call) => call.shown().into(),
        }
    }

    /// Who asked for it through the listener; none where it was whoever is at the console.
    fn by(&self) -> Option<&Requester> {
        match self {
            Self::Deploy(deploy) => deploy.by.as_ref(),
            Self::RefusedRoute(refused) => Some(&refused.by),
            _ => None,
        }
    }
}

/// What the console learns of a write after its flow has ended, to be put on record under the write's id (contract §11).
#[derive(Clone, Debug, PartialEq)]
pub enum Later {
    /// The webhook tells of the end of a job.
    JobEnded {
        /// Its row: the id of its submit.
        key: JobKey,
        /// The name of what it was to make.
        name: Text,
        /// What was told.
        word: Box<crate::model::job::Word>,
    },
    /// The stream tells of a reservation that was booked here.
    CallbackUpdated {
        /// The id of the booking.
        submit: Text,
        /// What was told.
        update: Box<crate::model::callback::Update>,
    },
}

impl Later {
    /// Puts it on record; the error is why that cannot be done.
    pub async fn put(self, kit: &Kit) -> Result<(), String> {
        match self {
            Self::JobEnded { key, name, word } => {
                let by = (crate::model::job::By::Webhook, None);
                provision::ended(kit, (&key, &name), &word, by).await
            }
            Self::CallbackUpdated { submit, update } => {
                callback::updated(kit, &submit, &update).await
            }
        }
    }
}

/// What happened in a flow.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowNews {
    /// It begins.
    Began {
        /// What it does.
        kind: WriteKind,
        /// What it does it to.
        title: Text,
        /// When.
        at: Millis,
    },
    /// A step began or got further.
    Step {
        /// Which; counting from 0.
        number: usize,
        /// How it is now.
        step: Step,
    },
    /// It ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// When.
        at: Millis,
    },
    /// Something was learnt of a job.
    Job(JobKey, JobEvent),
    /// Something happened to a transfer.
    Transfer(TransferId, Box<Happening>),
    /// An interaction that was read on the way.
    Interaction(Box<Interaction>),
    /// A probe that was made on the way: the newest finding is everybody's.
    Found(Box<Finding>),
    /// Something was learnt of a route.
    Route(route::RouteNews),
    /// A webhook is registered, or no more.
    Webhook(webhook::WebhookNews),
    /// A queue that was read on the way.
    Queue(Box<Queue>),
    /// A reservation as the organisation answered a write.
    Callback(Box<Callback>),
    /// A kind of write has failed too often in a row, and is left alone until then (contract §2).
    LeftAlone(WriteKind, Millis),
    /// What was answered to a call that somebody typed, as it came.
    Answered(Bytes),
    /// So many bookings wait now.
    Waiting(callback::waiting::WaitingCount),
    /// Whole numbers of callers may be shown until that moment.
    Unmasked {
        /// Until when.
        until: Millis,
    },
}

/// Where news goes. Telling never waits.
pub type Tell = Arc<dyn Fn(FlowId, FlowNews) + Send + Sync>;

/// Says when a flow is to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// The other end of a [`Stop`]: dropping it stops nothing.
pub type Stopper = watch::Sender<bool>;

impl Stop {
    /// A flow's stop, and what pulls it.
    #[must_use]
    pub fn new() -> (Stopper, Self) {
        let (stopper, stop) = watch::channel(false);
        (stopper, Self(stop))
    }

    /// Returns when the flow is to stop.
    pub async fn pulled(&self) {
        let mut stop = self.0.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether it is to stop.
    #[must_use]
    pub fn is_pulled(&self) -> bool {
        *self.0.borrow()
    }
}

/// One flow as its own code sees it.
pub struct Run<'a> {
    /// What it works with.
    pub kit: &'a Kit,
    id: FlowId,
    tell: &'a Tell,
    stop: &'a Stop,
    steps: AtomicUsize,
    /// Who asked for it through the listener.
    by: Option<Requester>,
    /// What a refusal is put on record by.
    write: Option<Write>,
    /// Whether the audit has a line of it.
    recorded: AtomicBool,
}

/// What else the audit is to say of an outcome.
pub type Note = BTreeMap<String, Value>;

/// Carries out an order from its first check to its end.
pub async fn run(kit: &Kit, id: FlowId, order: Order, tell: &Tell, stop: &Stop) -> Outcome {
    let run = Run {
        kit,
        id,
        tell,
        stop,
        steps: AtomicUsize::new(0),
        by: order.by().cloned(),
        write: order.on_record(),
        recorded: AtomicBool::new(false),
    };
    run.tell(FlowNews::Began {
        kind: order.kind(),
        title: order.title(),
        at: kit.clock.now(),
    });
    let outcome = match order {
        Order::Provision { body, follow } => provision::submit(&run, &body, follow).await,
        // Its steps are this console's own: the organisation has no job to follow.
        Order::Follow { key, name, .. } if !kit.client.api().capabilities().endpoint_jobs => {
            phone::resume(&run, key, &name).await
        }
        Order::Follow {
            key,
            id,
            name,
            submitted,
        } => provision::resume(&run, key, id, &name, submitted).await,
        // Its steps are many; the other flows need not be as large.
        Order::Phone(order) => Box::pin(phone::run(&run, order)).await,
        Order::Repair(all) => Box::pin(repair::run(&run, &all)).await,
        Order::Deploy(deploy) => route::deploy(&run, &deploy).await,
        Order::TestRoute(known) => route::trial::run(&run, &known).await,
        Order::RemoveRoute(remove) => route::remove(&run, &remove).await,
        Order::RefusedRoute(refused) => route::refused(&run, &refused).await,
        // Boxed, so that small flows need not be as large as these.
        Order::Transfer(transfers) => Box::pin(transfer::make(&run, &transfers)).await,
        Order::Settle(open) => transfer::settle(&run, &open).await,
        Order::Retell {
            id,
            interaction,
            latency_ms,
        } => transfer::retell(&run, id, &interaction, latency_ms).await,
        Order::Webhook(order) => Box::pin(webhook::run(&run, *order)).await,
        Order::Consult(consult) => Box::pin(consult::run(&run, &consult)).await,
        Order::Callback(order) => callback::run(&run, order).await,
        Order::Handover(order) => Box::pin(handover::run(&run, &order)).await,
        Order::Raw(call) => raw::run(&run, &call).await,
    };
    run.refused_early(&outcome).await;
    run.tell(FlowNews::Ended {
        outcome: outcome.clone(),
        at: kit.clock.now(),
    });
    outcome
}

impl Run<'_> {
    /// Which flow it is.
    #[must_use]
    pub fn id(&self) -> FlowId {
        self.id
    }

    /// Tells what happened.
    pub fn tell(&self, news: FlowNews) {
        (self.tell)(self.id, news);
    }

    /// Waits for something, unless the operator stops the flow meanwhile.
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.stop.pulled() => Err(Failure::cancelled("stopped before anything was sent")),
            done = work => Ok(done),
        }
    }

    /// Whether the operator has stopped the flow.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.is_pulled()
    }

    /// Probes a target as a step of its own; the finding is told as well.
    pub async fn probe(&self, target: &Target) -> Result<Finding, Failure> {
        let doing = self.begin("probe", target.to_string());
        let prober = match &self.kit.prober {
            Ok(prober) => prober,
            Err(why) => {
                doing.failed(why.clone());
                return Err(Failure::not_sent(why.clone()));
            }
        };
        let finding = prober.probe(target).await;
        self.tell(FlowNews::Found(Box::new(finding.clone())));
        if finding.grade() <= Grade::Bad {
            doing.failed(finding.sentence());
        } else {
            doing.done(finding.sentence());
        }
        Ok(finding)
    }
}
