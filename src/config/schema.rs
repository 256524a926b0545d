//! The configuration as JSON Schema, for editors that complete and check while it is typed.
//!
//! The reader itself is asked: it reads a file in which every table is there and nothing is in it, and what it asks for is
//! what there is. So the schema knows every key that `config check` knows and no other. The sentences are the comments of
//! the file that `config init` writes.

mod markdown;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::load::Written;
use super::reader::Notes;
use super::report::TEMPLATE;
use crate::vocabulary::action::Action;

/// The dialect that the schema is written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema as a page to read, in Markdown.
#[must_use]
pub fn markdown() -> String {
    markdown::page(&described())
}

/// The schema, indented, with a line's end.
#[must_use]
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&described()).unwrap_or_default();
    text.push('\n');
    text
}

fn described() -> Value {
    let mut notes = Notes::survey();
    let _ = Written::read(&mut notes);
    let mut said = sentences(TEMPLATE);
    for action in Action::ALL {
        // The template shows one action, and says of it what holds for all.
        let of_all = said.insert(format!("keys.{}", action.name()), action.doc().to_owned());
        if let Some(of_all) = of_all {
            said.insert("keys".to_owned(), of_all);
        }
    }
    let mut root = json!({
        "$schema": DIALECT,
        "title": "The configuration of trunkline",
        "type": "object",
        "additionalProperties": false,
    });
    for (key, mut schema) in notes.asked() {
        if let (Some(sentence), Value::Object(schema)) = (said.get(&key), &mut schema) {
            schema.insert("description".to_owned(), sentence.as_str().into());
        }
        place(&mut root, &key, schema);
    }
    root
}

/// Puts the schema of a key where it belongs: `*` is every name that is not another key.
fn place(root: &mut Value, key: &str, schema: Value) {
    let mut at = root;
    let parts: Vec<&str> = key.split('.').collect();
    for (n, part) in parts.iter().enumerate() {
        let Value::Object(table) = at else { return };
        let free = *part == "*";
        let slot = if free {
            table.entry("additionalProperties").or_insert(Value::Null)
        } else {
            table
                .entry("additionalProperties")
                .or_insert(Value::Bool(false));
            let properties = table
                .entry("properties")
                .or_insert_with(|| Map::new().into());
            let Value::Object(properties) = properties else {
                return;
            };
            properties.entry(*part).or_insert(Value::Null)
        };
        if n + 1 == parts.len() && !slot.is_object() {
            *slot = schema;
            return;
        }
        at = slot;
    }
}

/// The comment above each key of the template, by its dotted key, with `*` for names that are free.
fn sentences(template: &str) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let (mut table, mut comment) = (String::new(), Vec::new());
    for line in template.lines() {
        let off = line.strip_prefix("# ").unwrap_or(line);
        if let Some(header) = off
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        {
            table = free(header);
            keep(&mut said, &table, &mut comment);
        } else if let Some((key, _)) = setting(off) {
            let key = if table.is_empty() {
                key.to_owned()
            } else {
                format!("{table}.{key}")
            };
            keep(&mut said, &key, &mut comment);
        } else if line.starts_with('#') {
            comment.push(off);
        } else {
            comment.clear();
        }
    }
    said
}

fn keep(said: &mut BTreeMap<String, String>, key: &str, comment: &mut Vec<&str>) {
    if !comment.is_empty() {
        said.insert(key.to_owned(), comment.join(" "));
        comment.clear();
    }
}

/// `profiles.lab.alerts` is the table of every profile.
fn free(header: &str) -> String {
    let parts = header.split('.').enumerate();
    let parts = parts.map(|(n, part)| match (n, header.split('.').next()) {
        (1, Some("profiles" | "views")) => "*",
        _ => part,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" = ")?;
    let word = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
    (!key.is_empty() && key.chars().all(word)).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_in_assets_is_what_the_reader_asks_for() {
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/config.schema.json");
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        assert!(
            kept == schema(),
            "write it again: trunkline config schema > assets/config.schema.json"
        );
    }

    #[test]
    fn keys_of_every_depth_are_there_with_type_and_sentence() {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let at = |pointer: &str| schema.pointer(pointer).unwrap_or(&Value::Null);
        assert_eq!(at("/properties/ui/properties/mouse/type"), "boolean");
        let profile = "/properties/profiles/additionalProperties/properties";
        let poll = at(&format!("{profile}/registrations/properties/poll_seconds"));
        assert_eq!(poll["type"], "integer");
        assert_eq!(*at(&format!("{profile}/client_secret")), Value::Bool(false));
        assert_eq!(at(&format!("{profile}/additionalProperties")), &Value::Null);
        let theme = at("/properties/ui/properties/theme/description");
        assert!(theme.as_str().unwrap().contains("terminal, dark"));
    }

    #[test]
    fn the_template_has_no_key_that_the_reader_does_not_know() {
        let mut notes = Notes::survey();
        let _ = Written::read(&mut notes);
        let known: Vec<String> = notes.asked().into_iter().map(|(key, _)| key).collect();
        for key in sentences(TEMPLATE).keys() {
            let any = key.starts_with("keys") || known.contains(key) || key.contains("carriers");
            assert!(any, "{key}");
        }
    }
}
