//! How a trunk is: its carrier's health as its edge sees it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::carriers::{DEGRADED, DOWN};
use crate::org::edges;
use crate::org::plant::Stay;
use crate::org::platform::{estate, refer};
use crate::org::state::World;

/// The most ids that a call for metrics may name.
pub(in crate::org::platform) const MOST_IDS: usize = 100;

/// The trunk base of the phones themselves, beside those of the carriers.
const PHONES: (&str, &str) = ("phones-webrtc", "WebRTC Phone Connections");

/// What a carrier answers to, by its number: whether it is asked by OPTIONS, and whether edges register with it. One is
/// asked neither way and is healthy all the same.
const ASKED: [(bool, bool); 5] = [
    (true, false),
    (true, true),
    (false, true),
    (false, false),
    (true, false),
];

/// One configured trunk on one edge; without a carrier it is the phones'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trunk {
    pub(super) carrier: Option<usize>,
    pub(super) edge: usize,
}

/// Tells the topics of a carrier's trunks, or of an edge's, how they are.
pub(in crate::org) fn tell(world: &World, carrier: Option<usize>, edge: Option<usize>) {
    let touched = Trunk::all(world).filter(|trunk| {
        carrier.is_none_or(|carrier| trunk.carrier == Some(carrier))
            && edge.is_none_or(|edge| trunk.edge == edge)
    });
    for trunk in touched {
        let topic = format!("v2.telephony.providers.edges.trunks.{}", trunk.id(world));
        world.topics.publish(&topic, || trunk.status(world));
        trunk.tell_metrics(world);
    }
}

/// Tells the topics of all trunks what they carry.
pub(in crate::org) fn tell_metrics(world: &World) {
    Trunk::all(world).for_each(|trunk| trunk.tell_metrics(world));
}

impl Trunk {
    /// Every one: each carrier's on each edge, and the phones'.
    pub(super) fn all(world: &World) -> impl Iterator<Item = Self> {
        let carriers = (0..world.carriers.len()).map(Some).chain([None]);
        let own =
            carriers.flat_map(|carrier| (0..edges::COUNT).map(move |edge| Self { carrier, edge }));
        // The cloud's own have one each.
        let count = world.carriers.len().max(1);
        let media = world
            .plant
            .standing()
            .filter(|(_, edge)| edge.stay == Stay::Media);
        let media = media.map(move |(edge, _)| Self {
            carrier: Some(edge % count),
            edge,
        });
        own.chain(media)
    }

    pub(super) fn base_id(self, world: &World) -> &'static str {
        let carrier = self.carrier.and_then(|number| world.carriers.get(number));
        carrier.map_or(PHONES.0, |carrier| carrier.id)
    }

    pub(super) fn base_name(self, world: &World) -> &'static str {
        let carrier = self.carrier.and_then(|number| world.carriers.get(number));
        carrier.map_or(PHONES.1, |carrier| carrier.name)
    }

    pub(super) fn id(self, world: &World) -> String {
        let (edge, _) = world.plant.named(self.edge);
        format!("trunk-{}-{edge}", self.base_id(world))
    }

    pub(super) fn kind(self) -> &'static str {
        match self.carrier {
            Some(_) => "EXTERNAL",
            None => "PHONE",
        }
    }

    fn health(self, world: &World) -> &str {
        let carrier = self.carrier.and_then(|number| world.carriers.get(number));
        carrier.map_or("", |carrier| carrier.health.as_str())
    }

    /// Whether the trunk base is switched on.
    pub(super) fn in_service(self, world: &World) -> bool {
        let carrier = self.carrier.and_then(|number| world.carriers.get(number));
        carrier.is_none_or(|carrier| carrier.status == "active")
    }

    /// Whether calls can go this way. A carrier that is degraded is lost to the first edge and to every other one after.
    fn connected(self, world: &World) -> bool {
        let reached = match self.health(world) {
            DOWN => false,
            DEGRADED => self.edge % 2 == 1,
            _ => true,
        };
        reached && self.in_service(world) && world.plant.is_up(self.edge)
    }

    /// When that was last otherwise, as far as anybody knows.
    fn since(self, world: &World) -> Timestamp {
        let edge = world.plant.edges.get(self.edge).map(|edge| edge.since);
        let carrier = self
            .carrier
            .and_then(|number| world.plant.carriers.get(number));
        let carrier = carrier.map(|told| told.since);
        edge.max(carrier).unwrap_or_default()
    }

    fn proxy(self, world: &World) -> String {
        let told = self
            .carrier
            .and_then(|number| world.plant.carriers.get(number));
        told.map(|told| told.proxy.clone()).unwrap_or_default()
    }

    fn asked(self) -> (bool, bool) {
        let asked = self.carrier.map(|number| ASKED.get(number).copied());
        asked.flatten().unwrap_or((false, false))
    }

    /// What an edge says of it: the whole of a topic's event, and the changing part of the entity.
    fn status(self, world: &World) -> Value {
        let (connected, since) = (self.connected(world), self.since(world));
        let (options, registers) = self.asked();
        let told = |asked: bool, state: &str, time: &str| {
            if !asked {
                return json!([]);
            }
            let mut told =
                json!({"proxyAddress": self.proxy(world), state: connected, time: since});
            if !connected {
                told["errorInfo"] = self.error(world);
            }
            json!([told])
        };
        let mut ip = json!({"address": estate::address(self.edge)});
        if !world.plant.is_up(self.edge) {
            ip["errorInfo"] = self.error(world);
        }
        json!({
            "id": self.id(world),
            "connectedStatus": {"connected": connected, "connectedStateTime": since},
            "optionsStatus": told(options, "optionState", "optionStateTime"),
            "registersStatus": told(registers, "registerState", "registerStateTime"),
            "ipStatus": ip,
        })
    }

    /// Why it is not connected.
    fn error(self, world: &World) -> Value {
        let (code, text) = if !world.plant.is_up(self.edge) {
            ("edge.offline", "The edge is out of service")
        } else if !self.in_service(world) {
            ("trunk.disabled", "The trunk is not in service")
        } else {
            (
                "sip.timeout",
                "No answer to SIP OPTIONS (408 Request Timeout)",
            )
        };
        json!({
            "text": text, "code": code,
            "details": {"code": code, "message": text, "hostname": self.proxy(world)},
        })
    }

    pub(super) fn entity(self, world: &World) -> Value {
        let (id, base) = (self.id(world), self.base_id(world));
        let (edge, name) = world.plant.named(self.edge);
        let (options, registers) = self.asked();
        let mut trunk = self.status(world);
        let mut put = |field: &str, value: Value| trunk[field] = value;
        put(
            "name",
            json!(format!("{} on {name}", self.base_name(world))),
        );
        put("division", refer::division());
        put("version", json!(1));
        put("state", json!("active"));
        put("trunkType", json!(self.kind()));
        put("edge", refer::edge(world, self.edge));
        if world
            .plant
            .edges
            .get(self.edge)
            .is_some_and(|edge| edge.stay == Stay::Media)
        {
            put("description", json!(format!("ASG-{name}")));
        }
        put(
            "trunkBase",
            refer::to("trunkbasesettings", base, self.base_name(world)),
        );
        put(
            "trunkMetabase",
            json!({"id": format!("{}_sip.json", self.kind().to_ascii_lowercase()), "name": "Generic SIP"}),
        );
        put("inService", json!(self.in_service(world)));
        put("enabled", json!(world.plant.is_up(self.edge)));
        put("logicalInterface", logical_interface(edge));
        put("optionsEnabledStatus", json!(enabled(options)));
        put("registersEnabledStatus", json!(enabled(registers)));
        put("family", json!(1));
        let proxies = if self.carrier.is_some() {
            vec![self.proxy(world)]
        } else {
            Vec::new()
        };
        put("proxyAddressList", json!(proxies));
        put("selfUri", json!(refer::edges_uri("trunks", &id)));
        trunk
    }

    /// What it carries: more on a large edge, none while it is not connected, and never the same for two minutes.
    pub(super) fn metrics(self, world: &World) -> Value {
        let id = self.id(world);
        let now = Timestamp::now();
        let (edge, _) = world.plant.named(self.edge);
        let connected = self.connected(world);
        let calls = |salt: i64| {
            let minute = now.as_second() / 60;
            let place = i64::try_from(self.edge).unwrap_or_default() * 7 + salt;
            let wobble = (minute.wrapping_mul(31) + place * 13).rem_euclid(17);
            if connected { 20 + place + wobble } else { 0 }
        };
        let mismatches = i64::from(self.health(world) == DEGRADED) * 3;
        json!({
            "eventTime": now,
            "logicalInterface": logical_interface(edge),
            "trunk": refer::to("trunks", &id, self.base_name(world)),
            "calls": {"inboundCallCount": calls(0), "outboundCallCount": calls(5)},
            "qos": {"mismatchCount": mismatches},
        })
    }

    fn tell_metrics(self, world: &World) {
        let id = self.id(world);
        let topic = format!("v2.telephony.providers.edges.trunks.{id}.metrics");
        world.topics.publish(&topic, || {
            let mut metrics = self.metrics(world);
            metrics["trunk"] = json!({"id": id});
            if let Some(fields) = metrics.as_object_mut() {
                fields.remove("logicalInterface");
            }
            metrics
        });
    }
}

fn logical_interface(edge: &str) -> Value {
    json!({"id": format!("{edge}-wan"), "name": "WAN"})
}

fn enabled(asked: bool) -> &'static str {
    if asked { "ENABLED" } else { "NOT_SUPPORTED" }
}
