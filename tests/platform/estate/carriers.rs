use std::time::Duration;

use serde_json::json;
use trunkline::cloud::Urgency;
use trunkline::feed::{Feeds, Mailbox, Plan, Timing, start_with};
use trunkline::model::carrier::{Carrier, Health};
use trunkline::model::edge::{Edge, EdgeState};
use trunkline::model::trunk::{By, Standing};
use trunkline::model::{EdgeId, TrunkId};
use trunkline::vocabulary::news::News;

use crate::rig::{Rig, options};
use crate::watch::plan;

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_secs(30);

async fn set_carrier(rig: &Rig, id: &str, health: &str) {
    let path = format!("/_org/carriers/{id}");
    rig.control.put(&path, &json!({"health": health})).await;
}

async fn set_edge(rig: &Rig, id: &str, online: &str) {
    let path = format!("/_org/edges/{id}");
    rig.control
        .put(&path, &json!({"onlineStatus": online}))
        .await;
}

#[tokio::test]
async fn a_carrier_is_its_trunks_and_as_well_as_they_are() {
    let rig = Rig::start(options(4)).await;
    let read = async || {
        let listing = rig.client.carriers(Urgency::Reread).await.unwrap();
        assert_eq!(listing.faults, []);
        listing.carriers
    };
    let carriers = read().await;
    let state = rig.control.state().await;
    let known = state["carriers"].as_array().unwrap();
    assert_eq!(carriers.len(), known.len());
    for carrier in &carriers {
        assert_eq!(carrier.health, Health::Healthy, "{carrier:?}");
        assert!(!carrier.trunks.is_empty() && carrier.affected.is_none());
        let working =
            |trunk: &trunkline::model::trunk::Trunk| trunk.standing() == Standing::Working;
        assert!(carrier.trunks.iter().all(working), "{carrier:?}");
        assert!(carrier.trunks.iter().all(|trunk| trunk.edge.is_some()));
    }
    for (word, health) in [
        ("down", Health::Down),
        ("degraded", Health::Degraded),
        ("healthy", Health::Healthy),
    ] {
        let id = carriers[0].id.raw();
        set_carrier(&rig, id, word).await;
        let again = read().await;
        let it = again.iter().find(|carrier| carrier.id.raw() == id).unwrap();
        assert_eq!(it.health, health, "{it:?}");
        if health == Health::Down {
            assert!(
                it.trunks.iter().any(|trunk| trunk.trouble().is_some()),
                "{it:?}"
            );
        }
    }
}

#[tokio::test]
async fn calls_and_load_are_counted_by_the_hundred() {
    let rig = Rig::start(options(4)).await;
    let trunks = rig
        .client
        .platform()
        .unwrap()
        .trunks(Urgency::Reread)
        .await
        .unwrap();
    let ids: Vec<TrunkId> = trunks.entries.iter().map(|t| t.trunk.id.clone()).collect();
    let calls = rig
        .client
        .platform()
        .unwrap()
        .trunk_calls(&ids, Urgency::Reread)
        .await
        .unwrap();
    assert_eq!(calls.len(), ids.len());
    assert!(calls.iter().all(|(_, traffic)| traffic.calls().is_some()));
    let edges = rig
        .client
        .platform()
        .unwrap()
        .machines(Urgency::Reread)
        .await
        .unwrap();
    let ids: Vec<EdgeId> = edges.entries.iter().map(|edge| edge.id.clone()).collect();
    let loads = rig
        .client
        .platform()
        .unwrap()
        .edge_loads(&ids, Urgency::Reread)
        .await
        .unwrap();
    assert_eq!(loads.len(), ids.len());
    assert!(
        loads
            .iter()
            .all(|(_, load)| load.processor.is_some() && load.at.is_some())
    );
    set_edge(&rig, ids[0].raw(), "OFFLINE").await;
    let edges = rig
        .client
        .platform()
        .unwrap()
        .machines(Urgency::Reread)
        .await
        .unwrap();
    let off = edges.entries.iter().find(|edge| edge.id == ids[0]).unwrap();
    assert_eq!(off.state(), EdgeState::Offline);
}

/// What the feed has told.
struct Told {
    mailbox: std::sync::Arc<Mailbox>,
    _feeds: Feeds,
    carriers: Vec<Carrier>,
    edges: Vec<Edge>,
}

impl Told {
    fn start(rig: &Rig, channels: usize) -> Self {
        let mailbox = Mailbox::new(4_096);
        let plan = Plan {
            carriers: true,
            ..plan(channels)
        };
        let feeds = start_with(
            rig.client.clone(),
            plan,
            std::sync::Arc::clone(&mailbox),
            Timing::default(),
        );
        Self {
            mailbox,
            _feeds: feeds,
            carriers: Vec::new(),
            edges: Vec::new(),
        }
    }

    async fn until(&mut self, what: &str, met: impl Fn(&Self) -> bool) {
        let until = tokio::time::Instant::now() + HANG;
        while !met(self) {
            let ready = tokio::time::timeout_at(until, self.mailbox.ready()).await;
            assert!(ready.is_ok(), "{what}: {:?}", self.carriers);
            let mut news = Vec::new();
            self.mailbox.drain(512, &mut news);
            for item in news {
                match item {
                    News::Carriers { carriers, .. } => self.carriers = carriers,
                    News::Edges { edges, .. } => self.edges = edges,
                    _ => {}
                }
            }
        }
    }

    fn live(&self) -> bool {
        let mut trunks = self.carriers.iter().flat_map(|carrier| &carrier.trunks);
        let mut edges = self.edges.iter();
        !self.carriers.is_empty()
            && trunks.all(|trunk| trunk.heard.by == By::Topic)
            && edges.all(|edge| edge.heard.by == By::Topic)
    }

    fn health(&self, id: &str) -> Option<Health> {
        let carrier = self
            .carriers
            .iter()
            .find(|carrier| carrier.id.raw() == id)?;
        Some(carrier.health)
    }
}

#[tokio::test]
async fn topics_tell_of_trunks_and_edges_between_the_reads() {
    let rig = Rig::start(options(4)).await;
    let mut told = Told::start(&rig, 2);
    told.until("live", Told::live).await;
    let id = told.carriers[1].id.raw().to_owned();
    set_carrier(&rig, &id, "down").await;
    told.until("down", |told| told.health(&id) == Some(Health::Down))
        .await;
    set_carrier(&rig, &id, "healthy").await;
    told.until("up", |told| told.health(&id) == Some(Health::Healthy))
        .await;
    let edge = told.edges[0].id.clone();
    set_edge(&rig, edge.raw(), "OFFLINE").await;
    told.until("offline", |told| {
        let edge = told.edges.iter().find(|known| known.id == edge);
        edge.is_some_and(|edge| edge.state() == EdgeState::Offline)
    })
    .await;
    assert!(told.live(), "nothing but topics told of it");
}

#[tokio::test]
async fn without_channels_the_estate_is_polled_and_says_so() {
    let rig = Rig::start(options(4)).await;
    let mut told = Told::start(&rig, 0);
    told.until("read", |told| {
        !told.carriers.is_empty() && !told.edges.is_empty()
    })
    .await;
    let trunks = told.carriers.iter().flat_map(|carrier| &carrier.trunks);
    assert!(trunks.clone().count() > 0);
    for trunk in trunks {
        assert_eq!(trunk.heard.by, By::Poll);
        assert!(trunk.traffic.is_some());
    }
}
