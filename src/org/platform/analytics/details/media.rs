//! How calls sounded: by which carrier and edge each ran, and what was measured once a leg had ended.
//!
//! Drawn from the id of the conversation, so that the same call always sounded the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::interactions::legs::Leg;
use crate::org::interactions::{AGENT, Interaction};
use crate::org::platform::conversations::view::customer;
use crate::org::state::{DeviceKey, World};

/// People whose edge is known here: those who answer calls are among the first.
const PEOPLE: usize = 1_000;

/// Packets a second of one direction: one in 20 ms.
const PACKETS: u64 = 50;

/// The carrier whose calls sound bad, where they do.
const CARRIER: usize = 0;

/// What calls run on.
pub(super) struct Lines {
    /// Where each carrier is reached.
    proxies: Vec<String>,
    edges: Vec<String>,
    /// The edge of each of the first people.
    own: Vec<String>,
    /// Since when a carrier's calls sound bad, and how many of them.
    bad: Option<(Timestamp, f64)>,
}

impl Lines {
    pub(super) fn of(world: &World, bad: Option<(Timestamp, f64)>) -> Self {
        let proxies = world.plant.carriers.iter().map(|one| one.proxy.clone());
        let named = |edge: usize| world.plant.named(edge).0.to_owned();
        let own = (0..world.people.len().min(PEOPLE))
            .map(|person| named(world.edge_of(DeviceKey { person, device: 0 })));
        Self {
            proxies: proxies.collect(),
            edges: (0..crate::org::edges::COUNT).map(named).collect(),
            own: own.collect(),
            bad,
        }
    }

    /// Adds to a session where it ran and how it sounded.
    pub(super) fn add(&self, session: &mut Value, of: &Interaction, leg: &Leg) {
        let draw = hash(&of.id);
        let person = leg
            .who
            .id
            .strip_prefix("u-")
            .filter(|_| leg.who.purpose == AGENT);
        let person = person.and_then(|number| number.parse::<usize>().ok()?.checked_sub(1));
        let own = person.and_then(|person| self.own.get(person));
        let outside = leg.who.is_outside();
        if own.is_none() && !outside {
            return;
        }
        let carrier = pick(draw, self.proxies.len());
        let edge = self.edges.get(pick(draw >> 8, self.edges.len()));
        session["edgeId"] = json!(own.or(edge));
        if let (Some(proxy), Some(from)) =
            (self.proxies.get(carrier).filter(|_| outside), customer(of))
        {
            session["addressFrom"] =
                json!(format!("sip:{}@{proxy}", from.trim_start_matches("tel:")));
        }
        // What is measured is told once the leg has ended.
        if let (Some(connected), Some(ended)) = (leg.connected, leg.ended) {
            let bad = outside && carrier == CARRIER && self.is_bad(of, draw);
            let length = ended
                .duration_since(connected)
                .as_secs()
                .max(1)
                .unsigned_abs();
            session["mediaEndpointStats"] = json!([stat(draw, bad, length, ended)]);
        }
    }

    fn is_bad(&self, of: &Interaction, draw: u64) -> bool {
        self.bad.is_some_and(|(since, share)| {
            of.started >= since
                && u32::try_from((draw >> 16) % 100)
                    .is_ok_and(|luck| f64::from(luck) < share * 100.0)
        })
    }
}

/// The worst that was measured of all sessions of a conversation.
pub(super) fn sum_up(row: &mut Value) {
    let lowest = |name: &str| {
        let sessions = super::row::sessions(row);
        let stats = sessions.filter_map(|session| session["mediaEndpointStats"].as_array());
        let told = stats.flatten().filter_map(|stat| stat[name].as_f64());
        told.min_by(f64::total_cmp)
    };
    let (mos, factor) = (lowest("minMos"), lowest("minRFactor"));
    if let (Some(mos), Some(factor)) = (mos, factor) {
        row["mediaStatsMinConversationMos"] = json!(mos);
        row["mediaStatsMinConversationRFactor"] = json!(factor);
    }
}

fn stat(draw: u64, bad: bool, length: u64, at: Timestamp) -> Value {
    let step = f64::from(u8::try_from((draw >> 24) % 100).unwrap_or(0)) / 100.0;
    let (mos, factor) = if bad {
        (2.0 + step, 45.0 + 20.0 * step)
    } else {
        (4.05 + 0.4 * step, 82.0 + 10.0 * step)
    };
    let received = length * PACKETS;
    let useless = |per_mille: u64| received * per_mille / 1_000;
    let (discarded, overrun) = if bad {
        (useless(60), useless(9))
    } else {
        (useless(2), 0)
    };
    let latency = if bad {
        240 + (draw >> 32) % 200
    } else {
        40 + (draw >> 32) % 60
    };
    let codec = if draw.is_multiple_of(3) {
        "audio/PCMA"
    } else {
        "audio/opus"
    };
    json!({
        "codecs": [codec], "minMos": rounded(mos), "minRFactor": rounded(factor), "maxLatencyMs": latency,
        "receivedPackets": received, "discardedPackets": discarded, "overrunPackets": overrun,
        "invalidPackets": 0, "duplicatePackets": 0, "underrunPackets": 0, "eventTime": at,
    })
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

fn pick(draw: u64, many: usize) -> usize {
    let many = u64::try_from(many.max(1)).unwrap_or(1);
    usize::try_from(draw % many).unwrap_or(0)
}
