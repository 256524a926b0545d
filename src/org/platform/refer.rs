//! References: how an entity names another, with where that is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::org::people;
use crate::org::state::{Person, World, user_id};

/// What stands in a path as it is (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Where all of telephony is.
const EDGES: &str = "/api/v2/telephony/providers/edges";

/// Where an entity is, as every one tells of itself.
pub(super) fn uri(collection: &str, id: &str) -> String {
    format!("{collection}/{}", utf8_percent_encode(id, SEGMENT))
}

/// Where an entity under `/api/v2/telephony/providers/edges` is.
pub(super) fn edges_uri(collection: &str, id: &str) -> String {
    let id = utf8_percent_encode(id, SEGMENT);
    format!("{EDGES}/{collection}/{id}")
}

/// A reference to an entity of a collection under `/api/v2/telephony/providers/edges`.
pub(super) fn to(collection: &str, id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "selfUri": edges_uri(collection, id)})
}

/// The same without the name, where that has to be asked for.
pub(super) fn unnamed(collection: &str, id: &str) -> Value {
    json!({"id": id, "selfUri": edges_uri(collection, id)})
}

/// A reference to an edge.
pub(super) fn edge(world: &World, number: usize) -> Value {
    let (id, name) = world.plant.named(number);
    json!({"id": id, "name": name, "selfUri": uri(EDGES, id)})
}

/// A reference to a site.
pub(super) fn site(number: u8) -> Value {
    let name = people::SITES.get(usize::from(number)).copied();
    to(
        "sites",
        people::site_id(number),
        name.unwrap_or("elsewhere"),
    )
}

/// A reference to a user.
pub(super) fn user(world: &World, person: usize) -> Value {
    let id = user_id(person);
    let name = world.people.get(person).map(Person::name);
    json!({"id": id, "name": name.unwrap_or_default(), "selfUri": uri("/api/v2/users", &id)})
}

/// The division that everything is in.
pub(super) fn division() -> Value {
    json!({"id": "4f2d5f0c-6b52-4a3e-9d0a-0d5f7d1c9a01", "name": "Home", "selfUri": "/api/v2/authorization/divisions/4f2d5f0c-6b52-4a3e-9d0a-0d5f7d1c9a01"})
}
