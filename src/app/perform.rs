//! Carries out effects as tasks; every end comes back as a [`Done`].

mod alerts;
mod audit;
pub mod digest;
mod flows;
mod hourly;
mod inquiries;
mod interactions;
mod jobs;
mod ladder;
mod log;
mod memory;
mod newest;
pub mod packet;
mod past;
mod person;
mod phones;
mod queue;
mod raw;
mod routes;
mod shelf;
mod webhooks;

use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, mpsc};

pub use self::alerts::receiver;
use super::event::Done;
use crate::cloud::keyring::Keyring;
use crate::cloud::tls::Identity;
use crate::cloud::way;
use crate::cloud::{self, Client};
use crate::config::profile::{Auth, ClientCert, Profile};
use crate::config::secret::{self, SecretSource};
use crate::effect::Effect;
use crate::environment::Environment;
use crate::feed::mailbox::Mailbox;
use crate::feed::{Instruction, Organisation, Plan, Running, Source};
use crate::hourly::Hourly;
use crate::memory::Memory;
use crate::model::finding::Target;
use crate::probe::Prober;
use crate::record::RecordFolder;
use crate::record::digest::Beside;
use crate::share::{self, Attachable, Desk, Hello, SharePlace};
use crate::text::Text;
use crate::time::Clock;
use crate::vocabulary::problem::{Problem, Trouble};

/// What is running of a source; none before it has started.
type Started = Arc<Mutex<Option<Box<dyn Running>>>>;

/// Holds what effects work on: the source of news, once it runs, and the way back into the loop.
pub struct Performer {
    profile: Option<Arc<Profile>>,
    environment: Environment,
    mailbox: Arc<Mailbox>,
    /// Where news come from; none is the organisation of the profile.
    source: Option<Arc<dyn Source>>,
    running: Started,
    /// Made at the first probe; tried again while what it needs cannot be read.
    prober: Arc<OnceCell<Prober>>,
    done: mpsc::UnboundedSender<Done>,
    /// Where alerts go; none where they are not made.
    post: Option<alerts::Post>,
    /// Carries out writes.
    desk: flows::FlowStarter,
    /// Where drafts are kept.
    shelf: shelf::ShelfKeeper,
    /// Where people sign in.
    people: person::SignInDesk,
    /// Where the next run's memory is kept.
    memory: memory::MemoryKeeper,
    /// Where counts are kept.
    hourly: hourly::HoursKeeper,
    /// Where the past is read.
    past: past::PastDesk,
    /// Where somebody else may read for this console.
    share: Option<ShareWay>,
}

/// How a console shares a reading.
#[derive(Clone, Debug)]
pub struct ShareWay {
    /// Where the reader is, or is to be.
    pub place: SharePlace,
    /// Whether this console becomes it where there is none.
    pub take_over: bool,
    /// Where the loop hands over what it is told, then.
    pub desk: Desk,
}

impl Performer {
    /// A performer for a profile; its ends go to `done`.
    #[must_use]
    pub fn new(
        profile: Option<Arc<Profile>>,
        environment: Environment,
        mailbox: Arc<Mailbox>,
        done: mpsc::UnboundedSender<Done>,
    ) -> Self {
        Self {
            people: person::SignInDesk::new(environment.clone(), done.clone()),
            profile,
            environment,
            mailbox,
            source: None,
            running: Arc::default(),
            prober: Arc::default(),
            desk: flows::FlowStarter::new(done.clone()),
            shelf: shelf::ShelfKeeper::default(),
            memory: memory::MemoryKeeper::default(),
            hourly: hourly::HoursKeeper::default(),
            past: past::PastDesk::default(),
            done,
            post: None,
            share: None,
        }
    }

    /// Makes alerts, lets writes through, drafts forms and counts by the hour, and keeps the records of it all under this directory.
    #[must_use]
    pub fn keeping(self, state_dir: PathBuf) -> Self {
        let profile = self.profile.as_ref().map(|profile| profile.name.clone());
        let hourly = profile.as_ref().map(|name| Hourly::new(&state_dir, name));
        let kept = profile
            .clone()
            .map(|name| digest::BesideFrom::Kept(state_dir.clone(), name));
        let mut past = self.past;
        past.beside = kept;
        let operator = Text::from(crate::flow::operator(&self.environment));
        let drafts =
            profile.map(|profile| shelf::ShelfKeeper::at(state_dir.clone(), profile, operator));
        Self {
            hourly: hourly.map(hourly::HoursKeeper::at).unwrap_or_default(),
            shelf: drafts.unwrap_or_default(),
            desk: self.desk.recording(state_dir.clone()),
            post: Some(alerts::Post::new(state_dir)),
            past,
            ..self
        }
    }

    /// Keeps the last known rows there, for the next run.
    #[must_use]
    pub fn remembering(self, memory: Memory) -> Self {
        Self {
            memory: memory::MemoryKeeper::at(memory),
            ..self
        }
    }

    /// Reads the past there.
    #[must_use]
    pub fn rewinding(mut self, folder: RecordFolder) -> Self {
        self.past.folder = Some(folder);
        self
    }

    /// Tells beside the past what came with it, and nothing of this machine.
    #[must_use]
    pub fn told_beside(mut self, beside: Arc<Beside>) -> Self {
        self.past.beside = Some(digest::BesideFrom::Given(beside));
        self
    }

    /// Follows this source instead of the organisation of the profile, which is not asked for anything then, nor written to.
    #[must_use]
    pub fn following(self, source: Arc<dyn Source>) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }

    /// Follows whoever reads there, and does what is to be done where nobody does.
    #[must_use]
    pub fn attaching(self, way: ShareWay) -> Self {
        Self {
            share: Some(way),
            ..self
        }
    }

    /// The way of ends into the loop, for what works beside the performer.
    #[must_use]
    pub fn ends(&self) -> mpsc::UnboundedSender<Done> {
        self.done.clone()
    }

    /// Waits for what must be on disk before the process ends.
    pub async fn finish(&self) {
        self.shelf.finish().await;
        self.memory.finish().await;
        self.hourly.finish().await;
        self.desk.finish().await;
    }

    /// Starts an effect; returns at once.
    pub fn perform(&self, effect: Effect) {
        match effect {
            Effect::Connect => self.connect(),
            Effect::OpenAlerts => {
                if let (Some(post), Some(profile)) = (&self.post, &self.profile) {
                    post.open(Arc::clone(profile), &self.environment, self.done.clone());
                }
            }
            Effect::Alerts(orders) => {
                if let Some(post) = &self.post {
                    post.hand(*orders);
                }
            }
            Effect::ReadJobs => self.desk.read_jobs(self.profile.as_deref()),
            Effect::CountWaiting => self.desk.count_waiting(),
            Effect::Record(later) => self.desk.record(*later),
            Effect::KeepJobs(jobs) => self.desk.keep_jobs(self.profile.as_deref(), jobs),
            Effect::ReadAudit => self.desk.read_audit(self.profile.as_deref()),
            Effect::Pause(pause) => self.instruct(Instruction::Pause(pause)),
            Effect::RereadInteractions => self.instruct(Instruction::RereadInteractions),
            Effect::AskAlerts(ask) => self.instruct(Instruction::Alerts(ask)),
            Effect::AskPins(ask) => self.instruct(Instruction::Pins(ask)),
            Effect::TellWrite(line) => self.instruct(Instruction::Wrote(line)),
            Effect::Keyframe => self.instruct(Instruction::Keyframe),
            Effect::Direct => self.instruct(Instruction::Direct),
            Effect::Reread(users) => self.instruct(Instruction::Reread(users)),
            Effect::Attend(users) => self.instruct(Instruction::Attend(users)),
            Effect::Probe(target) => self.probe(target),
            Effect::RereadCallbacks => self.instruct(Instruction::RereadCallbacks),
            Effect::Acknowledge(taken) => self.instruct(Instruction::Acknowledge(taken)),
            Effect::Flow(id, order) => self.desk.start(id, *order),
            Effect::Routes(ask) => routes::ask(self.desk.kit(), ask, self.done.clone()),
            Effect::ReadWebhooks { urgent } => {
                webhooks::read(self.desk.kit(), urgent, self.done.clone());
            }
            Effect::StopFlow(id) => self.desk.stop(id),
            Effect::SignIn(ask) => self.people.ask(ask),
            Effect::ReadBudget => self.people.read_budget(),
            Effect::Inquire(inquiry, queues) => self.desk.inquire(inquiry, queues),
            Effect::ReadInteractions => self.desk.read_interactions(),
            Effect::Survey(phone) => self.desk.survey(phone),
            Effect::ReadRaw(call) => self.desk.read_raw(*call),
            Effect::Ladder(asked) => self.desk.ladder(asked),
            Effect::Closeup(phone) => self.desk.closeup(phone),
            Effect::ReadSurroundings => self.desk.read_surroundings(),
            Effect::LookUp(id) => self.desk.look_up(id),
            Effect::Shelf(order) => self.shelf.hand(order, &self.done),
            Effect::Remember(draft) => self.memory.hand(draft, &self.done),
            Effect::Past(ask) => self.past.ask(ask, self.done.clone()),
            Effect::Digest(ask) => self.past.digest(ask, &self.done),
            Effect::Packet(ask) => self.past.packet(ask, &self.environment, &self.done),
            Effect::Gate(why) => self.desk.gate(why),
            Effect::KeepHours(counted) => self.hourly.hand(counted, &self.done),
            Effect::RereadCarriers => self.instruct(Instruction::RereadCarriers),
            Effect::ReadLog => log::read(self.done.clone()),
            Effect::Export {
                kind,
                path,
                ending,
                body,
                rows,
            } => {
                let done = self.done.clone();
                tokio::task::spawn_blocking(move || {
                    let _ = done.send(export(kind, path, ending, &body, rows));
                });
            }
            // The rest is the terminal's: without one there is nothing to do it on.
            Effect::Copy { .. }
            | Effect::Notify { .. }
            | Effect::Page(_)
            | Effect::Edit(_)
            | Effect::Redraw
            | Effect::Suspend => {}
        }
    }

    fn instruct(&self, instruction: Instruction) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.as_ref() {
            running.instruct(instruction);
        }
    }

    fn probe(&self, target: Target) {
        let Some(profile) = self.profile.clone() else {
            return;
        };
        let (prober, done) = (Arc::clone(&self.prober), self.done.clone());
        let environment = self.environment.clone();
        tokio::spawn(async move {
            let end = match made(&prober, &profile, &environment).await {
                Ok(prober) => Done::Found(Box::new(prober.probe(&target).await)),
                Err(why) => Done::NotProbed { target, why },
            };
            let _ = done.send(end);
        });
    }

    fn connect(&self) {
        if let Some(source) = &self.source {
            follow(&**source, &self.mailbox, &self.running);
            let _ = self.done.send(Done::Connected);
            return;
        }
        let Some(profile) = self.profile.clone() else {
            return;
        };
        let (mailbox, running, done) = (
            Arc::clone(&self.mailbox),
            Arc::clone(&self.running),
            self.done.clone(),
        );
        let environment = self.environment.clone();
        let writes = self.desk.opening(Arc::clone(&profile), environment.clone());
        let prober = Arc::clone(&self.prober);
        let people = self.people.opening();
        let reads = self.desk.client();
        let share = self.share.clone();
        tokio::spawn(async move {
            let end = match client(&profile, &environment).await {
                Ok(client) => {
                    people.open(&client, share.is_none()).await;
                    let _ = reads.set(client.clone());
                    let organisation = Organisation {
                        client: client.clone(),
                        plan: plan(&profile),
                    };
                    match share {
                        None => follow(&organisation, &mailbox, &running),
                        Some(way) => {
                            let operator = Text::from(crate::flow::operator(&environment));
                            let ends = done.clone();
                            let way = way.attachable(&profile, operator, organisation, ends);
                            follow(&Arc::new(way), &mailbox, &running);
                        }
                    }
                    if let Some(writes) = writes {
                        let prober = made(&prober, &profile, &environment).await;
                        writes.open(client, prober).await;
                    }
                    Done::Connected
                }
                Err(problem) => Done::NotConnected(problem),
            };
            let _ = done.send(end);
        });
    }
}

impl ShareWay {
    fn attachable(
        self,
        profile: &Profile,
        operator: Text,
        organisation: Organisation,
        ends: mpsc::UnboundedSender<Done>,
    ) -> Attachable {
        Attachable {
            place: self.place,
            hello: share_hello(profile),
            operator,
            take_over: self.take_over,
            organisation,
            desk: self.desk,
            ask: share_asks(ends),
        }
    }
}

/// Who reads, and what, as said to whoever shares it.
#[must_use]
pub fn share_hello(profile: &Profile) -> Hello {
    let host = rustix::system::uname();
    Hello {
        profile: Text::from(profile.name.as_str()),
        api: profile.api.word().into(),
        organisation: Text::from(profile.base_url.as_str()),
        host: Text::from(host.nodename().to_string_lossy()),
        epoch: Clock::Real.now().0.cast_unsigned(),
        ..Hello::default()
    }
}

/// The way of what is asked by those who share a reading into the loop that reads.
#[must_use]
pub fn share_asks(ends: mpsc::UnboundedSender<Done>) -> share::Ask {
    Arc::new(move |asked| {
        let _ = ends.send(Done::Share(asked));
    })
}

/// Starts a source.
fn follow(source: &dyn Source, mailbox: &Arc<Mailbox>, running: &Started) {
    let started = source.start(Arc::clone(mailbox));
    *running.lock().unwrap_or_else(PoisonError::into_inner) = Some(started);
}

/// The prober of the profile, which is made at the first call.
async fn made(
    cell: &OnceCell<Prober>,
    profile: &Profile,
    environment: &Environment,
) -> Result<Prober, String> {
    let settings = super::probes::settings(profile, &profile.probes.turn, environment);
    let made = || async { settings.await.map(Prober::new) };
    cell.get_or_try_init(made).await.cloned()
}

/// Reads the secret and the trusted authorities, and makes the client. Nothing is connected yet.
pub async fn client(profile: &Profile, environment: &Environment) -> Result<Client, Problem> {
    let local = |text: String| Problem {
        trouble: Trouble::Settings,
        text: text.into(),
    };
    let secret = async |place: &SecretSource, key: &str| {
        let read = place.read_doubting(environment).await;
        read.map_err(|error| local(format!("{key}: {error}")))
    };
    let client = match &profile.client {
        Some(client) => {
            let (secret, doubt) = secret(&client.secret, "client_secret").await?;
            Some(cloud::Credentials {
                id: client.id.clone(),
                secret,
                doubt,
                auth: match profile.auth {
                    Auth::Basic => cloud::AuthStyle::Basic,
                    Auth::Form => cloud::AuthStyle::Form,
                },
                scopes: profile.scopes.clone(),
            })
        }
        None => None,
    };
    let person = match &profile.person {
        Some(person) => Some(cloud::PersonClient {
            id: person.client_id.clone(),
            secret: match &person.secret {
                Some(place) => Some(secret(place, "person.client_secret").await?.0),
                None => None,
            },
            redirect_port: person.redirect_port,
            keyring: person.keyring.then(Keyring::system),
        }),
        None => None,
    };
    let ca_pem = match &profile.ca_file {
        Some(path) => Some(read_ca(path).await.map_err(local)?),
        None => None,
    };
    let identity = identity(profile.client_cert.as_ref())
        .await
        .map_err(local)?;
    let proxy = proxy(profile, environment).await.map_err(local)?;
    Client::new(cloud::Settings {
        api: profile.api,
        base_url: profile.base_url.clone(),
        login_url: profile.login_url.clone(),
        client,
        person,
        ca_pem,
        identity,
        proxy,
        requests_per_minute: profile.requests_per_minute.map(NonZeroU32::get),
        queue_hours: profile.queue_hours.groups.clone(),
        deadline: profile.deadlines.call,
    })
    .map_err(|e| e.problem())
}

/// The proxy of a profile, with its password.
pub async fn proxy(profile: &Profile, environment: &Environment) -> Result<way::Proxy, String> {
    let password = match profile.proxy.password() {
        Some(place) => {
            let password = place.read(environment).await;
            Some(password.map_err(|error| format!("proxy_password: {error}"))?)
        }
        None => None,
    };
    Ok(profile.proxy.clone().with_password(password))
}

/// Reads a file of certificate authorities, for what verifies beside the client.
pub async fn authorities(
    path: &std::path::Path,
) -> Result<Vec<rustls_pki_types::CertificateDer<'static>>, String> {
    cloud::tls::authorities(&read_ca(path).await?).map_err(|error| error.to_string())
}

/// Reads the client certificate that a profile or a command line names.
pub async fn identity(files: Option<&ClientCert>) -> Result<Option<Identity>, String> {
    let Some(ClientCert { cert, key }) = files else {
        return Ok(None);
    };
    let certificates = tokio::fs::read(cert).await;
    let certificates =
        certificates.map_err(|error| format!("client_cert_file {}: {error}.", cert.display()))?;
    let key = secret::private_key(key.clone()).await;
    let key = key.map_err(|error| format!("client_key_file: {error}"))?;
    let identity = Identity::new(&certificates, &key).map_err(|error| error.to_string())?;
    Ok(Some(identity))
}

async fn read_ca(path: &std::path::Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|e| {
        format!(
            "reading the certificate authorities in {}: {e}. Check ca_file of the profile.",
            path.display()
        )
    })
}

fn plan(profile: &Profile) -> Plan {
    let watched = &profile.registrations;
    Plan {
        users: watched.users.clone(),
        poll: watched.poll,
        max_streams: watched.max_streams.map_or(usize::MAX, |most| most as usize),
        channels: profile.notifications.channels as usize,
        carriers: profile.carriers.watched,
        callbacks: profile.callbacks,
        status_page: profile.status_url.clone(),
    }
}

/// Writes an export; a name that was not given is made from the time, and nothing that exists is overwritten.
fn export(kind: &str, path: Option<PathBuf>, ending: &str, body: &str, rows: usize) -> Done {
    let path = path.unwrap_or_else(|| {
        let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
        PathBuf::from(format!("trunkline-{kind}-{stamp}.{ending}"))
    });
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(body.as_bytes()));
    match written {
        Ok(()) => Done::Exported(path, rows),
        Err(e) => Done::Failed(format!(
            "exporting to {}: {e}. Name another file: :export {ending} FILE",
            path.display()
        )),
    }
}
