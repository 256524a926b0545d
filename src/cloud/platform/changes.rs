//! What others changed in telephony lately: `POST /audits/query/realtime`, the newest hundred of the last two hours.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Platform;
use super::analytics::interval;
use super::estate::{Reference, moment, refer, text, told};
use crate::cloud::call::Call;
use crate::cloud::concern::Concern;
use crate::cloud::entities::{Faults, id, lenient, page};
use crate::cloud::{Error, Fault, Urgency};
use crate::model::change::Change;
use crate::text::{Text, fit};

const AUDITS: &[&str] = &["audits:audit:view"];

/// How far back.
const REACH: SignedDuration = SignedDuration::from_hours(2);

/// Changes of one reading: the newest.
const MOST: usize = 100;

/// Properties of one change that are told, and columns of each.
const PROPERTIES: usize = 8;
const SHOWN: usize = 120;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    interval: String,
    service_name: &'static str,
    sort: [Sort; 1],
    page_number: usize,
    page_size: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sort {
    name: &'static str,
    sort_order: &'static str,
}

impl Platform<'_> {
    /// Reads them: one request.
    pub async fn changes(self, urgency: Urgency) -> Result<(Vec<Change>, Vec<Fault>), Error> {
        let question = Question {
            interval: interval(REACH, Timestamp::now()),
            service_name: "Telephony",
            sort: [Sort {
                name: "Timestamp",
                sort_order: "descending",
            }],
            page_number: 1,
            page_size: MOST,
        };
        let call = self.question(&["audits", "query", "realtime"], AUDITS, &question)?;
        let mut url = call.url.clone();
        url.query_pairs_mut().append_pair("expand", "user");
        let call = Call { url, ..call }.spent_on(Concern::Changes);
        let body = self.ask(&call, urgency).await?;
        let mut faults = Faults::new(&call);
        let read = page(&body).map_err(|reason| Error::answer(&call, reason))?;
        let changes = faults.keep(&read.entities, change);
        Ok((changes, faults.told()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: String,
    event_date: Option<String>,
    user: Option<Reference>,
    client: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    action: Option<String>,
    #[serde(default, rename = "entityType", deserialize_with = "lenient")]
    sort: Option<String>,
    #[serde(rename = "entity")]
    thing: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    property_changes: Option<Vec<Property>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    #[serde(default, rename = "property")]
    name: String,
    #[serde(default)]
    old_values: Vec<String>,
    #[serde(default)]
    new_values: Vec<String>,
}

fn change(entity: Entity) -> Result<Change, String> {
    let (user, name) = refer(entity.user);
    let user = Some(name).filter(|name| !name.is_empty()).or(user);
    let (thing, name) = refer(entity.thing);
    let name = match &thing {
        Some(id) if name.is_empty() => id.clone(),
        _ => name,
    };
    let properties = entity.property_changes.unwrap_or_default().into_iter();
    Ok(Change {
        id: id(entity.id, "id")?,
        at: moment(entity.event_date).ok_or("eventDate is no moment")?,
        user,
        client: refer(entity.client).0,
        action: text(entity.action),
        sort: text(entity.sort),
        thing,
        name,
        status: told(entity.status),
        properties: properties.take(PROPERTIES).map(|one| said(&one)).collect(),
    })
}

fn said(one: &Property) -> Text {
    let (old, new) = (one.old_values.join(", "), one.new_values.join(", "));
    let line = format!("{}: {old} -> {new}", one.name);
    Text::from(fit(&line, SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_who_did_what_to_what() {
        let body = r#"{"id":"a","eventDate":"2026-06-15T14:00:00.000Z","user":{"id":"u-1","name":"Ana"},"client":{"id":"c"},
            "action":"Update","entityType":"Trunk","entity":{"id":"t-1","name":"North"},"status":"SUCCESS",
            "propertyChanges":[{"property":"enabled","oldValues":["true"],"newValues":["false"]}]}"#;
        let change = change(serde_json::from_str(body).unwrap()).unwrap();
        assert_eq!(change.sentence(), "Update Trunk North by Ana");
        assert_eq!(change.properties, ["enabled: true -> false".into()]);
        let bare = r#"{"id":"a","eventDate":"2026-06-15T14:00:00Z","client":{"id":"c"},"status":"FAILURE","entity":{"id":"t-1"}}"#;
        let bare = super::change(serde_json::from_str(bare).unwrap()).unwrap();
        assert_eq!(
            (bare.by(), bare.name.raw(), bare.failed()),
            (Some(&"c".into()), "t-1", true)
        );
        assert!(super::change(serde_json::from_str(r#"{"id":"a"}"#).unwrap()).is_err());
    }
}
