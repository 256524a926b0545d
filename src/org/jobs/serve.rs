//! The calls about jobs.

use std::borrow::Cow;
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;

use super::provision::Provision;
use super::run::{self, Turn};
use super::{Job, Status};
use crate::org::reply::{self, Refusal, Reply};
use crate::org::resource::{Call, Rule, Verb};
use crate::org::route::decode;
use crate::org::shared::Shared;

/// The most jobs that one list holds.
const LISTED: usize = 500;

/// What is served about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::org) enum Path<'a> {
    Provision,
    Jobs,
    Job(Cow<'a, str>),
}

impl<'a> Path<'a> {
    /// By the parts of a path after `/api/v2`.
    pub(in crate::org) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["async-jobs", "telephony", "web-rtc", "provision"] => Self::Provision,
            ["async-jobs"] => Self::Jobs,
            ["async-jobs", id] => Self::Job(decode(id)?),
            _ => return None,
        })
    }

    /// The verbs each takes.
    pub(in crate::org) const fn rules(&self) -> &'static [Rule] {
        match self {
            Self::Provision => &[(Verb::Post, "telephony:edge:write")],
            Self::Jobs | Self::Job(_) => &[(Verb::Get, "asyncjobs:read")],
        }
    }

    /// Answers a call whose verb, token and scope are in order.
    pub(in crate::org) fn answer(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        match self {
            Self::Provision => submit(call.shared, &call.body),
            Self::Jobs => Ok(list(call.shared)),
            Self::Job(id) => job(call.shared, id),
        }
    }
}

/// `POST /api/v2/async-jobs/telephony/web-rtc/provision`: takes a job, which runs at once or queues.
fn submit(shared: &Arc<Shared>, body: &[u8]) -> Result<Reply, Refusal> {
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
fn list(shared: &Shared) -> Reply {
    let jobs = shared.jobs();
    let newest: Vec<Job> = jobs.known.iter().rev().take(LISTED).cloned().collect();
    drop(jobs);
    reply::json(StatusCode::OK, &json!({"entities": newest}))
}

/// `GET /api/v2/async-jobs/{id}`.
fn job(shared: &Shared, id: &str) -> Result<Reply, Refusal> {
    let job = shared.jobs().job(id).cloned();
    let job = job.ok_or_else(|| Refusal::not_found(format!("there is no job {id:?}")))?;
    Ok(reply::json(StatusCode::OK, &job))
}
