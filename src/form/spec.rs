//! Specs: what there is to fill in, as data. The form, the headless check and the documentation read the same one.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::kind::FieldKind;
use super::path;
use crate::model::payload::Fault;
use crate::model::write::MASK;

/// A form as data.
#[derive(Debug)]
pub struct Spec {
    /// Its name in drafts, in the history and in commands: `provision`.
    pub name: &'static str,
    /// What it makes: `provision a WebRTC endpoint`.
    pub title: &'static str,
    /// The path of the field by which people tell one payload from another; empty when there is none.
    pub subject: &'static str,
    /// The fields in the order of the payload.
    pub fields: &'static [Field],
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Where in the payload it is.
    pub path: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it means and what it does, in a sentence.
    pub help: &'static str,
    /// Under which heading it stands.
    pub group: &'static str,
    /// How it is filled in.
    pub kind: FieldKind,
    /// Whether it is left out of the payload while it is empty.
    pub optional: bool,
}

impl Field {
    /// A field that is always in the payload.
    #[must_use]
    pub const fn new(path: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self {
            path,
            label,
            help: "",
            group: "",
            kind,
            optional: false,
        }
    }

    /// With a sentence for whoever fills it in.
    #[must_use]
    pub const fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }

    /// Under a heading; neighbours with the same one stand together.
    #[must_use]
    pub const fn group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// Left out of the payload while it is empty.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }
}

impl Spec {
    /// The field at a path, or the one it lies in.
    #[must_use]
    pub fn field(&self, at: &str) -> Option<usize> {
        let inside = |(_, field): &(usize, &Field)| path::within(at, field.path);
        let fields = self.fields.iter().enumerate().filter(inside);
        fields
            .max_by_key(|(_, field)| field.path.len())
            .map(|(n, _)| n)
    }

    /// What is wrong with the shape of a payload, whatever its rules would say.
    #[must_use]
    pub fn faults(&self, body: &Value, zone: &TimeZone) -> Vec<Fault> {
        let mut faults = Vec::new();
        let fields = self.fields.iter().filter(|field| self.present(field, body));
        for field in fields {
            shape(field, path::get(body, field.path), zone, &mut faults);
        }
        faults
    }

    /// Whether the part of the payload that a field lies in is there.
    #[must_use]
    pub fn present(&self, field: &Field, body: &Value) -> bool {
        let part = self.fields.iter().find(|part| {
            matches!(part.kind, FieldKind::Part { .. })
                && part.path != field.path
                && path::within(field.path, part.path)
        });
        part.is_none_or(|part| path::get(body, part.path).is_some())
    }

    /// The payload in the order of the spec; what the spec does not know comes last.
    #[must_use]
    pub fn arranged(&self, body: &Value) -> Value {
        let mut arranged = Value::Object(Map::new());
        let plain = |field: &&Field| !matches!(field.kind, FieldKind::Part { .. });
        for field in self.fields.iter().filter(plain) {
            if let Some(value) = path::get(body, field.path) {
                path::set(&mut arranged, field.path, value.clone());
            }
        }
        fill_in(&mut arranged, body);
        arranged
    }

    /// Where in a payload secrets are, as paths.
    #[must_use]
    pub fn secrets(&self, body: &Value) -> Vec<(String, Option<String>)> {
        let mut places = Vec::new();
        for field in self.fields {
            let value = path::get(body, field.path);
            match (field.kind, value) {
                (FieldKind::Secret, Some(_)) => places.push((field.path.to_owned(), None)),
                (FieldKind::Pairs { secret, .. }, Some(Value::Object(pairs))) => {
                    let hidden = pairs.keys().filter(|name| secret(name));
                    places.extend(hidden.map(|name| (field.path.to_owned(), Some(name.clone()))));
                }
                _ => {}
            }
        }
        places
    }

    /// The payload with a mask in place of every secret: for the screen.
    #[must_use]
    pub fn masked(&self, body: &Value) -> Value {
        self.with_secrets(body, |_| Value::from(MASK))
    }

    /// The payload without its secrets: for drafts, the history and an editor, which are files.
    #[must_use]
    pub fn without_secrets(&self, body: &Value) -> Value {
        self.with_secrets(body, |_| Value::from(""))
    }

    /// The payload with its secrets back where an editor left them empty.
    #[must_use]
    pub fn with_secrets_of(&self, body: &Value, known: &Value) -> Value {
        self.with_secrets(body, |place| match secret(body, place) {
            Some(Value::String(text)) if text.is_empty() => {
                secret(known, place).cloned().unwrap_or_default()
            }
            other => other.cloned().unwrap_or_default(),
        })
    }

    fn with_secrets(
        &self,
        body: &Value,
        instead: impl Fn(&(String, Option<String>)) -> Value,
    ) -> Value {
        let mut made = body.clone();
        for place in self.secrets(body) {
            let value = instead(&place);
            match &place {
                (at, None) => path::set(&mut made, at, value),
                (at, Some(name)) => {
                    let mut pairs = path::get(&made, at).cloned().unwrap_or_default();
                    if let Some(slot) = pairs.get_mut(name) {
                        *slot = value;
                    }
                    path::set(&mut made, at, pairs);
                }
            }
        }
        made
    }

    /// The same secrets as JSON pointers (RFC 6901), which a write masks by.
    #[must_use]
    pub fn secret_pointers(&self, body: &Value) -> Vec<String> {
        let escape = |name: &String| name.replace('~', "~0").replace('/', "~1");
        let pointer = |(at, name): (String, Option<String>)| match name {
            None => path::pointer(&at),
            Some(name) => format!("{}/{}", path::pointer(&at), escape(&name)),
        };
        self.secrets(body).into_iter().map(pointer).collect()
    }

    /// The fields as a Markdown table: documentation that cannot disagree with the form.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = "| field | value | |\n|---|---|---|\n".to_owned();
        for field in self.fields {
            let optional = if field.optional { ", optional" } else { "" };
            let shape = field.kind.shape().replace('|', "\\|");
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "| `{}` | {shape}{optional} | {} |",
                field.path, field.help
            );
        }
        table
    }
}

fn secret<'a>(body: &'a Value, (at, name): &(String, Option<String>)) -> Option<&'a Value> {
    let value = path::get(body, at)?;
    name.as_ref().map_or(Some(value), |name| value.get(name))
}

/// Takes over what `known` has and `made` has not.
fn fill_in(made: &mut Value, known: &Value) {
    let (Some(members), Some(known)) = (made.as_object_mut(), known.as_object()) else {
        return;
    };
    for (name, value) in known {
        match members.get_mut(name) {
            Some(member) => fill_in(member, value),
            None => {
                members.insert(name.clone(), value.clone());
            }
        }
    }
}

fn shape(field: &Field, value: Option<&Value>, zone: &TimeZone, faults: &mut Vec<Fault>) {
    let mut judge = |path: String, value: &Value| {
        faults.extend(field.kind.fault(value, zone).map(|m| Fault::new(path, m)));
    };
    match (field.kind, value) {
        (FieldKind::Part { .. }, None) => {}
        (_, None) if field.optional => {}
        (_, None) => {
            let message = format!("it is missing: {}", field.kind.shape());
            faults.push(Fault::new(field.path, message));
        }
        (FieldKind::List { .. } | FieldKind::Order(_), Some(Value::Array(elements))) => {
            for (n, element) in elements.iter().enumerate() {
                judge(path::index(field.path, n), element);
            }
        }
        (FieldKind::Pairs { .. }, Some(Value::Object(pairs))) => {
            for (name, value) in pairs {
                judge(path::member(field.path, name), value);
            }
        }
        (FieldKind::List { .. } | FieldKind::Order(_), Some(_)) => {
            faults.push(Fault::new(field.path, "write a JSON array"));
        }
        (FieldKind::Pairs { .. }, Some(_)) => {
            faults.push(Fault::new(field.path, "write a JSON object"));
        }
        (_, Some(value)) => judge(field.path.to_owned(), value),
    }
}
