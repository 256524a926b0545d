//! Whether an event is as a criterion has it.
//!
//! Paths are RFC 9535's, which what the Platform API takes (Goessner's notation) is nearly all of. Without a root they
//! begin at the event.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::body::Criterion;

/// The longest path, in bytes.
const LONGEST: usize = 500;

/// How an event is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) enum Comparison {
    GreaterThanOrEqual,
    LessThanOrEqual,
    Equal,
    NotEqual,
    LessThan,
    GreaterThan,
    NotIn,
    In,
    Contains,
    All,
    Exists,
    Size,
}

/// What an operator compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Value,
    Values,
    /// One value or several; the reference does not tell which.
    Either,
    Truth,
    Count,
}

impl Comparison {
    pub(super) const fn takes(self) -> Operand {
        match self {
            Self::NotIn | Self::In | Self::All => Operand::Values,
            Self::Exists => Operand::Truth,
            Self::Size => Operand::Count,
            Self::GreaterThanOrEqual
            | Self::LessThanOrEqual
            | Self::Equal
            | Self::NotEqual
            | Self::LessThan
            | Self::GreaterThan => Operand::Value,
            Self::Contains => Operand::Either,
        }
    }
}

/// A path, or why it is none.
pub(super) fn path(text: &str) -> Result<JsonPath, String> {
    if text.is_empty() || text.len() > LONGEST {
        return Err(format!("1 to {LONGEST} bytes"));
    }
    let rooted = match text.chars().next() {
        Some('$') => text.to_owned(),
        Some('[') => format!("${text}"),
        _ => format!("$.{text}"),
    };
    JsonPath::parse(&rooted).map_err(|error| error.to_string())
}

/// What of an event a criterion looks at.
pub(super) fn found<'a>(criterion: &Criterion, event: &'a Value) -> Vec<&'a Value> {
    path(&criterion.json_path).map_or_else(|_| Vec::new(), |path| path.query(event).all())
}

/// Whether an event is as a criterion has it.
pub(super) fn matches(criterion: &Criterion, event: &Value) -> bool {
    let found = found(criterion, event);
    let value = criterion.value.as_ref();
    let values = criterion.values.as_deref().unwrap_or_default();
    let any = |holds: &dyn Fn(&Value) -> bool| found.iter().any(|one| holds(one));
    match criterion.operator {
        Comparison::Exists => value.and_then(Value::as_bool).unwrap_or(true) != found.is_empty(),
        Comparison::Equal => any(&|one| value == Some(one)),
        Comparison::NotEqual => !any(&|one| value == Some(one)),
        Comparison::GreaterThan => any(&|one| order(one, value).is_some_and(Ordering::is_gt)),
        Comparison::GreaterThanOrEqual => {
            any(&|one| order(one, value).is_some_and(Ordering::is_ge))
        }
        Comparison::LessThan => any(&|one| order(one, value).is_some_and(Ordering::is_lt)),
        Comparison::LessThanOrEqual => any(&|one| order(one, value).is_some_and(Ordering::is_le)),
        Comparison::In => any(&|one| values.contains(one)),
        Comparison::NotIn => !any(&|one| values.contains(one)),
        Comparison::Contains => any(&|one| {
            let mut wanted = values.iter().chain(value);
            wanted.any(|value| contains(one, value))
        }),
        Comparison::All => any(&|one| values.iter().all(|value| contains(one, value))),
        Comparison::Size => {
            let wanted = value.and_then(Value::as_u64);
            any(&|one| {
                size(one).and_then(|size| u64::try_from(size).ok()) == wanted && wanted.is_some()
            })
        }
    }
}

fn order(one: &Value, other: Option<&Value>) -> Option<Ordering> {
    match (one, other?) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (one, other) => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn contains(one: &Value, wanted: &Value) -> bool {
    match (one, wanted) {
        (Value::Array(all), wanted) => all.contains(wanted),
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        _ => false,
    }
}

fn size(one: &Value) -> Option<usize> {
    match one {
        Value::Array(all) => Some(all.len()),
        Value::String(text) => Some(text.chars().count()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn criterion(value: Value) -> Criterion {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_operator_has_events_that_match_and_that_do_not() {
        let event =
            json!({"mediaType": "VOICE", "n": 7, "list": ["a", "b"], "user": {"id": "u-1"}});
        for (path, operator, field, given, holds) in [
            ("mediaType", "Equal", "value", json!("VOICE"), true),
            ("$.user.id", "Equal", "value", json!("u-2"), false),
            ("nothing", "Equal", "value", json!("x"), false),
            ("nothing", "NotEqual", "value", json!("x"), true),
            ("n", "GreaterThan", "value", json!(6), true),
            ("n", "GreaterThan", "value", json!(7), false),
            ("n", "GreaterThanOrEqual", "value", json!(7), true),
            ("n", "LessThan", "value", json!(7), false),
            ("n", "LessThanOrEqual", "value", json!(7.0), true),
            ("n", "LessThan", "value", json!("8"), false),
            ("mediaType", "In", "values", json!(["CHAT", "VOICE"]), true),
            ("mediaType", "NotIn", "values", json!(["CHAT"]), true),
            ("list", "Contains", "value", json!("a"), true),
            ("mediaType", "Contains", "value", json!("OIC"), true),
            ("list", "All", "values", json!(["a", "b"]), true),
            ("list", "All", "values", json!(["a", "c"]), false),
            ("user.id", "Exists", "value", json!(true), true),
            ("nothing", "Exists", "value", json!(false), true),
            ("list", "Size", "value", json!(2), true),
            ("list[*]", "Equal", "value", json!("b"), true),
        ] {
            let one = criterion(json!({"jsonPath": path, "operator": operator, field: given}));
            assert_eq!(matches(&one, &event), holds, "{path} {operator} {given}");
        }
    }

    #[test]
    fn what_is_no_path_says_so() {
        for text in ["", "$.a[", "$..", &"a".repeat(LONGEST + 1)] {
            assert!(path(text).is_err(), "{text}");
        }
        assert!(path("$.a[?(@.b == 'c')]").is_ok());
    }
}
