//! The body as pretty-printed lines that know their place, so that the line of the field in focus can stand out.

use serde_json::Value;

use super::path;

/// One line of pretty-printed JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonLine {
    /// The path of the value that the line belongs to.
    pub path: String,
    /// The line with its indent. Not yet safe to show: strings are as they are in the value.
    pub text: String,
}

/// Every line of a value, as `serde_json` would print it.
#[must_use]
pub fn lines(value: &Value) -> Vec<JsonLine> {
    let mut lines = Vec::new();
    print(value, "", 0, "", "", &mut lines);
    lines
}

/// Prints one value whose first line begins with `before` and whose last line ends with `after`.
fn print(
    value: &Value,
    at: &str,
    depth: usize,
    before: &str,
    after: &str,
    lines: &mut Vec<JsonLine>,
) {
    let indent = "  ".repeat(depth);
    let mut line = |text: String| {
        lines.push(JsonLine {
            path: at.to_owned(),
            text,
        });
    };
    let comma = |n: usize, len: usize| if n + 1 < len { "," } else { "" };
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            line(format!("{indent}{before}["));
            for (n, element) in elements.iter().enumerate() {
                let (inner, comma) = (path::index(at, n), comma(n, elements.len()));
                print(element, &inner, depth + 1, "", comma, lines);
            }
            lines.push(closing(at, format!("{indent}]{after}")));
        }
        Value::Object(members) if !members.is_empty() => {
            line(format!("{indent}{before}{{"));
            for (n, (name, member)) in members.iter().enumerate() {
                let (inner, comma) = (path::member(at, name), comma(n, members.len()));
                let name = format!("{}: ", Value::from(name.as_str()));
                print(member, &inner, depth + 1, &name, comma, lines);
            }
            lines.push(closing(at, format!("{indent}}}{after}")));
        }
        scalar => line(format!("{indent}{before}{scalar}{after}")),
    }
}

fn closing(at: &str, text: String) -> JsonLine {
    JsonLine {
        path: at.to_owned(),
        text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_what_serde_prints_and_know_their_place() {
        let value = json!({"a": [1, {"b\"": null}], "c": {}, "d": [], "e": "x\ny"});
        let lines = lines(&value);
        let text: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            text.join("\n"),
            serde_json::to_string_pretty(&value).unwrap()
        );
        assert_eq!(lines[2].path, "a[0]");
        assert_eq!(lines[4].path, "a[1].b\"");
    }
}
