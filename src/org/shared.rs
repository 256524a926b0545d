//! What every connection of one organisation shares.
//!
//! Each part has a lock of its own, held for a few lines and never across an await; no code takes two at once,
//! but for that of the notification channels, which is taken last.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use secrecy::SecretString;
use tokio::sync::watch;
use uuid::Uuid;

use super::Options;
use super::auth::codes::SignInCodes;
use super::auth::{Client, Tokens};
use super::callbacks;
use super::callbacks::book::CallbackBook;
use super::destinations::NamedUri;
use super::errands::Errands;
use super::estate::EstateAddresses;
use super::faults::Faults;
use super::hooks::JobWebhook;
use super::interactions::{AGENTS, Interactions};
use super::jobs::Jobs;
use super::outbox::AttemptLog;
use super::platform::records::Records;
use super::platform::topics::Topics;
use super::post::PostClient;
use super::record::RequestLog;
use super::routes;
use super::routes::table::RouteTable;
use super::sockets::Sockets;
use super::state::World;
use super::transfers::TransferLog;
use super::webhooks::Inbox;

/// The organisation, as its connections see it.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) control: SecretString,
    pub(super) rate_limit: u32,
    /// Whether callbacks are dialled whatever their slots.
    pub(super) fast_forward: bool,
    pub(super) seed: u64,
    /// When it began.
    pub(super) began: Timestamp,
    /// Where the sockets of notification channels are, as `wss://HOST:PORT`.
    pub(super) streaming: String,
    pub(super) destinations: Vec<NamedUri>,
    pub(super) errands: Errands,
    pub(super) post: PostClient,
    /// The notification channels of the Platform API; a lock of its own, taken last.
    pub(super) topics: Topics,
    world: Mutex<World>,
    withheld: Mutex<BTreeSet<String>>,
    tokens: Mutex<Tokens>,
    codes: Mutex<SignInCodes>,
    requests: Mutex<RequestLog>,
    inbox: Mutex<Inbox>,
    jobs: Mutex<Jobs>,
    hooks: Mutex<Vec<JobWebhook>>,
    sent: Mutex<AttemptLog>,
    media: Mutex<Inbox>,
    interactions: Mutex<Interactions>,
    transfers: Mutex<TransferLog>,
    sockets: Mutex<Sockets>,
    bus: Mutex<Inbox>,
    routes: Mutex<RouteTable>,
    book: Mutex<CallbackBook>,
    records: Mutex<Records>,
    dice: Mutex<ChaCha8Rng>,
    faults: watch::Sender<Faults>,
}

impl Shared {
    pub(super) fn new(
        options: &Options,
        places: &EstateAddresses,
        errands: Errands,
        post: PostClient,
    ) -> Self {
        let mut routes = RouteTable::default();
        let now = Timestamp::now();
        routes::seeds::place(&mut routes, &places.destinations, now);
        let topics = Topics::default();
        let mut book = CallbackBook::default();
        book.topics = topics.clone();
        book.agents = usize::try_from(options.users).unwrap_or(1).min(AGENTS);
        // Another stream of the seed than those that draw while it runs.
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        rng.set_stream(6);
        callbacks::seeds::place(&mut book, now, &mut rng);
        let mut world = World::populate(options.users, options.seed, now);
        world.topics = topics.clone();
        world
            .plant
            .add_media(options.media_edges, options.seed, now);
        for (carrier, (_, address)) in world.plant.carriers.iter_mut().zip(&places.proxies) {
            carrier.proxy = address.to_string();
        }
        let mut interactions = Interactions::populate(&world.people, options.seed, now);
        world.contradict(options.faults.contradictions, &interactions.talking(), now);
        interactions.topics = topics.clone();
        if options.faults.bad_calls > 0.0 {
            interactions.sound_bad(&world.people, options.seed, now);
        }
        Self {
            client: Client {
                id: options
                    .client_id
                    .clone()
                    .unwrap_or_else(|| "trunkline-demo".to_owned()),
                secret: options.client_secret.clone().unwrap_or_else(random_secret),
            },
            control: random_secret(),
            rate_limit: options.rate_limit,
            fast_forward: options.fast_forward || options.faults.hurries_callbacks(),
            seed: options.seed,
            began: now,
            streaming: format!("wss://{}", places.api),
            destinations: places.destinations.clone(),
            errands,
            post,
            topics: topics.clone(),
            world: Mutex::new(world),
            withheld: Mutex::new(options.without.iter().cloned().collect()),
            tokens: Mutex::new(Tokens::default()),
            codes: Mutex::new(SignInCodes::default()),
            requests: Mutex::new(RequestLog::default()),
            inbox: Mutex::new(Inbox::default()),
            jobs: Mutex::new(Jobs::default()),
            hooks: Mutex::new(Vec::new()),
            sent: Mutex::new(AttemptLog::default()),
            media: Mutex::new(Inbox::default()),
            interactions: Mutex::new(interactions),
            transfers: Mutex::new(TransferLog::default()),
            sockets: Mutex::new(Sockets::default()),
            bus: Mutex::new(Inbox::default()),
            routes: Mutex::new(routes),
            book: Mutex::new(book),
            records: Mutex::new(Records::seeded(topics, now)),
            dice: Mutex::new(ChaCha8Rng::seed_from_u64(options.seed)),
            faults: watch::Sender::new(options.faults),
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// The permissions that nobody holds.
    pub(super) fn withheld(&self) -> MutexGuard<'_, BTreeSet<String>> {
        lock(&self.withheld)
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }

    /// What people sign in with.
    pub(super) fn codes(&self) -> MutexGuard<'_, SignInCodes> {
        lock(&self.codes)
    }

    /// The client that people sign in through, by PKCE; with the secret of the other client it may renew, without one it may
    /// not.
    pub(super) fn person_client(&self) -> String {
        format!("{}-person", self.client.id)
    }

    pub(super) fn requests(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.requests)
    }

    pub(super) fn inbox(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }

    pub(super) fn jobs(&self) -> MutexGuard<'_, Jobs> {
        lock(&self.jobs)
    }

    pub(super) fn hooks(&self) -> MutexGuard<'_, Vec<JobWebhook>> {
        lock(&self.hooks)
    }

    /// What the sink for media servers took.
    pub(super) fn media(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.media)
    }

    pub(super) fn interactions(&self) -> MutexGuard<'_, Interactions> {
        lock(&self.interactions)
    }

    pub(super) fn transfers(&self) -> MutexGuard<'_, TransferLog> {
        lock(&self.transfers)
    }

    pub(super) fn sockets(&self) -> MutexGuard<'_, Sockets> {
        lock(&self.sockets)
    }

    pub(super) fn sent(&self) -> MutexGuard<'_, AttemptLog> {
        lock(&self.sent)
    }

    /// What was delivered to the destinations of routes.
    pub(super) fn bus(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.bus)
    }

    pub(super) fn routes(&self) -> MutexGuard<'_, RouteTable> {
        lock(&self.routes)
    }

    /// The queues and their callbacks.
    pub(super) fn book(&self) -> MutexGuard<'_, CallbackBook> {
        lock(&self.book)
    }

    /// What the Platform API alone keeps.
    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        lock(&self.records)
    }

    /// What goes wrong now.
    pub(super) fn faults(&self) -> Faults {
        *self.faults.borrow()
    }

    /// Sees every change of the faults; streams need it, as they outlive the state they began in.
    pub(super) fn watch_faults(&self) -> watch::Receiver<Faults> {
        self.faults.subscribe()
    }

    pub(super) fn set_faults(&self, faults: &Faults) {
        self.faults.send_replace(*faults);
    }

    /// True with probability `p`; a fault's probability is between 0 and 1 by construction.
    pub(super) fn chance(&self, p: f64) -> bool {
        p > 0.0 && lock(&self.dice).random::<f64>() < p
    }

    /// A draw from 0 up to 1.
    pub(super) fn draw(&self) -> f64 {
        lock(&self.dice).random()
    }
}

/// A panic in another task leaves plain data behind, and the data stays good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 244 bits from the system's generator: secrets never follow from the seed.
pub(super) fn random_secret() -> SecretString {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()).into()
}
