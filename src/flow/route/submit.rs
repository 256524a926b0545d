//! The submit and what surrounds it: the record on disk before and after, and the look at what came of it.

use super::deploy::deed;
use super::{Conflict, Deploy, Ending, News, existing};
use crate::cloud::{Urgency, direct};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::RouteId;
use crate::model::route::{Deed, Deployment, Known, State, diff};
use crate::text::Text;

/// What to look at when it is not known whether a route was taken.
const CHECK: &str = "Read the routes again: if it is there as it was sent, it was taken.";

/// Sends the route and reads it back.
pub(super) async fn submit(
    run: &Run<'_>,
    order: &Deploy,
    existing: Option<&Known>,
) -> Result<(Known, Deed, Vec<Text>), Ending> {
    // What was reviewed is what is sent: with the version that the operator saw, where there was one to see.
    let write = match order.base.as_ref().or(existing) {
        Some(known) if existing.is_some() => known.update(&order.body),
        _ => order.body.create(),
    };
    let mut record = Deployment {
        run: uuid::Uuid::new_v4().to_string().into(),
        at: run.kit.clock.now(),
        operator: run.kit.operator.as_str().into(),
        deed: deed(existing),
        id: existing.map(|known| known.id.clone()),
        name: order.body.name.as_str().into(),
        before: existing.map(|known| known.route.clone()),
        after: Some(order.body.clone()),
        state: State::Submitted,
    };
    let mut warnings = Vec::new();
    warnings.extend(note(run, &record).await);
    let sent = run
        .commit(
            write,
            CHECK,
            |_| {},
            |answer| {
                let known = direct::route(&answer.body);
                // An update may be answered without a body; what was made has an id that only the answer tells.
                match (known, existing) {
                    (Ok(known), _) => Ok(Done::plain(known.id)),
                    (Err(_), Some(existing)) => Ok(Done::plain(existing.id.clone())),
                    (Err(why), None) => Err(why),
                }
            },
        )
        .await;
    let end = match sent {
        Ok(id) => {
            record.id = Some(id.clone());
            read_back(run, order, &id).await
        }
        Err(failure) if failure.fate == Fate::Unknown => {
            reconcile(run, order, failure, existing).await
        }
        Err(failure) => Err(refused(run, order, failure, existing).await),
    };
    record.state = match &end {
        Ok(known) => {
            record.id = Some(known.id.clone());
            State::Done
        }
        Err(ending) => state(ending),
    };
    warnings.extend(note(run, &record).await);
    end.map(|known| (known, record.deed, warnings))
}

/// What is there must be what was sent.
async fn read_back(run: &Run<'_>, order: &Deploy, id: &RouteId) -> Result<Known, Ending> {
    let doing = run.begin("read back", id.raw());
    let unsure = |why: String| Failure::unknown(why, CHECK);
    let failure = match run.kit.client.route(id, Urgency::Reread).await {
        Ok(Some(known)) => {
            let changes = diff::changes(&order.body, &known.route);
            if changes.is_empty() {
                doing.done("as it was sent");
                return Ok(known);
            }
            let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
            run.told(News::Found(known));
            unsure(format!(
                "It was taken, and what is there differs: {}.",
                told.join(", ")
            ))
        }
        Ok(None) => unsure("It was taken, and there is no such route.".to_owned()),
        Err(error) => unsure(format!("It was taken, and could not be read back: {error}")),
    };
    doing.failed(failure.why.clone());
    Err(failure.into())
}

/// Looks for what may have arrived; it is not sent again.
async fn reconcile(
    run: &Run<'_>,
    order: &Deploy,
    failure: Failure,
    existing: Option<&Known>,
) -> Result<Known, Ending> {
    let doing = run.begin("look up", order.body.name.as_str());
    let there = match existing {
        Some(known) => run
            .kit
            .client
            .route(&known.id, Urgency::Reread)
            .await
            .ok()
            .flatten(),
        None => existing::named(run.kit, &order.body.name)
            .await
            .ok()
            .flatten(),
    };
    match there {
        Some(known) if diff::same(&known.route, &order.body) => {
            doing.done(format!("it was taken as {}", known.id.raw()));
            Ok(known)
        }
        _ => {
            doing.failed("it is not there as it was sent, or not yet");
            Err(failure.into())
        }
    }
}

/// Whether it was refused because somebody else wrote in between.
async fn refused(
    run: &Run<'_>,
    order: &Deploy,
    failure: Failure,
    existing: Option<&Known>,
) -> Ending {
    let Some(seen) = order
        .base
        .as_ref()
        .or(existing)
        .filter(|_| failure.fate == Fate::Refused)
    else {
        return failure.into();
    };
    match run.kit.client.route(&seen.id, Urgency::Reread).await {
        Ok(there) if there.as_ref().is_none_or(|there| moved(seen, there)) => {
            Ending::Conflict(Box::new(Conflict {
                seen: seen.clone(),
                there,
                wanted: Some(order.body.clone()),
                sent: true,
            }))
        }
        _ => failure.into(),
    }
}

fn moved(seen: &Known, there: &Known) -> bool {
    seen.version != there.version || !diff::same(&seen.route, &there.route)
}

/// What a record says of an end.
pub(super) fn state(ending: &Ending) -> State {
    match ending {
        Ending::Failed(failure) if failure.fate == Fate::Unknown => State::Unknown,
        _ => State::Refused,
    }
}

/// Puts a deployment on disk. One that cannot be kept is deployed all the same, and that is said: the audit has it.
pub(super) async fn note(run: &Run<'_>, deployment: &Deployment) -> Option<Text> {
    run.told(News::Deployment(Box::new(deployment.clone())));
    let (kept, deployment) = (run.kit.routes.deployments.clone(), deployment.clone());
    let written = tokio::task::spawn_blocking(move || kept.note(&deployment)).await;
    match written {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string().into()),
        Err(error) => Some(error.to_string().into()),
    }
}
