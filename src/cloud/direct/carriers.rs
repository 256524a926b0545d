//! The list of carriers (contract §4).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::cloud::CarrierListing;
use crate::cloud::entities::{id, lenient};
use crate::cloud::pages;
use crate::model::CarrierId;
use crate::model::carrier::{Carrier, Health};
use crate::text::Text;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CarrierEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    health: Option<String>,
    /// Beyond the contract, so of no type that could be broken.
    affected_registrations: Option<Value>,
}

/// Reads the carriers. The error is what is wrong with the list as a whole.
pub fn carriers(body: &[u8], call: &dyn fmt::Display) -> Result<CarrierListing, String> {
    let page = pages::single(body, call, |entity: CarrierEntity| {
        Ok(Carrier {
            id: CarrierId(id(entity.id, "id")?),
            name: Text::from(entity.name.unwrap_or_default()),
            status: entity
                .status
                .filter(|word| !word.is_empty())
                .map(Text::from),
            health: entity
                .health
                .as_deref()
                .map_or(Health::Unknown, Health::of_word),
            affected: entity
                .affected_registrations
                .and_then(|count| count.as_u64()),
            trunks: Vec::new(),
        })
    })?;
    Ok(CarrierListing {
        carriers: page.entries,
        faults: page.faults,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> CarrierListing {
        carriers(body.as_bytes(), &"GET carriers").unwrap()
    }

    #[test]
    fn the_contract_s_own_example_is_read() {
        let listing = read(
            r#"{"entities":[{"id":"c-1","name":"Telco","status":"active","health":"healthy"}]}"#,
        );
        assert_eq!(listing.faults, []);
        assert_eq!(
            listing.carriers,
            [Carrier {
                id: "c-1".into(),
                name: "Telco".into(),
                status: Some("active".into()),
                health: Health::Healthy,
                affected: None,
                trunks: Vec::new(),
            }]
        );
    }

    #[test]
    fn what_is_left_out_or_beyond_the_contract_is_unknown() {
        let listing = read(
            r#"{"entities":[
                {"id":"a"},
                {"id":"b","health":"on fire","affectedRegistrations":12,"status":""},
                {"id":"c","health":"down","affectedRegistrations":"many"}]}"#,
        );
        let told: Vec<_> = listing
            .carriers
            .iter()
            .map(|c| (c.health, c.affected, c.status.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                (Health::Unknown, None, false),
                (Health::Unknown, Some(12), false),
                (Health::Down, None, false)
            ]
        );
    }

    #[test]
    fn a_broken_entry_is_named_and_does_not_hide_the_others() {
        let listing = read(r#"{"entities":[{"name":"no id"},{"id":"ok"},{"id":7}]}"#);
        assert_eq!(listing.carriers.len(), 1);
        let faults: Vec<_> = listing.faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 2);
        assert!(
            faults[0].contains("entities[0]") && faults[0].contains("id"),
            "{faults:?}"
        );
        assert!(carriers(b"[]", &"GET carriers").is_err());
    }
}
