//! The same questions about conversations, answered later and in parts (Platform API, details jobs).

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Answer, Call, details, ok};
use crate::org::platform::empty;
use crate::org::platform::sparse::{moment, sparse};

/// The kind of questions of this room.
const DETAILS: &str = "conversation details";

/// How long an answer is said to be kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// `POST analytics/conversations/details/jobs`.
pub(super) fn begin(call: &Call<'_>) -> Answer {
    let found = details::all(call)?;
    let mut records = call.shared.records();
    let (id, _) = records.later.ask(DETAILS, Value::Null, found);
    ok(&json!({"jobId": id}))
}

/// `GET …/jobs/{jobId}`.
pub(super) fn state(call: &Call<'_>) -> Answer {
    let mut records = call.shared.records();
    let job = records.later.get(DETAILS, call.id(0))?;
    let done = job.is_done().then(|| moment(job.done()));
    ok(&sparse(json!({
        "state": if done.is_some() { "FULFILLED" } else { "PENDING" },
        "submissionDate": moment(job.at), "completionDate": done,
        "expirationDate": job.at.checked_add(KEPT).ok().map(moment),
    })))
}

/// `DELETE …/jobs/{jobId}`.
pub(super) fn forget(call: &Call<'_>) -> Answer {
    call.shared.records().later.remove(DETAILS, call.id(0))?;
    empty(StatusCode::NO_CONTENT)
}

/// `GET …/jobs/{jobId}/results`.
pub(super) fn results(call: &Call<'_>) -> Answer {
    let mut records = call.shared.records();
    let job = records.later.get(DETAILS, call.id(0))?;
    let (part, cursor) = job.part(call)?;
    ok(&sparse(json!({
        "conversations": part, "cursor": cursor, "dataAvailabilityDate": moment(job.at),
    })))
}

/// `GET …/jobs/availability`: everything is there at once.
pub(super) fn availability(_: &Call<'_>) -> Answer {
    ok(&json!({"dataAvailabilityDate": moment(Timestamp::now())}))
}
