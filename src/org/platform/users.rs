//! Users: the people of the organisation.

use std::collections::HashMap;

use compact_str::CompactString;
use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::{NOTHING, not_a_user};
use super::conversations::{calls_of, summary};
use super::page::Page;
use super::{Answer, Call, Method, Operation, numbers, ok, operation, refer, stations};
use crate::org::reply::Refusal;
use crate::org::state::{Person, World, user_id};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    // The direct API has it, too (contract §3); one answer is good for both.
    operation(Method::GET, "users", NOTHING.and_scopes(&["telephony:users:read"]), list),
    operation(Method::GET, "users/me", NOTHING.of_a_person(), me),
    operation(Method::GET, "users/{userId}", NOTHING, get),
];

/// The most users on one page (contract §3).
const MOST: usize = 500;

/// The most ids that one call may name.
const MOST_IDS: usize = 100;

fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let ids = call.query.list("id");
    if ids.len() > MOST_IDS {
        let message = format!("id names at most {MOST_IDS} users");
        return Err(Refusal::bad_request(message));
    }
    let wanted = Wanted::of(call);
    let world = call.shared.world();
    let entity = |person| {
        let mut user = user(&world, person, &wanted);
        // Beyond both contracts, for clients of the direct API, which has no other place for it.
        user["site"] = json!(world.people.get(person).map(Person::site));
        user
    };
    if ids.is_empty() {
        let all = page.of_all(0..world.people.len());
        let entities: Vec<Value> = all.map(entity).collect();
        return page.answer(call, &entities, world.people.len());
    }
    let named: Vec<usize> = ids.iter().filter_map(|id| world.find(id)).collect();
    let entities: Vec<Value> = page.of_all(named.iter().copied()).map(entity).collect();
    page.answer(call, &entities, named.len())
}

fn me(call: &Call<'_>) -> Answer {
    let person = call.holder.person.ok_or_else(not_a_user)?;
    let wanted = Wanted::of(call);
    ok(&user(&call.shared.world(), person, &wanted))
}

fn get(call: &Call<'_>) -> Answer {
    let wanted = Wanted::of(call);
    let world = call.shared.world();
    let person = find(&world, call.id(0))?;
    ok(&user(&world, person, &wanted))
}

/// The user of an id.
pub(super) fn find(world: &World, id: &str) -> Result<usize, Refusal> {
    world.find(id).ok_or_else(|| {
        let message = format!("Unable to find a user with the id {id}");
        Refusal::new(StatusCode::NOT_FOUND, "not.found", message).param("id", id)
    })
}

/// What a call asks for beyond the fields that every user has.
#[allow(clippy::struct_excessive_bools, reason = "each is one word of expand")]
struct Wanted {
    station: bool,
    presence: bool,
    routing: bool,
    summary: bool,
    /// Whether numbers are not as they should be.
    double_numbers: bool,
    /// Agents' calls, where anything about them is asked for.
    calls: HashMap<CompactString, usize>,
    now: Timestamp,
}

impl Wanted {
    fn of(call: &Call<'_>) -> Self {
        let expanded = |word: &str| call.query.names("expand", word);
        let (routing, summary) = (expanded("routingStatus"), expanded("conversationSummary"));
        let calls = if routing || summary {
            calls_of(call.shared.interactions().live().iter())
        } else {
            HashMap::new()
        };
        Self {
            station: expanded("station"),
            presence: expanded("presence"),
            routing,
            summary,
            double_numbers: call.shared.faults().double_numbers,
            calls,
            now: Timestamp::now(),
        }
    }
}

/// A user, as the published document has it.
fn user(world: &World, person: usize, wanted: &Wanted) -> Value {
    let id = user_id(person);
    let email = format!("{id}@org.example");
    let found = world.people.get(person);
    let mut user = json!({
        "id": id,
        "name": found.map(Person::name).unwrap_or_default(),
        "email": email,
        "username": email,
        "division": refer::division(),
        "chat": {"jabberId": format!("{id}@org.example")},
        "primaryContactInfo": [{"address": email, "mediaType": "EMAIL", "type": "PRIMARY"}],
        "addresses": numbers::contacts(person, wanted.double_numbers),
        "state": "active",
        "version": 1,
        "acdAutoAnswer": false,
        "selfUri": refer::uri("/api/v2/users", &id),
    });
    let calls = wanted.calls.get(&id).copied().unwrap_or_default();
    if wanted.station {
        user["station"] = stations::of_user(world, person);
    }
    if wanted.presence {
        user["presence"] = world.presence_entity(person);
    }
    if wanted.routing {
        user["routingStatus"] = world.routing_status(person, calls > 0, wanted.now);
        user["routingStatus"]["userId"] = json!(id);
    }
    if wanted.summary {
        user["conversationSummary"] = summary(&id, calls);
    }
    user
}
