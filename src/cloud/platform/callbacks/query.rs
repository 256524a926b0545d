//! The question for callbacks: the API has no list of them, but its analytics know every conversation.

use jiff::{SignedDuration, Timestamp};

use crate::cloud::platform::analytics::{Ended, Query, interval};

/// How far back a callback may have been booked that is still to come: thirty days is as far ahead as one can be booked, and
/// thirty-one is the longest interval that may be asked for.
const BOOKED: SignedDuration = SignedDuration::from_hours(30 * 24 + 12);

/// How long those that are over are still told of: what ended while nobody looked shows its end.
const OVER: SignedDuration = SignedDuration::from_hours(2);

/// Which callbacks are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that have not ended.
    Open,
    /// Those that ended within the last hours.
    Over,
}

/// One page of the question, the newest first: what is left out is what was booked longest ago.
pub(super) fn query(which: Which, now: Timestamp, page: usize) -> Query {
    let (reach, ended) = match which {
        Which::Open => (BOOKED, Ended::No),
        Which::Over => (OVER, Ended::Yes),
    };
    Query::of(interval(reach, now), ended, page).of_media("callback")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_open_ones_are_asked_for_within_the_longest_interval_there_is() {
        let now = "2026-06-15T14:03:22Z".parse().unwrap();
        let asked = serde_json::to_value(query(Which::Open, now, 2)).unwrap();
        assert_eq!(
            asked,
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
        let over = serde_json::to_value(query(Which::Over, now, 1)).unwrap();
        assert_eq!(
            over["interval"],
            "2026-06-15T12:03:22.000Z/2026-06-15T14:08:22.000Z"
        );
    }
}
