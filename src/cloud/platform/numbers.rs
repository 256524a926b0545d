//! What whose-number-is-it takes: pools, the numbers that are assigned, and what users' profiles say.
//!
//! | what | read |
//! |---|---|
//! | pools | `GET …/edges/didpools` |
//! | assigned numbers | `GET …/edges/dids` |
//! | numbers and extensions of users | `GET /users?expand=station`: `primaryContactInfo` and `addresses` |
//!
//! The published API has no list of extensions: they are in the profiles alone.

use serde::Deserialize;

use super::Platform;
use super::estate::{EDGES, Reference, TELEPHONY, refer, text, told};
use super::pages::{List, Whole};
use crate::cloud::entities::{id, lenient};
use crate::cloud::{Error, Fault, Urgency};
use crate::model::number::{Did, NumberLists, Owner, OwnerSort, Pool, UserNumbers};
use crate::text::Text;

/// Numbers of one profile that are taken in.
const MOST: usize = 32;

impl Platform<'_> {
    /// Reads all three lists; a list that is not whole is told beside. A page a hundred entries, one after the other: a person waits
    /// for the first two, and the users come when the budget has room.
    pub async fn numbers(self) -> Result<(NumberLists, Vec<Fault>), Error> {
        let pools = List {
            path: &[&EDGES[..], &["didpools"]].concat(),
            query: &[],
            permissions: TELEPHONY,
        };
        let pools: Whole<Pool> = self.all(pools, Urgency::Reread, pool).await?;
        let dids = List {
            path: &[&EDGES[..], &["dids"]].concat(),
            query: &[],
            permissions: TELEPHONY,
        };
        let dids: Whole<Did> = self.all(dids, Urgency::Reread, |one| Ok(did(one))).await?;
        let users = List {
            path: &["users"],
            query: &[("expand", "station")],
            permissions: &[],
        };
        let users: Whole<UserNumbers> = self.all(users, Urgency::Enumerate, listed).await?;
        let faults = [pools.faults, dids.faults, users.faults].concat();
        let told = NumberLists {
            all_dids: dids.lack.is_none() && users.lack.is_none(),
            all_users: users.lack.is_none(),
            pools: pools.entries,
            dids: dids.entries,
            users: users.entries,
        };
        Ok((told, faults))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PoolEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    start_phone_number: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    end_phone_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidEntity {
    phone_number: String,
    did_pool: Option<Reference>,
    owner: Option<Reference>,
    #[serde(default, deserialize_with = "lenient")]
    owner_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default)]
    primary_contact_info: Vec<Contact>,
    #[serde(default)]
    addresses: Vec<Contact>,
    station: Option<Stations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    #[serde(default, deserialize_with = "lenient")]
    address: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    extension: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stations {
    associated_station: Option<Reference>,
}

fn pool(entity: PoolEntity) -> Result<Pool, String> {
    Ok(Pool {
        id: id(entity.id, "id")?,
        name: text(entity.name),
        first: text(entity.start_phone_number),
        last: text(entity.end_phone_number),
    })
}

fn did(entity: DidEntity) -> Did {
    let sort = OwnerSort::of_wire(entity.owner_type.as_deref().unwrap_or_default());
    let (owner, name) = refer(entity.owner);
    let owner = owner.map(|id| Owner {
        sort,
        name: if name.is_empty() { id.clone() } else { name },
        id,
    });
    Did {
        number: entity.phone_number.into(),
        pool: refer(entity.did_pool).0,
        owner,
    }
}

fn listed(entity: UserEntity) -> Result<UserNumbers, String> {
    let contacts = entity
        .primary_contact_info
        .into_iter()
        .chain(entity.addresses);
    let (mut numbers, mut extensions) = (Vec::new(), Vec::new());
    for contact in contacts.filter(|one| one.media_type.as_deref() == Some("PHONE")) {
        // The primary contact is one of the addresses again.
        for (word, into) in [
            (contact.address, &mut numbers),
            (contact.extension, &mut extensions),
        ] {
            let word: Option<Text> = told(word);
            let known = word.as_ref().is_some_and(|word| into.contains(word));
            into.extend(word.filter(|_| !known && into.len() < MOST));
        }
    }
    let station = entity.station.and_then(|all| all.associated_station);
    let (station_id, name) = refer(station);
    Ok(UserNumbers {
        user: id(entity.id, "id")?,
        name: text(entity.name),
        numbers,
        extensions,
        station: Some(name).filter(|name| !name.is_empty()).or(station_id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_tells_its_numbers_and_extensions_once() {
        let entity = serde_json::from_str(
            r#"{"id":"u","name":"Ana","primaryContactInfo":[{"address":"a@b.c","mediaType":"EMAIL","type":"PRIMARY"},
            {"address":"+49301234","mediaType":"PHONE","type":"PRIMARY"}],"addresses":[{"address":"+49301234","mediaType":"PHONE","type":"WORK"},
            {"extension":"8031","mediaType":"PHONE","type":"WORK2"},{"address":7,"mediaType":"PHONE"}],
            "station":{"associatedStation":{"id":"st","name":"Ana webrtc"}}}"#,
        );
        let listed = listed(entity.unwrap()).unwrap();
        assert_eq!(listed.numbers, ["+49301234".into()]);
        assert_eq!(listed.extensions, ["8031".into()]);
        assert_eq!(listed.station, Some("Ana webrtc".into()));
    }

    #[test]
    fn a_number_tells_its_owner_where_there_is_one() {
        let entity = r#"{"id":"d","phoneNumber":"+1","owner":{"id":"f","name":"Main"},"ownerType":"IVR_CONFIG"}"#;
        let owned = did(serde_json::from_str(entity).unwrap()).owner.unwrap();
        assert_eq!((owned.sort, owned.name.raw()), (OwnerSort::Flow, "Main"));
        let none = did(serde_json::from_str(r#"{"phoneNumber":"+1"}"#).unwrap());
        assert_eq!((none.owner, none.pool), (None, None));
    }
}
