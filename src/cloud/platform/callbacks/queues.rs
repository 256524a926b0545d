//! Queues: who they are and how they call back. Their hours come from the schedule group that the profile names for each;
//! how many callbacks fit, the API does not say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::Platform;
use super::super::hours::Openings;
use super::super::pages::List;
use crate::cloud::callbacks::QueueListing;
use crate::cloud::entities::{id, lenient, one};
use crate::cloud::{Error, Urgency};
use crate::model::QueueId;
use crate::model::queue::Queue;
use crate::text::Text;

const VIEW: &[&str] = &["routing:queue:view"];

const QUEUES: List<'_> = List {
    path: &["routing", "queues"],
    query: &[],
    permissions: VIEW,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    media_settings: Option<MediaSettings>,
}

#[derive(Deserialize)]
struct MediaSettings {
    #[serde(default, deserialize_with = "lenient")]
    callback: Option<CallbackSettings>,
}

#[derive(Deserialize)]
struct CallbackSettings {
    #[serde(default, deserialize_with = "lenient")]
    mode: Option<String>,
}

impl Platform<'_> {
    /// Reads every queue. Hours that cannot be read are a fault of the queues that have them, not of the list.
    pub(in crate::cloud) async fn queues(self, urgency: Urgency) -> Result<QueueListing, Error> {
        let whole = self.all(QUEUES, urgency, queue).await?;
        let mut listing = QueueListing {
            queues: whole.entries,
            faults: whole.faults,
        };
        self.open(&mut listing.queues, urgency).await;
        Ok(listing)
    }

    /// Reads one queue.
    pub(in crate::cloud) async fn queue(
        self,
        id: &QueueId,
        urgency: Urgency,
    ) -> Result<Queue, Error> {
        let call = self.call("GET", &["routing", "queues", id.raw()], &[], VIEW)?;
        let body = self.ask(&call, urgency).await?;
        let mut read = one(&body)
            .and_then(queue)
            .map_err(|reason| Error::answer(&call, reason))?;
        self.open(std::slice::from_mut(&mut read), urgency).await;
        Ok(read)
    }

    /// Gives queues the hours that the profile says they have; asks for none when it names none of these queues.
    async fn open(self, queues: &mut [Queue], urgency: Urgency) {
        let groups = &self.0.settings.queue_hours;
        if !queues.iter().any(|queue| group(groups, queue).is_some()) {
            return;
        }
        match self.openings(urgency).await {
            Ok(openings) => opened(queues, groups, &openings, Timestamp::now()),
            Err(error) => {
                let why = format!("its hours are not known: {error}");
                for queue in queues.iter_mut().filter(|one| group(groups, one).is_some()) {
                    queue.faults.push(Text::from(why.as_str()));
                }
            }
        }
    }
}

/// The group that the profile names for a queue, by its id or its name.
fn group<'a>(groups: &'a BTreeMap<String, String>, queue: &Queue) -> Option<&'a str> {
    let group = groups
        .get(queue.id.raw())
        .or_else(|| groups.get(queue.name.raw()));
    group.map(String::as_str)
}

fn opened(
    queues: &mut [Queue],
    groups: &BTreeMap<String, String>,
    openings: &Openings,
    now: Timestamp,
) {
    for queue in queues {
        let Some(wanted) = group(groups, queue) else {
            continue;
        };
        match openings.hours(wanted, now) {
            Ok(hours) => {
                queue.zone_name = hours.zone;
                queue.calendar = Some(hours.calendar);
            }
            Err(why) => queue.faults.push(why),
        }
    }
}

fn queue(entity: Entity) -> Result<Queue, String> {
    let settings = entity.media_settings.and_then(|settings| settings.callback);
    let mode = settings.and_then(|settings| settings.mode);
    Ok(Queue {
        id: QueueId(id(entity.id, "id")?),
        name: Text::from(entity.name.unwrap_or_default()),
        zone_name: Text::default(),
        calendar: None,
        most: None,
        booked: None,
        mode: mode.map(Text::from),
        faults: Vec::new(),
    })
}
