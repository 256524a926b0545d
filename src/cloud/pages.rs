//! One page of a list, as both APIs have them: its entities, and what it says of the list that it is a part of.
//!
//! A URI from an answer is never followed as it is, because the token would go with it: only its cursor is taken.

use std::fmt;
use std::hash::BuildHasher;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Fault;
use super::entities::{Faults, page};
use super::extent::Extent;

/// Entities asked for on a page: the most that every list allows (contract §3; Platform API).
pub(super) const PAGE: usize = 100;

/// Characters of a cursor; what is longer goes into no URL.
const CURSOR: usize = 2_048;

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page<T> {
    /// Those that could be read.
    pub entries: Vec<T>,
    /// Entries that could not; the last one counts those left out.
    pub faults: Vec<Fault>,
    /// What it says of the list.
    pub sheet: Sheet,
    /// Where in the page the readable ones stood.
    places: Vec<usize>,
}

/// What a page says of the list that it is a part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What tells its entities apart, unreadable ones included.
    pub keys: Vec<u64>,
    /// How many pages there are, when the organisation says; 0 says nothing.
    pub pages: Option<u32>,
    /// How many entities there are in all, when it says.
    pub total: Option<u64>,
    /// The cursor of the next page, of lists that have one.
    pub after: Option<String>,
}

impl<T> Page<T> {
    /// Takes the page in. Its entries without those that came before.
    pub fn into_fresh(self, number: u32, extent: &mut Extent) -> Vec<T> {
        let fresh = extent.take(number, &self.sheet);
        let is_fresh = |place: &usize| fresh.get(*place).copied().unwrap_or(true);
        let placed = self.entries.into_iter().zip(self.places);
        placed
            .filter(|(_, place)| is_fresh(place))
            .map(|(entry, _)| entry)
            .collect()
    }
}

/// Reads a page. The error is what is wrong with the page as a whole.
pub(super) fn read<E: DeserializeOwned, T>(
    body: &[u8],
    call: &dyn fmt::Display,
    make: impl Fn(E) -> Result<T, String>,
) -> Result<Page<T>, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let (places, entries) = faults.placed(&page.entities, make).into_iter().unzip();
    let total = number(&mut faults, "total", page.total);
    let pages = number(&mut faults, "pageCount", page.page_count);
    // Of the wrong type or elsewhere, it says nothing of the list.
    let next: Option<String> = page
        .next_uri
        .and_then(|uri| serde_json::from_str(uri.get()).ok());
    Ok(Page {
        entries,
        places,
        sheet: Sheet {
            keys: keys(&page.entities),
            pages: pages
                .filter(|pages| *pages > 0)
                .map(|pages| u32::try_from(pages).unwrap_or(u32::MAX)),
            total,
            after: after(next.as_deref())?,
        },
        faults: faults.told(),
    })
}

/// Reads a list that has no pages. Where the organisation says that there is more, it is believed, and told.
pub(super) fn single<E: DeserializeOwned, T>(
    body: &[u8],
    call: &dyn fmt::Display,
    make: impl Fn(E) -> Result<T, String>,
) -> Result<Page<T>, String> {
    let mut page = read(body, call, make)?;
    let (held, total) = (page.sheet.keys.len(), page.sheet.total);
    let reason = match total.filter(|total| *total > held as u64) {
        Some(total) => Some(format!("only {held} of {total} came")),
        None if page.sheet.pages > Some(1) => {
            Some(format!("{held} came of the first of several pages"))
        }
        None => None,
    };
    if let Some(reason) = reason {
        let told = format!("{call}: the list is not whole, {reason}");
        page.faults.push(Fault(told.into()));
    }
    Ok(page)
}

/// A count, as a number or as text; organisations write both.
pub(super) fn number(
    faults: &mut Faults<'_>,
    field: &str,
    value: Option<&RawValue>,
) -> Option<u64> {
    let text: Option<String> = value.and_then(|value| serde_json::from_str(value.get()).ok());
    match text.and_then(|text| text.trim().parse().ok()) {
        Some(count) => Some(count),
        None => faults.optional(field, value).flatten(),
    }
}

/// What tells entities apart: their ids, else all that they are.
fn keys(entities: &[&RawValue]) -> Vec<u64> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    // The same in every list of a process: pages of one list are compared with each other.
    let hasher = hasher();
    let key = |entity: &&RawValue| {
        let named: Option<Named<'_>> = serde_json::from_str(entity.get()).ok();
        let id = named.and_then(|named| named.id).map(RawValue::get);
        hasher.hash_one(id.unwrap_or(entity.get()))
    };
    entities.iter().map(key).collect()
}

/// One seed for the whole process.
fn hasher() -> impl BuildHasher {
    static SEED: std::sync::OnceLock<std::hash::RandomState> = std::sync::OnceLock::new();
    SEED.get_or_init(std::hash::RandomState::new).clone()
}

/// The cursor in `nextUri`. The URI is relative to the organisation, and stays there.
fn after(next: Option<&str>) -> Result<Option<String>, String> {
    let Some((_, query)) = next.and_then(|next| next.split_once('?')) else {
        return Ok(None);
    };
    let after = url::form_urlencoded::parse(query.as_bytes())
        .find_map(|(key, value)| (key == "after").then(|| value.into_owned()));
    match after {
        Some(after) if after.len() > CURSOR => {
            Err(format!("nextUri: a cursor of more than {CURSOR} bytes"))
        }
        after => Ok(after.filter(|after| !after.is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Entity {
        id: String,
    }

    fn page_of(body: &str) -> Result<Page<String>, String> {
        read(body.as_bytes(), &"GET /x", |entity: Entity| Ok(entity.id))
    }

    #[test]
    fn a_page_says_how_many_there_are() {
        let body = r#"{"entities":[{"id":"a"},{"id":7},{"id":"c"}],"total":203,"pageCount":3,
            "pageNumber":1,"nextUri":"/api/v2/x?pageNumber=2","colour":"red"}"#;
        let page = page_of(body).unwrap();
        assert_eq!(page.entries, ["a", "c"]);
        let sheet = &page.sheet;
        assert_eq!(
            (sheet.pages, sheet.total, sheet.keys.len()),
            (Some(3), Some(203), 3)
        );
        assert_eq!((page.faults.len(), sheet.after.clone()), (1, None));
        assert!(page.faults[0].to_string().contains("entities[1]"));
    }

    #[test]
    fn a_cursor_is_taken_out_of_a_uri_that_is_not_followed() {
        let next = |uri: &str| {
            page_of(&format!(r#"{{"entities":[],"nextUri":{uri:?}}}"#)).map(|page| page.sheet.after)
        };
        let cursor = Ok(Some("a b/c=".to_owned()));
        assert_eq!(next("/api/v2/x?pageSize=100&after=a%20b%2Fc%3D"), cursor);
        assert_eq!(next("https://elsewhere.example/?after=a+b/c="), cursor);
        assert_eq!(next("/api/v2/x?after="), Ok(None));
        assert_eq!(next("after"), Ok(None));
        let long = format!("/x?after={}", "a".repeat(CURSOR + 1));
        assert!(next(&long).is_err());
    }

    #[test]
    fn counts_are_read_in_any_spelling() {
        let said = |counts: &str| {
            let page = page_of(&format!(r#"{{"entities":[]{counts}}}"#)).unwrap();
            (page.sheet.pages, page.sheet.total, page.faults.len())
        };
        assert_eq!(said(""), (None, None, 0));
        assert_eq!(said(r#","pageCount":null,"total":null"#), (None, None, 0));
        assert_eq!(
            said(r#","pageCount":"2","total":" 150 ""#),
            (Some(2), Some(150), 0)
        );
        assert_eq!(said(r#","pageCount":0,"total":0"#), (None, Some(0), 0));
        assert_eq!(
            said(r#","pageCount":4000000000000"#),
            (Some(u32::MAX), None, 0)
        );
        assert_eq!(said(r#","pageCount":"many","total":-1"#), (None, None, 2));
        assert!(page_of("[]").is_err());
        assert!(page_of(r#"{"entities":null}"#).is_err());
    }

    #[test]
    fn what_was_on_an_earlier_page_is_left_out() {
        let mut extent = Extent::new(9);
        let first = page_of(r#"{"entities":[{"id":"a","n":1},{"n":2}]}"#).unwrap();
        assert_eq!(first.into_fresh(1, &mut extent), ["a"]);
        let second = page_of(r#"{"entities":[{"n":2},{"id":"a","n":3},{"id":"b"}]}"#).unwrap();
        assert_eq!(second.into_fresh(2, &mut extent), ["b"]);
        assert_eq!(extent.have(), 3);
    }
}
