//! The routes that there are, and what became of the events they carried.

use std::collections::BTreeMap;

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::body::Body;
use crate::org::events::RouteDelivery;
use crate::org::events::catalogue::Event;
use crate::org::reply::Refusal;

/// The most routes of one organisation.
const MOST_ROUTES: usize = 1_000;

/// The most events on their way to one destination of a route; the next ones are dropped and counted.
const MOST_IN_FLIGHT: u32 = 16;

/// A route as clients read it: the body with its id, and beyond the contract which version it is and who made it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct Route {
    pub(in crate::org) id: CompactString,
    #[serde(flatten)]
    pub(in crate::org) body: Body,
    /// Counts the writes; a PUT that names another one lost a race.
    pub(in crate::org) version: u64,
    date_created: Timestamp,
    date_modified: Timestamp,
    modified_by: String,
    #[serde(skip)]
    tallies: BTreeMap<String, DestinationCounts>,
}

/// What became of the events for one destination. Events are counted, not attempts.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::org) struct DestinationCounts {
    delivered: u64,
    /// Given up after the last retry.
    failed: u64,
    /// Beyond the contract, as all that follows but `lastStatus` and `lastAttempt`: retries made.
    retried: u64,
    /// On their way, waits between retries included.
    in_flight: u32,
    /// Never tried, since too many were on their way.
    dropped: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<Timestamp>,
}

/// One destination with its tally, as the wire shows it.
#[derive(Serialize)]
pub(in crate::org) struct Deliveries<'a> {
    uri: &'a str,
    #[serde(flatten)]
    tally: DestinationCounts,
}

/// What comes after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) enum NextAttempt {
    Delivered,
    Retries,
    GivenUp,
}

/// Every route by its id.
#[derive(Default)]
pub(in crate::org) struct RouteTable(BTreeMap<CompactString, Route>);

impl RouteTable {
    pub(super) fn all(&self) -> impl Iterator<Item = &Route> {
        self.0.values()
    }

    pub(in crate::org) fn get(&self, id: &str) -> Result<&Route, Refusal> {
        self.0.get(id).ok_or_else(|| no_route(id))
    }

    pub(in crate::org) fn create(
        &mut self,
        body: Body,
        by: &str,
        now: Timestamp,
    ) -> Result<&Route, Refusal> {
        if self.0.len() >= MOST_ROUTES {
            let message = format!("an organisation holds at most {MOST_ROUTES} routes");
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "too.many.routes",
                message,
            ));
        }
        let id = CompactString::from(Uuid::new_v4().to_string());
        Ok(self.place(id, body, by, now))
    }

    /// Puts a route under an id that is free; seeds have fixed ones.
    pub(super) fn place(
        &mut self,
        id: CompactString,
        body: Body,
        by: &str,
        now: Timestamp,
    ) -> &Route {
        let route = Route {
            id: id.clone(),
            body,
            version: 1,
            date_created: now,
            date_modified: now,
            modified_by: by.to_owned(),
            tallies: BTreeMap::new(),
        };
        self.0.entry(id).or_insert(route)
    }

    /// Replaces a route's body. A version other than the present one means that somebody else was faster: 409.
    pub(in crate::org) fn replace(
        &mut self,
        id: &str,
        body: Body,
        version: Option<u64>,
        by: &str,
        now: Timestamp,
    ) -> Result<&Route, Refusal> {
        let route = self.0.get_mut(id).ok_or_else(|| no_route(id))?;
        if let Some(version) = version.filter(|version| *version != route.version) {
            let message = format!(
                "version {version} is not the present one: {} wrote version {} at {}",
                route.modified_by, route.version, route.date_modified
            );
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "version.conflict",
                message,
            ));
        }
        let kept = body.destinations();
        route.tallies.retain(|uri, _| kept.contains(&uri.as_str()));
        route.body = body;
        route.version = route.version.saturating_add(1);
        route.date_modified = now;
        by.clone_into(&mut route.modified_by);
        Ok(route)
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), Refusal> {
        self.0.remove(id).map(|_| ()).ok_or_else(|| no_route(id))
    }

    pub(super) fn deliveries(&self, id: &str) -> Result<Vec<Deliveries<'_>>, Refusal> {
        let route = self.get(id)?;
        let destinations = route.body.destinations().into_iter();
        Ok(destinations
            .map(|uri| Deliveries {
                uri,
                tally: route.tallies.get(uri).cloned().unwrap_or_default(),
            })
            .collect())
    }

    /// What an event becomes on its way out: a parcel for each destination of each route that wants it, each counted
    /// as in flight.
    pub(in crate::org) fn address(&mut self, event: &Event) -> Vec<RouteDelivery> {
        let mut parcels = Vec::new();
        for route in self.0.values_mut().filter(|route| route.body.enabled) {
            let Some(content) = event.filtered(&route.body.event_filters) else {
                continue;
            };
            let destinations = route.body.destinations().into_iter().map(str::to_owned);
            for uri in destinations.collect::<Vec<_>>() {
                let tally = route.tallies.entry(uri.clone()).or_default();
                if tally.in_flight >= MOST_IN_FLIGHT {
                    tally.dropped = tally.dropped.saturating_add(1);
                    continue;
                }
                tally.in_flight += 1;
                parcels.push(RouteDelivery {
                    route: route.id.clone(),
                    uri,
                    headers: route.body.headers.clone(),
                    retry: route.body.retry_policy,
                    content: content.clone(),
                });
            }
        }
        parcels
    }

    /// Counts what an attempt came to. A route or destination that is gone meanwhile is not made again.
    pub(in crate::org) fn attempted(
        &mut self,
        parcel: &RouteDelivery,
        outcome: &Result<u16, String>,
        next: NextAttempt,
        now: Timestamp,
    ) {
        let Some(tally) = self.tally(parcel) else {
            return;
        };
        tally.last_attempt = Some(now);
        tally.last_status = outcome.as_ref().ok().copied();
        tally.last_error = outcome.as_ref().err().cloned();
        let count = match next {
            NextAttempt::Delivered => &mut tally.delivered,
            NextAttempt::GivenUp => &mut tally.failed,
            NextAttempt::Retries => &mut tally.retried,
        };
        *count = count.saturating_add(1);
        if next != NextAttempt::Retries {
            tally.in_flight = tally.in_flight.saturating_sub(1);
        }
    }

    /// Takes back a parcel that there was no room for.
    pub(in crate::org) fn dropped(&mut self, parcel: &RouteDelivery) {
        if let Some(tally) = self.tally(parcel) {
            tally.in_flight = tally.in_flight.saturating_sub(1);
            tally.dropped = tally.dropped.saturating_add(1);
        }
    }

    fn tally(&mut self, parcel: &RouteDelivery) -> Option<&mut DestinationCounts> {
        self.0.get_mut(&parcel.route)?.tallies.get_mut(&parcel.uri)
    }
}

fn no_route(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no integration {id:?}"))
}
