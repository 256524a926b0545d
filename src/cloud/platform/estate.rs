//! What every call about carriers, edges and phones has in common: where they are, and how their small parts are read.

use serde::Deserialize;

pub(super) use super::phones::TELEPHONY;

use crate::cloud::entities::{id, lenient};
use crate::text::Text;
use crate::time::{Millis, plausible};

/// Where edges and everything on them are, under `/api/v2`.
pub(in crate::cloud) const EDGES: [&str; 3] = ["telephony", "providers", "edges"];

/// A thing that another one refers to.
#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
}

/// The id and the name of a reference; an id that cannot be one is none.
pub(super) fn refer(reference: Option<Reference>) -> (Option<Text>, Text) {
    let Some(reference) = reference else {
        return (None, Text::default());
    };
    let known = reference.id.and_then(|named| id(named, "id").ok());
    (known, text(reference.name))
}

/// Text that may be left out.
pub(super) fn text(text: Option<String>) -> Text {
    Text::from(text.unwrap_or_default())
}

/// A word, unless it is left out or empty.
pub(super) fn told(word: Option<String>) -> Option<Text> {
    word.filter(|word| !word.is_empty()).map(Text::from)
}

/// A moment of the wire (RFC 3339); what is none is not told.
pub(super) fn moment(at: Option<String>) -> Option<Millis> {
    let at: jiff::Timestamp = at?.parse().ok()?;
    plausible(at).then(|| Millis(at.as_millisecond()))
}
