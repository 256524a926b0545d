//! Everything that a pipeline works with, and an organisation to change behind its back.

use serde_json::{Value, json};
use trunkline::config::Profile;
use trunkline::flow::route::{Deploy, Ending, Remove, RouteNews};
use trunkline::flow::{self, FlowNews, Kit, Order, Stop, Stopper};
use trunkline::model::flow::{FlowId, Outcome, Step};
use trunkline::model::route::{Aim, Kind, Known, Route, Webhook};

use crate::common::ground::{Ground, faulty, kit};
pub use crate::common::ran::Told;
use crate::common::ran::written;

pub struct Rig {
    pub ground: Ground,
    pub kit: Kit,
}

impl Told {
    pub fn ending(&self) -> Ending {
        let news = self.news();
        let ended = news.iter().find_map(|news| match news {
            FlowNews::Route(RouteNews::Ended(ending)) => Some(ending.as_ref().clone()),
            _ => None,
        });
        ended.expect("an end")
    }

    /// The steps as they ended, in the order in which they began.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for news in self.news() {
            if let FlowNews::Step { number, step } = news {
                if number == steps.len() {
                    steps.push(step);
                } else {
                    steps[number] = step;
                }
            }
        }
        steps
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.steps().iter().map(|step| step.name).collect()
    }
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// With a profile that `edit` has changed.
    pub async fn with(edit: impl FnOnce(&mut Profile)) -> Self {
        let ground = Ground::start(faulty(1, "direct", &[])).await;
        let mut profile = ground.profile();
        profile.requests_per_minute = None;
        // The organisation's own profile names one, which would hear of every test.
        profile.routes.sync_webhook = None;
        edit(&mut profile);
        let kit = kit(profile, &ground.state_dir()).await;
        Self { ground, kit }
    }

    pub fn destination(&self, wanted: &str) -> String {
        self.ground.destination(wanted)
    }

    /// A good route of that name.
    pub fn route(&self, name: &str) -> Webhook {
        route(name, &self.destination("healthy"))
    }

    pub async fn known(&self, name: &str) -> Known {
        self.of_kind(Kind::Webhook, name).await
    }

    /// What a route is there.
    pub async fn webhook(&self, name: &str) -> Webhook {
        webhook(&self.known(name).await)
    }

    pub async fn of_kind(&self, kind: Kind, name: &str) -> Known {
        flow::route::named(&self.kit, kind, name)
            .await
            .unwrap()
            .expect("the route")
    }

    pub async fn run(&self, order: Order) -> (Outcome, Told) {
        let (_stopper, stop) = Stop::new();
        let told = Told::default();
        let outcome = flow::run(&self.kit, FlowId(1), order, &told.tell(), &stop).await;
        (outcome, told)
    }

    pub async fn deploy(&self, body: impl Into<Route>) -> (Outcome, Told) {
        self.run(deploy(Aim::ByName, None, body)).await
    }

    /// Runs until the news satisfy `until`; then the stop is in the caller's hand.
    pub fn stoppable(&self, order: Order) -> (Stopper, Told, impl Future<Output = Outcome>) {
        let (stopper, stop) = Stop::new();
        let told = Told::default();
        let (kit, tell) = (self.kit.clone(), told.tell());
        let run = async move { flow::run(&kit, FlowId(1), order, &tell, &stop).await };
        (stopper, told, run)
    }

    /// Writes fields over those of a route, as somebody else does.
    pub async fn meddle(&self, id: &str, fields: Value) {
        let path = format!("/_org/routes/{id}");
        self.ground.control.put(&path, &fields).await;
    }

    pub async fn fault(&self, key: &str, value: Value) {
        self.ground.control.fault(&json!({ key: value })).await;
    }

    pub fn audit(&self) -> String {
        written(&self.ground.state_dir())
    }
}

pub fn webhook(known: &Known) -> Webhook {
    match &known.route {
        Route::Webhook(webhook) => webhook.clone(),
        other => panic!("{other:?}"),
    }
}

pub fn route(name: &str, uri: &str) -> Webhook {
    serde_json::from_value(json!({
        "name": name, "type": "webhook", "uri": uri, "uris": [],
        "retryPolicy": {"maxRetries": 1, "retryInterval": 1.0, "backoffFactor": 2.0},
        "eventFilters": [{"eventType": "routing.queue.entered", "fields": ["queueId"]}],
        "headers": {"X-Token": "hunter2"},
    }))
    .unwrap()
}

pub fn deploy(aim: Aim, base: Option<Known>, body: impl Into<Route>) -> Order {
    Order::Deploy(Box::new(Deploy {
        aim,
        base,
        body: body.into(),
        dry: false,
        why: None,
        by: None,
    }))
}

pub fn remove(known: Known) -> Order {
    Order::RemoveRoute(Box::new(Remove { known }))
}
