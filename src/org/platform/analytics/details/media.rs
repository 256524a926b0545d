//! How calls sounded: by which carrier and edge each ran, and what was measured once a leg had ended.
//!
//! Drawn from the id of the conversation, so that the same call always sounded the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::org::interactions::Interaction;
use crate::org::interactions::legs::Leg;
use crate::org::platform::conversations::view::customer;
use crate::org::platform::way::{self, Bad, Way};
use crate::org::state::World;

/// People whose edge is known here: those who answer calls are among the first.
const PEOPLE: usize = 1_000;

/// Packets a second of one direction: one in 20 ms.
const PACKETS: u64 = 50;

/// What calls run on.
pub(super) struct Lines {
    /// Where each carrier is reached.
    proxies: Vec<String>,
    edges: Vec<String>,
    /// The edge of each of the first people.
    own: Vec<String>,
    bad: Bad,
}

impl Lines {
    pub(super) fn of(world: &World, bad: Bad) -> Self {
        let proxies = world.plant.carriers.iter().map(|one| one.proxy.clone());
        let named = |edge: usize| world.plant.named(edge).0.to_owned();
        let own =
            (0..world.people.len().min(PEOPLE)).map(|person| named(way::edge_of(world, person)));
        Self {
            proxies: proxies.collect(),
            edges: (0..crate::org::edges::COUNT).map(named).collect(),
            own: own.collect(),
            bad,
        }
    }

    /// Adds to a session where it ran and how it sounded.
    pub(super) fn add(&self, session: &mut Value, of: &Interaction, leg: &Leg) {
        let way = Way::of(of, self.proxies.len());
        let own = way::person(leg).and_then(|person| self.own.get(person));
        let outside = leg.who.is_outside();
        if own.is_none() && !outside {
            return;
        }
        let edge = self.edges.get(way.edge);
        session["edgeId"] = json!(own.or(edge));
        if let (Some(proxy), Some(from)) = (
            self.proxies.get(way.carrier).filter(|_| outside),
            customer(of),
        ) {
            session["addressFrom"] =
                json!(format!("sip:{}@{proxy}", from.trim_start_matches("tel:")));
        }
        // What is measured is told once the leg has ended.
        if let (Some(connected), Some(ended)) = (leg.connected, leg.ended) {
            let bad = outside && way.is_bad(of, self.bad);
            let length = ended
                .duration_since(connected)
                .as_secs()
                .max(1)
                .unsigned_abs();
            session["mediaEndpointStats"] = json!([stat(way.draw, bad, length, ended)]);
        }
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
