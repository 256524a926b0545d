//! The conversation detail query: the one question by which conversations of the whole organisation are found, since the
//! lists of `/conversations` hold only one's own.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Platform;
use crate::cloud::entities::one;
use crate::cloud::{Call, Error};

/// Conversations on one page; the API's most.
pub(super) const PAGE: usize = 100;

/// What asking takes (Platform API).
const PERMISSIONS: &[&str] = &["analytics:conversationDetail:view"];

/// The organisation's clock may be ahead of ours: what begins now is within the interval all the same.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Whether conversations are asked for that have an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// They go on.
    No,
    /// They are over.
    Yes,
}

/// One page of the question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    interval: String,
    order: &'static str,
    order_by: &'static str,
    paging: Paging,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_filters: Option<[Filter; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment_filters: Option<[Filter; 1]>,
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
    /// Those of an interval; the newest first, so that what is left out is what began longest ago.
    pub(super) fn of(interval: String, ended: Ended, page: usize) -> Self {
        let operator = match ended {
            Ended::No => "notExists",
            Ended::Yes => "exists",
        };
        Self {
            interval,
            order: "desc",
            order_by: "conversationStart",
            paging: Paging {
                page_size: PAGE,
                page_number: page,
            },
            conversation_filters: Some([dimension("conversationEnd", operator, None)]),
            segment_filters: None,
        }
    }

    /// Those of an interval, whether they go on or not.
    pub(super) fn all(interval: String, page: usize) -> Self {
        Self {
            conversation_filters: None,
            ..Self::of(interval, Ended::No, page)
        }
    }

    /// Of these, those of one medium.
    pub(super) fn of_media(self, medium: &'static str) -> Self {
        Self {
            segment_filters: Some([dimension("mediaType", "matches", Some(medium))]),
            ..self
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

/// The time up to a moment, as the API writes intervals (ISO 8601), and a little more.
pub(super) fn interval(reach: SignedDuration, now: Timestamp) -> String {
    let at = |by: SignedDuration| now.checked_add(by).unwrap_or(now);
    format!("{:.3}/{:.3}", at(-reach), at(AHEAD))
}

/// One page of the answer, its conversations not yet read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found<'a> {
    /// Left out where nothing was found.
    #[serde(borrow, default)]
    pub(super) conversations: Vec<&'a RawValue>,
    /// How many there are in all; 0 when not told.
    #[serde(default)]
    pub(super) total_hits: usize,
}

impl<'a> Found<'a> {
    /// Reads what is around the conversations. The error is what is wrong with it.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, String> {
        one(body)
    }
}

impl Platform<'_> {
    /// The call that asks it.
    pub(super) fn details(self, query: &Query) -> Result<Call, Error> {
        let path = ["analytics", "conversations", "details", "query"];
        self.question(&path, PERMISSIONS, query)
    }
}
