//! Numbers: the one pool of this organisation, and of it the number that customers call.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::access::TELEPHONY;
use super::conversations::view::DNIS;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, operation, refer};
use crate::org::reply::Refusal;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "telephony/providers/edges/didpools", TELEPHONY, pools),
    operation(Method::GET, "telephony/providers/edges/didpools/dids", TELEPHONY, numbers),
    operation(Method::GET, "telephony/providers/edges/dids", TELEPHONY, assigned),
];

/// The id of the pool, and what people call it.
const POOL: (&str, &str) = ("did-pool-1", "Main numbers");

/// What all numbers of the pool begin with: those that are kept for fiction.
const AREA: &str = "+180055501";

/// How many there are.
const COUNT: u32 = 100;

/// The number that customers call.
fn called() -> &'static str {
    DNIS.trim_start_matches("tel:")
}

fn pool() -> Value {
    json!({
        "id": POOL.0, "name": POOL.1, "state": "active", "version": 1, "provider": "PURE_CLOUD",
        "startPhoneNumber": format!("{AREA}00"), "endPhoneNumber": format!("{AREA}{:02}", COUNT - 1),
        "selfUri": refer::edges_uri("didpools", POOL.0),
    })
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
        .is_some_and(|order| order.eq_ignore_ascii_case("desc"))
    {
        all.reverse();
    }
    let shown: Vec<&Value> = page.of_all(&all).collect();
    page.answer(call, &shown, all.len())
}

/// `GET …/didpools`.
fn pools(call: &Call<'_>) -> Answer {
    list(call, named(call, "id", "/id", vec![pool()]))
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
    let all = (0..COUNT).map(|place| {
        let number = format!("{AREA}{place:02}");
        json!({
            "id": number, "name": number, "number": number, "assigned": number == called(),
            "didPool": {"id": POOL.0, "selfUri": refer::edges_uri("didpools", POOL.0)},
            "selfUri": refer::edges_uri("dids", &number),
        })
    });
    let wanted = |one: &Value| {
        one["number"]
            .as_str()
            .is_some_and(|number| number.contains(part))
            && !(free && one["assigned"] == true)
    };
    let all = all.filter(wanted).collect();
    list(call, named(call, "id", "/didPool/id", all))
}

/// `GET …/dids`: the numbers that lead somewhere. Nobody owns the one that customers call; flows do, and are not served.
fn assigned(call: &Call<'_>) -> Answer {
    let number = called();
    let mut all = vec![json!({
        "id": number, "name": number, "phoneNumber": number, "state": "active", "version": 1,
        "didPool": refer::to("didpools", POOL.0, POOL.1), "selfUri": refer::edges_uri("dids", number),
    })];
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
