//! Routes of the Platform API: integrations of Amazon `EventBridge`, triggers, the topics that each of them takes.

mod integration;
mod trial;
mod trigger;

use serde::Deserialize;
use serde_json::Value;

use self::integration::{ConfigEntity, IntegrationEntity};
use self::trial::TrialEntity;
use self::trigger::TriggerEntity;
use super::Platform;
use super::pages::{List, Whole};
use crate::cloud::entities::{Faults, one, page};
use crate::cloud::error::Error;
use crate::cloud::routes::of_that_id;
use crate::cloud::{Call, Fault, RouteListing, Urgency};
use crate::model::RouteId;
use crate::model::route::{EventType, INTEGRATIONS, Kind, Known, TRIGGERS, Trial, eventbridge};
use crate::model::write::{Write, WriteKind};

/// What reading integrations takes.
const VIEW_INTEGRATIONS: &[&str] = &["integrations:integration:view"];

/// What reading triggers takes.
const VIEW_TRIGGERS: &[&str] = &["processautomation:trigger:view"];

/// What trying a trigger takes.
const TEST_TRIGGERS: &[&str] = &["processautomation:trigger:test"];

/// Topics that are kept of an answer; Genesys Cloud has some hundreds.
const MOST_TOPICS: usize = 5_000;

/// Words for the transports of topics that reach an event bus.
const TO_A_BUS: [&str; 2] = ["EventBridge", "All"];

/// What a write of a route takes there; none where it goes to the direct API.
pub(in crate::cloud) fn permissions(write: &Write) -> Option<&'static [&'static str]> {
    let to = |place: &[&str]| {
        write
            .path
            .iter()
            .zip(place)
            .all(|(is, should)| is == should)
    };
    if to(&INTEGRATIONS) {
        return Some(match write.kind {
            WriteKind::RouteCreate => &["integrations:integration:add"],
            WriteKind::RouteDelete => &["integrations:integration:delete"],
            _ => &["integrations:integration:edit"],
        });
    }
    to(&TRIGGERS).then_some(match write.kind {
        WriteKind::RouteCreate => &["processautomation:trigger:add"],
        WriteKind::RouteDelete => &["processautomation:trigger:delete"],
        _ => &["processautomation:trigger:edit"],
    })
}

#[derive(Deserialize)]
struct TopicEntity {
    id: String,
    transports: Option<Vec<String>>,
}

impl Platform<'_> {
    /// Integrations and triggers. What this client may not read is left out and said; any other failure fails it all,
    /// because routes that were not read must not look as if they were gone.
    pub(in crate::cloud) async fn routes(self, urgency: Urgency) -> Result<RouteListing, Error> {
        let (integrations, triggers) =
            futures_util::join!(self.integrations(urgency), self.triggers(urgency));
        let mut listing = RouteListing::default();
        let lists = [(Kind::EventBridge, integrations), (Kind::Trigger, triggers)];
        let mut refused = Vec::new();
        for (kind, list) in lists {
            match list {
                Ok(list) => {
                    listing.routes.extend(list.entries);
                    listing.faults.extend(list.faults);
                    if list.lack.is_some() {
                        // What is not among them may still be there.
                        listing.unread.push(kind);
                    }
                }
                Err(error) if matches!(error.status(), Some(403 | 404)) => {
                    listing.unread.push(kind);
                    let text = format!("{kind} routes: {error}");
                    listing.faults.push(Fault(text.into()));
                    refused.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        match refused.pop() {
            Some(error) if !refused.is_empty() => Err(error),
            _ => Ok(listing),
        }
    }

    async fn integrations(self, urgency: Urgency) -> Result<Whole<Known>, Error> {
        let list = List {
            path: &["integrations"],
            query: &[
                ("expand", "config.current"),
                ("integrationType", eventbridge::TYPE),
            ],
            permissions: VIEW_INTEGRATIONS,
        };
        let read = |entity: IntegrationEntity| Ok(entity.is_ours().then_some(entity));
        let whole = self.all(list, urgency, read).await?;
        let mut entries = Vec::new();
        let mut faults = whole.faults;
        for entity in whole.entries.into_iter().flatten() {
            match self.configured(entity, urgency).await? {
                Ok(known) => entries.push(known),
                Err(why) => faults.push(Fault(format!("GET integrations: {why}").into())),
            }
        }
        Ok(Whole {
            entries,
            faults,
            lack: whole.lack,
        })
    }

    /// One with its configuration, which an organisation may leave out of the list; the inner error is what is wrong with it.
    async fn configured(
        self,
        mut entity: IntegrationEntity,
        urgency: Urgency,
    ) -> Result<Result<Known, String>, Error> {
        if entity.config().is_none() {
            let path = ["integrations", entity.id.as_str(), "config", "current"];
            let call = self.call("GET", &path, &[], VIEW_INTEGRATIONS)?;
            let body = self.ask(&call, urgency).await?;
            let config: ConfigEntity = answered(&body, &call)?;
            entity.configure(config);
        }
        Ok(entity.known())
    }

    async fn triggers(self, urgency: Urgency) -> Result<Whole<Known>, Error> {
        let list = List {
            path: &["processautomation", "triggers"],
            query: &[],
            permissions: VIEW_TRIGGERS,
        };
        self.all_by_cursor(list, urgency, TriggerEntity::known)
            .await
    }

    /// One integration; none where it was taken away, which the organisation may keep telling of for a while.
    pub(in crate::cloud) async fn integration(
        self,
        id: &RouteId,
        urgency: Urgency,
    ) -> Result<Option<Known>, Error> {
        let path = ["integrations", id.raw()];
        let query = [("expand", "config.current")];
        let call = self.call("GET", &path, &query, VIEW_INTEGRATIONS)?;
        let body = self.ask(&call, urgency).await?;
        let entity: IntegrationEntity = answered(&body, &call)?;
        if !entity.is_ours() {
            return Ok(None);
        }
        let known = self.configured(entity, urgency).await?;
        let known = known.and_then(|known| of_that_id(known, id));
        known
            .map(Some)
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// One trigger.
    pub(in crate::cloud) async fn trigger(
        self,
        id: &RouteId,
        urgency: Urgency,
    ) -> Result<Option<Known>, Error> {
        let path = ["processautomation", "triggers", id.raw()];
        let call = self.call("GET", &path, &[], VIEW_TRIGGERS)?;
        let body = self.ask(&call, urgency).await?;
        let entity: TriggerEntity = answered(&body, &call)?;
        let known = entity.known().and_then(|known| of_that_id(known, id));
        known
            .map(Some)
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// The topics that triggers and that integrations take. One of the two lists is better than none.
    pub(in crate::cloud) async fn event_types(
        self,
        urgency: Urgency,
    ) -> Result<Vec<EventType>, Error> {
        let list = List {
            path: &["processautomation", "triggers", "topics"],
            query: &[],
            permissions: VIEW_TRIGGERS,
        };
        let topic = |name: String| Ok(of(&name, Kind::Trigger));
        let of_triggers = self.all_by_cursor(list, urgency, topic).await;
        let of_buses = self.bus_topics(urgency).await;
        let mut topics = match (of_triggers, of_buses) {
            (Err(error), Err(_)) => return Err(error),
            (of_triggers, of_buses) => {
                let mut topics = of_buses.unwrap_or_default();
                topics.extend(of_triggers.map(|whole| whole.entries).unwrap_or_default());
                topics
            }
        };
        topics.truncate(MOST_TOPICS);
        Ok(topics)
    }

    async fn bus_topics(self, urgency: Urgency) -> Result<Vec<EventType>, Error> {
        let path = ["notifications", "availabletopics"];
        let call = self.call("GET", &path, &[("expand", "transports")], &[])?;
        let body = self.ask(&call, urgency).await?;
        let page = page(&body).map_err(|reason| Error::answer(&call, reason))?;
        let topics = Faults::new(&call).keep(&page.entities, |entity: TopicEntity| {
            Ok(entity
                .reaches_a_bus()
                .then(|| of(&entity.id, Kind::EventBridge)))
        });
        Ok(topics.into_iter().flatten().collect())
    }

    /// What a trigger would make of an event, which goes as text within JSON.
    pub(in crate::cloud) async fn trial(
        self,
        id: &RouteId,
        event: &Value,
        urgency: Urgency,
    ) -> Result<Trial, Error> {
        let path = ["processautomation", "triggers", id.raw(), "test"];
        let call = self.question(&path, TEST_TRIGGERS, &event.to_string())?;
        let body = self.ask(&call, urgency).await?;
        answered::<TrialEntity>(&body, &call).map(TrialEntity::trial)
    }
}

impl TopicEntity {
    /// Where the organisation does not tell the transports, everything might.
    fn reaches_a_bus(&self) -> bool {
        let transports = self.transports.as_deref().unwrap_or_default();
        let bus = |word: &String| TO_A_BUS.iter().any(|bus| bus.eq_ignore_ascii_case(word));
        transports.is_empty() || transports.iter().any(bus)
    }
}

fn of(topic: &str, carried_by: Kind) -> EventType {
    EventType {
        name: topic.into(),
        fields: Vec::new(),
        carried_by,
    }
}

/// One entity as the answer to a call.
fn answered<'a, T: Deserialize<'a>>(body: &'a [u8], call: &Call) -> Result<T, Error> {
    one(body).map_err(|reason| Error::answer(call, reason))
}
