//! Pages of entities: each entity is read on its own, so that one that breaks the contract does not hide the others.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::cloud::{Fault, Listing, UsersPage};
use crate::model::registration::{Device, User};
use crate::model::{DeviceId, UserId};
use crate::text::{self, Text};

/// Faults of one answer that are told in full; further ones are counted.
const FAULTS: usize = 16;

/// Columns of one fault; serde quotes what it found.
const SHOWN: usize = 160;

/// Columns of a body that an error quotes.
const SAMPLE: usize = 60;

/// Characters of an id. It goes into URLs, which servers cut at a few thousand.
const ID: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) entities: Vec<&'a RawValue>,
    #[serde(borrow)]
    total: Option<&'a RawValue>,
    #[serde(borrow)]
    page_count: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct UserEntity {
    id: String,
    name: Option<String>,
    site: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationEntity {
    user_id: Option<String>,
    device: DeviceEntity,
    registered: bool,
    active_codecs: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct DeviceEntity {
    id: String,
}

/// Reads a page of users. The error is what is wrong with the page as a whole.
pub fn users_page(body: &[u8], call: &dyn fmt::Display) -> Result<UsersPage, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let users = faults.keep(&page.entities, |entity: UserEntity| {
        Ok(User {
            id: UserId(id(entity.id, "id")?),
            name: Text::from(entity.name.unwrap_or_default()),
            site: entity.site.filter(|site| !site.is_empty()).map(Text::from),
        })
    });
    Ok(UsersPage {
        users,
        total: faults.optional("total", page.total),
        page_count: faults.optional("pageCount", page.page_count),
        faults: faults.told(),
    })
}

/// Reads the registrations of `user`. The error is what is wrong with the listing as a whole.
pub fn listing(body: &[u8], user: &UserId, call: &dyn fmt::Display) -> Result<Listing, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let devices = faults.keep(&page.entities, |entity: RegistrationEntity| {
        if let Some(other) = entity.user_id.filter(|id| id != user.raw()) {
            return Err(format!("userId is {other}, another user's"));
        }
        let codecs = entity.active_codecs.unwrap_or_default();
        Ok(Device {
            id: DeviceId(id(entity.device.id, "device.id")?),
            registered: entity.registered,
            codec: codecs
                .into_iter()
                .next()
                .filter(|codec| !codec.is_empty())
                .map(Text::from),
        })
    });
    Ok(Listing {
        devices,
        faults: faults.told(),
    })
}

/// The page around the entities. The error is what is wrong with it, and how it begins.
pub(super) fn page(body: &[u8]) -> Result<Body<'_>, String> {
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let begins = String::from_utf8_lossy(body.get(..SAMPLE * 4).unwrap_or(body));
        format!(
            "{}; it begins with {}",
            located(&error),
            text::fit(&begins, SAMPLE)
        )
    })
}

/// The JSON path, when there is one, and serde's words, which end in the position.
pub(super) fn located(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.path().to_string().as_str() {
        "." => error.inner().to_string(),
        path => format!("{path}: {}", error.inner()),
    }
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
    pub(super) fn new(call: &'a dyn fmt::Display) -> Self {
        Self {
            call,
            told: Vec::new(),
            untold: 0,
        }
    }

    pub(super) fn keep<E: DeserializeOwned, T>(
        &mut self,
        entities: &[&RawValue],
        make: impl Fn(E) -> Result<T, String>,
    ) -> Vec<T> {
        let mut kept = Vec::with_capacity(entities.len());
        for (index, entity) in entities.iter().enumerate() {
            let mut json = serde_json::Deserializer::from_str(entity.get());
            let read = serde_path_to_error::deserialize(&mut json).map_err(|error| located(&error));
            match read.and_then(&make) {
                Ok(entry) => kept.push(entry),
                Err(reason) => self.add(&format!("entities[{index}]"), &reason),
            }
        }
        kept
    }

    fn optional<T: DeserializeOwned>(
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

    pub(super) fn told(mut self) -> Vec<Fault> {
        if self.untold > 0 {
            let more = format!("{}: {} more entries like these", self.call, self.untold);
            self.told.push(Fault(Text::from(more)));
        }
        self.told
    }
}

#[cfg(test)]
mod tests;
