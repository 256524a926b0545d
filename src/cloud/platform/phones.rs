//! Phones, as the list and the topic `v2.telephony.providers.edges.phones.{id}` tell of them, and the names of their users.

use std::net::{IpAddr, Ipv6Addr};

use jiff::Timestamp;
use serde::Deserialize;

use super::Platform;
use super::closeup::{Agent, agent};
use super::pages::{List, Whole};
use crate::cause::misread;
use crate::cloud::entities::{id, lenient};
use crate::cloud::error::Error;
use crate::cloud::pages::Page;
use crate::cloud::{Dated, Urgency};
use crate::model::registration::User;
use crate::model::registration::phone::{Person, Phone, PhoneTraits, Report, View};
use crate::model::{DeviceId, EdgeId, UserId};
use crate::text::{self, Text};
use crate::time::Millis;

/// What every call on telephony takes.
pub(in crate::cloud) const TELEPHONY: &[&str] = &["telephony:plugin:all"];

/// Where phones are.
const PHONES: &[&str] = &["telephony", "providers", "edges", "phones"];

/// What the console shows of a phone, and no more: the list is the largest read there is.
const SHOWN: [(&str, &str); 2] = [
    ("expand", "site,status,lines"),
    (
        "fields",
        "webRtcUser,lines.loggedInUser,lines.defaultForUser",
    ),
];

/// The word for a phone that is well.
const WELL: &str = "OPERATIONAL";

/// The words for a phone that is not well.
pub const UNWELL: [&str; 3] = ["OFFLINE", "DEGRADED", "UNKNOWN"];

/// Columns of what is wrong with an event.
const REASON: usize = 160;

/// Users asked for by id in one call; more are answered with 400 `max.user.ids`.
pub const USERS: usize = 100;

impl Platform<'_> {
    /// Reads one page of a hundred phones, counting from 1, by their ids: sorted by anything else, or filtered, the list ends at ten
    /// thousand.
    pub async fn phones_page(
        self,
        number: u32,
        urgency: Urgency,
    ) -> Result<Dated<Page<Phone>>, Error> {
        let [expand, fields] = SHOWN;
        let query = [("sortBy", "id"), expand, fields];
        let platform = self;
        platform
            .numbered(list(&query), number, urgency, phone)
            .await
    }

    /// Reads every phone that its primary edge calls anything but well: a request for each hundred of them, and one for each word. Edges and
    /// lines tell the word, so of a browser it says how its edge is.
    pub async fn phones_unwell(self, urgency: Urgency) -> Result<Whole<Phone>, Error> {
        let [expand, fields] = SHOWN;
        let mut found = Whole {
            entries: Vec::new(),
            faults: Vec::new(),
            lack: None,
        };
        for word in UNWELL {
            let query = [
                ("sortBy", "id"),
                ("status.operationalStatus", word),
                expand,
                fields,
            ];
            let read = self.all(list(&query), urgency, phone).await?;
            found.entries.extend(read.entries);
            found.faults.extend(read.faults);
            found.lack = found.lack.or(read.lack);
        }
        Ok(found)
    }

    /// Reads the browser phones of one user, new ones included.
    pub async fn phones_of(self, user: &UserId, urgency: Urgency) -> Result<Whole<Phone>, Error> {
        let [expand, fields] = SHOWN;
        let query = [("webRtcUser.id", user.raw()), expand, fields];
        self.all(list(&query), urgency, phone).await
    }

    /// Reads one phone; none when the organisation has it no more.
    pub async fn phone(self, of: &DeviceId, urgency: Urgency) -> Result<Option<Phone>, Error> {
        let path = [PHONES, &[of.raw()]].concat();
        let call = self.call("GET", &path, &SHOWN, TELEPHONY)?;
        let body = match self.ask(&call, urgency).await {
            Ok(body) => body,
            Err(error) if error.status() == Some(404) => return Ok(None),
            Err(error) => return Err(error),
        };
        let read = serde_json::from_slice(&body).map_err(|error| misread(&error));
        let read = read.and_then(phone);
        read.map(Some)
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// Reads one phone as the organisation keeps it, to write it with one thing changed; none when the organisation has it no more.
    pub async fn phone_record(
        self,
        of: &DeviceId,
        urgency: Urgency,
    ) -> Result<Option<serde_json::Value>, Error> {
        let path = [PHONES, &[of.raw()]].concat();
        let call = self.call("GET", &path, &[], TELEPHONY)?;
        match self.ask(&call, urgency).await {
            Ok(body) => serde_json::from_slice(&body)
                .map(Some)
                .map_err(|error| Error::answer(&call, misread(&error))),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of at most [`USERS`] users. Whom the organisation does not name is left out.
    pub async fn names(self, users: &[UserId], urgency: Urgency) -> Result<Vec<User>, Error> {
        #[derive(Deserialize)]
        struct Entity {
            id: String,
            #[serde(default, deserialize_with = "lenient")]
            name: Option<String>,
        }
        let ids: Vec<&str> = users.iter().map(UserId::raw).collect();
        let list = List {
            path: &["users"],
            query: &[("id", &ids.join(","))],
            permissions: &[],
        };
        let page = self.numbered(list, 1, urgency, |user: Entity| {
            Ok(User {
                id: UserId(id(user.id, "id")?),
                name: user.name.unwrap_or_default().into(),
                site: None,
            })
        });
        Ok(page.await?.answer.entries)
    }
}

fn list<'a>(query: &'a [(&'a str, &'a str)]) -> List<'a> {
    List {
        path: PHONES,
        query,
        permissions: TELEPHONY,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    site: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    web_rtc_user: Option<Reference>,
    lines: Option<Vec<Line>>,
    #[serde(default, deserialize_with = "lenient")]
    capabilities: Option<Abilities>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<Status>,
    #[serde(default, deserialize_with = "lenient")]
    secondary_status: Option<Status>,
    #[serde(default, deserialize_with = "lenient")]
    user_agent_info: Option<Agent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Abilities {
    #[serde(default, deserialize_with = "lenient")]
    allow_reboot: Option<bool>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(default, deserialize_with = "lenient")]
    logged_in_user: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    default_for_user: Option<Reference>,
}

/// What an edge says of a phone; in lists and in events alike.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(rename = "operationalStatus")]
    operational: Option<String>,
    line_statuses: Option<Vec<LineStatus>>,
    event_creation_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    edge: Option<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineStatus {
    reachable: Option<bool>,
    reachable_state_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    contact_addresses: Option<Vec<String>>,
}

/// A phone of the list.
fn phone(entity: Entity) -> Result<Phone, String> {
    let id = id(entity.id, "id")?;
    let name = entity.name.map_or_else(|| id.clone(), Text::from);
    Ok(Phone {
        browser: entity.web_rtc_user.is_some(),
        reboots: entity.capabilities.and_then(|can| can.allow_reboot),
        person: person(
            entity.web_rtc_user,
            entity.lines.unwrap_or_default(),
            &id,
            &name,
        ),
        site: entity
            .site
            .and_then(|site| site.name)
            .filter(|name| !name.is_empty())
            .map(Text::from),
        traits: PhoneTraits {
            agent: entity.user_agent_info.and_then(agent),
            network: [&entity.status, &entity.secondary_status]
                .into_iter()
                .flatten()
                .find_map(network),
        },
        report: report(entity.status.as_ref(), entity.secondary_status.as_ref()),
        id: DeviceId(id),
        name,
    })
}

/// The user of the browser softphone, else who is logged in, else whom a line is meant for, else the phone itself.
fn person(browser: Option<Reference>, lines: Vec<Line>, phone: &Text, name: &Text) -> Person {
    let (mut logged_in, mut meant) = (None, None);
    for line in lines {
        logged_in = logged_in.or(line.logged_in_user.and_then(user));
        meant = meant.or(line.default_for_user.and_then(user));
    }
    let named = browser.and_then(user).or(logged_in).or(meant);
    named.unwrap_or_else(|| Person {
        id: UserId(phone.clone()),
        name: name.clone(),
        nobody: true,
    })
}

fn user(reference: Reference) -> Option<Person> {
    Some(Person {
        id: UserId(id(reference.id?, "id").ok()?),
        name: reference.name.unwrap_or_default().into(),
        nobody: false,
    })
}

/// Reads an event of a phone. The error says why not, in a line.
pub fn event(body: &[u8]) -> Result<Report, Text> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event {
        status: Option<Status>,
        secondary_status: Option<Status>,
    }
    let event: Event = serde_json::from_slice(body)
        .map_err(|error| Text::from(text::fit(&misread(&error), REASON)))?;
    Ok(report(
        event.status.as_ref(),
        event.secondary_status.as_ref(),
    ))
}

fn report(primary: Option<&Status>, secondary: Option<&Status>) -> Report {
    let edge = primary.and_then(|status| status.edge.as_ref()?.id.clone());
    let made = |status: Option<&Status>| status?.event_creation_time.as_deref().and_then(micros);
    Report {
        primary: primary.map(view),
        secondary: secondary.map(view),
        made: made(primary).max(made(secondary)),
        edge: edge.and_then(|edge| id(edge, "id").ok()).map(EdgeId),
        contrary: primary.is_some_and(is_contrary),
    }
}

/// Whether an edge serves a phone: the word for the whole, and the lines where they are told.
///
/// OPERATIONAL and DEGRADED serve as long as a line that is told is reachable; with no line told, OPERATIONAL is enough and DEGRADED
/// says nothing. OFFLINE does not serve. UNKNOWN, and any word that is none of these, is not known.
fn view(status: &Status) -> View {
    let lines = status.line_statuses.as_deref().unwrap_or_default();
    let told = lines.iter().filter(|line| line.reachable.is_some()).count();
    let reachable = lines.iter().any(|line| line.reachable == Some(true));
    let served = match status.operational.as_deref() {
        Some(WELL) => Some(told == 0 || reachable),
        Some("DEGRADED") if told > 0 => Some(reachable),
        Some("OFFLINE") => Some(false),
        _ => None,
    };
    // It is wholly so since the last of the lines that agree became so.
    let agreeing = lines.iter().filter(|line| line.reachable == served);
    let since = agreeing.filter_map(|line| line.reachable_state_time.as_deref().and_then(micros));
    View {
        served,
        since: since.max().map(|micros| Millis(micros.div_euclid(1_000))),
    }
}

/// The network that the first line is reached in which says where: `sip:ana@192.0.2.7:5060` is in `192.0.2.0/24`. Neighbours that
/// are lost together have a switch, a router or a line in common.
fn network(status: &Status) -> Option<Text> {
    let lines = status.line_statuses.as_deref().unwrap_or_default();
    let mut contacts = lines
        .iter()
        .flat_map(|line| line.contact_addresses.as_deref().unwrap_or_default());
    contacts.find_map(|contact| {
        let (_, place) = contact.split_once(':')?;
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        let place = place.split([';', '?', '>']).next()?;
        let bare = place
            .strip_prefix('[')
            .and_then(|place| place.split_once(']'));
        let host = match bare {
            Some((host, _)) => host,
            None => place.split_once(':').map_or(place, |(host, _)| host),
        };
        let within = match host.parse().ok()? {
            IpAddr::V4(host) => {
                let [a, b, c, _] = host.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(host) => {
                let [a, b, c, d, ..] = host.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        };
        Some(Text::from(within))
    })
}

/// Whether the word says that it is well, and the lines that it is not.
fn is_contrary(status: &Status) -> bool {
    status.operational.as_deref() == Some(WELL) && view(status).served == Some(false)
}

/// A time as phones have it, with any number of digits.
fn micros(text: &str) -> Option<i64> {
    let at: Timestamp = text.parse().ok()?;
    Some(at.as_microsecond())
}

#[cfg(test)]
mod tests;
