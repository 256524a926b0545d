//! How the calls of the last hour sounded, as they were last read.

use std::collections::HashMap;

use super::Store;
use super::carriers::Reading;
use crate::model::quality::{Call, Scores};
use crate::model::{InteractionId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// Poor calls that a group needs before anything is said of all of it.
pub const FEW: usize = 3;

/// The calls of one reading, the newest first.
#[derive(Debug, Default)]
pub struct Quality {
    calls: Vec<Call>,
    by_id: HashMap<InteractionId, usize>,
    left_out: usize,
    reading: Reading,
    /// Since when an answer is waited for.
    asked: Option<Millis>,
    faults: Vec<Text>,
    generation: u64,
}

/// Calls that have something in common.
#[derive(Clone, Debug, PartialEq)]
pub struct CallGroup {
    /// What they have in common, in a word: `carrier`, `edge`, `site`.
    pub by: &'static str,
    /// Its name.
    pub name: String,
    /// How they sounded.
    pub scores: Scores,
}

impl Quality {
    /// They are being read.
    pub fn asked(&mut self, now: Millis) {
        self.asked = Some(now);
        self.generation += 1;
    }

    /// A whole reading: calls that it does not name began longer ago than it reaches.
    pub fn read(&mut self, calls: Vec<Call>, left_out: usize, faults: Vec<Text>, now: Millis) {
        let places = calls.iter().enumerate();
        self.by_id = places
            .map(|(place, call)| (call.id.clone(), place))
            .collect();
        (self.calls, self.left_out, self.faults) = (calls, left_out, faults);
        (self.reading, self.asked) = (Reading::Read(now), None);
        self.generation += 1;
    }

    /// They could not be read; what was known is as old as it is.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.asked = None;
        self.generation += 1;
    }

    /// Every call.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &InteractionId) -> Option<&Call> {
        self.calls.get(*self.by_id.get(id)?)
    }

    /// The calls of a user, the newest first.
    pub fn of_user<'a>(&'a self, user: &'a UserId) -> impl Iterator<Item = &'a Call> {
        let calls = self.calls.iter();
        calls.filter(move |call| call.users().any(|one| one == user))
    }

    /// Calls that were not read, because there are too many.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How the last attempt to read them ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Since when an answer is waited for.
    #[must_use]
    pub fn awaited(&self) -> Option<Millis> {
        self.asked
    }

    /// What of the last reading could not be used.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// A number that is different whenever a call is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// Whose each proxy of a trunk is, by its address and by its host alone; none where it is of two carriers.
struct Proxies<'a>(HashMap<&'a str, Option<&'a Text>>);

impl<'a> Proxies<'a> {
    fn add(&mut self, key: &'a str, carrier: &'a Text) {
        let whose = self.0.entry(key).or_insert(Some(carrier));
        if *whose != Some(carrier) {
            *whose = None;
        }
    }

    fn of(&self, call: &Call) -> Option<&'a Text> {
        let host = call.outside()?.host.as_ref()?;
        self.0.get(host.raw()).copied().flatten()
    }
}

/// What stands before the port.
fn host_of(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) => host,
        _ => address,
    }
}

impl Store {
    /// Where the user is that had a call in the end; none where that is not known.
    #[must_use]
    pub fn call_site<'a>(&'a self, call: &Call) -> Option<&'a Text> {
        let mut sites = call.users().filter_map(|user| {
            let mut rows = self.registrations.of_user(user);
            rows.find_map(|row| row.site())
        });
        sites.next()
    }

    /// The edge that carried a call to the outside: by its name where the organisation tells of it.
    #[must_use]
    pub fn call_edge<'a>(&'a self, call: &'a Call) -> Option<&'a Text> {
        let edge = call.outside().and_then(|leg| leg.edge.as_ref());
        let edge = edge.or_else(|| call.legs.iter().find_map(|leg| leg.edge.as_ref()))?;
        let known = self.edges.get(edge).map(|row| row.edge.title());
        Some(known.unwrap_or(&edge.0))
    }

    /// The carrier of a call: the one with a trunk that has the proxy of the call's address. None where the address tells of none, or
    /// two carriers have the same one.
    #[must_use]
    pub fn call_carrier<'a>(&'a self, call: &Call) -> Option<&'a Text> {
        self.proxies().of(call)
    }

    fn proxies(&self) -> Proxies<'_> {
        let mut proxies = Proxies(HashMap::new());
        for row in self.carriers.iter() {
            for trunk in &row.carrier().trunks {
                // Those that it is set up with, and those that were seen of it.
                let signs = [&trunk.signs.options, &trunk.signs.registers];
                let seen = signs.into_iter().flat_map(|signs| &signs.kept);
                for proxy in trunk.proxies.iter().chain(seen.map(|sign| &sign.proxy)) {
                    proxies.add(proxy.raw(), row.name());
                    proxies.add(host_of(proxy.raw()), row.name());
                }
            }
        }
        proxies
    }

    /// Those calls that pass, by carrier, by edge and by site, those first of which most have sounded poor since the first did; groups without a measured call are
    /// left out.
    #[must_use]
    pub fn call_groups(&self, passes: impl Fn(&Call) -> bool) -> Vec<CallGroup> {
        let mut groups: Vec<((&'static str, &Text), Vec<&Call>)> = Vec::new();
        let mut places: HashMap<(&'static str, &Text), usize> = HashMap::new();
        let proxies = self.proxies();
        for call in self
            .quality
            .calls()
            .filter(|call| call.score().is_some() && passes(call))
        {
            let of = [
                ("carrier", proxies.of(call)),
                ("edge", self.call_edge(call)),
                ("site", self.call_site(call)),
            ];
            for (by, name) in of {
                let Some(name) = name else { continue };
                let place = *places.entry((by, name)).or_insert_with(|| {
                    groups.push(((by, name), Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, calls)) = groups.get_mut(place) {
                    calls.push(call);
                }
            }
        }
        let groups = groups.into_iter().map(|((by, name), calls)| CallGroup {
            by,
            name: name.to_string(),
            scores: Scores::of(calls.into_iter()),
        });
        let mut groups: Vec<CallGroup> = groups.collect();
        groups.sort_by_cached_key(|group| {
            let (poor, since) = (group.scores.poor(), group.scores.since().max(1));
            // One bad call of one is no sign yet.
            let few = poor < FEW;
            (
                few,
                std::cmp::Reverse((poor * 1_000 / since, poor)),
                group.name.clone(),
            )
        });
        groups
    }
}
