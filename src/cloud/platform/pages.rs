//! Lists that come in pages: by number, as most do, or by a cursor in `nextUri`, as triggers and usage events do. What is a whole list
//! and what is not, [`Extent`] judges.

use serde::de::DeserializeOwned;

use super::Platform;
use crate::cloud::concern::Concern;
use crate::cloud::error::Error;
use crate::cloud::extent::Extent;
use crate::cloud::pages::{Page, read};
use crate::cloud::{Call, Dated, Fault, Urgency};

/// Entities asked for on a page: the most that every list allows.
pub(in crate::cloud) const PAGE_SIZE: &str = "100";

/// Pages read of one list at most, whatever the organisation says there are.
pub const MOST_PAGES: u32 = 1_000;

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
#[derive(Clone, Debug)]
pub struct Whole<T> {
    /// Those that could be read.
    pub entries: Vec<T>,
    /// Entries that could not, and why the list is not whole, where it is not.
    pub faults: Vec<Fault>,
    /// Why these are not all that there are; what is not among them may still be there.
    pub lack: Option<Error>,
}

impl<T> Whole<T> {
    /// Every entry, for those who may not take a part for the whole: what is not found here is not there.
    pub fn entire(self) -> Result<Vec<T>, Error> {
        match self.lack {
            Some(lack) => Err(lack),
            None => Ok(self.entries),
        }
    }

    /// The same list of other things; what is made into none is left out.
    pub fn filter_map<U>(self, make: impl FnMut(T) -> Option<U>) -> Whole<U> {
        Whole {
            entries: self.entries.into_iter().filter_map(make).collect(),
            faults: self.faults,
            lack: self.lack,
        }
    }
}

impl Platform<'_> {
    /// One page by its number, counting from 1.
    pub(in crate::cloud) async fn numbered<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        number: u32,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Dated<Page<T>>, Error> {
        let number = number.to_string();
        let paging = [("pageSize", PAGE_SIZE), ("pageNumber", number.as_str())];
        self.one(list, &paging, urgency, make).await
    }

    /// Every page of a list that counts them, one after the other. A page that cannot be read costs only itself, unless it is
    /// the first.
    pub(in crate::cloud) async fn all<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Whole<T>, Error> {
        let mut so_far = SoFar::new();
        let mut number = 1;
        loop {
            let page = self.numbered(list, number, urgency, &make).await;
            let page = page.map(|page| page.answer);
            so_far.take(number, page)?;
            number += 1;
            if number > so_far.extent.last() {
                return Ok(so_far.whole(&self.call_of(list)?));
            }
        }
    }

    /// Every page of a list that goes by cursors, one after the other. After a page that cannot be read there is no way on.
    pub(in crate::cloud) async fn all_by_cursor<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Whole<T>, Error> {
        let mut so_far = SoFar::new();
        let mut cursor: Option<String> = None;
        for number in 1..=MOST_PAGES {
            let after = cursor.as_deref().map(|after| ("after", after));
            let paging: Vec<_> = [("pageSize", PAGE_SIZE)].into_iter().chain(after).collect();
            let page = self.one(list, &paging, urgency, &make).await;
            let page = page.map(|page| page.answer);
            let next = so_far.take(number, page)?;
            let goes_on = next.is_some() && number < so_far.extent.last();
            if next.is_some() && next == cursor {
                // The same cursor again would be the same page again, for ever.
                so_far.extent.repeats(number);
            }
            if !goes_on || next == cursor {
                break;
            }
            cursor = next;
        }
        Ok(so_far.whole(&self.call_of(list)?))
    }

    async fn one<E: DeserializeOwned, T>(
        self,
        list: List<'_>,
        paging: &[(&str, &str)],
        urgency: Urgency,
        make: impl Fn(E) -> Result<T, String>,
    ) -> Result<Dated<Page<T>>, Error> {
        let query: Vec<_> = list.query.iter().chain(paging).copied().collect();
        let mut call = self.call("GET", list.path, &query, list.permissions)?;
        // Everybody's profile is read for their numbers alone.
        if list.path == ["users"] && list.query == [("expand", "station")] {
            call = call.spent_on(Concern::Numbers);
        }
        let asked = self.0.read_dated(&call, urgency).await?;
        asked
            .try_map(|body| read(&body, &call, make))
            .map_err(|reason| Error::answer(&call, reason))
    }

    /// The list itself, for what is said of it.
    fn call_of(self, list: List<'_>) -> Result<Call, Error> {
        self.call("GET", list.path, list.query, list.permissions)
    }
}

/// A list while it is read.
struct SoFar<T> {
    extent: Extent,
    entries: Vec<T>,
    faults: Vec<Fault>,
}

impl<T> SoFar<T> {
    fn new() -> Self {
        Self {
            extent: Extent::new(MOST_PAGES),
            entries: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Takes in a page, or its failure; the first page's is the list's. Returns the cursor of the next.
    fn take(&mut self, number: u32, page: Result<Page<T>, Error>) -> Result<Option<String>, Error> {
        match page {
            Ok(mut page) => {
                self.faults.append(&mut page.faults);
                let after = page.sheet.after.take();
                self.entries
                    .extend(page.into_fresh(number, &mut self.extent));
                Ok(after)
            }
            Err(error) if number == 1 => Err(error),
            Err(error) => {
                self.extent.failed(error);
                Ok(None)
            }
        }
    }

    fn whole(mut self, call: &Call) -> Whole<T> {
        let lack = self.extent.shortfall().map(|reason| {
            self.faults.push(Fault(format!("{call}: {reason}").into()));
            let said = || Error::answer(call, reason.clone());
            self.extent.why().cloned().unwrap_or_else(said)
        });
        Whole {
            entries: self.entries,
            faults: self.faults,
            lack,
        }
    }
}
