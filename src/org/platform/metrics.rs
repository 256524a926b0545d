//! What edges measure of themselves, read and told, and the clock that tells it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

use super::access::TELEPHONY;
use super::trunks::{self, MOST_IDS};
use super::{Answer, Call, Method, Operation, estate, ok, operation, refer};
use crate::org::reply::Refusal;
use crate::org::shared::Shared;
use crate::org::state::World;

/// How often metrics are told; a topic of figures has at most one event a second.
const PERIOD: Duration = Duration::from_secs(5);

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/metrics", TELEPHONY, list),
    operation(Method::GET, "telephony/providers/edges/{edgeId}/metrics", TELEPHONY, get),
];

/// Tells the topics of all metrics, for ever.
pub(in crate::org) async fn play(shared: Arc<Shared>) {
    let mut clock = tokio::time::interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        let world = shared.world();
        trunks::tell_metrics(&world);
        for (number, _) in world.plant.standing() {
            tell(&world, number);
        }
    }
}

/// Tells the topic of an edge's metrics.
pub(in crate::org) fn tell(world: &World, number: usize) {
    let (id, _) = world.plant.named(number);
    let topic = format!("v2.telephony.providers.edges.{id}.metrics");
    world.topics.publish(&topic, || metrics(world, number));
}

/// What an edge measures; how much it has to do follows from the phones that are registered with it.
pub(super) fn metrics(world: &World, number: usize) -> Value {
    let now = Timestamp::now();
    let up = world.plant.is_up(number);
    let since = world.plant.edges.get(number).map_or(now, |edge| edge.since);
    let uptime = if up {
        now.duration_since(since).as_millis()
    } else {
        0
    };
    let busy = if up {
        let minute = now.as_second() / 60;
        let place = i64::try_from(number).unwrap_or_default();
        12 + (minute.wrapping_mul(29) + place * 11).rem_euclid(23)
    } else {
        0
    };
    json!({
        "edge": refer::edge(world, number),
        "eventTime": now,
        "upTimeMsec": i64::try_from(uptime).unwrap_or(i64::MAX),
        "processors": [{
            "cpuId": "_Total", "activeTimePct": busy, "idleTimePct": 100 - busy,
            "privilegedTimePct": busy / 3, "userTimePct": busy - busy / 3,
        }],
        "memory": [{"type": "physical", "availableBytes": 6_442_450_944_i64, "totalBytes": 16_106_127_360_i64}],
        "disks": [{"partitionName": "/", "availableBytes": 41_231_686_041_i64, "totalBytes": 64_424_509_440_i64}],
        "subsystems": [{"processName": "media", "delayMs": busy / 4}],
        "networks": [{
            "ifname": "eth0", "sentBytesPerSec": busy * 41_000, "receivedBytesPerSec": busy * 39_000,
            "bandwidthBitsPerSec": 1_000_000_000, "utilizationPct": busy / 5,
        }],
    })
}

fn get(call: &Call<'_>) -> Answer {
    let number = estate::find(call)?;
    ok(&metrics(&call.shared.world(), number))
}

/// The metrics of the edges that are named, as a bare array; those that there are not are left out.
fn list(call: &Call<'_>) -> Answer {
    let ids = call.query.list("edgeIds");
    if ids.is_empty() || ids.len() > MOST_IDS {
        let message = format!("edgeIds names 1 to {MOST_IDS} edges, not {}", ids.len());
        return Err(Refusal::bad_request(message));
    }
    let world = call.shared.world();
    let known = ids.iter().filter_map(|id| world.plant.find_edge(id));
    let metrics: Vec<Value> = known.map(|number| metrics(&world, number)).collect();
    ok(&metrics)
}
