//! The calls about jobs and edges.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;

use super::provision::Provision;
use super::run::{self, Turn};
use super::{Job, Status};
use crate::org::reply::{self, Refusal, Reply};
use crate::org::shared::Shared;

/// The most jobs that one list holds.
const LISTED: usize = 500;

/// `POST /api/v2/async-jobs/telephony/web-rtc/provision`: takes a job, which runs at once or queues.
pub(in crate::org) fn submit(shared: &Arc<Shared>, body: &[u8]) -> Result<Reply, Refusal> {
    let asked = Provision::parse(body)?;
    let mut jobs = shared.jobs();
    let slots = Arc::clone(&jobs.slots);
    let (status, turn) = match Arc::clone(&slots).try_acquire_owned() {
        Ok(slot) => (Status::Running, Turn::Now(slot)),
        Err(_) => (Status::Queued, Turn::Later(slots)),
    };
    let job = jobs.add(&asked.name, status).ok_or_else(crowded)?;
    drop(jobs);
    let course = run::run(Arc::clone(shared), job.id.clone(), asked, turn);
    if !shared.errands.begin(course) {
        shared.jobs().change(&job.id, |job| {
            job.status = Status::Failed;
            job.error = Some(super::Failure {
                code: "too.many.jobs",
                message: "the job could not begin".into(),
            });
        });
    }
    Ok(reply::json(StatusCode::CREATED, &job))
}

fn crowded() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too.many.jobs",
        "too many jobs are under way",
    )
}

/// `GET /api/v2/async-jobs`: the newest ones first.
pub(in crate::org) fn list(shared: &Shared) -> Reply {
    let jobs = shared.jobs();
    let newest: Vec<Job> = jobs.known.iter().rev().take(LISTED).cloned().collect();
    drop(jobs);
    reply::json(StatusCode::OK, &json!({"entities": newest}))
}

/// `GET /api/v2/async-jobs/{id}`.
pub(in crate::org) fn job(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let job = shared.jobs().job(id).cloned();
    let job = job.ok_or_else(|| Refusal::not_found(format!("there is no job {id:?}")))?;
    Ok(reply::json(StatusCode::OK, &job))
}

/// `GET /api/v2/telephony/providers/edges`: beyond the contract, for whoever has to name one.
pub(in crate::org) fn edges(shared: &Shared) -> Reply {
    let edges = shared.jobs().edges.clone();
    reply::json(StatusCode::OK, &json!({"entities": edges}))
}
