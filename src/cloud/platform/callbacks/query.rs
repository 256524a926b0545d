//! The question for callbacks: the API has no list of them, but its analytics know every conversation.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Conversations on one page; the API's most.
pub(super) const PAGE: usize = 100;

/// How far back a callback may have been booked that is still to come: thirty days is as far ahead as one can be booked, and
/// thirty-one is the longest interval that may be asked for.
const BOOKED: SignedDuration = SignedDuration::from_hours(30 * 24 + 12);

/// How long those that are over are still told of: what ended while nobody looked shows its end.
const OVER: SignedDuration = SignedDuration::from_hours(2);

/// The organisation's clock may be ahead of ours: what begins now is within the interval all the same.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Which callbacks are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that have not ended.
    Open,
    /// Those that ended within the last hours.
    Over,
}

/// One page of the question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    interval: String,
    order: &'static str,
    order_by: &'static str,
    paging: Paging,
    conversation_filters: [Filter; 1],
    segment_filters: [Filter; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Paging {
    page_size: usize,
    page_number: usize,
}

#[derive(Debug, Serialize)]
struct Filter {
    #[serde(rename = "type")]
    kind: &'static str,
    predicates: [Predicate; 1],
}

#[derive(Debug, Serialize)]
struct Predicate {
    #[serde(rename = "type")]
    kind: &'static str,
    dimension: &'static str,
    operator: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'static str>,
}

impl Query {
    /// The newest first, so that what is left out is what was booked longest ago.
    pub(super) fn of(which: Which, now: Timestamp, page: usize) -> Self {
        let (reach, operator) = match which {
            Which::Open => (BOOKED, "notExists"),
            Which::Over => (OVER, "exists"),
        };
        let at = |by: SignedDuration| now.checked_add(by).unwrap_or(now);
        Self {
            interval: format!("{:.3}/{:.3}", at(-reach), at(AHEAD)),
            order: "desc",
            order_by: "conversationStart",
            paging: Paging {
                page_size: PAGE,
                page_number: page,
            },
            conversation_filters: [dimension("conversationEnd", operator, None)],
            segment_filters: [dimension("mediaType", "matches", Some("callback"))],
        }
    }
}

fn dimension(
    dimension: &'static str,
    operator: &'static str,
    value: Option<&'static str>,
) -> Filter {
    Filter {
        kind: "and",
        predicates: [Predicate {
            kind: "dimension",
            dimension,
            operator,
            value,
        }],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_open_ones_are_asked_for_within_the_longest_interval_there_is() {
        let now = "2026-06-15T14:03:22Z".parse().unwrap();
        let query = serde_json::to_value(Query::of(Which::Open, now, 2)).unwrap();
        assert_eq!(
            query,
            json!({
                "interval": "2026-05-16T02:03:22.000Z/2026-06-15T14:08:22.000Z",
                "order": "desc", "orderBy": "conversationStart",
                "paging": {"pageSize": 100, "pageNumber": 2},
                "conversationFilters": [{"type": "and", "predicates": [
                    {"type": "dimension", "dimension": "conversationEnd", "operator": "notExists"}]}],
                "segmentFilters": [{"type": "and", "predicates": [
                    {"type": "dimension", "dimension": "mediaType", "operator": "matches", "value": "callback"}]}]
            })
        );
        let over = serde_json::to_value(Query::of(Which::Over, now, 1)).unwrap();
        assert_eq!(
            over["interval"],
            "2026-06-15T12:03:22.000Z/2026-06-15T14:08:22.000Z"
        );
    }
}
