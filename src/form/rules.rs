//! Rules: what a feature knows of its payload. A [`Rules`] is made when its form opens and is asked again at every change.

use std::fmt;

use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::checks::Check;
use super::plan::Plan;
use super::spec::Spec;
use crate::model::interaction::Interaction;
use crate::model::payload::{self, Fault};
use crate::model::provision::Surroundings;

/// Something that may be typed into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is typed.
    pub value: String,
    /// What a person knows it by; safe to show.
    pub note: String,
}

impl Completion {
    /// A completion with what it means.
    pub fn new(value: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            note: note.into(),
        }
    }
}

/// What a payload must be, beyond the shape of its fields. Plain functions of the body: no I/O, no clock; what they must
/// know of the profile or of the store they are made with.
pub trait Rules: fmt::Debug + Send {
    /// Everything that breaks a rule: the payload's own `faults`, or that it cannot be read at all.
    fn faults(&self, body: &Value) -> Vec<Fault>;

    /// What the world has to say of it.
    fn checks(&self, _body: &Value) -> Vec<Check> {
        Vec::new()
    }

    /// The write that it comes to. Asked only when there are no faults.
    fn plan(&self, body: &Value) -> Result<Plan, Vec<Fault>>;

    /// What may stand in a field; a choice without words of its own takes all of its words from here.
    fn completions(&self, _path: &str, _body: &Value) -> Vec<Completion> {
        Vec::new()
    }

    /// An interaction that a check asked for was read.
    fn learnt(&mut self, _interaction: &Interaction) {}

    /// What is around an endpoint was read, as far as the organisation tells.
    fn surrounded(&mut self, _by: &Surroundings) {}

    /// The zone that civil times are meant in.
    fn zone(&self, _body: &Value) -> TimeZone {
        TimeZone::UTC
    }

    /// Lines that explain the field in focus: what a retry policy comes to, when a queue is open. Safe to show.
    fn explain(&self, _path: &str, _body: &Value) -> Vec<String> {
        Vec::new()
    }
}

/// Everything wrong with a body: its shape first, then its rules, each place once.
#[must_use]
pub fn faults(spec: &Spec, rules: &dyn Rules, body: &Value) -> Vec<Fault> {
    merged(spec.faults(body, &rules.zone(body)), rules.faults(body))
}

/// Reads a payload that was written elsewhere, a file of `-f` say, and judges it as its form would.
pub fn judge<T: DeserializeOwned>(
    spec: &Spec,
    json: &str,
    faults: impl FnOnce(&T) -> Vec<Fault>,
) -> Result<T, Vec<Fault>> {
    let body: Value = payload::read(json).map_err(|fault| vec![fault])?;
    let shape = spec.faults(&body, &TimeZone::UTC);
    match (read_of(&body, json, faults), shape) {
        (Ok(payload), none) if none.is_empty() => Ok(payload),
        (read, shape) => Err(merged(shape, read.err().unwrap_or_default())),
    }
}

/// Reads a body as its payload and asks for its faults: what most [`Rules::faults`] and [`Rules::plan`] begin with.
pub fn read<T: DeserializeOwned>(
    body: &Value,
    faults: impl FnOnce(&T) -> Vec<Fault>,
) -> Result<T, Vec<Fault>> {
    // Of one line: nobody has seen it, and none is named.
    read_of(body, "", faults)
}

fn read_of<T: DeserializeOwned>(
    body: &Value,
    written: &str,
    faults: impl FnOnce(&T) -> Vec<Fault>,
) -> Result<T, Vec<Fault>> {
    let read = payload::read_of(&body.to_string(), written);
    let read: T = read.map_err(|fault| vec![fault])?;
    match faults(&read) {
        none if none.is_empty() => Ok(read),
        faults => Err(faults),
    }
}

fn merged(mut shape: Vec<Fault>, rules: Vec<Fault>) -> Vec<Fault> {
    for fault in rules {
        if !shape.iter().any(|known| known.path == fault.path) {
            shape.push(fault);
        }
    }
    shape
}
