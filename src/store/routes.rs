//! Event routes: what the organisation has, whether their destinations can be reached, and what we deployed; tens of rows,
//! so maps are all it takes.

pub mod destinations;
mod row;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

pub use self::destinations::{Destination, Destinations, Sample};
pub use self::row::{Drift, Presence, Reach, RouteRow};
use super::carriers::Reading;
use crate::model::RouteId;
use crate::model::flow::FlowId;
use crate::model::route::deployment::KEPT;
use crate::model::route::look::Look;
use crate::model::route::{Deed, Delivery, Deployment, EventType, Kind, Known, Verdict, diff};
use crate::text::Text;
use crate::time::Millis;

/// Routes that are gone and still shown, because we deployed them and an undo can bring them back.
const GHOSTS: usize = 50;

/// Everything about routes.
#[derive(Debug, Default)]
pub struct Routes {
    rows: BTreeMap<RouteId, RouteRow>,
    /// Of all routes together: one that several lead to is looked at once.
    pub destinations: Destinations,
    deployments: Vec<Deployment>,
    deliveries: BTreeMap<RouteId, Vec<Delivery>>,
    events: Vec<EventType>,
    reading: Reading,
    unlisted: bool,
    faults: Vec<Text>,
    unread: Vec<Kind>,
    /// What was said of routes without an address when the organisation was last asked.
    looks: BTreeMap<RouteId, (Look, Millis)>,
    generation: u64,
}

impl Routes {
    /// Everything that there is now. Without a list of the organisation's own they are those that we know by id.
    pub fn read(&mut self, routes: Vec<Known>, faults: Vec<Text>, listed: bool, now: Millis) {
        let mut before = std::mem::take(&mut self.rows);
        for known in routes {
            let row = before.remove(&known.id);
            let row = match row.filter(|row| row.presence == Presence::There) {
                Some(row) => row.heard(known, now),
                None => RouteRow::new(known, Presence::There),
            };
            self.rows.insert(row.known.id.clone(), row);
        }
        self.reading = Reading::Read(now);
        (self.faults, self.unlisted) = (faults, !listed);
        self.recall();
    }

    /// The organisation was asked about a route.
    pub fn looked(&mut self, id: RouteId, look: Look, now: Millis) {
        if self.rows.contains_key(&id) {
            self.looks.insert(id, (look, now));
            self.touch();
        }
    }

    /// What was said of a route when the organisation was last asked about it, and when.
    #[must_use]
    pub fn look(&self, id: &RouteId) -> Option<&(Look, Millis)> {
        self.looks.get(id)
    }

    /// Kinds that the next list is without: what was deployed of them is not gone because of that.
    pub fn unread(&mut self, kinds: Vec<Kind>) {
        self.unread = kinds;
    }

    /// They could not be read.
    pub fn read_failed(&mut self, why: Text, now: Millis) {
        self.reading = self.reading.failed(why, now);
        self.age();
    }

    /// Nothing is read from now on, until the next list.
    pub fn paused(&mut self) {
        self.reading = Reading::Paused;
        self.age();
    }

    /// How the events of a route went.
    pub fn delivered(&mut self, id: &RouteId, deliveries: Vec<Delivery>) {
        if self.rows.contains_key(id) {
            self.deliveries.insert(id.clone(), deliveries);
            self.touch();
        }
    }

    /// Which kinds of events there are.
    pub fn events_known(&mut self, events: Vec<EventType>) {
        self.events = events;
        self.touch();
    }

    /// What was deployed before this process, the oldest first.
    pub fn opened(&mut self, deployments: Vec<Deployment>) {
        let mut own = std::mem::replace(&mut self.deployments, deployments);
        own.retain(|own| self.deployments.iter().all(|other| other.run != own.run));
        self.deployments.append(&mut own);
        self.recall();
    }

    /// A deployment began or got further.
    pub fn deployed(&mut self, deployment: Deployment) {
        let known = self
            .deployments
            .iter_mut()
            .find(|other| other.run == deployment.run);
        match known {
            Some(known) => *known = deployment,
            None => self.deployments.push(deployment),
        }
        let over = self.deployments.len().saturating_sub(KEPT);
        self.deployments.drain(..over);
        self.recall();
    }

    /// What a route was found to be on the way of a deployment; the next list may be a minute away.
    pub fn found(&mut self, known: Known, now: Millis) {
        let row = match self.rows.remove(&known.id) {
            Some(row) if row.presence == Presence::There => row.heard(known, now),
            _ => RouteRow::new(known, Presence::There),
        };
        self.rows.insert(row.known.id.clone(), row);
        self.recall();
    }

    /// A route is no more.
    pub fn gone(&mut self, id: &RouteId) {
        self.rows.remove(id);
        self.recall();
    }

    /// The pipeline that last ran for a route.
    pub fn ran(&mut self, id: &RouteId, flow: FlowId) {
        if let Some(row) = self.rows.get_mut(id) {
            row.flow = Some(flow);
            self.touch();
        }
    }

    /// A destination begins to be looked at.
    pub fn checking(&mut self, uri: &str) {
        self.destinations.checking(uri);
        self.touch();
    }

    /// A destination was looked at.
    pub fn checked(&mut self, verdict: Verdict) {
        let uri = verdict.uri.raw().to_owned();
        self.destinations.checked(verdict);
        for row in self.rows.values_mut() {
            if row.known.route.destinations().contains(&uri.as_str()) {
                row.reach = reach(&row.known, &self.destinations);
            }
        }
        self.touch();
    }

    fn age(&mut self) {
        let stale = self.stale();
        self.rows.values_mut().for_each(|row| row.stale = stale);
        self.touch();
    }

    /// Rows of what is gone and can be brought back, and what has to be forgotten with what is gone for good.
    fn recall(&mut self) {
        self.rows.retain(|_, row| row.presence == Presence::There);
        if matches!(self.reading, Reading::Read(_)) {
            let mut seen = HashSet::new();
            let ours = self
                .deployments
                .iter()
                .rev()
                .filter(|d| d.kind().is_none_or(|kind| !self.unread.contains(&kind)))
                .filter_map(|d| Some((d.id.clone()?, d)));
            let gone: Vec<RouteRow> = ours
                .filter(|(id, deployment)| {
                    !self.rows.contains_key(id) && deployment.took(None) && seen.insert(id.clone())
                })
                .filter_map(|(id, deployment)| RouteRow::ghost(id, deployment))
                .take(GHOSTS)
                .collect();
            self.rows
                .extend(gone.into_iter().map(|row| (row.known.id.clone(), row)));
        }
        self.deliveries.retain(|id, _| self.rows.contains_key(id));
        self.looks.retain(|id, _| self.rows.contains_key(id));
        let there = self
            .rows
            .values()
            .filter(|row| row.presence == Presence::There);
        self.destinations
            .keep(there.flat_map(|row| row.known.route.destinations()));
        self.derive();
        self.age();
    }

    /// Works out what is shown of each row beside what was told of it.
    fn derive(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        for row in rows.values_mut() {
            row.drift = self.drift(row);
            row.reach = match row.presence {
                Presence::There => reach(&row.known, &self.destinations),
                Presence::Gone | Presence::Deleted => Reach::default(),
            };
        }
        self.rows = rows;
    }

    fn touch(&mut self) {
        self.generation = self.generation.wrapping_add(1);
    }

    /// Changes whenever anything here does.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How the last attempt to read them ended.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Whether what is known may be out of date.
    #[must_use]
    pub fn stale(&self) -> bool {
        !matches!(self.reading, Reading::Read(_))
    }

    /// Whether the organisation has no list of routes, so that only those show that were deployed from here.
    #[must_use]
    pub fn unlisted(&self) -> bool {
        self.unlisted
    }

    /// Entries of the last list that could not be read.
    #[must_use]
    pub fn faults(&self) -> &[Text] {
        &self.faults
    }

    /// Every row, those that are gone and can be brought back included.
    pub fn iter(&self) -> impl Iterator<Item = &RouteRow> {
        self.rows.values()
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: &RouteId) -> Option<&RouteRow> {
        self.rows.get(id)
    }

    /// How the events of a route went, a line a destination; none when the organisation has not told.
    #[must_use]
    pub fn deliveries(&self, id: &RouteId) -> Option<&[Delivery]> {
        self.deliveries.get(id).map(Vec::as_slice)
    }

    /// Which kinds of events there are; none when the organisation has not told.
    #[must_use]
    pub fn events(&self) -> &[EventType] {
        &self.events
    }

    /// What was deployed of a route, the newest first.
    pub fn history(&self, row: &RouteRow) -> impl Iterator<Item = &Deployment> {
        let (id, name) = (row.known.id.clone(), row.known.route.name().to_owned());
        self.deployments
            .iter()
            .rev()
            .filter(move |deployment| deployment.is_of(&id, &name))
    }

    /// Routes that we have made or changed, for an organisation that lists none.
    pub fn ours(&self) -> impl Iterator<Item = &RouteId> {
        let mut seen = HashSet::new();
        let ids = self.deployments.iter().rev().filter_map(|d| d.id.as_ref());
        ids.filter(move |id| seen.insert(*id))
    }

    /// The newest deployment of a route that the organisation has taken, as far as can be told.
    #[must_use]
    pub fn last_taken(&self, row: &RouteRow) -> Option<&Deployment> {
        let now = (row.presence == Presence::There).then_some(&row.known);
        self.history(row).find(|deployment| deployment.took(now))
    }

    /// Whether what runs is what we last deployed.
    fn drift(&self, row: &RouteRow) -> Drift {
        let newest = self
            .history(row)
            .find(|d| !matches!(d.state, crate::model::route::DeploymentState::Refused));
        let Some(deployment) = self.last_taken(row) else {
            return match newest {
                Some(_) => Drift::Unsure,
                None => Drift::NotOurs,
            };
        };
        if newest.is_some_and(|newest| newest.run != deployment.run) {
            return Drift::Unsure;
        }
        match (row.presence, deployment.deed, &deployment.after) {
            (Presence::Deleted, ..) => Drift::AsDeployed,
            (Presence::Gone, ..) => Drift::Gone,
            (Presence::There, Deed::Deleted, _) | (_, _, None) => Drift::Back,
            (Presence::There, _, Some(after)) => {
                let changes = diff::changes(after, &row.known.route);
                if changes.is_empty() {
                    Drift::AsDeployed
                } else {
                    Drift::Differs(changes)
                }
            }
        }
    }

    /// The destinations of a route with what is known of each.
    pub fn of<'a>(
        &'a self,
        row: &'a RouteRow,
    ) -> impl Iterator<Item = (&'a str, Option<&'a Destination>)> {
        let uris = row.known.route.destinations();
        uris.into_iter()
            .map(|uri| (uri, self.destinations.get(uri)))
    }
}

fn reach(known: &Known, destinations: &Destinations) -> Reach {
    let uris = known.route.destinations();
    Reach::of(uris.into_iter().map(|uri| destinations.get(uri)))
}
