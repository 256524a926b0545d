//! Questions about conversations and queues, answered from what is so now (Platform API, Analytics).
//!
//! Filters are judged on the very rows that are answered: a dimension is the field of that name.

mod activity;
mod details;
mod filter;
mod jobs;
mod observations;

use super::access::any;
use super::{Answer, Call, Method, Operation, ok, operation};

const OBSERVE: &[&str] = &["analytics:queueObservation:view"];

/// What shows conversations in their details.
const DETAILS: &[&str] = &[
    "analytics:conversationDetail:view",
    "analytics:agentConversationDetail:view",
];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::POST, "analytics/conversations/details/query", any(DETAILS), details::query),
    operation(Method::POST, "analytics/conversations/details/jobs", any(DETAILS), jobs::begin),
    operation(Method::GET, "analytics/conversations/details/jobs/{jobId}", any(DETAILS), jobs::state),
    operation(Method::DELETE, "analytics/conversations/details/jobs/{jobId}", any(DETAILS), jobs::forget),
    operation(Method::GET, "analytics/conversations/details/jobs/{jobId}/results", any(DETAILS), jobs::results),
    operation(Method::GET, "analytics/conversations/details/jobs/availability", any(&["analytics:conversationDetail:view"]), jobs::availability),
    operation(Method::POST, "analytics/conversations/activity/query", any(OBSERVE), activity::query),
    operation(Method::POST, "analytics/queues/observations/query", any(OBSERVE), observations::query),
];
