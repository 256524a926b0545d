//! The course of one job: it waits for a slot, takes its time, and completes or fails.

use std::sync::Arc;
use std::time::Duration;

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use super::provision::Provision;
use super::{Failure, Job, JobResult, JobStatus};
use crate::org::hooks::{self, JobEvent};
use crate::org::shared::Shared;

/// How long a job runs when no fault says otherwise: long enough to be seen, short enough to be waited for.
const QUICKEST: Duration = Duration::from_secs(2);
const SPREAD: Duration = Duration::from_secs(4);

/// Where a job stands when it begins.
pub(super) enum JobStart {
    Now(OwnedSemaphorePermit),
    Later(Arc<Semaphore>),
}

/// Runs a job to its end and tells the webhooks.
pub(super) async fn run(shared: Arc<Shared>, id: CompactString, asked: Provision, turn: JobStart) {
    let slot = match turn {
        JobStart::Now(slot) => slot,
        JobStart::Later(slots) => {
            let Ok(slot) = slots.acquire_owned().await else {
                return;
            };
            let begin = |job: &mut Job| job.status = JobStatus::Running;
            shared.jobs().change(&id, begin);
            slot
        }
    };
    tokio::time::sleep(duration(&shared)).await;
    let outcome = make(&shared, &asked);
    drop(slot);
    let ended = shared.jobs().change(&id, |job| match outcome {
        Ok(made) => {
            job.status = JobStatus::Completed;
            job.results = vec![made];
        }
        Err(failure) => {
            job.status = JobStatus::Failed;
            job.error = Some(failure);
        }
    });
    if let Some(job) = ended {
        tell(&shared, &job);
    }
}

fn duration(shared: &Shared) -> Duration {
    let fixed = shared.faults().job_ms;
    if fixed.is_zero() {
        QUICKEST + SPREAD.mul_f64(shared.draw())
    } else {
        fixed
    }
}

/// Makes the connection: a device of some user with room, registered from now on.
fn make(shared: &Shared, asked: &Provision) -> Result<JobResult, Failure> {
    shared.jobs().promise(asked)?;
    let draw = shared.draw();
    let now = Timestamp::now();
    let mut world = shared.world();
    let place = world.place_somewhere(draw, &asked.name, now);
    if let Some(place) = place {
        world.update(place, Some(true), Some(asked.audio().into()), now);
    }
    drop(world);
    if place.is_none() {
        shared.jobs().withdraw(asked);
        return Err(Failure {
            code: "users.capacity",
            message: "no user has room for another device".into(),
        });
    }
    Ok(JobResult {
        id: format_compact!("conn-{}", &Uuid::new_v4().simple().to_string()[..12]),
        name: asked.name.as_str().into(),
    })
}

/// The delivery of contract §7, with the error of a failed job beyond it.
fn tell(shared: &Arc<Shared>, job: &Job) {
    let event = match job.error {
        None => JobEvent::Completed,
        Some(_) => JobEvent::Failed,
    };
    let mut body = json!({
        "event": event.name(), "timestamp": Timestamp::now(), "jobId": job.id, "results": job.results,
    });
    if let Some(error) = &job.error {
        body["error"] = json!(error);
    }
    hooks::tell(shared, event, &body);
}
