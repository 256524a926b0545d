//! Lists that come in pages: by number, as most do, or by a cursor in `nextUri`, as triggers and usage events do.
//!
//! Both kinds end where the organisation says, where a page is empty, or after a bound of ours: then the list says that it
//! was cut. A URI from an answer is never followed as it is, because the token would go with it: only its cursor is taken.

use std::fmt;

use serde::de::DeserializeOwned;

use super::Platform;
use crate::cloud::entities::{Faults, page};
use crate::cloud::error::Error;
use crate::cloud::{Fault, Urgency};

/// Entities asked for on a page: the most that every list allows.
pub(in crate::cloud) const PAGE_SIZE: &str = "100";

/// Pages read of one list at most, whatever the organisation says there are.
pub(in crate::cloud) const MOST_PAGES: u32 = 1_000;

/// Characters of a cursor; what is longer goes into no URL.
const CURSOR: usize = 2_048;

/// Where a list is, what narrows it down, and what a refusal names.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud) struct List<'a> {
    /// Segments under `/api/v2`.
    pub(in crate::cloud) path: &'a [&'a str],
    /// Further parameters; those of paging are added.
    pub(in crate::cloud) query: &'a [(&'a str, &'a str)],
    /// The permissions that it takes.
    pub(in crate::cloud) permissions: &'static [&'static str],
}

/// A list as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole<T> {
    /// Those that could be read.
    pub entries: Vec<T>,
    /// Entries that could not.
    pub faults: Vec<Fault>,
    /// Whether there were more pages than are ever read.
    pub cut: bool,
}

impl<T> Default for Whole<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            faults: Vec::new(),
            cut: false,
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Those that could be read.
    pub entries: Vec<T>,
    /// Entries that could not.
    pub faults: Vec<Fault>,
    /// How many pages there are, when the organisation says; never more than are ever read.
    pub pages: Option<u32>,
    /// How many entities there are in all, when it says.
    pub total: Option<u64>,
    /// How many this page held, unreadable ones included: an empty page is the end.
    pub held: usize,
    /// The cursor of the next page, of lists that have one.
    pub after: Option<String>,
}

impl Platform<'_> {
    /// One page by its number, counting from 1.
    pub(in crate::cloud) async fn numbered<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        number: u32,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Page<T>, Error> {
        let number = number.to_string();
        let paging = [("pageSize", PAGE_SIZE), ("pageNumber", number.as_str())];
        self.one(list, &paging, urgency, make).await
    }

    /// Every page of a list that counts them, one after the other.
    pub(in crate::cloud) async fn all<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Whole<T>, Error> {
        let mut whole = Whole::default();
        for number in 1..=MOST_PAGES {
            let page = self.numbered(list, number, urgency, &make).await?;
            let ends = page.held == 0 || page.pages.is_some_and(|pages| number >= pages);
            whole.take(page.entries, page.faults);
            if ends {
                return Ok(whole);
            }
        }
        Ok(Whole { cut: true, ..whole })
    }

    /// Every page of a list that goes by cursors, one after the other.
    pub(in crate::cloud) async fn all_by_cursor<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Whole<T>, Error> {
        let mut whole = Whole::default();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let after = cursor.as_deref().map(|after| ("after", after));
            let paging: Vec<_> = [("pageSize", PAGE_SIZE)].into_iter().chain(after).collect();
            let page = self.one(list, &paging, urgency, &make).await?;
            whole.take(page.entries, page.faults);
            // The same cursor again would be the same page again, for ever.
            if page.held == 0 || page.after.is_none() || page.after == cursor {
                return Ok(whole);
            }
            cursor = page.after;
        }
        Ok(Whole { cut: true, ..whole })
    }

    async fn one<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        paging: &[(&str, &str)],
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Page<T>, Error> {
        let query: Vec<_> = list.query.iter().chain(paging).copied().collect();
        let call = self.call("GET", list.path, &query, list.permissions)?;
        let body = self.ask(&call, urgency).await?;
        read(&body, &call, make).map_err(|reason| Error::answer(&call, reason))
    }
}

impl<T> Whole<T> {
    fn take(&mut self, entries: Vec<T>, faults: Vec<Fault>) {
        self.entries.extend(entries);
        self.faults.extend(faults);
    }
}

/// Reads a page. The error is what is wrong with the page as a whole.
fn read<E: DeserializeOwned, T>(
    body: &[u8],
    call: &dyn fmt::Display,
    make: impl Fn(E) -> Result<T, String>,
) -> Result<Page<T>, String> {
    let page = page(body)?;
    let mut faults = Faults::new(call);
    let entries = faults.keep(&page.entities, make);
    let total = faults.optional("total", page.total);
    let pages: Option<u32> = faults.optional("pageCount", page.page_count);
    let next: Option<String> = faults.optional("nextUri", page.next_uri);
    let after = after(next.as_deref())?;
    Ok(Page {
        entries,
        faults: faults.told(),
        pages: pages.map(|pages| pages.min(MOST_PAGES)),
        total,
        held: page.entities.len(),
        after,
    })
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
    use serde::Deserialize;

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
        assert_eq!((page.pages, page.total, page.held), (Some(3), Some(203), 3));
        assert_eq!((page.faults.len(), page.after), (1, None));
        assert!(page.faults[0].to_string().contains("entities[1]"));
    }

    #[test]
    fn a_cursor_is_taken_out_of_a_uri_that_is_not_followed() {
        let next = |uri: &str| {
            page_of(&format!(r#"{{"entities":[],"nextUri":{uri:?}}}"#)).map(|page| page.after)
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
    fn an_absurd_count_of_pages_is_bounded() {
        let page = page_of(r#"{"entities":[],"pageCount":4000000000}"#).unwrap();
        assert_eq!(page.pages, Some(MOST_PAGES));
        assert!(page_of("[]").is_err());
        assert!(page_of(r#"{"entities":null}"#).is_err());
    }
}
