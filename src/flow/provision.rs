//! Provisioning an endpoint: probe its servers, submit, follow the job to its end (contract §7).

mod follow;
mod record;

use futures_util::future::join_all;
use serde_json::json;

use super::guard::Done;
use super::{Failure, FlowNews, Kit, Run};
use crate::cloud::{Answer, Error, Urgency, direct};
use crate::config::profile::TurnAccount;
use crate::model::JobId;
use crate::model::finding::{Grade, Target};
use crate::model::flow::Outcome;
use crate::model::job::{By, Doubt, Follow, JobError, JobEvent, JobKey, Phase, Word};
use crate::model::payload::{self, Fault};
use crate::model::provision::{Provision, Surroundings};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::problem::Trouble;

pub use self::record::ended;

/// Where endpoints are asked for.
const PATH: [&str; 6] = [
    "api",
    "v2",
    "async-jobs",
    "telephony",
    "web-rtc",
    "provision",
];

/// What to look at when it is not known whether a job was made.
const CHECK: &str = "Look for the endpoint's name among the organisation's jobs and endpoints before it is submitted again.";

/// The write that a payload becomes, or what is wrong with the payload.
pub fn write(provision: &Provision) -> Result<Write, Vec<Fault>> {
    let faults = provision.faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut write = Write::json(
        WriteKind::Provision,
        Method::Post,
        &PATH,
        provision.name.as_str(),
        provision,
    )
    .map_err(|error| vec![Fault::new("", error.to_string())])?;
    write.note.insert("edgeId", json!(provision.edge_id));
    Ok(write)
}

/// What the organisation tells of edges and names before an endpoint is asked for, and why some of it is not known. It is
/// beyond the contract: an organisation may have no such lists.
pub async fn surroundings(kit: &Kit) -> (Surroundings, Option<Trouble>) {
    let urgency = Urgency::Reread;
    let (mut unread, mut trouble) = (Vec::new(), None);
    let mut lacks = |path, what: &str, error: &Error| {
        // An organisation may have no such list: then there is nothing to be read.
        if !matches!(error.status(), Some(404 | 405)) {
            unread.push((path, format!("{what} is not known: {error}").into()));
            trouble = trouble.or(Some(error.trouble()));
        }
    };
    let edges = kit.client.edges(urgency).await;
    let edges = edges.inspect_err(|error| lacks("edgeId", "what room the edge has", error));
    let jobs = kit.client.jobs(urgency).await;
    let jobs = jobs.inspect_err(|error| lacks("name", "whether the name is taken", error));
    let (edges, jobs) = (edges.unwrap_or_default(), jobs.unwrap_or_default());
    let made = jobs
        .into_iter()
        .filter(|job| job.word.phase == Some(Phase::Completed) && !job.name.is_empty());
    let taken = made.map(|job| {
        let id = job.word.id.map(|id| id.0);
        (job.name, id.unwrap_or_else(|| "a job".into()))
    });
    let taken = taken.collect();
    let told = Surroundings {
        edges,
        taken,
        unread,
    };
    (told, trouble)
}

/// Provisions an endpoint, and follows its job to the end where that is wanted.
pub(super) async fn submit(run: &Run<'_>, provision: &Provision, follow: bool) -> Outcome {
    let submitted = Some(run.kit.clock.now());
    match begin(run, provision).await {
        Ok((key, id)) if follow => {
            let name = Text::from(provision.name.as_str());
            follow::follow(
                run,
                &follow::Followed {
                    key,
                    id,
                    name,
                    submitted,
                },
            )
            .await
        }
        Ok((_, id)) => Outcome::Done(format!("taken as {id}; the job is not followed").into()),
        Err(outcome) => outcome,
    }
}

/// Follows a job of an earlier run; one whose id is not known is looked for by its name.
pub(super) async fn resume(
    run: &Run<'_>,
    key: JobKey,
    id: Option<JobId>,
    name: &Text,
    submitted: Millis,
) -> Outcome {
    let at = run.kit.clock.now();
    let follow = JobEvent::Follow(Follow { at, on: true });
    run.tell(FlowNews::Job(key.clone(), follow));
    let found = match id {
        Some(id) => Ok(id),
        None => follow::reconcile(run, &key, name, submitted).await,
    };
    let name = name.clone();
    match found {
        // When it ended, if it did while nobody looked, is not known: nor is how long it took.
        Ok(id) => {
            follow::follow(
                run,
                &follow::Followed {
                    key,
                    id,
                    name,
                    submitted: None,
                },
            )
            .await
        }
        Err(failure) => failure.into(),
    }
}

async fn begin(run: &Run<'_>, provision: &Provision) -> Result<(JobKey, JobId), Outcome> {
    let write =
        write(provision).map_err(|faults| Outcome::Refused(payload::sentence(&faults).into()))?;
    reachable(run, provision).await?;
    let name = Text::from(provision.name.as_str());
    let submitted = run.kit.clock.now();
    let mut key = None;
    let begins = |id: &str| {
        let known = JobKey(Text::from(id));
        let event = JobEvent::Submitting {
            at: submitted,
            name: name.clone(),
            body: Some(Box::new(provision.clone())),
        };
        run.tell(FlowNews::Job(known.clone(), event));
        key = Some(known);
    };
    let outcome = run.commit(write, CHECK, begins, taken).await;
    let Some(key) = key else {
        // It never began: there is no row to tell of.
        return Err(outcome.map_or_else(Outcome::from, |_| Outcome::Done(name)));
    };
    let at = run.kit.clock.now();
    match outcome {
        Ok((word, id, attempts)) => {
            run.tell(FlowNews::Job(key.clone(), JobEvent::Attempt(attempts)));
            let by = By::Submit;
            run.tell(FlowNews::Job(key.clone(), JobEvent::Heard { at, by, word }));
            Ok((key, id))
        }
        Err(failure) if failure.fate == super::Fate::Unknown => {
            doubt(run, &key, &failure);
            let found = follow::reconcile(run, &key, &name, submitted).await;
            found.map(|id| (key, id)).map_err(Outcome::from)
        }
        Err(failure) => {
            let why = JobError {
                code: Text::default(),
                message: failure.why.clone(),
            };
            run.tell(FlowNews::Job(key, JobEvent::Refused { at, why }));
            Err(failure.into())
        }
    }
}

/// Where the profile has an account for one of the servers, an Allocate with it, which the probe releases at once.
fn allocations(run: &Run<'_>, targets: &[(String, Target)]) -> Vec<(String, Target)> {
    let accounts = &run.kit.profile.probes.turn;
    let held = |(field, target): &(String, Target)| {
        let same = |account: &&TurnAccount| account.server.is_at(target);
        let account = accounts.iter().find(same)?;
        Some((field.clone(), account.server.clone()))
    };
    targets
        .iter()
        .filter(|(field, _)| field.starts_with("turnServers"))
        .filter_map(held)
        .collect()
}

/// Every STUN and TURN server answers a Binding request, or nothing is submitted (contract §7).
async fn reachable(run: &Run<'_>, provision: &Provision) -> Result<(), Failure> {
    let mut targets: Vec<_> = provision.probes().collect();
    targets.extend(allocations(run, &targets));
    let probes = targets.iter().map(|(_, target)| run.probe(target));
    let findings = run.unless_stopped(join_all(probes)).await?;
    for (finding, (field, target)) in findings.into_iter().zip(&targets) {
        let finding = finding?;
        if finding.grade() <= Grade::Bad {
            let why = format!(
                "{field}: {target} did not prove itself, and nothing was submitted: {}",
                finding.sentence()
            );
            return Err(Failure::not_sent(why));
        }
    }
    Ok(())
}

fn taken(answer: &Answer) -> Result<Done<(Word, JobId, u32)>, String> {
    let word = direct::job(&answer.body)?;
    let id = word.id.clone().ok_or("it names no job: id is missing")?;
    Ok(Done {
        job: Some(id.raw().to_owned()),
        ..Done::plain((word, id, answer.attempts))
    })
}

fn doubt(run: &Run<'_>, key: &JobKey, failure: &Failure) {
    let doubt = Doubt {
        at: run.kit.clock.now(),
        why: failure.why.clone(),
        check: failure.check.clone(),
    };
    run.tell(FlowNews::Job(key.clone(), JobEvent::Doubted(doubt)));
}
