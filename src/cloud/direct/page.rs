//! Pages of users, and the devices of one (contract §3).

use std::fmt;

use serde::Deserialize;

use crate::cloud::entities::{Faults, id, page};
use crate::cloud::{Listing, UsersPage};
use crate::model::registration::{Device, User};
use crate::model::{DeviceId, UserId};
use crate::text::Text;

/// Devices of one user; nobody has as many, and one user's answer must not fill the table.
const DEVICES: usize = 1_000;

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
    let first = page.entities.get(..DEVICES).unwrap_or(&page.entities);
    faults.cut(DEVICES, page.entities.len());
    let devices = faults.keep(first, |entity: RegistrationEntity| {
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

#[cfg(test)]
mod tests;
