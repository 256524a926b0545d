//! Reads a parsed TOML file key by key, and goes on after a mistake so that all of them are reported at once.
//!
//! `toml` parses and keeps the spans, `serde` reads the values; what is added here is the line of each key, and the
//! names a section knows, which are those that were asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::near;
use super::origin::{Fault, Origin};
use crate::cause::Misread;

/// What was found in one file: the mistakes, and the line that set each key.
pub(super) struct Notes<'t> {
    path: Arc<Path>,
    text: &'t str,
    /// Mistakes, in the order of reading.
    pub(super) faults: Vec<Fault>,
    /// Which layer set which dotted key; a key that is absent has its default.
    pub(super) origins: BTreeMap<String, Origin>,
    /// Every key that was asked for with its type, in the order of asking, where the reader itself is looked at.
    survey: Option<Vec<(String, Value)>>,
    /// The variable behind each line, where the text is made of variables.
    variables: Vec<&'static str>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(path: &Path, text: &'t str) -> Self {
        Self {
            path: Arc::from(path),
            text,
            faults: Vec::new(),
            origins: BTreeMap::new(),
            survey: None,
            variables: Vec::new(),
        }
    }

    /// The same for a text of which each line came from a variable of the environment.
    pub(super) fn of_variables(self, variables: &[&'static str]) -> Self {
        Self {
            variables: variables.to_vec(),
            ..self
        }
    }

    /// Reads no file and notes what is asked of one: every table is there, and nothing is in it.
    pub(super) fn survey() -> Self {
        Self {
            survey: Some(Vec::new()),
            ..Self::new(Path::new(""), "")
        }
    }

    /// What was asked for: dotted keys, `*` where a name is free, each with its type as JSON Schema has it.
    pub(super) fn asked(self) -> Vec<(String, Value)> {
        self.survey.unwrap_or_default()
    }

    /// Parses the whole text; what cannot be parsed is noted and left out.
    pub(super) fn parse(&mut self) -> Section<'t> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let origin = self.at(at);
            self.fault(origin, "", error.message());
        }
        let line = self.at(0);
        Section::new(String::new(), line, root.into_inner())
    }

    /// Notes a mistake.
    pub(super) fn fault(&mut self, origin: Origin, key: &str, message: impl Into<String>) {
        self.faults.push(Fault {
            origin,
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// Whether a key has a mistake already: then it is not also missing.
    pub(super) fn has_fault(&self, key: &str) -> bool {
        self.faults.iter().any(|fault| fault.key == key)
    }

    /// The layer that set a key, or where the table of that name begins.
    pub(super) fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// A path as the file means it: relative to the file's own directory.
    pub(super) fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    fn at(&self, offset: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(offset);
        let ends = before.filter(|byte| **byte == b'\n').count();
        match self.variables.get(ends) {
            Some(variable) => Origin::Environment(variable),
            None => Origin::File {
                path: Arc::clone(&self.path),
                line: ends + 1,
            },
        }
    }
}

/// One table of the file.
pub(super) struct Section<'i> {
    name: String,
    /// Where its header is.
    pub(super) origin: Origin,
    table: DeTable<'i>,
    asked: Vec<&'static str>,
}

impl<'i> Section<'i> {
    fn new(name: String, origin: Origin, table: DeTable<'i>) -> Self {
        Self {
            name,
            origin,
            table,
            asked: Vec::new(),
        }
    }

    /// The full dotted name of a key of this section.
    pub(super) fn key(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    /// Takes a value out; a value that cannot be read is noted and counts as absent.
    pub(super) fn take<T: Typed>(&mut self, key: &'static str, notes: &mut Notes<'_>) -> Option<T> {
        self.take_as(key, notes, Ok)
    }

    /// Takes a value out and turns it into what it means, or into a message that says why it means nothing.
    pub(super) fn take_as<T: Typed, U>(
        &mut self,
        key: &'static str,
        notes: &mut Notes<'_>,
        mean: impl FnOnce(T) -> Result<U, String>,
    ) -> Option<U> {
        let (origin, value) = self.remove(key, T::schema, notes)?;
        let key = self.key(key);
        match read(value).and_then(mean) {
            Ok(value) => {
                notes.origins.insert(key, origin);
                Some(value)
            }
            Err(message) => {
                notes.fault(origin, &key, message);
                None
            }
        }
    }

    /// Takes a table out.
    pub(super) fn section(
        &mut self,
        key: &'static str,
        notes: &mut Notes<'_>,
    ) -> Option<Section<'i>> {
        let taken = self.remove(key, || json!({"type": "object"}), notes);
        if notes.survey.is_some() {
            return Some(self.blank(key));
        }
        let (origin, value) = taken?;
        table(self.key(key), origin, value, notes)
    }

    /// Every entry as a table, for sections whose names are free.
    pub(super) fn sections(self, notes: &mut Notes<'_>) -> Vec<(String, Section<'i>)> {
        if let Some(asked) = &mut notes.survey {
            asked.push((self.key("*"), json!({"type": "object"})));
            return vec![("*".to_owned(), self.blank("*"))];
        }
        let Self { name, table, .. } = self;
        let entries = table.into_iter().filter_map(|(key, value)| {
            let origin = notes.at(key.span().start);
            let key = key.into_inner().into_owned();
            let section = self::table(format!("{name}.{key}"), origin, value, notes)?;
            Some((key, section))
        });
        entries.collect()
    }

    /// What nobody asked for is a mistake: an unknown key would otherwise be a setting that silently does nothing.
    pub(super) fn finish(self, notes: &mut Notes<'_>) {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            let hint = near::hint(word, self.asked.iter().copied());
            let origin = notes.at(key.span().start);
            notes.fault(origin, &self.key(word), format!("unknown key{hint}"));
        }
    }

    /// A table of it with nothing in it.
    fn blank(&self, key: &str) -> Section<'i> {
        Section::new(self.key(key), self.origin.clone(), DeTable::new())
    }

    fn remove(
        &mut self,
        key: &'static str,
        schema: impl FnOnce() -> Value,
        notes: &mut Notes<'_>,
    ) -> Option<(Origin, Spanned<DeValue<'i>>)> {
        if let Some(asked) = &mut notes.survey {
            asked.push((self.key(key), schema()));
        }
        self.asked.push(key);
        let (found, value) = self.table.remove_entry(key)?;
        Some((notes.at(found.span().start), value))
    }
}

/// What a key can be read as, and how JSON Schema calls it.
pub(super) trait Typed: DeserializeOwned {
    /// Its schema.
    fn schema() -> Value;
}

macro_rules! typed {
    ($($type:ty: $schema:tt;)+) => {
        $(impl Typed for $type {
            fn schema() -> Value {
                json!($schema)
            }
        })+
    };
}

typed! {
    bool: {"type": "boolean"};
    String: {"type": "string"};
    i64: {"type": "integer"};
    u8: {"type": "integer", "minimum": 0};
    u16: {"type": "integer", "minimum": 0};
    u32: {"type": "integer", "minimum": 0};
    u64: {"type": "integer", "minimum": 0};
    f64: {"type": "number"};
    toml::Value: {"type": ["string", "number"]};
    BTreeMap<String, String>: {"type": "object", "additionalProperties": {"type": "string"}};
    IgnoredAny: false;
}

/// The schema of a table with these keys and no others; true where the key must be there.
pub(super) fn table_of<const N: usize>(keys: [(&str, Value, bool); N]) -> Value {
    let required: Vec<&str> = keys.iter().filter(|key| key.2).map(|key| key.0).collect();
    let properties = keys.map(|(key, schema, _)| (key.to_owned(), schema));
    let mut table = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": serde_json::Map::from_iter(properties),
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

impl<T: Typed> Typed for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}

fn read<T: DeserializeOwned>(value: Spanned<DeValue<'_>>) -> Result<T, String> {
    let value = ValueDeserializer::from(value);
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = error.path().to_string();
        let message = Misread::of(error.into_inner().message()).at("");
        if inner == "." {
            message
        } else {
            format!("{inner}: {message}")
        }
    })
}

fn table<'i>(
    name: String,
    origin: Origin,
    value: Spanned<DeValue<'i>>,
    notes: &mut Notes<'_>,
) -> Option<Section<'i>> {
    match value.into_inner() {
        DeValue::Table(table) => {
            notes.origins.insert(name.clone(), origin.clone());
            Some(Section::new(name, origin, table))
        }
        other => {
            let message = format!("this is a table: write [{name}], not {}", other.type_str());
            notes.fault(origin, &name, message);
            None
        }
    }
}
