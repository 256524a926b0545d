//! Routes in the loop: when they are read and their destinations looked at, and what becomes known of them.

mod conflict;
mod resolve;

use std::collections::{BTreeSet, HashMap};

use tokio::sync::oneshot;

use super::App;
use super::duty::Duty;
use crate::effect::{Effect, RouteAsk};
use crate::flow::route::{Ending, RouteNews};
use crate::model::RouteId;
use crate::model::finding::{Protocol, Target};
use crate::model::flow::FlowId;
use crate::model::route::look::Look;
use crate::model::route::{Check, Delivery, Deployment, EventType, Kind, Known, Stage, Verdict};
use crate::probe::schedule::Schedule;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::Link;

/// Between two reads of the list.
const READ_MS: i64 = 30_000;

/// Between two reads of the deliveries that are on screen.
const DELIVERIES_MS: i64 = 10_000;

/// Decides the jitter; any number does, because destinations only have to drift apart.
const SEED: u64 = 0x0709;

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteAnswer {
    /// What was deployed before, the oldest first.
    Deployments(Vec<Deployment>),
    /// Which kinds of events there are.
    Events(Vec<EventType>),
    /// The routes.
    Read {
        /// Those that could be read.
        routes: Vec<Known>,
        /// Entries that could not.
        faults: Vec<Text>,
        /// Kinds of which nothing is known, not even that one is gone.
        unread: Vec<Kind>,
        /// Whether the organisation has a list.
        listed: bool,
    },
    /// They could not be read, and why.
    Unread(Text),
    /// How the events of a route go.
    Deliveries(RouteId, Vec<Delivery>),
    /// A destination was looked at.
    Checked(Box<Verdict>),
    /// The organisation was asked about a route, which is now as it is here.
    Looked(Box<Known>, Look),
    /// Something else went wrong.
    Failed(Text),
}

/// When what is due.
#[derive(Debug)]
pub(super) struct RouteWatch {
    schedule: Schedule,
    /// When the list is read next; none before the console has connected, and while it is being read.
    read_at: Option<Millis>,
    /// The route whose deliveries are read, and when next.
    deliveries: Option<(RouteId, Millis)>,
    /// Whether what was there before has been asked for.
    opened: bool,
    /// Destinations that an operator waits for.
    asked: BTreeSet<Target>,
    /// Who waits for the end of which pipeline.
    resolving: HashMap<FlowId, oneshot::Sender<Box<Ending>>>,
}

impl Default for RouteWatch {
    fn default() -> Self {
        Self {
            schedule: Schedule::new(SEED),
            read_at: None,
            deliveries: None,
            opened: false,
            asked: BTreeSet::new(),
            resolving: HashMap::new(),
        }
    }
}

impl RouteWatch {
    /// When something is due.
    pub(super) fn deadline(&self) -> Option<Millis> {
        let deliveries = self.deliveries.as_ref().map(|(_, at)| *at);
        [self.schedule.wake(), self.read_at, deliveries]
            .into_iter()
            .flatten()
            .min()
    }

    /// An operator wants a destination looked at now; whether it is one of ours.
    pub(super) fn hurry(&mut self, target: &Target, now: Millis) -> bool {
        let ours = self.schedule.knows(target);
        if ours {
            self.schedule.hurry(target, now);
            self.asked.insert(target.clone());
        }
        ours
    }
}

/// Routes are read, and their destinations looked at.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.route_watch.deadline().filter(|_| !app.routes_rest()),
    tick: App::watch_routes,
};

impl App {
    /// The console has connected: from here on routes can be read.
    pub(super) fn open_routes(&mut self) {
        self.route_watch.opened = true;
        self.ask_routes(RouteAsk::Open);
        self.route_watch.read_at = Some(self.now);
    }

    /// Reads the list again now.
    pub(crate) fn reread_routes(&mut self) {
        if self.route_watch.read_at.take().is_some() {
            self.read_routes(true);
        }
    }

    /// Where somebody else reads, routes are read while a person looks at them, and at no other time.
    fn routes_rest(&self) -> bool {
        let looked_at = || self.titled("Routes") == Some(self.active);
        self.is_attached() && !looked_at()
    }

    /// Asks for whatever is due.
    fn watch_routes(&mut self) {
        let now = self.now;
        if self.routes_rest() {
            return;
        }
        if !self.route_watch.opened && self.is_attached() {
            self.open_routes();
        }
        if self.heard.status.link == Link::Paused {
            if !self.store.routes.stale() {
                self.store.routes.paused();
            }
            return;
        }
        if self.route_watch.read_at.is_some_and(|due| now >= due) {
            self.route_watch.read_at = None;
            self.read_routes(false);
        }
        for target in self.route_watch.schedule.due(now) {
            self.store.routes.checking(target.address());
            self.store.webhooks.checking(target.address());
            self.ask_routes(RouteAsk::Check(target.address().to_owned()));
        }
        self.watch_deliveries();
    }

    /// Deliveries change all the time, so only those on screen are read.
    fn watch_deliveries(&mut self) {
        let shown = self.focus().route;
        let due = match (&self.route_watch.deliveries, &shown) {
            (_, None) => {
                self.route_watch.deliveries = None;
                return;
            }
            (Some((id, at)), Some(shown)) => id != shown || self.now >= *at,
            (None, Some(_)) => true,
        };
        if let Some(id) = shown.filter(|_| due) {
            let next = self.now.plus(DELIVERIES_MS);
            self.route_watch.deliveries = Some((id.clone(), next));
            self.ask_routes(RouteAsk::Deliveries(id));
        }
    }

    fn read_routes(&mut self, urgent: bool) {
        let ours = self.store.routes.ours().cloned().collect();
        self.ask_routes(RouteAsk::Read { urgent, ours });
    }

    fn ask_routes(&mut self, ask: RouteAsk) {
        self.effects.push(Effect::Routes(ask));
    }

    /// Takes in what was answered.
    pub(super) fn routes_told(&mut self, told: RouteAnswer) {
        let now = self.now;
        let routes = &mut self.store.routes;
        match told {
            RouteAnswer::Deployments(deployments) => routes.opened(deployments),
            RouteAnswer::Events(events) => routes.events_known(events),
            RouteAnswer::Read {
                routes: read,
                faults,
                unread,
                listed,
            } => {
                routes.unread(unread);
                routes.read(read, faults, listed, now);
                self.route_watch.read_at = Some(now.plus(READ_MS));
                self.schedule_destinations();
            }
            RouteAnswer::Unread(why) => {
                routes.read_failed(why, now);
                self.route_watch.read_at = Some(now.plus(READ_MS));
            }
            RouteAnswer::Deliveries(id, deliveries) => routes.delivered(&id, deliveries),
            RouteAnswer::Checked(verdict) => self.destination_checked(*verdict),
            RouteAnswer::Looked(known, look) => {
                let weight = if look.good {
                    Weight::Note
                } else {
                    Weight::Warning
                };
                let name = crate::text::safe(known.route.name()).into_owned();
                let text = format!("{name}: {}: {}", look.word, look.says);
                routes.looked(known.id, look, now);
                self.messages.say(weight, text, now);
            }
            RouteAnswer::Failed(why) => self.messages.tell(Weight::Warning, why.to_string(), now),
        }
        self.vitals.touch();
    }

    /// Every destination has its turn; what is no URI of ours is judged at once.
    pub(super) fn schedule_destinations(&mut self) {
        let every = self
            .profile
            .as_ref()
            .map_or(std::time::Duration::MAX, |p| p.routes.verify);
        let (mut turns, mut hopeless) = (Vec::new(), Vec::new());
        let receivers = self.store.webhooks.receivers();
        for (uri, known) in self.store.routes.destinations.iter().chain(receivers) {
            match Target::new(Protocol::Http, uri) {
                Ok(target) => turns.push((target, every)),
                Err(error) if known.verdict().is_none() => {
                    let mut verdict = Verdict::new(uri, self.now);
                    let why = error.to_string().into();
                    verdict.set(Check::Dns, Stage::Failed { took_ms: 0, why });
                    hopeless.push(verdict);
                }
                Err(_) => {}
            }
        }
        self.route_watch.schedule.set(turns, self.now);
        for verdict in hopeless {
            self.checked(verdict);
        }
    }

    fn destination_checked(&mut self, verdict: Verdict) {
        if let Ok(target) = Target::new(Protocol::Http, verdict.uri.raw()) {
            self.route_watch.schedule.done(&target, self.now);
            if self.route_watch.asked.remove(&target) {
                let weight = if verdict.reachable() {
                    Weight::Note
                } else {
                    Weight::Warning
                };
                let text = format!("{}: {}", verdict.uri, verdict.sentence());
                self.messages.say(weight, text, self.now);
            }
        }
        self.checked(verdict);
    }

    /// A destination of routes, a receiver of webhooks, or both.
    fn checked(&mut self, verdict: Verdict) {
        self.store.webhooks.checked(verdict.clone());
        self.store.routes.checked(verdict);
    }

    /// Takes in what a pipeline has learnt.
    pub(super) fn route_news(&mut self, flow: FlowId, news: RouteNews) {
        let now = self.now;
        let routes = &mut self.store.routes;
        match news {
            RouteNews::Found(known) => {
                let id = known.id.clone();
                routes.found(known, now);
                routes.ran(&id, flow);
                self.schedule_destinations();
            }
            RouteNews::Gone(id) => routes.gone(&id),
            RouteNews::Checked(verdict) => self.checked(verdict),
            RouteNews::Deployment(deployment) => routes.deployed(*deployment),
            RouteNews::Ended(ending) => {
                if let Some(ending) = self.resolved(flow, ending) {
                    self.route_ended(&ending);
                }
                self.reread_routes();
            }
        }
        self.vitals.touch();
    }
}
