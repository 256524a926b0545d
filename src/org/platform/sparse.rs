//! Bodies as the Platform API writes them: what is not so is left out, and times have milliseconds.

use jiff::Timestamp;
use serde_json::Value;

/// An object without the fields that are null: the published document has no field that may be.
pub(super) fn sparse(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

/// A moment as `2026-11-21T09:30:00.000Z`.
pub(in crate::org) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_go_and_times_have_milliseconds() {
        let at = Timestamp::from_millisecond(1_500).unwrap();
        let body = sparse(json!({"a": null, "b": [null], "at": moment(at)}));
        assert_eq!(body, json!({"b": [null], "at": "1970-01-01T00:00:01.500Z"}));
    }
}
