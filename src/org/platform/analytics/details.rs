//! `POST analytics/conversations/details/query`: every conversation of an interval, callbacks included.

mod media;
mod row;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::{AnalyticsFilter, bad};
use super::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// The longest interval of one question, in days.
const LONGEST: i64 = 31;

/// The most conversations on a page, and how far pages go.
const MOST_A_PAGE: usize = 100;
const FARTHEST: usize = 100_000;

/// The question (`ConversationQuery`), as far as it is answered here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsQuery {
    interval: String,
    #[serde(default)]
    conversation_filters: Vec<AnalyticsFilter>,
    #[serde(default)]
    segment_filters: Vec<AnalyticsFilter>,
    order: Option<String>,
    order_by: Option<String>,
    paging: Option<Paging>,
    #[serde(default)]
    aggregations: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paging {
    page_size: usize,
    page_number: usize,
}

/// From a moment to another.
#[derive(Clone, Copy, Debug)]
struct Interval {
    from: Timestamp,
    to: Timestamp,
}

impl Interval {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let ends = text.split_once('/');
        let ends = ends.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        let Some((from, to)) = ends else {
            return Err(bad(&format!("{text:?} is no interval of two times")));
        };
        let interval = Self { from, to };
        let length = to.duration_since(from);
        if from >= to || length > SignedDuration::from_hours(24 * LONGEST) {
            return Err(bad(&format!(
                "an interval is over 0 and at most {LONGEST} days long"
            )));
        }
        Ok(interval)
    }

    /// Whether something went on in it.
    fn touches(self, started: Timestamp, ended: Option<Timestamp>) -> bool {
        started < self.to && ended.is_none_or(|ended| ended >= self.from)
    }
}

impl DetailsQuery {
    fn check(&self) -> Result<(), Refusal> {
        if !self.aggregations.is_empty() {
            return Err(bad("aggregations are not made here"));
        }
        let filters = self.conversation_filters.iter();
        filters
            .chain(&self.segment_filters)
            .try_for_each(AnalyticsFilter::check)
    }

    /// The part of all hits that is asked for.
    fn page(&self) -> Result<(usize, usize), Refusal> {
        let (size, number) = match &self.paging {
            Some(paging) => (paging.page_size, paging.page_number),
            None => (25, 1),
        };
        let end = size.saturating_mul(number);
        if !(1..=MOST_A_PAGE).contains(&size) || number == 0 || end > FARTHEST {
            let message = format!("pages are of 1 to {MOST_A_PAGE}, up to {FARTHEST} in all");
            return Err(bad(&message));
        }
        Ok((end - size, size))
    }

    /// Each filter of conversations holds, and each of segments does of one of them.
    fn wants(&self, row: &Value) -> bool {
        let mut conversation = self.conversation_filters.iter();
        conversation.all(|filter| filter.holds(&[row]))
            && self.segment_filters.iter().all(|filter| {
                let mut segments = row::segments(row);
                segments.any(|layers| filter.holds(&layers))
            })
    }

    /// All hits, in their order.
    fn answer(&self, call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
        self.check()?;
        let mut rows = rows(call, Interval::parse(&self.interval)?);
        rows.retain(|row| self.wants(row));
        self.sort(&mut rows);
        Ok(rows)
    }

    fn sort(&self, rows: &mut [Value]) {
        let by = match self.order_by.as_deref() {
            Some("conversationEnd") => "conversationEnd",
            _ => "conversationStart",
        };
        // Times are all written alike, so that their texts sort as they do.
        rows.sort_by(|one, other| one[by].as_str().cmp(&other[by].as_str()));
        if self.order.as_deref() == Some("desc") {
            rows.reverse();
        }
    }
}

/// Answers the question.
pub(super) fn query(call: &Call<'_>) -> Answer {
    let asked: DetailsQuery = call.read()?;
    let ((skip, size), rows) = (asked.page()?, asked.answer(call)?);
    let total = rows.len();
    let page: Vec<Value> = rows.into_iter().skip(skip).take(size).collect();
    // The service leaves the list out when nothing is on the page.
    ok(&if page.is_empty() {
        json!({"totalHits": total})
    } else {
        json!({"conversations": page, "totalHits": total})
    })
}

/// Every hit of a question that is answered later.
pub(super) fn all(call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
    let asked: DetailsQuery = call.read()?;
    asked.answer(call)
}

fn rows(call: &Call<'_>, interval: Interval) -> Vec<Value> {
    let share = call.shared.faults().bad_calls;
    let lines = {
        let since = call.shared.interactions().bad_since;
        media::Lines::of(&call.shared.world(), since.map(|since| (since, share)))
    };
    let interactions = call.shared.interactions();
    let touched = interactions.all();
    let touched = touched.filter(|one| interval.touches(one.started, one.ended));
    let rows = touched.map(|one| row::of_interaction(one, &lines));
    let mut rows: Vec<Value> = rows.collect();
    drop(interactions);
    let book = call.shared.book();
    let touched = book.all();
    let touched = touched.filter(|one| interval.touches(one.created, one.beyond.ended));
    rows.extend(touched.map(row::of_callback));
    rows
}
