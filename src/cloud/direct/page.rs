//! Pages of users, and the devices of one (contract §3).

use std::fmt;

use serde::Deserialize;

use crate::cloud::entities::{id, lenient};
use crate::cloud::pages::{self, Page};
use crate::cloud::{Fault, Listing};
use crate::model::registration::{Device, MOST_DEVICES, UNNAMED, User};
use crate::model::{DeviceId, UserId};
use crate::text::Text;

#[derive(Deserialize)]
struct UserEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    site: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationEntity {
    user_id: Option<String>,
    /// None is the device [`UNNAMED`] of its user.
    device: Option<DeviceEntity>,
    /// None is not registered: an API that leaves out false values must not hide the phones that are lost.
    registered: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    active_codecs: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct DeviceEntity {
    id: String,
}

/// Reads a page of users. The error is what is wrong with the page as a whole.
pub fn users_page(body: &[u8], call: &dyn fmt::Display) -> Result<Page<User>, String> {
    pages::read(body, call, |entity: UserEntity| {
        Ok(User {
            id: UserId(id(entity.id, "id")?),
            name: Text::from(entity.name.unwrap_or_default()),
            site: entity.site.filter(|site| !site.is_empty()).map(Text::from),
        })
    })
}

/// Reads the registrations of `user`. The error is what is wrong with the listing as a whole.
pub fn listing(body: &[u8], user: &UserId, call: &dyn fmt::Display) -> Result<Listing, String> {
    let page = pages::single(body, call, |entity: RegistrationEntity| {
        if let Some(other) = entity.user_id.filter(|id| id != user.raw()) {
            return Err(format!("userId is {other}, another user's"));
        }
        let codecs = entity.active_codecs.unwrap_or_default();
        let named = entity.device.map(|device| id(device.id, "device.id"));
        Ok(Device {
            id: DeviceId(named.transpose()?.unwrap_or_else(|| UNNAMED.into())),
            registered: entity.registered.unwrap_or(false),
            codec: codecs
                .into_iter()
                .next()
                .filter(|codec| !codec.is_empty())
                .map(Text::from),
        })
    })?;
    let (mut devices, mut faults) = (merged(page.entries), page.faults);
    if devices.len() > MOST_DEVICES {
        let (held, most) = (devices.len(), MOST_DEVICES);
        let told = format!("{call}: entities: {held} entries; only the first {most} are used");
        faults.push(Fault(told.into()));
        devices.truncate(MOST_DEVICES);
    }
    Ok(Listing { devices, faults })
}

/// One device of each id. Where several have no name of their own, the one that is lost counts.
fn merged(devices: Vec<Device>) -> Vec<Device> {
    let mut kept: Vec<Device> = Vec::with_capacity(devices.len());
    for device in devices {
        match kept.iter_mut().find(|known| known.id == device.id) {
            Some(known) => known.registered &= device.registered,
            None => kept.push(device),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
