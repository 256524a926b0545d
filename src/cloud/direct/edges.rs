//! The edges that endpoints are made on. Beyond the contract, which only names one in a body (§7).

use std::fmt;

use serde::Deserialize;

use crate::cloud::entities::{Faults, id, page};
use crate::model::provision::Edge;
use crate::text::Text;

#[derive(Deserialize)]
struct EdgeEntity {
    id: String,
    name: Option<String>,
}

/// Reads the edges; entries that cannot be read are left out.
pub fn edges(body: &[u8], call: &dyn fmt::Display) -> Result<Vec<Edge>, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    Ok(faults.keep(&page.entities, |entity: EdgeEntity| {
        Ok(Edge {
            id: id(entity.id, "id")?,
            name: Text::from(entity.name.unwrap_or_default()),
        })
    }))
}
