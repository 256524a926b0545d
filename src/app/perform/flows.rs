//! Carries out flows as tasks, each with a way to stop it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{SetOnce, mpsc};
use tokio::task::JoinSet;

use super::newest::Newest;
use crate::app::event::Done;
use crate::cloud::Client;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::transfer::preflight;
use crate::flow::{self, FlowNews, Kit, Order, Stop, Stopper, Tell};
use crate::model::flow::{FlowId, Outcome};
use crate::model::inquiry::Inquiry;
use crate::model::raw::RawCall;
use crate::model::sip::SipAsk;
use crate::model::{DeviceId, InteractionId, QueueId};
use crate::probe::Prober;
use crate::text::Text;
use crate::time::Clock;

/// A flow that is ordered while the console still connects waits this long for it.
const CONNECTING: Duration = Duration::from_secs(15);

/// Said once it has waited.
const UNCONNECTED: &str =
    "the console is not connected to the organisation yet; try again once it is";

/// Where flows are begun and stopped.
pub(super) struct FlowStarter {
    /// Where the audit is kept; none where nothing is ever written.
    pub(super) state_dir: Option<PathBuf>,
    /// There once the console has connected, also where nothing is ever written.
    client: Arc<SetOnce<Client>>,
    /// There once the console has connected.
    kit: Arc<SetOnce<Kit>>,
    stoppers: Arc<Mutex<HashMap<FlowId, Stopper>>>,
    pub(super) done: mpsc::UnboundedSender<Done>,
    /// Why nothing may be sent that is begun now.
    gate: Mutex<Option<Text>>,
    /// Reads of the audit.
    pub(super) audits: Newest,
    /// Jobs that are being written down.
    pub(super) writing: Arc<Mutex<JoinSet<()>>>,
}

/// Makes the kit.
pub(super) struct Opening {
    state_dir: PathBuf,
    profile: Arc<Profile>,
    environment: Environment,
    kit: Arc<SetOnce<Kit>>,
    done: mpsc::UnboundedSender<Done>,
}

impl Opening {
    /// Makes it; from here on the lines of the audit are told.
    pub(super) async fn open(self, client: Client, prober: Result<Prober, String>) {
        let Self {
            profile,
            environment,
            done,
            ..
        } = self;
        let mut kit = Kit::open(client, profile, prober, &environment, &self.state_dir).await;
        match &mut kit.audit {
            Ok(audit) => {
                for record in audit.opening() {
                    let _ = done.send(Done::Audited(Box::new(record.clone())));
                }
                *audit = audit.telling(move |record| {
                    let _ = done.send(Done::Audited(Box::new(record.clone())));
                });
            }
            Err(why) => {
                let _ = done.send(Done::Failed(format!("{why} Nothing can be written.")));
            }
        }
        let _ = self.kit.set(kit);
    }
}

impl FlowStarter {
    pub(super) fn new(done: mpsc::UnboundedSender<Done>) -> Self {
        Self {
            state_dir: None,
            client: Arc::default(),
            kit: Arc::default(),
            stoppers: Arc::default(),
            gate: Mutex::default(),
            audits: Newest::default(),
            writing: Arc::default(),
            done,
        }
    }

    pub(super) fn recording(self, state_dir: PathBuf) -> Self {
        Self {
            state_dir: Some(state_dir),
            ..self
        }
    }

    /// What makes the kit once there is a client; none where nothing is ever written.
    pub(super) fn opening(
        &self,
        profile: Arc<Profile>,
        environment: Environment,
    ) -> Option<Opening> {
        Some(Opening {
            state_dir: self.state_dir.clone()?,
            profile,
            environment,
            kit: Arc::clone(&self.kit),
            done: self.done.clone(),
        })
    }

    /// Where the client is put once there is one.
    pub(super) fn client(&self) -> Arc<SetOnce<Client>> {
        Arc::clone(&self.client)
    }

    /// What flows work with, once the console has connected.
    pub(super) fn kit(&self) -> Arc<SetOnce<Kit>> {
        Arc::clone(&self.kit)
    }

    /// Begins a flow.
    pub(super) fn start(&self, id: FlowId, order: Order) {
        let (stopper, stop) = Stop::new();
        lock(&self.stoppers).insert(id, stopper);
        let (kit, stoppers) = (Arc::clone(&self.kit), Arc::clone(&self.stoppers));
        let (tell, gate) = (self.tell(), lock(&self.gate).clone());
        tokio::spawn(async move {
            if let Ok(kit) = tokio::time::timeout(CONNECTING, kit.wait()).await {
                // As it was when the order was given: what was begun in the present is carried out.
                let kit = &Kit {
                    gate,
                    ..kit.clone()
                };
                flow::run(kit, id, order, &tell, &stop).await;
            } else {
                let outcome = Outcome::Refused(UNCONNECTED.into());
                let at = Clock::Real.now();
                tell(id, FlowNews::Ended { outcome, at });
            }
            lock(&stoppers).remove(&id);
        });
    }

    /// Lets nothing leave that is begun from here on, for this reason; none lets it.
    pub(super) fn gate(&self, why: Option<String>) {
        *lock(&self.gate) = why.map(Text::from);
    }

    /// Reads the interactions, for whoever looks at them.
    pub(super) fn read_interactions(&self) {
        let (kit, done) = (Arc::clone(&self.kit), self.done.clone());
        tokio::spawn(async move {
            if let Some(kit) = kit.get() {
                let _ = done.send(super::interactions::read(&kit.client).await);
            }
        });
    }

    /// Reads what somebody looks at.
    pub(super) fn inquire(&self, inquiry: Inquiry, queues: Vec<QueueId>) {
        let (client, done) = (Arc::clone(&self.client), self.done.clone());
        tokio::spawn(async move {
            let client = client.wait().await;
            let _ = done.send(super::inquiries::read(client, inquiry, &queues).await);
        });
    }

    /// Reads an interaction that a form names.
    pub(super) fn look_up(&self, id: InteractionId) {
        let (kit, done) = (Arc::clone(&self.kit), self.done.clone());
        tokio::spawn(async move {
            if let Some(kit) = kit.get() {
                let read = preflight(&kit.client, &id)
                    .await
                    .map_err(|failure| failure.why);
                let _ = done.send(Done::LookedUp(id, Box::new(read)));
            }
        });
    }

    /// Reads what is around an endpoint.
    pub(super) fn read_surroundings(&self) {
        let (kit, done) = (Arc::clone(&self.kit), self.done.clone());
        tokio::spawn(async move {
            let told = flow::provision::surroundings(kit.wait().await).await.0;
            let _ = done.send(Done::Surrounded(Box::new(told)));
        });
    }

    /// Reads a phone with its stations.
    pub(super) fn survey(&self, phone: DeviceId) {
        let (kit, done) = (Arc::clone(&self.kit), self.done.clone());
        tokio::spawn(async move {
            if let Some(kit) = kit.get() {
                let _ = done.send(super::phones::survey(&kit.client, &phone).await);
            }
        });
    }

    /// Looks at a phone closely.
    pub(super) fn closeup(&self, phone: DeviceId) {
        let (kit, done) = (Arc::clone(&self.kit), self.done.clone());
        tokio::spawn(async move {
            if let Some(kit) = kit.get() {
                let _ = done.send(super::phones::closeup(&kit.client, phone).await);
            }
        });
    }

    /// Reads what was said over SIP for a call; whoever opened it sees why it is not read.
    pub(super) fn ladder(&self, asked: SipAsk) {
        let (client, done) = (Arc::clone(&self.client), self.done.clone());
        tokio::spawn(async move {
            let end = match tokio::time::timeout(CONNECTING, client.wait()).await {
                Ok(client) => super::ladder::read(client, asked).await,
                Err(_) => Done::Ladder(asked.id, Box::new(Err(UNCONNECTED.into()))),
            };
            let _ = done.send(end);
        });
    }

    /// Reads a path that somebody typed.
    pub(super) fn read_raw(&self, call: RawCall) {
        let (client, done) = (Arc::clone(&self.client), self.done.clone());
        tokio::spawn(async move {
            let end = match tokio::time::timeout(CONNECTING, client.wait()).await {
                Ok(client) => super::raw::read(client, &call).await,
                Err(_) => Done::Raw(call.shown(), Err(UNCONNECTED.into())),
            };
            let _ = done.send(end);
        });
    }

    /// Stops a flow, as far as it can be stopped.
    pub(super) fn stop(&self, id: FlowId) {
        if let Some(stopper) = lock(&self.stoppers).get(&id) {
            stopper.send_replace(true);
        }
    }

    fn tell(&self) -> Tell {
        let done = self.done.clone();
        Arc::new(move |id, news| {
            let _ = done.send(Done::Flow(id, Box::new(news)));
        })
    }
}

/// What a panic elsewhere has left is still good: nothing is half done under these locks.
pub(super) fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
