//! One match criterion as a line: `mediaType Equal VOICE`, `queueId In a, b`.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::form::item::{Item, plain};
use crate::model::route::trigger::{OPERATORS, Takes};

/// A line for where in an event, the operator, and what it is compared with.
#[derive(Debug)]
pub(super) struct CriterionItem;

pub(super) static CRITERION: CriterionItem = CriterionItem;

impl Item for CriterionItem {
    fn shape(&self) -> &'static str {
        "PATH OPERATOR VALUE or PATH In VALUE, VALUE"
    }

    fn read(&self, text: &str, _zone: &TimeZone) -> Value {
        let text = text.trim();
        let (path, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        let (operator, what) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let what = what.trim();
        let known = OPERATORS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(operator));
        let (operator, takes) = known.copied().unwrap_or((operator, Takes::One));
        let mut criterion = json!({ "jsonPath": path, "operator": operator });
        let several = match takes {
            Takes::One => false,
            Takes::Several => true,
            // One text with a comma in it stands in quotes.
            Takes::Either => what.starts_with('[') || what.contains(',') && !what.starts_with('"'),
        };
        if several {
            criterion["values"] = values(what);
        } else if !what.is_empty() {
            criterion["value"] = value(what);
        }
        criterion
    }

    fn show(&self, criterion: &Value, _zone: &TimeZone) -> String {
        let (Some(path), Some(operator)) = (criterion.get("jsonPath"), criterion.get("operator"))
        else {
            return plain(criterion);
        };
        let what = match (criterion.get("values"), criterion.get("value")) {
            // With commas between they are several; one alone would be read as itself where the operator takes either.
            (Some(list @ Value::Array(values)), _)
                if takes(operator) == Takes::Either
                    && (values.len() < 2
                        || values
                            .iter()
                            .any(|value| shown(value).starts_with(['"', '[']))) =>
            {
                list.to_string()
            }
            (Some(Value::Array(values)), _) => {
                values.iter().map(shown).collect::<Vec<_>>().join(", ")
            }
            (_, Some(value)) => shown(value),
            _ => String::new(),
        };
        let line = format!("{} {} {what}", plain(path), plain(operator));
        line.trim_end().to_owned()
    }

    fn fault(&self, criterion: &Value, _zone: &TimeZone) -> Option<String> {
        let whole = criterion.get("jsonPath").is_some_and(Value::is_string)
            && criterion.get("operator").is_some_and(Value::is_string);
        (!whole).then(|| format!("write {}", self.shape()))
    }
}

/// What an operator compares with; one that is not known, with one value.
fn takes(operator: &Value) -> Takes {
    let known = OPERATORS.iter().find(|(word, _)| operator == word);
    known.map_or(Takes::One, |(_, takes)| *takes)
}

/// A value as it is meant: a number, true, null or quoted text as JSON, anything else as the text that it is.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// Several of them, as a JSON array or with commas between.
fn values(text: &str) -> Value {
    if let Ok(array @ Value::Array(_)) = serde_json::from_str(text) {
        return array;
    }
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(value).collect()
}

/// A value so that it is read as itself again: text that would be taken for something else, or has a comma, in quotes.
fn shown(meant: &Value) -> String {
    match meant {
        Value::String(text)
            if value(text) == *meant && !text.contains(',') && text.trim() == text =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_shown_as_itself() {
        let utc = TimeZone::UTC;
        for (line, meant) in [
            (
                "mediaType Equal VOICE",
                json!({"jsonPath": "mediaType", "operator": "Equal", "value": "VOICE"}),
            ),
            (
                "n GreaterThan 4",
                json!({"jsonPath": "n", "operator": "GreaterThan", "value": 4}),
            ),
            (
                r#"n Equal "4""#,
                json!({"jsonPath": "n", "operator": "Equal", "value": "4"}),
            ),
            (
                "q In a, b, 3",
                json!({"jsonPath": "q", "operator": "In", "values": ["a", "b", 3]}),
            ),
            (
                "skills Contains sales",
                json!({"jsonPath": "skills", "operator": "Contains", "value": "sales"}),
            ),
            (
                r#"skills Contains "a, b""#,
                json!({"jsonPath": "skills", "operator": "Contains", "value": "a, b"}),
            ),
            (
                r#"skills Contains ["sales"]"#,
                json!({"jsonPath": "skills", "operator": "Contains", "values": ["sales"]}),
            ),
            (
                "skills Contains sales, 4",
                json!({"jsonPath": "skills", "operator": "Contains", "values": ["sales", 4]}),
            ),
            (
                r#"skills Contains ["a, b","c"]"#,
                json!({"jsonPath": "skills", "operator": "Contains", "values": ["a, b", "c"]}),
            ),
            (
                "skills All a, b",
                json!({"jsonPath": "skills", "operator": "All", "values": ["a", "b"]}),
            ),
            (
                "x Exists true",
                json!({"jsonPath": "x", "operator": "Exists", "value": true}),
            ),
            (
                "name Equal two words",
                json!({"jsonPath": "name", "operator": "Equal", "value": "two words"}),
            ),
        ] {
            assert_eq!(CRITERION.read(line, &utc), meant);
            assert_eq!(CRITERION.show(&meant, &utc), line);
            assert_eq!(CRITERION.fault(&meant, &utc), None);
        }
        assert_eq!(CRITERION.read("q in [\"a\"]", &utc)["values"], json!(["a"]));
        assert_eq!(
            CRITERION.read("q", &utc),
            json!({"jsonPath": "q", "operator": ""})
        );
        assert!(CRITERION.fault(&json!("q"), &utc).is_some());
    }
}
