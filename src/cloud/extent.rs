//! How far a list that comes in pages has been read, when that is all, and whether it can be believed: one judge for both
//! APIs, whichever order the pages come in.
//!
//! An organisation counts its pages, or its entities, or neither, and may be wrong. So a list ends where it says it does,
//! at a page that brings nothing new, after a few empty pages in a row, or at a bound of ours; what was read is then held
//! against the total that it names.

use hashbrown::HashSet;

use super::error::Error;
use super::pages::{PAGE, Sheet};

/// Pages in a row that bring nothing before the list counts as ended: one empty page in the middle is no end.
const BARREN: u32 = 6;

/// What one list has come to.
#[derive(Debug)]
pub struct Extent {
    /// What tells entities apart: the same one on two pages is one.
    seen: HashSet<u64>,
    /// Pages read at most.
    most: u32,
    /// Entities that there are, as the organisation says.
    total: Option<u64>,
    /// Pages that there are, as the organisation says.
    said: Option<u32>,
    /// Entities on the fullest page.
    fullest: usize,
    /// The last page that brought something.
    fruitful: u32,
    /// The last page there is, because a page repeated what was known.
    ended: Option<u32>,
    /// A page repeated what was known where more should have been.
    circles: bool,
    /// Pages that could not be read, and why the first of them could not.
    failed: u32,
    why: Option<Error>,
}

impl Extent {
    /// Nothing read yet, and never more than `most` pages.
    #[must_use]
    pub fn new(most: u32) -> Self {
        Self {
            seen: HashSet::new(),
            most,
            total: None,
            said: None,
            fullest: 0,
            fruitful: 0,
            ended: None,
            circles: false,
            failed: 0,
            why: None,
        }
    }

    /// Takes in a page. For each of its entities, whether it is new.
    pub fn take(&mut self, number: u32, sheet: &Sheet) -> Vec<bool> {
        let fresh: Vec<bool> = sheet
            .keys
            .iter()
            .map(|key| self.seen.insert(*key))
            .collect();
        self.fullest = self.fullest.max(fresh.len());
        self.total = sheet.total.or(self.total);
        self.said = sheet.pages.max(self.pages_by_total()).or(self.said);
        if fresh.contains(&true) {
            self.fruitful = self.fruitful.max(number);
        } else if !fresh.is_empty() {
            self.circles |= self.said.is_none_or(|said| number < said);
            self.ended = Some(self.ended.unwrap_or(number).min(number));
        }
        fresh
    }

    /// A page could not be read, after its retries: the others still can.
    pub fn failed(&mut self, why: Error) {
        self.failed = self.failed.saturating_add(1);
        self.why.get_or_insert(why);
    }

    /// A page names itself as the next one.
    pub fn repeats(&mut self, number: u32) {
        self.circles = true;
        self.ended = Some(number);
    }

    /// The last page to read, as far as is known now.
    #[must_use]
    pub fn last(&self) -> u32 {
        let next = match self.said {
            Some(said) => said.min(self.fruitful.saturating_add(BARREN)),
            // Nobody says how many there are: on to the first that brings nothing.
            None => self.fruitful.saturating_add(1),
        };
        self.ended.unwrap_or(next).min(self.most)
    }

    /// The last page there is, where a page has shown it.
    #[must_use]
    pub fn ended(&self) -> Option<u32> {
        self.ended
    }

    /// Entities that were read so far, unreadable ones included.
    #[must_use]
    pub fn have(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Entities that the organisation says there are and that no page brought.
    #[must_use]
    pub fn lacking(&self) -> u64 {
        self.total
            .map_or(0, |total| total.saturating_sub(self.have()))
    }

    /// Why what was read is not everything, once every page has been read; none where it can be believed.
    #[must_use]
    pub fn shortfall(&self) -> Option<String> {
        let held = match self.total {
            Some(total) if self.lacking() > 0 => format!("only {} of {total} came", self.have()),
            _ => format!("{} came", self.have()),
        };
        let pages = if self.failed == 1 { "page" } else { "pages" };
        if let Some(why) = &self.why {
            return Some(format!(
                "the list is not whole, {held}: {} {pages} could not be read; {why}",
                self.failed
            ));
        }
        let unsure = self.circles && self.total.is_none();
        let cut = self.fruitful >= self.most && self.said.is_none_or(|said| said > self.most);
        match () {
            () if cut => Some(format!(
                "the list is not whole, {held}: it has more than {} pages",
                self.most
            )),
            () if self.circles && self.lacking() > 0 || unsure => Some(format!(
                "the list is not whole, {held}: its pages repeat themselves"
            )),
            () if self.lacking() > 0 => Some(format!("the list is not whole, {held}")),
            () => None,
        }
    }

    /// The failure of a page, where one failed.
    #[must_use]
    pub fn why(&self) -> Option<&Error> {
        self.why.as_ref()
    }

    fn pages_by_total(&self) -> Option<u32> {
        let size = if self.fullest == 0 {
            PAGE
        } else {
            self.fullest
        };
        let pages = self.total?.div_ceil(size as u64);
        Some(u32::try_from(pages).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests;
