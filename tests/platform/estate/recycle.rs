//! Edges that come and go: the cloud's own are replaced and nobody is told, one that fails is one alert.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use trunkline::alert::AlertNews;
use trunkline::app::App;
use trunkline::app::event::{Done, Event};
use trunkline::feed::mailbox::{CAPACITY, Mailbox};
use trunkline::feed::{Feeds, Plan, start_with};
use trunkline::model::alert::{Alert, AlertKind, Subject};
use trunkline::model::registration::State;
use trunkline::org::Options;
use trunkline::store::Row;
use trunkline::time::Clock;

use crate::common::ground::written;
use crate::rig::{Rig, options};
use crate::watch::{brisk, plan};

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_secs(180);

/// Edges of the cloud's own, and how many are replaced.
const EDGES: u32 = 20;
const REPLACED: usize = 100;

const CONFIG: &str = r#"
[profiles.acme]
api = "platform"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
[profiles.acme.alerts]
settle_seconds = 5
"#;

/// The application on the feeds of an organisation, without a screen.
struct Noc {
    rig: Rig,
    app: App,
    mailbox: Arc<Mailbox>,
    _feeds: Feeds,
    _folder: tempfile::TempDir,
    /// Who was lost when it began, and who was lost since who was not then.
    watching: bool,
    lost: HashSet<String>,
    losses: BTreeSet<String>,
}

impl Noc {
    async fn start() -> Self {
        let rig = Rig::start(Options {
            media_edges: EDGES,
            rate_limit: 0,
            ..options(60)
        })
        .await;
        let mailbox = Mailbox::new(CAPACITY);
        let plan = Plan {
            carriers: true,
            poll: Duration::from_secs(1),
            ..plan(10)
        };
        let feeds = start_with(rig.client.clone(), plan, Arc::clone(&mailbox), brisk());
        let (loaded, folder) = written(Some(CONFIG), "mono");
        let mut noc = Self {
            rig,
            app: App::new(loaded),
            mailbox,
            _feeds: feeds,
            _folder: folder,
            watching: false,
            lost: HashSet::new(),
            losses: BTreeSet::new(),
        };
        noc.until("live", |noc| {
            let rows = noc.app.store.registrations.rows();
            let rows: Vec<_> = rows.map(|(_, row)| row).collect();
            let known = noc.app.store.edges.len() > EDGES as usize && !rows.is_empty();
            known && rows.iter().all(trunkline::store::Row::live)
        })
        .await;
        noc.watching = true;
        noc.lost = noc.lost_now().into_iter().collect();
        let opened = AlertNews::Opened {
            records: Vec::new(),
            ours: true,
            operator: "ana".into(),
            warnings: Vec::new(),
        };
        noc.update(Event::Done(Done::Alerts(Box::new(opened))));
        noc
    }

    fn update(&mut self, event: Event) {
        self.app.update(event, Clock::Real.now());
        drop(self.app.take_effects());
    }

    fn lost_now(&self) -> Vec<String> {
        let rows = self.app.store.registrations.rows();
        let lost = rows.filter(|(_, row)| row.state() == State::Lost);
        lost.map(|(_, row)| row.device().raw().to_owned()).collect()
    }

    /// Takes in what has come, or lets a moment pass.
    async fn turn(&mut self) {
        let moment = Duration::from_millis(50);
        let _ = tokio::time::timeout(moment, self.mailbox.ready()).await;
        let mut news = Vec::new();
        let _ = self.mailbox.drain(512, &mut news);
        let (overflowed, dropped) = (Vec::new(), 0);
        self.update(Event::Feed {
            news,
            overflowed,
            dropped,
        });
        if self
            .app
            .deadline()
            .is_some_and(|due| due <= Clock::Real.now())
        {
            self.update(Event::Tick);
        }
        if self.watching {
            let new = self.lost_now().into_iter();
            let new = new.filter(|id| !self.lost.contains(id));
            let new: Vec<String> = new.collect();
            self.losses.extend(new);
        }
    }

    async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = tokio::time::Instant::now() + HANG;
        while !so(self) {
            assert!(tokio::time::Instant::now() < end, "never: {what}");
            self.turn().await;
        }
    }

    /// Alerts of anything but phones that were lost from the start.
    fn alerts(&self) -> Vec<&Alert> {
        let alerts = self.app.store.alerts.iter();
        let old = |alert: &&Alert| match &alert.subject {
            Subject::Device { device, .. } => self.lost.contains(device.raw()),
            _ => false,
        };
        alerts.filter(|alert| !old(alert)).collect()
    }

    async fn edges(&self) -> BTreeSet<String> {
        let state = self.rig.control.state().await;
        let edges = state["edges"].as_array().unwrap().iter();
        edges
            .map(|edge| edge["id"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn recycle(&self, every: f64) {
        let fault = json!({ "edges-recycle": every });
        self.rig.control.fault(&fault).await;
    }
}

#[tokio::test]
async fn a_hundred_edges_are_replaced_without_a_word_and_one_that_fails_is_one_alert() {
    let mut noc = Noc::start().await;
    let mut seen = noc.edges().await;
    let before = seen.len();
    noc.recycle(0.2).await;
    while seen.len() < before + REPLACED {
        noc.turn().await;
        seen.extend(noc.edges().await);
    }
    noc.recycle(0.0).await;
    noc.until("settled", |noc| noc.app.store.edges.len() == before)
        .await;
    let settled = Clock::Real.now().plus(6_000);
    noc.until("told", |_| Clock::Real.now() >= settled).await;
    assert_eq!(noc.alerts(), Vec::<&Alert>::new());
    assert!(noc.losses.is_empty(), "{:?}", noc.losses);

    // One fails, with the browsers that it serves.
    let id = {
        let rows = noc.app.store.registrations.rows();
        let well = |row: &Row<'_>| row.state() == State::Ok && row.edge_reach().is_some();
        let mut browsers = rows.filter(|(_, row)| well(row));
        browsers.next().unwrap().1.device().raw().to_owned()
    };
    let token = noc.rig.token().await;
    let path = format!("/api/v2/telephony/providers/edges/phones/{id}");
    let call = noc.rig.control.request(reqwest::Method::GET, &path);
    let phone = crate::common::control::answer(call.bearer_auth(token)).await;
    let edge = phone["primaryEdge"]["id"].as_str().unwrap().to_owned();
    let name = phone["primaryEdge"]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("cloud-media-i-"), "{name}");
    let path = format!("/_org/edges/{edge}");
    let off = json!({"onlineStatus": "OFFLINE"});
    noc.rig.control.put(&path, &off).await;
    noc.until("told with its phones", |noc| {
        noc.alerts().first().is_some_and(|alert| alert.away > 1)
    })
    .await;
    let settled = Clock::Real.now().plus(6_000);
    noc.until("all told", |_| Clock::Real.now() >= settled)
        .await;
    let alerts = noc.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].kind, AlertKind::EdgeOffline);
    assert!(alerts[0].what().starts_with(&name), "{}", alerts[0].what());

    let on = json!({"onlineStatus": "ONLINE"});
    noc.rig.control.put(&path, &on).await;
    noc.until("over", |noc| {
        noc.alerts().iter().all(|alert| !alert.is_open())
    })
    .await;
}
