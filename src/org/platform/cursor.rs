//! Pages by cursor: lists that tell where the next part begins, and neither how many there are nor how far it is.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Call, ok};
use crate::org::platform::sparse::sparse;
use crate::org::reply::Refusal;

/// Entities of a part when the call does not say, and at most.
const DEFAULT: usize = 25;
const MOST: usize = 200;

/// Answers one part of a list: as `after` and `pageSize` have it, or the part that comes `before` a place.
pub(super) fn answer(call: &Call<'_>, all: &[Value]) -> Answer {
    let size = call.query.number("pageSize", DEFAULT)?.min(MOST);
    let start = match (place(call, "after")?, place(call, "before")?) {
        (Some(after), _) => after,
        (None, Some(before)) => before.saturating_sub(size),
        (None, None) => 0,
    };
    let end = start.saturating_add(size).min(all.len());
    let part = all.get(start..end).unwrap_or_default();
    let rest = call.query.without(&["after", "before", "pageSize"]);
    let joint = if rest.is_empty() { "" } else { "&" };
    let link = |word: &str, place: usize| {
        let path = call.path;
        format!("{path}?{word}={place}&pageSize={size}{joint}{rest}")
    };
    ok(&sparse(json!({
        "entities": part,
        "selfUri": link("after", start),
        "nextUri": (end < all.len()).then(|| link("after", end)),
        "previousUri": (start > 0).then(|| link("before", start)),
    })))
}

fn place(call: &Call<'_>, name: &'static str) -> Result<Option<usize>, Refusal> {
    let Some(value) = call.query.get(name) else {
        return Ok(None);
    };
    value.parse().map(Some).map_err(|_| {
        let message = format!("{name} is a cursor of an earlier answer, not {value:?}");
        Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message).param("field", name)
    })
}
