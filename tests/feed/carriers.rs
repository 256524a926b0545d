//! Carriers: read at once, on demand, and whatever goes wrong with them is no trouble of the registrations.

use std::time::Duration;

use serde_json::json;
use trunkline::feed::Plan;
use trunkline::model::carrier::Health;

use super::watch::{Watch, World, brisk, options};

async fn watch(scopes: Option<&str>, faults: &str) -> Watch {
    let plan = Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: 4,
        channels: 0,
        carriers: true,
        callbacks: false,
        status_page: None,
    };
    let scopes = scopes.map(|scopes| scopes.split(' ').map(str::to_owned).collect());
    Watch::with(options(4, 0.0, faults), plan, brisk(), scopes).await
}

fn health(world: &World, id: &str) -> Option<Health> {
    let carrier = world
        .carriers
        .iter()
        .find(|carrier| carrier.id.raw() == id)?;
    Some(carrier.health)
}

#[tokio::test]
async fn carriers_are_read_at_once_and_again_when_someone_asks() {
    let mut watch = watch(None, "").await;
    watch
        .until("carriers", |world| !world.carriers.is_empty())
        .await;
    let carriers = watch.world.carriers.clone();
    assert!(
        carriers
            .iter()
            .all(|carrier| carrier.health == Health::Healthy)
    );
    assert!(
        carriers
            .iter()
            .all(|carrier| !carrier.name.is_empty() && carrier.status.is_some())
    );
    let id = carriers[0].id.raw().to_owned();
    let path = format!("/_org/carriers/{id}");
    watch.control.put(&path, &json!({"health": "down"})).await;
    watch.feeds().reread_carriers();
    watch
        .until("down", |world| health(world, &id) == Some(Health::Down))
        .await;
    watch
        .control
        .put(&path, &json!({"health": "perplexed"}))
        .await;
    watch.feeds().reread_carriers();
    watch
        .until("unknown", |world| {
            health(world, &id) == Some(Health::Unknown)
        })
        .await;
}

#[tokio::test]
async fn a_missing_scope_is_named_and_registrations_go_on() {
    let mut watch = watch(Some("telephony:users:read websocket:read"), "").await;
    watch
        .until("refused", |world| !world.carriers_refused.is_empty())
        .await;
    let said = &watch.world.carriers_refused[0];
    assert!(said.contains("telephony:providers:read"), "{said}");
    watch.until("live", |world| world.live(4)).await;
    watch.until_equal().await;
    assert_eq!(watch.world.problems, [""; 0]);
    assert_eq!((watch.world.failed, watch.world.status.failed), (0, 0));
}

#[tokio::test]
async fn a_pause_leaves_nothing_sure_and_its_end_reads_at_once() {
    let mut watch = watch(None, "").await;
    watch
        .until("carriers", |world| world.carrier_reads == 1)
        .await;
    watch.feeds().pause(true);
    watch.until("paused", |world| world.carriers_paused).await;
    watch.feeds().pause(false);
    watch
        .until("read again", |world| {
            world.carrier_reads == 2 && !world.carriers_paused
        })
        .await;
}
