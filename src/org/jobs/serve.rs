//! The calls about jobs.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::provision::Provision;
use super::run::{self, JobStart};
use super::{Job, JobStatus};
use crate::org::access::scopes;
use crate::org::operation::{Answer, Call, Operation, created, ok, operation};
use crate::org::reply::Refusal;

const READ: &[&str] = &["asyncjobs:read"];

/// The most jobs that one list holds.
const LISTED: usize = 500;

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(in crate::org) const OPERATIONS: &[Operation] = &[
    operation(Method::POST, "async-jobs/telephony/web-rtc/provision", scopes(&["telephony:edge:write"]), submit),
    operation(Method::GET, "async-jobs", scopes(READ), list),
    operation(Method::GET, "async-jobs/{id}", scopes(READ), job),
];

/// `POST /api/v2/async-jobs/telephony/web-rtc/provision`: takes a job, which runs at once or queues.
fn submit(call: &Call<'_>) -> Answer {
    let (shared, asked) = (call.shared, Provision::parse(&call.body)?);
    let mut jobs = shared.jobs();
    let slots = Arc::clone(&jobs.slots);
    let (status, turn) = match Arc::clone(&slots).try_acquire_owned() {
        Ok(slot) => (JobStatus::Running, JobStart::Now(slot)),
        Err(_) => (JobStatus::Queued, JobStart::Later(slots)),
    };
    let job = jobs.add(&asked.name, status).ok_or_else(crowded)?;
    drop(jobs);
    let course = run::run(Arc::clone(shared), job.id.clone(), asked, turn);
    if !shared.errands.begin(course) {
        shared.jobs().change(&job.id, |job| {
            job.status = JobStatus::Failed;
            job.error = Some(super::Failure {
                code: "too.many.jobs",
                message: "the job could not begin".into(),
            });
        });
    }
    created(&job)
}

fn crowded() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too.many.jobs",
        "too many jobs are under way",
    )
}

/// `GET /api/v2/async-jobs`: the newest ones first.
fn list(call: &Call<'_>) -> Answer {
    let jobs = call.shared.jobs();
    let newest: Vec<Job> = jobs.known.iter().rev().take(LISTED).cloned().collect();
    drop(jobs);
    ok(&json!({"entities": newest}))
}

/// `GET /api/v2/async-jobs/{id}`.
fn job(call: &Call<'_>) -> Answer {
    let id = call.id(0);
    let job = call.shared.jobs().job(id).cloned();
    let job = job.ok_or_else(|| Refusal::not_found(format!("there is no job {id:?}")))?;
    ok(&job)
}
