//! What tells of browser phones: their people, read in bulk, and the topics `v2.users.{id}.…`.
//!
//! | what | read | topic |
//! |---|---|---|
//! | presence | `GET /users?expand=presence` | `presence` |
//! | station | `expand=station` | `station` |
//! | whether calls find them | `expand=routingStatus` | `routingStatus` |
//! | calls | `expand=conversationSummary` | `conversationsummary` |
//! | the browser's connection | nothing | `persistentconnection` |

use jiff::Timestamp;
use serde::Deserialize;

use super::Platform;
use super::pages::List;
use crate::cause::misread;
use crate::cloud::Urgency;
use crate::cloud::entities::{id, lenient};
use crate::cloud::error::Error;
use crate::model::UserId;
use crate::model::registration::User;
use crate::model::registration::duty::{Connection, Duty};
use crate::text::{self, Text};
use crate::time::Millis;

/// The topics of one person, by what their names end with.
pub const TOPICS: [&str; 5] = [
    "persistentconnection",
    "presence",
    "station",
    "routingStatus",
    "conversationsummary",
];

/// The place among them of the one that no read stands in for: the browser's connection.
pub const CONNECTION: usize = 0;

/// Columns of the organisation's own words for a failure.
const REASON: usize = 80;

/// Columns of what is wrong with an event.
const FAULT: usize = 160;

impl Platform<'_> {
    /// What at most [`USERS`](super::phones::USERS) people are doing, and their names. Whom the organisation does not name is left out.
    pub async fn duties(
        self,
        users: &[UserId],
        urgency: Urgency,
    ) -> Result<Vec<(User, Duty)>, Error> {
        let ids: Vec<&str> = users.iter().map(UserId::raw).collect();
        let list = List {
            path: &["users"],
            query: &[
                ("id", &ids.join(",")),
                (
                    "expand",
                    "presence,routingStatus,station,conversationSummary",
                ),
            ],
            permissions: &[],
        };
        let page = self.numbered(list, 1, urgency, person);
        Ok(page.await?.answer.entries)
    }
}

// Words that a judgement rests on are read as they are: one of the wrong type is an entry that cannot be read, and no milder one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    presence: Option<Presence>,
    routing_status: Option<Routing>,
    station: Option<Stations>,
    conversation_summary: Option<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence {
    presence_definition: Option<Definition>,
    #[serde(default, deserialize_with = "lenient")]
    modified_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Definition {
    system_presence: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Routing {
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    start_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stations {
    associated_station: Option<Station>,
}

#[derive(Deserialize)]
struct Station {
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Summary {
    call: Option<Media>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    contact_center: Option<Count>,
    enterprise: Option<Count>,
}

#[derive(Deserialize)]
struct Count {
    active: Option<u32>,
}

fn person(entity: Entity) -> Result<(User, Duty), String> {
    let user = User {
        id: UserId(id(entity.id, "id")?),
        name: entity.name.unwrap_or_default().into(),
        site: None,
    };
    let mut duty = Duty {
        calls: Some(entity.conversation_summary.map_or(0, calls)),
        ..Duty::default()
    };
    // A person of whom no station is told has none: the answer leaves out what there is not.
    let told = [
        entity.presence.map(present),
        Some(entity.station.map_or_else(nowhere, stationed)),
        entity.routing_status.map(routed),
    ];
    for part in told.into_iter().flatten() {
        duty.take(part);
    }
    Ok((user, duty))
}

/// What a presence tells: the service spells one as `On Queue` and as `ON_QUEUE`.
fn present(presence: Presence) -> Duty {
    let word = presence
        .presence_definition
        .and_then(|one| one.system_presence);
    let since = presence.modified_date.as_deref().and_then(moment);
    let is = |word: &str, other: &str| word.replace('_', " ").eq_ignore_ascii_case(other);
    Duty {
        signed_in: word.as_deref().map(|word| (!is(word, "offline"), since)),
        on_queue: word.as_deref().map(|word| is(word, "on queue")),
        ..Duty::default()
    }
}

fn nowhere() -> Duty {
    Duty {
        seated: Some(false),
        ..Duty::default()
    }
}

/// What the stations tell: a browser is known by its type, and a station without one may be a browser.
fn stationed(stations: Stations) -> Duty {
    let station = stations.associated_station;
    let station = station.filter(|one| one.id.as_deref().is_some_and(|id| !id.is_empty()));
    let Some(station) = station else {
        return nowhere();
    };
    let desk = station.kind.as_deref();
    let desk = desk.is_some_and(|kind| !kind.is_empty() && kind != "inin_webrtc_softphone");
    Duty {
        seated: Some(true),
        desk: station.name.filter(|_| desk).map(Text::from),
        ..Duty::default()
    }
}

fn routed(routing: Routing) -> Duty {
    let since = routing.start_time.as_deref().and_then(moment);
    let word = routing.status;
    Duty {
        responding: word
            .as_deref()
            .map(|word| (word != "NOT_RESPONDING", since)),
        routed: word.as_deref().map(|word| word != "OFF_QUEUE"),
        ..Duty::default()
    }
}

fn calls(summary: Summary) -> u32 {
    let Some(call) = summary.call else { return 0 };
    let parts = [call.contact_center, call.enterprise].into_iter().flatten();
    parts
        .filter_map(|count| count.active)
        .fold(0, u32::saturating_add)
}

fn moment(text: &str) -> Option<Millis> {
    let at: Timestamp = text.parse().ok()?;
    Some(Millis(at.as_millisecond()))
}

/// Reads an event of a person; `topic` is what its name ends with, one of [`TOPICS`]. The error says why not, in a line.
pub fn event(topic: &str, body: &[u8]) -> Result<Duty, Text> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct RoutingEvent {
        #[serde(default, deserialize_with = "lenient")]
        routing_status: Option<Routing>,
    }
    let nothing = Duty::default();
    Ok(match topic {
        "persistentconnection" => Duty {
            connection: read::<Persistent>(body)?.connection(),
            ..nothing
        },
        "presence" => present(read(body)?),
        "station" => stationed(read(body)?),
        "routingStatus" => {
            let told = read::<RoutingEvent>(body)?.routing_status;
            told.map_or(nothing, routed)
        }
        "conversationsummary" => Duty {
            calls: Some(calls(read(body)?)),
            ..nothing
        },
        _ => nothing,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Persistent {
    persistent_state: Option<String>,
    error_info: Option<ErrorInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorInfo {
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    user_message: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    code: Option<String>,
}

impl Persistent {
    /// A word that is none of the published ones tells nothing.
    fn connection(self) -> Option<(Connection, Option<Text>)> {
        let state = match self.persistent_state?.as_str() {
            "PERSISTED" => Connection::Kept,
            "ACTIVE_CALL" => Connection::OnCall,
            "DISCONNECTED" => Connection::Gone,
            "FAILED" => Connection::Failed,
            _ => return None,
        };
        let told = self.error_info;
        let words = told.and_then(|error| error.text.or(error.user_message).or(error.code));
        let words = words.filter(|words| !words.trim().is_empty());
        Some((
            state,
            words.map(|words| text::fit(&words, REASON).into_owned().into()),
        ))
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Text> {
    serde_json::from_slice(body).map_err(|error| Text::from(text::fit(&misread(&error), FAULT)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::condition::Condition;

    #[test]
    fn a_person_is_read_with_what_tells_of_the_browser() {
        let read = |body: &str| person(serde_json::from_str(body).unwrap()).unwrap();
        let (user, duty) = read(
            r#"{"id":"u","name":"Ana","presence":{"presenceDefinition":{"systemPresence":"On Queue"},"modifiedDate":"2026-06-15T14:00:00Z"},
            "routingStatus":{"status":"NOT_RESPONDING","startTime":"2026-06-15T14:01:00.000Z"},
            "station":{"associatedStation":{"id":"st-1","name":"x"}},
            "conversationSummary":{"call":{"contactCenter":{"active":1,"acw":1},"enterprise":{"active":1}},"email":{"contactCenter":{"active":9}}}}"#,
        );
        assert_eq!((user.name.raw(), duty.calls), ("Ana", Some(2)));
        let since = Some(Millis(1_781_532_060_000));
        assert_eq!(duty.responding, Some((false, since)));
        assert_eq!(
            duty.verdict(Some(true), None).condition,
            Condition::NotResponding
        );
        let (_, home) =
            read(r#"{"id":"u","presence":{"presenceDefinition":{"systemPresence":"OFFLINE"}}}"#);
        assert_eq!(
            (home.signed_in, home.seated),
            (Some((false, None)), Some(false))
        );
    }

    #[test]
    fn each_topic_tells_of_its_own_and_leaves_the_rest() {
        let failed = event(
            "persistentconnection",
            br#"{"persistentState":"FAILED","errorInfo":{"code":"x","text":"ICE failed"}}"#,
        )
        .unwrap();
        assert_eq!(
            failed.connection,
            Some((Connection::Failed, Some("ICE failed".into())))
        );
        let strange = event("persistentconnection", br#"{"persistentState":"NEW"}"#).unwrap();
        assert_eq!(strange, Duty::default());
        let left = event("station", br#"{"associatedStation":null}"#).unwrap();
        assert_eq!(left.seated, Some(false));
        let idle = event(
            "routingStatus",
            br#"{"id":"u","routingStatus":{"status":"IDLE"}}"#,
        )
        .unwrap();
        assert_eq!(idle.responding, Some((true, None)));
        let none = event("conversationsummary", br#"{"userId":"u"}"#).unwrap();
        assert_eq!(none.calls, Some(0));
        assert!(event("presence", b"nothing").is_err());
    }
}
