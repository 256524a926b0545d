//! The edges that endpoints are made on. Beyond the contract, which only names one in a body (§7).

use std::fmt;

use serde::Deserialize;

use crate::cloud::entities::{id, lenient};
use crate::cloud::pages;
use crate::model::provision::{EdgeRoom, OfferedEdge};
use crate::text::Text;

#[derive(Deserialize)]
struct EdgeEntity {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    capacity: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    used: Option<u32>,
}

/// Reads the edges; entries that cannot be read are left out.
pub fn edges(body: &[u8], call: &dyn fmt::Display) -> Result<Vec<OfferedEdge>, String> {
    let page = pages::single(body, call, |entity: EdgeEntity| {
        Ok(OfferedEdge {
            id: id(entity.id, "id")?,
            name: Text::from(entity.name.unwrap_or_default()),
            room: entity.capacity.map(|capacity| EdgeRoom {
                used: entity.used.unwrap_or_default(),
                capacity,
            }),
        })
    })?;
    Ok(page.entries)
}
