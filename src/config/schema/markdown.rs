//! The schema as a page to read: a table of keys for each section.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The page, from the schema.
#[must_use]
pub fn page(schema: &Value) -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Every key of `config.toml`, as `trunkline config schema --markdown` prints it. `trunkline config path` says where the \
         file is, `config init` writes one to start from, `config check` says every mistake in it with its line, `config show` \
         what is in force and which layer says so.\n",
    );
    section(&mut page, "", schema);
    page
}

/// The keys of one table, then those of the tables in it.
fn section(page: &mut String, name: &str, schema: &Value) {
    let named = schema["properties"].as_object();
    let free = schema["additionalProperties"].as_object();
    let (tables, keys): (Vec<_>, Vec<_>) = named
        .into_iter()
        .flatten()
        .partition(|(_, of)| of["type"] == "object");
    let keys: Vec<_> = keys.into_iter().filter(|(_, of)| of.is_object()).collect();
    if !keys.is_empty() {
        heading(page, name);
        if let Some(sentence) = schema["description"].as_str() {
            let _ = writeln!(page, "{}\n", cell(sentence));
        }
        page.push_str("| key | type | |\n|---|---|---|\n");
        for (key, of) in keys {
            let said = of["description"].as_str().unwrap_or_default();
            let _ = writeln!(page, "| `{key}` | {} | {} |", kind(of), cell(said));
        }
    }
    for (key, of) in tables {
        section(page, &below(name, key), of);
    }
    if let Some(of) = free.filter(|of| of.get("type") == Some(&"object".into())) {
        section(page, &below(name, "NAME"), &Value::Object(Map::clone(of)));
    }
}

fn heading(page: &mut String, name: &str) {
    let _ = match name {
        "" => writeln!(page, "\n## At the top\n"),
        name => writeln!(page, "\n## `[{name}]`\n"),
    };
}

fn below(name: &str, key: &str) -> String {
    match name {
        "" => key.to_owned(),
        name => format!("{name}.{key}"),
    }
}

/// What may stand there, in a word or two.
fn kind(of: &Value) -> String {
    let word = |of: &Value| match of["type"].as_str().unwrap_or_default() {
        "boolean" => "true or false".to_owned(),
        "integer" => "whole number".to_owned(),
        "array" => "list".to_owned(),
        word => word.to_owned(),
    };
    match &of["type"] {
        Value::Array(either) => {
            let either = either.iter().filter_map(Value::as_str);
            either
                .collect::<Vec<_>>()
                .join(" or ")
                .replace("array", "list")
        }
        _ => word(of),
    }
}

/// A sentence that does not end the cell it stands in.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_docs_is_what_the_schema_says() {
        let schema: Value = serde_json::from_str(&crate::config::schema::schema()).unwrap();
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let kept = std::fs::read_to_string(kept).unwrap_or_default();
        assert!(
            kept == page(&schema),
            "write it again: trunkline config schema --markdown > docs/configuration.md"
        );
    }
}
