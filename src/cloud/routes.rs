//! Reads of routes (contract §9). What is beyond the contract (deliveries, kinds of events) may be missing.

use super::{Call, Client, Error, Fault, Needs, Urgency, direct, get};
use crate::model::RouteId;
use crate::model::route::known::PATH;
use crate::model::route::{Delivery, EventType, Known};

/// The list of routes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RouteListing {
    /// Those that could be read.
    pub routes: Vec<Known>,
    /// Entries that could not be read; the last one counts those left out.
    pub faults: Vec<Fault>,
}

impl Client {
    /// Reads all routes; none when this organisation has no list of them (404 or 405): then only those known by id
    /// can be read.
    pub async fn routes(&self, urgency: Urgency) -> Result<Option<RouteListing>, Error> {
        let call = self.of_routes(&[])?;
        let body = absent(self.0.read(&call, urgency).await, &[404, 405])?;
        body.map(|body| direct::routes(&body, &call).map_err(|reason| Error::answer(&call, reason)))
            .transpose()
    }

    /// Reads one route; none when there is none of that id.
    pub async fn route(&self, id: &RouteId, urgency: Urgency) -> Result<Option<Known>, Error> {
        let call = self.of_routes(&[id.raw()])?;
        let body = absent(self.0.read(&call, urgency).await, &[404])?;
        let read = |body: bytes::Bytes| {
            let known = direct::route(&body)?;
            if known.id == *id {
                return Ok(known);
            }
            Err(format!("id is {}, another route's", known.id))
        };
        body.map(|body| read(body).map_err(|reason| Error::answer(&call, reason)))
            .transpose()
    }

    /// Reads how the events of a route went; none when the organisation does not tell.
    pub async fn deliveries(
        &self,
        id: &RouteId,
        urgency: Urgency,
    ) -> Result<Option<Vec<Delivery>>, Error> {
        let call = self.of_routes(&[id.raw(), "deliveries"])?;
        let body = absent(self.0.read(&call, urgency).await, &[404, 405])?;
        body.map(|body| {
            direct::deliveries(&body, &call).map_err(|reason| Error::answer(&call, reason))
        })
        .transpose()
    }

    /// Reads which kinds of events there are; none when the organisation does not tell.
    pub async fn event_types(&self, urgency: Urgency) -> Result<Option<Vec<EventType>>, Error> {
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

    fn of_routes(&self, further: &[&str]) -> Result<Call, Error> {
        let path: Vec<&str> = PATH.iter().chain(further).copied().collect();
        Ok(Call {
            needs: Needs::Routes,
            ..get(self.url(&path)?)
        })
    }
}

/// Nothing where the organisation says that there is nothing.
fn absent<T>(outcome: Result<T, Error>, statuses: &[u16]) -> Result<Option<T>, Error> {
    match outcome {
        Err(Error::Refused { refusal, .. }) if statuses.contains(&refusal.status) => Ok(None),
        outcome => outcome.map(Some),
    }
}
