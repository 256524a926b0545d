//! Reads of routes (contract §9; Platform API). What is beyond the contract (deliveries, kinds of events) may be missing.

use serde::Deserialize;
use serde_json::Value;

use super::entities::{id, one};
use super::{Call, Client, Error, Fault, Needs, Urgency, direct, get};
use crate::model::RouteId;
use crate::model::api::Api;
use crate::model::route::{Delivery, EventType, Kind, Known, Trial, WEBHOOKS};

/// The list of routes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteListing {
    /// Those that could be read.
    pub routes: Vec<Known>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
    /// Kinds that this client may not read or that are not there: of their routes nothing is known, not even that they are
    /// gone.
    pub unread: Vec<Kind>,
}

/// What every organisation tells of a route that it has made.
#[derive(Deserialize)]
struct Made {
    id: String,
}

/// The id of a route in the answer to the write that made it; the rest of it is read back anyway. The error is what is wrong
/// with the answer.
pub fn made_as(body: &[u8]) -> Result<RouteId, String> {
    let made: Made = one(body)?;
    id(made.id, "id").map(RouteId)
}

impl Client {
    /// Reads all routes; none when this organisation has no list of them (404 or 405): then only those known by id
    /// can be read.
    pub async fn routes(&self, urgency: Urgency) -> Result<Option<RouteListing>, Error> {
        if let Ok(platform) = self.platform() {
            // Two lists at once are a large future; every flow that looks for a route holds it.
            return Box::pin(platform.routes(urgency)).await.map(Some);
        }
        let call = self.of_routes(&[])?;
        let body = absent(self.0.read(&call, urgency).await, &[404, 405])?;
        body.map(|body| direct::routes(&body, &call).map_err(|reason| Error::answer(&call, reason)))
            .transpose()
    }

    /// Reads one route of a kind; none when there is none of that id.
    pub async fn route(
        &self,
        kind: Kind,
        id: &RouteId,
        urgency: Urgency,
    ) -> Result<Option<Known>, Error> {
        let read = match kind {
            Kind::Webhook => self.webhook(id, urgency).await,
            Kind::EventBridge => Box::pin(self.platform()?.integration(id, urgency)).await,
            Kind::Trigger => Box::pin(self.platform()?.trigger(id, urgency)).await,
        };
        Ok(absent(read, &[404])?.flatten())
    }

    async fn webhook(&self, id: &RouteId, urgency: Urgency) -> Result<Option<Known>, Error> {
        let call = self.of_routes(&[id.raw()])?;
        let body = self.0.read(&call, urgency).await?;
        let known = direct::route(&body).and_then(|known| of_that_id(known, id));
        known
            .map(Some)
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads how the events of a route went; none when the organisation does not tell.
    pub async fn deliveries(
        &self,
        id: &RouteId,
        urgency: Urgency,
    ) -> Result<Option<Vec<Delivery>>, Error> {
        if self.api() == Api::Platform {
            return Ok(None);
        }
        let call = self.of_routes(&[id.raw(), "deliveries"])?;
        let body = absent(self.0.read(&call, urgency).await, &[404, 405])?;
        body.map(|body| {
            direct::deliveries(&body, &call).map_err(|reason| Error::answer(&call, reason))
        })
        .transpose()
    }

    /// Reads which kinds of events there are; none when the organisation does not tell.
    pub async fn event_types(&self, urgency: Urgency) -> Result<Option<Vec<EventType>>, Error> {
        if let Ok(platform) = self.platform() {
            return Box::pin(platform.event_types(urgency)).await.map(Some);
        }
        let path = ["api", "v2", "analytics", "events", "types"];
        let call = Call {
            needs: Needs::EventTypes,
            ..get(self.url(&path)?)
        };
        let body = absent(self.0.read(&call, urgency).await, &[404, 405])?;
        body.map(|body| {
            direct::event_types(&body, &call).map_err(|reason| Error::answer(&call, reason))
        })
        .transpose()
    }

    /// Asks what a trigger would make of an event. Nothing is started, so that it can be asked again.
    pub async fn trial(
        &self,
        id: &RouteId,
        event: &Value,
        urgency: Urgency,
    ) -> Result<Trial, Error> {
        self.platform()?.trial(id, event, urgency).await
    }

    fn of_routes(&self, further: &[&str]) -> Result<Call, Error> {
        let path: Vec<&str> = WEBHOOKS.iter().chain(further).copied().collect();
        Ok(Call {
            needs: Needs::Routes,
            ..get(self.url(&path)?)
        })
    }
}

/// A route that was asked for by its id has to be that one.
pub(super) fn of_that_id(known: Known, id: &RouteId) -> Result<Known, String> {
    if known.id == *id {
        return Ok(known);
    }
    Err(format!("id is {}, another route's", known.id))
}

/// Nothing where the organisation says that there is nothing.
pub(super) fn absent<T>(outcome: Result<T, Error>, statuses: &[u16]) -> Result<Option<T>, Error> {
    match outcome {
        Err(Error::Refused { refusal, .. }) if statuses.contains(&refusal.status) => Ok(None),
        outcome => outcome.map(Some),
    }
}
