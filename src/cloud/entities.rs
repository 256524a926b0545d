//! Lists of entities, as either API answers them: each entity is read on its own, so that one that breaks its shape does
//! not hide the others.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Fault;
use crate::cause::misread;
use crate::text::json::{self, Misfit};
use crate::text::{self, Text};

/// Faults of one answer that are told in full; further ones are counted.
pub(super) const FAULTS: usize = 16;

/// Columns of one fault; serde quotes what it found.
const SHOWN: usize = 160;

/// Columns of a JSON path and of serde's words in an error.
const PATH: usize = 80;
const WORDS: usize = 400;

/// Columns of a body that an error quotes.
const SAMPLE: usize = 60;

/// Characters of an id. It goes into URLs, which servers cut at a few thousand.
const ID: usize = 256;

/// One page, its entities not yet read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) entities: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub(super) total: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) page_count: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) next_uri: Option<&'a RawValue>,
}

/// The page around the entities. The error is what is wrong with it, and how it begins.
pub(super) fn page(body: &[u8]) -> Result<Body<'_>, String> {
    one(body).map_err(|why| format!("{why}; it begins with {}", text::begins(body, SAMPLE)))
}

/// One value: the body of an event, or an answer that is no list. The error is the JSON path, when there is one, and what is
/// wrong there; both repeat what was sent, so both are cut.
pub(super) fn one<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    json::read(body).map_err(|Misfit { place, error }| {
        let words = misread(&error);
        let words = text::fit(&words, WORDS);
        if place.is_whole() {
            return words.into_owned();
        }
        format!("{}: {words}", text::fit(&place.to_string(), PATH))
    })
}

/// A field that a row can do without: of the wrong type it is lost, and not the row. Not for what is written back, where it
/// would be taken away, nor for what a judgement of health rests on, which would be milder without it.
pub(super) fn lenient<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Option::<Value>::deserialize(from)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

/// An id that URLs can carry.
pub(super) fn id(id: String, field: &str) -> Result<Text, String> {
    match id.as_str() {
        "" => Err(format!("{field} is empty")),
        "." | ".." => Err(format!("{field} is {id:?}, which no URL can carry")),
        long if long.len() > ID => Err(format!("{field} is longer than {ID} bytes")),
        _ => Ok(Text::from(id)),
    }
}

/// Collects what is wrong with single entries, with a limit.
pub(super) struct Faults<'a> {
    call: &'a dyn fmt::Display,
    told: Vec<Fault>,
    untold: usize,
}

impl<'a> Faults<'a> {
    /// Nothing wrong yet with the answer to `call`.
    pub(super) fn new(call: &'a dyn fmt::Display) -> Self {
        Self {
            call,
            told: Vec::new(),
            untold: 0,
        }
    }

    /// Reads each entity and notes those that cannot be.
    pub(super) fn keep<E: DeserializeOwned, T>(
        &mut self,
        entities: &[&RawValue],
        make: impl Fn(E) -> Result<T, String>,
    ) -> Vec<T> {
        let placed = self.placed(entities, make).into_iter();
        placed.map(|(_, entry)| entry).collect()
    }

    /// The same, with the place of each.
    pub(super) fn placed<E: DeserializeOwned, T>(
        &mut self,
        entities: &[&RawValue],
        make: impl Fn(E) -> Result<T, String>,
    ) -> Vec<(usize, T)> {
        let mut kept = Vec::with_capacity(entities.len());
        for (index, entity) in entities.iter().enumerate() {
            match one(entity.get().as_bytes()).and_then(&make) {
                Ok(entry) => kept.push((index, entry)),
                Err(reason) => self.add(&format!("entities[{index}]"), &reason),
            }
        }
        kept
    }

    /// Reads a value that the list can do without.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        field: &str,
        value: Option<&RawValue>,
    ) -> Option<T> {
        serde_json::from_str(value?.get())
            .inspect_err(|error| self.add(field, &error.to_string()))
            .ok()
    }

    fn add(&mut self, place: &str, reason: &str) {
        if self.told.len() == FAULTS {
            self.untold += 1;
            return;
        }
        let reason: Cow<'_, str> = text::fit(reason, SHOWN);
        self.told.push(Fault(Text::from(format!(
            "{}: {place}: {reason}",
            self.call
        ))));
    }

    /// What was noted, and how much more there was.
    pub(super) fn told(mut self) -> Vec<Fault> {
        if self.untold > 0 {
            let more = format!("{}: {} more entries like these", self.call, self.untold);
            self.told.push(Fault(Text::from(more)));
        }
        self.told
    }
}
