//! Interactions as the organisation tells of them (contract §8).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::cloud::entities::{id, lenient, one};
use crate::cloud::pages;
use crate::cloud::transfers::InteractionListing;
use crate::model::InteractionId;
use crate::model::interaction::{Interaction, Participant, Standing};
use crate::text::Text;
use crate::time::Millis;

/// Participants kept of one interaction; a conference has a few.
const PARTICIPANTS: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    id: String,
    state: String,
    #[serde(default, deserialize_with = "lenient")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    queue_id: Option<String>,
    /// The contract leaves open what is in it, so of no type that could be broken.
    #[serde(default)]
    participants: Value,
    /// Beyond the contract.
    #[serde(default)]
    started: Value,
    /// Beyond the contract.
    #[serde(default)]
    transfer_id: Value,
}

/// Reads the list. The error is what is wrong with it as a whole.
pub fn interactions(body: &[u8], call: &dyn fmt::Display) -> Result<InteractionListing, String> {
    let page = pages::single(body, call, |entity: Entity| entity.into_model())?;
    Ok(InteractionListing {
        interactions: page.entries,
        faults: page.faults,
        ..InteractionListing::default()
    })
}

/// Reads one interaction; the error names the field.
pub fn interaction(body: &[u8]) -> Result<Interaction, String> {
    one(body).and_then(Entity::into_model)
}

impl Entity {
    fn into_model(self) -> Result<Interaction, String> {
        let text = |text: Option<String>| Text::from(text.unwrap_or_default());
        let all = self.participants.as_array().map_or(&[][..], Vec::as_slice);
        Ok(Interaction {
            id: InteractionId(id(self.id, "id")?),
            standing: Standing::of_word(&self.state),
            media: text(self.media_type),
            queue: text(self.queue_id),
            queue_name: Text::default(),
            started: self.started.as_str().and_then(moment),
            participants: all.iter().take(PARTICIPANTS).map(participant).collect(),
            more_participants: all.len().saturating_sub(PARTICIPANTS),
            moved_by: Some(word(&self.transfer_id)).filter(|id| !id.is_empty()),
        })
    }
}

/// A participant, as far as the organisation says who it is: a name alone, or an object with any of the usual fields.
fn participant(value: &Value) -> Participant {
    let of = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| value.get(name));
        found.next().map(word).unwrap_or_default()
    };
    if let Value::String(name) = value {
        return Participant {
            name: name.as_str().into(),
            ..Participant::default()
        };
    }
    Participant {
        purpose: of(&["purpose", "role"]),
        name: of(&["name", "id", "userId"]),
        address: of(&["address", "uri", "ani"]),
        ..Participant::default()
    }
}

fn moment(text: &str) -> Option<Millis> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Millis(at.as_millisecond()))
}

fn word(value: &Value) -> Text {
    value.as_str().map(Text::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_fields_are_read_and_the_rest_may_be_missing() {
        let body = br#"{"id":"i-1","state":"active","mediaType":"voice","queueId":"q-1","participants":[
            {"purpose":"customer","name":"Ana","address":"tel:+14155550199"},"Bob",7],"transferId":"f-1"}"#;
        let read = interaction(body).unwrap();
        assert_eq!(read.standing, Standing::Active);
        assert_eq!((read.queue.raw(), read.media.raw()), ("q-1", "voice"));
        let names: Vec<_> = read.participants.iter().map(|p| p.name.raw()).collect();
        assert_eq!(names, ["Ana", "Bob", ""]);
        assert!(read.was_moved_by("f-1") && !read.was_moved_by("f-2"));
        let least = interaction(br#"{"id":"i-1","state":"parked"}"#).unwrap();
        assert_eq!((least.participants.len(), least.moved_by), (0, None));
        assert!(!least.standing.movable());
    }

    #[test]
    fn a_missing_field_is_named() {
        assert!(interaction(br#"{"id":"i"}"#).unwrap_err().contains("state"));
        assert!(
            interaction(br#"{"id":7,"state":"active"}"#)
                .unwrap_err()
                .contains("id")
        );
        assert!(interaction(br#"{"id":"..","state":"active"}"#).is_err());
    }

    #[test]
    fn a_broken_entry_does_not_hide_the_others() {
        let body = br#"{"entities":[{"id":"a","state":"queued"},{"id":"b"}]}"#;
        let listing = interactions(body, &"GET interactions").unwrap();
        assert_eq!((listing.interactions.len(), listing.faults.len()), (1, 1));
    }

    #[test]
    fn a_crowd_is_bounded_and_counted() {
        let crowd = vec!["x"; 1_000];
        let body = serde_json::json!({"id": "a", "state": "active", "participants": crowd});
        let read = interaction(body.to_string().as_bytes()).unwrap();
        assert_eq!(
            (read.participants.len(), read.more_participants),
            (PARTICIPANTS, 968)
        );
    }
}
