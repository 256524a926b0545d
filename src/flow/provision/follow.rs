//! Following a job until it has ended, and finding one whose submit got no answer.

use std::time::Duration;

use tokio::time::Instant;

use super::{CHECK, doubt, record};
use crate::cloud::{Error, Urgency};
use crate::flow::{Failure, FlowNews, Run};
use crate::model::JobId;
use crate::model::flow::Outcome;
use crate::model::job::{By, Follow, JobEvent, JobKey, Phase, Word};
use crate::text::Text;
use crate::time::Millis;

/// Between two polls of a job (contract §2).
const POLL: Duration = Duration::from_secs(3);

/// After a poll that failed and named no time (contract §2), and between two looks for a lost job.
const AGAIN: Duration = Duration::from_secs(2);

/// Looks for a lost job this often: the organisation may list it a moment after it was taken.
const LOOKS: u32 = 3;

/// How far the organisation's clock may be behind ours: a job that it dates earlier than the submit by more is another.
const CLOCK_SLACK_MS: i64 = 5 * 60 * 1_000;

/// A job that is followed.
pub(super) struct Followed {
    /// Its row.
    pub key: JobKey,
    /// The organisation's id.
    pub id: JobId,
    /// The name of what it is to make.
    pub name: Text,
    /// When its submit began, where it has been followed since.
    pub submitted: Option<Millis>,
}

/// Polls a job until it has ended, and puts its end on record.
pub(super) async fn follow(run: &Run<'_>, job: &Followed) -> Outcome {
    let (key, id) = (&job.key, &job.id);
    let mut doing = run.begin("follow", id.to_string());
    let deadline = run.kit.profile.deadlines.job;
    let until = Instant::now() + deadline;
    loop {
        let polled = run.unless_stopped(run.kit.client.job(id)).await;
        let Ok(polled) = polled else {
            doing.done("not followed any more");
            return unfollowed(run, key);
        };
        let wait = match polled {
            Ok(word) => {
                let said = word.clone();
                if let Some(end) = heard(run, key, word, &mut doing) {
                    doing.done("");
                    recorded(run, job, &said).await;
                    return end;
                }
                POLL
            }
            // The job goes on whatever a read of it comes to: a server that fails at it now may not in a moment.
            Err(error) if error.passing() || error.status().is_some_and(|status| status >= 500) => {
                doing.note(error.to_string());
                error.retry_after().unwrap_or(AGAIN)
            }
            Err(error) => {
                doing.failed(error.to_string());
                return lost(run, key, id, &error.to_string());
            }
        };
        if Instant::now() + wait > until {
            let minutes = deadline.as_secs() / 60;
            let why = format!("{id} has not ended within {minutes} minutes.");
            doing.failed(why.clone());
            return lost(run, key, id, &why);
        }
        // A stop is noticed by the next poll's own wait.
        let _ = run.unless_stopped(tokio::time::sleep(wait)).await;
    }
}

/// Puts the end of a job on record; what cannot be written is said, for the job is over all the same.
async fn recorded(run: &Run<'_>, job: &Followed, word: &Word) {
    let took = job.submitted.map(|at| run.kit.clock.now().since(at));
    if let Err(why) = record::ended(run.kit, (&job.key, &job.name), word, (By::Poll, took)).await {
        run.begin("audit", "").failed(why);
    }
}

/// Takes in what a poll said; the end, if it is one.
fn heard(
    run: &Run<'_>,
    key: &JobKey,
    word: Word,
    doing: &mut crate::flow::Doing<'_>,
) -> Option<Outcome> {
    let at = run.kit.clock.now();
    let end = match word.phase {
        Some(Phase::Completed) => Some(Outcome::Done(made(&word).into())),
        Some(Phase::Failed | Phase::Ended) => Some(Outcome::Refused(failed(&word).into())),
        Some(Phase::Queued) => {
            doing.note("queued");
            None
        }
        Some(_) => {
            doing.note("running");
            None
        }
        None => {
            doing.note("no status is given");
            None
        }
    };
    let by = By::Poll;
    run.tell(FlowNews::Job(key.clone(), JobEvent::Heard { at, by, word }));
    end
}

fn made(word: &Word) -> String {
    let made: Vec<_> = word
        .results
        .iter()
        .map(|made| format!("{} ({})", made.name, made.id))
        .collect();
    if made.is_empty() {
        return "the job has completed and names nothing that it made".to_owned();
    }
    format!("created {}", made.join(", "))
}

fn failed(word: &Word) -> String {
    match &word.error {
        Some(error) if word.phase == Some(Phase::Ended) => {
            format!("the job ended as {}: {}", error.code, error.message)
        }
        Some(error) if error.code.is_empty() => format!("the job failed: {}", error.message),
        Some(error) => format!("the job failed: {} ({})", error.message, error.code),
        None => "the job failed without a reason".to_owned(),
    }
}

fn unfollowed(run: &Run<'_>, key: &JobKey) -> Outcome {
    let at = run.kit.clock.now();
    let follow = JobEvent::Follow(Follow { at, on: false });
    run.tell(FlowNews::Job(key.clone(), follow));
    Outcome::Cancelled("the job goes on and is not followed any more".into())
}

fn lost(run: &Run<'_>, key: &JobKey, id: &JobId, why: &str) -> Outcome {
    let check = format!("Read {id} again from the Jobs pane.");
    let failure = Failure::unknown(why, check);
    doubt(run, key, &failure);
    failure.into()
}

/// Looks for the job of a submit that got no answer, by the name of what it makes. Nothing is ever sent again.
pub(super) async fn reconcile(
    run: &Run<'_>,
    key: &JobKey,
    name: &Text,
    submitted: Millis,
) -> Result<JobId, Failure> {
    let mut doing = run.begin("reconcile", name.clone());
    for look in 1..=LOOKS {
        match run
            .unless_stopped(run.kit.client.jobs(Urgency::Reread))
            .await?
        {
            Ok(jobs) => {
                let ours = jobs.into_iter().find(|job| {
                    job.name == *name
                        && job
                            .created
                            .is_none_or(|at| at >= submitted.plus(-CLOCK_SLACK_MS))
                });
                if let Some(job) = ours
                    && let Some(id) = job.word.id.clone()
                {
                    doing.done(format!("found {id}"));
                    let (at, by) = (run.kit.clock.now(), By::Poll);
                    let word = job.word;
                    run.tell(FlowNews::Job(key.clone(), JobEvent::Heard { at, by, word }));
                    return Ok(id);
                }
                doing.note(format!("not among the jobs yet, look {look} of {LOOKS}"));
            }
            Err(error) => {
                let why = cannot(&error);
                doing.failed(why.clone());
                return Err(Failure::unknown(why, CHECK));
            }
        }
        if look < LOOKS {
            run.unless_stopped(tokio::time::sleep(AGAIN)).await?;
        }
    }
    let why = format!("no job makes {name}: the request most likely did not arrive.");
    doing.failed(why.clone());
    Err(Failure::unknown(why, CHECK))
}

fn cannot(error: &Error) -> String {
    match error.status() {
        Some(404 | 405) => "this organisation has no list of jobs to look in.".to_owned(),
        _ => error.to_string(),
    }
}
