//! Paths into a JSON value, as faults and fields write them: `stunServers[0]`, `browserConstraints.minChromeVersion`.
//!
//! A name that has a dot or a bracket in it (a header, say) is the last step of the path that a [`Step`] list builds;
//! [`parse`] is for the paths of specs and faults, whose names have none.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into an object.
    Name(String),
    /// Into an array.
    Index(usize),
}

/// Takes a path apart. Anything can be read: what is no path of ours addresses nothing.
#[must_use]
pub fn parse(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !name.is_empty() {
            steps.push(Step::Name(name.to_owned()));
        }
        while let Some((index, more)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            let Ok(index) = index.parse() else {
                break;
            };
            steps.push(Step::Index(index));
            rest = more;
        }
    }
    steps
}

/// The path of an element of the array at `path`.
#[must_use]
pub fn index(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// The path of a member of the object at `path`.
#[must_use]
pub fn member(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

/// Whether `path` is `of` or lies in it.
#[must_use]
pub fn within(path: &str, of: &str) -> bool {
    path.strip_prefix(of)
        .is_some_and(|rest| of.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The same place as a JSON pointer (RFC 6901).
#[must_use]
pub fn pointer(path: &str) -> String {
    parse(path).iter().fold(String::new(), |mut pointer, step| {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Name(name) => write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => write!(pointer, "/{index}"),
        };
        pointer
    })
}

/// What is at `path`; none when there is nothing.
#[must_use]
pub fn get<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    parse(path).iter().try_fold(value, |at, step| match step {
        Step::Name(name) => at.get(name),
        Step::Index(index) => at.get(index),
    })
}

/// Puts a value at `path`. Objects on the way are made, also in place of what is none; arrays are not, for a hole in one
/// would have to be filled with something.
pub fn set(root: &mut Value, path: &str, value: Value) {
    let mut at = root;
    for step in parse(path) {
        let next = match step {
            Step::Name(name) => {
                if !at.is_object() {
                    *at = Value::Object(Map::new());
                }
                let members = at.as_object_mut();
                members.map(|members| members.entry(name).or_insert(Value::Null))
            }
            Step::Index(index) => at.get_mut(index),
        };
        let Some(next) = next else {
            return;
        };
        at = next;
    }
    *at = value;
}

/// Takes away what is at `path`; the rest keeps its order.
pub fn remove(root: &mut Value, path: &str) -> Option<Value> {
    let steps = parse(path);
    let (last, way) = steps.split_last()?;
    let at = way.iter().try_fold(root, |at, step| match step {
        Step::Name(name) => at.get_mut(name),
        Step::Index(index) => at.get_mut(index),
    })?;
    match last {
        Step::Name(name) => at.as_object_mut()?.shift_remove(name),
        Step::Index(index) => {
            let elements = at.as_array_mut()?;
            (*index < elements.len()).then(|| elements.remove(*index))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_in_and_back() {
        let mut value = json!({"a": {"b": [1, {"c": 2}]}, "z": 0});
        assert_eq!(get(&value, "a.b[1].c"), Some(&json!(2)));
        assert_eq!(get(&value, "a.b[7].c"), None);
        set(&mut value, "a.b[0]", json!("x"));
        set(&mut value, "video.codec", json!("h264"));
        set(&mut value, "a.b[9]", json!("nowhere"));
        assert_eq!(
            value,
            json!({"a": {"b": ["x", {"c": 2}]}, "z": 0, "video": {"codec": "h264"}})
        );
        assert_eq!(remove(&mut value, "a"), Some(json!({"b": ["x", {"c": 2}]})));
        assert_eq!(value.to_string(), r#"{"z":0,"video":{"codec":"h264"}}"#);
        assert_eq!(remove(&mut value, "a.b[1]"), None);
        set(&mut value, "z.deep", json!(1));
        assert_eq!(get(&value, "z"), Some(&json!({"deep": 1})));
    }

    #[test]
    fn a_path_is_within_itself_and_its_parents_and_nothing_else() {
        for (path, of) in [("a", "a"), ("a.b", "a"), ("a[0].b", "a[0]"), ("a", "")] {
            assert!(within(path, of), "{path} in {of}");
        }
        for (path, of) in [("ab", "a"), ("a", "a.b"), ("a[10]", "a[1]")] {
            assert!(!within(path, of), "{path} in {of}");
        }
        assert_eq!(pointer("headers.X/Y[0]"), "/headers/X~1Y/0");
    }

    #[test]
    fn what_is_no_path_addresses_nothing() {
        let value = json!({"a": [1]});
        for path in ["a[x]", "a[0", "..b", "a[99999999999999999999]", "b[0]"] {
            assert!(get(&value, path).is_none_or(Value::is_array), "{path}");
        }
    }
}
