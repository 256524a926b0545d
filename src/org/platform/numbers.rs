//! Numbers: the pool of the number that customers call, and the pool that people are dialled directly by.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::access::TELEPHONY;
use super::conversations::view::DNIS;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, operation, refer};
use crate::org::reply::Refusal;
use crate::org::state::{World, user_id};

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/didpools", TELEPHONY, pools),
    operation(Method::GET, "telephony/providers/edges/didpools/dids", TELEPHONY, numbers),
    operation(Method::GET, "telephony/providers/edges/dids", TELEPHONY, assigned),
];

/// Numbers from one on. All begin with those that are kept for fiction.
struct DidPool {
    id: &'static str,
    name: &'static str,
    area: &'static str,
    /// Digits after the area.
    width: usize,
    count: usize,
}

const POOLS: [DidPool; 2] = [
    DidPool {
        id: "did-pool-1",
        name: "Main numbers",
        area: "+180055501",
        width: 2,
        count: 100,
    },
    DidPool {
        id: "did-pool-2",
        name: "Direct dial",
        area: "+493023125",
        width: 3,
        count: 1_000,
    },
];

/// People who are dialled directly; those who came later have an extension only, or neither.
const DIALLED: usize = 900;

/// The extension of the first of them.
const EXTENSIONS: usize = 8_000;

/// Places of people whose numbers are not as they should be, where that is asked for.
mod wrong {
    /// Both profiles have the number of the first.
    pub(super) const DOUBLE: (usize, usize) = (4, 9);
    /// Both profiles have the extension of the first.
    pub(super) const EXTENSION: (usize, usize) = (12, 17);
    /// The number is assigned to the first, and in the profile of the second.
    pub(super) const CROSSED: (usize, usize) = (21, 22);
    /// The number is assigned, and not in the profile.
    pub(super) const UNLISTED: usize = 26;
}

impl DidPool {
    fn number(&self, place: usize) -> String {
        format!("{}{place:0width$}", self.area, width = self.width)
    }

    fn entity(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "state": "active", "version": 1, "provider": "PURE_CLOUD",
            "startPhoneNumber": self.number(0), "endPhoneNumber": self.number(self.count - 1),
            "selfUri": refer::edges_uri("didpools", self.id),
        })
    }
}

/// The number that customers call.
fn called() -> &'static str {
    DNIS.trim_start_matches("tel:")
}

/// Whether a person has a number or an extension at all.
fn is_listed(person: usize) -> bool {
    // Every fortieth has neither.
    person < EXTENSIONS && person % 40 != 39
}

/// Whose profile a person's number stands in: their own, where nothing is wrong.
fn listed_number(person: usize, wrong: bool) -> Option<usize> {
    if person >= DIALLED || !is_listed(person) {
        return None;
    }
    match person {
        _ if !wrong => Some(person),
        wrong::UNLISTED => None,
        _ if person == wrong::DOUBLE.1 => Some(wrong::DOUBLE.0),
        _ if person == wrong::CROSSED.1 => Some(wrong::CROSSED.0),
        _ if person == wrong::CROSSED.0 => None,
        _ => Some(person),
    }
}

/// The telephone numbers of a person's profile, as contacts have them.
pub(super) fn contacts(person: usize, wrong: bool) -> Vec<Value> {
    let number = listed_number(person, wrong).map(|of| POOLS[1].number(of));
    let extension = is_listed(person).then(|| {
        let doubled = wrong && person == wrong::EXTENSION.1;
        EXTENSIONS + if doubled { wrong::EXTENSION.0 } else { person }
    });
    let number = number.map(|number| {
        json!({"address": number, "display": number, "mediaType": "PHONE", "type": "WORK", "countryCode": "DE"})
    });
    let extension = extension.map(|extension| {
        let extension = extension.to_string();
        json!({"display": extension, "extension": extension, "mediaType": "PHONE", "type": "WORK2"})
    });
    number.into_iter().chain(extension).collect()
}

/// The numbers that are assigned: to a person, or to nobody who is told.
fn dids(
    world: &World,
    wrong: bool,
) -> impl Iterator<Item = (&'static DidPool, String, Option<usize>)> {
    let people = 0..world.people.len().min(DIALLED);
    let owned = people.filter(move |person| {
        is_listed(*person)
            && !(wrong && *person == wrong::CROSSED.1)
            && !(wrong && *person == wrong::DOUBLE.1)
    });
    let owned = owned.map(|person| (&POOLS[1], POOLS[1].number(person), Some(person)));
    [(&POOLS[0], called().to_owned(), None)]
        .into_iter()
        .chain(owned)
}

/// Those of a list whose field is among the values that a parameter names; all where it names none.
fn named(call: &Call<'_>, parameter: &str, at: &str, mut all: Vec<Value>) -> Vec<Value> {
    let wanted = call.query.list(parameter);
    all.retain(|one| {
        let value = one.pointer(at).and_then(Value::as_str).unwrap_or_default();
        wanted.is_empty() || wanted.contains(&value)
    });
    all
}

fn list(call: &Call<'_>, mut all: Vec<Value>) -> Answer {
    let page = Page::of(call, MOST)?;
    if call
        .query
        .get("sortOrder")
        .is_some_and(|order| order.to_ascii_lowercase().starts_with("desc"))
    {
        all.reverse();
    }
    let shown: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &shown, all.len())
}

/// `GET …/didpools`.
fn pools(call: &Call<'_>) -> Answer {
    let all = POOLS.iter().map(DidPool::entity).collect();
    list(call, named(call, "id", "/id", all))
}

/// `GET …/didpools/dids`: every number of the pools, whether somebody has it or not.
fn numbers(call: &Call<'_>) -> Answer {
    let free = match call.query.get("type") {
        Some("ASSIGNED_AND_UNASSIGNED") => false,
        Some("UNASSIGNED") => true,
        other => {
            let message = format!("type is ASSIGNED_AND_UNASSIGNED or UNASSIGNED, not {other:?}");
            let refusal = Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message);
            return Err(refusal.param("field", "type"));
        }
    };
    let part = call.query.get("numberMatch").unwrap_or_default();
    let wrong = call.shared.faults().double_numbers;
    let world = call.shared.world();
    let taken: std::collections::HashMap<String, Option<usize>> = dids(&world, wrong)
        .map(|(_, number, owner)| (number, owner))
        .collect();
    let all = POOLS
        .iter()
        .flat_map(|pool| (0..pool.count).map(move |place| (pool, pool.number(place))));
    let all = all.filter(|(_, number)| number.contains(part));
    let all = all.filter(|(_, number)| !(free && taken.contains_key(number)));
    let all = all.map(|(pool, number)| {
        let mut one = json!({
            "id": number, "name": number, "number": number, "assigned": taken.contains_key(&number),
            "didPool": {"id": pool.id, "selfUri": refer::edges_uri("didpools", pool.id)},
            "selfUri": refer::edges_uri("dids", &number),
        });
        if let Some(Some(person)) = taken.get(&number) {
            one["owner"] = refer::user(&world, *person);
            one["ownerType"] = json!("USER");
        }
        one
    });
    let all = all.collect();
    drop(world);
    list(call, named(call, "id", "/didPool/id", all))
}

/// `GET …/dids`: the numbers that lead somewhere. Nobody owns the one that customers call; flows do, and are not served.
fn assigned(call: &Call<'_>) -> Answer {
    let wrong = call.shared.faults().double_numbers;
    let world = call.shared.world();
    let all = dids(&world, wrong).map(|(pool, number, owner)| {
        let mut one = json!({
            "id": number, "name": number, "phoneNumber": number, "state": "active", "version": 1,
            "didPool": refer::to("didpools", pool.id, pool.name), "selfUri": refer::edges_uri("dids", &number),
        });
        if let Some(person) = owner {
            one["owner"] = json!({"id": user_id(person), "name": refer::user(&world, person)["name"]});
            one["ownerType"] = json!("USER");
        }
        one
    });
    let mut all: Vec<Value> = all.collect();
    drop(world);
    for (parameter, at) in [
        ("phoneNumber", "/phoneNumber"),
        ("owner.id", "/owner/id"),
        ("didPool.id", "/didPool/id"),
        ("id", "/id"),
    ] {
        all = named(call, parameter, at, all);
    }
    list(call, all)
}
