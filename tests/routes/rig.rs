//! Everything that a pipeline works with, and an organisation to change behind its back.

use std::sync::{Arc, Mutex};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use trunkline::app::{perform, probes};
use trunkline::config::{self, Flags, Paths, Profile};
use trunkline::environment::Environment;
use trunkline::flow::route::{Deploy, Ending, Remove, RouteNews};
use trunkline::flow::{self, FlowNews, Kit, Order, Stop, Stopper, Tell};
use trunkline::model::flow::{FlowId, Outcome, Step};
use trunkline::model::route::{Aim, Kind, Known, Route, Webhook};
use trunkline::org::{self, Options, Org};
use trunkline::probe::Prober;

pub struct Rig {
    pub org: Org,
    pub kit: Kit,
    pub folder: TempDir,
    http: reqwest::Client,
}

/// What was told of one run.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<FlowNews>>>);

impl Told {
    pub fn tell(&self) -> Tell {
        let told = Arc::clone(&self.0);
        Arc::new(move |_, news| told.lock().unwrap().push(news))
    }

    pub fn news(&self) -> Vec<FlowNews> {
        self.0.lock().unwrap().clone()
    }

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
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let options = Options {
            users: 1,
            rate: 0.0,
            rate_limit: 0,
            profile_out: Some(file.clone()),
            ..Options::default()
        };
        let org = org::start(options).await.unwrap();
        let flags = Flags {
            config: Some(file),
            ..Flags::default()
        };
        let environment = Environment::default();
        let paths = Paths::under(folder.path());
        let loaded = config::load(&flags, &environment, &paths).unwrap();
        let mut profile = loaded.profile.unwrap();
        profile.requests_per_minute = None;
        // The organisation's own profile names one, which would hear of every test.
        profile.routes.sync_webhook = None;
        edit(&mut profile);
        let client = perform::client(&profile, &environment).await.unwrap();
        let prober = probes::settings(&profile, [], &environment).await;
        let prober = prober.map(Prober::new);
        let state = folder.path().join("state");
        let kit = Kit::open(client, Arc::new(profile), prober, &environment, &state).await;
        let ca = reqwest::Certificate::from_pem(org.ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .add_root_certificate(ca);
        Self {
            org,
            kit,
            folder,
            http: http.build().unwrap(),
        }
    }

    pub fn destination(&self, wanted: &str) -> String {
        let mut named = self.org.destinations().iter();
        named.find(|(name, _)| *name == wanted).unwrap().1.clone()
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
        self.control(&format!("/_org/routes/{id}"), fields).await;
    }

    pub async fn fault(&self, key: &str, value: Value) {
        self.control("/_org/faults", json!({ key: value })).await;
    }

    async fn control(&self, path: &str, body: Value) {
        let call = self.http.put(format!("{}{path}", self.org.base_url()));
        let token = self.org.control_token().expose_secret();
        let answer = call.bearer_auth(token).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }

    pub fn audit(&self) -> String {
        let folder = self.folder.path().join("state").join("audit");
        let Ok(files) = std::fs::read_dir(folder) else {
            return String::new();
        };
        let files = files.map(|entry| entry.unwrap().path());
        let lines = files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
        lines
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
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
        by: None,
    }))
}

pub fn remove(known: Known) -> Order {
    Order::RemoveRoute(Box::new(Remove { known }))
}
