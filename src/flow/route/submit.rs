//! The submit and what surrounds it: the record on disk before and after, and the look at what came of it.

use super::deploy::deed;
use super::{Conflict, Deploy, Ending, RouteNews, existing, follow, parts};
use crate::cloud::{Error, Urgency, made_as};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::RouteId;
use crate::model::route::{Deed, Deployment, DeploymentState, Known, diff};
use crate::text::Text;

/// What to look at when it is not known whether a route was taken.
pub(super) const CHECK: &str =
    "Read the routes again: if it is there as it was sent, it was taken.";

/// Sends the route and reads it back.
pub(super) async fn submit(
    run: &Run<'_>,
    order: &Deploy,
    existing: Option<&Known>,
) -> Result<(Known, Deed, Vec<Text>), Ending> {
    let mut record = Deployment {
        run: uuid::Uuid::new_v4().to_string().into(),
        at: run.kit.clock.now(),
        operator: run.kit.operator.as_str().into(),
        deed: deed(existing),
        id: existing.map(|known| known.id.clone()),
        name: order.body.name().into(),
        before: existing.map(|known| known.route.clone()),
        after: Some(order.body.clone()),
        state: DeploymentState::Submitted,
        why: order.why.clone(),
    };
    let mut warnings = Vec::new();
    warnings.extend(note(run, &record).await);
    let end = match existing {
        // What was reviewed is what is sent: with the version that the operator saw, where there was one to see.
        Some(known) => parts::send(run, order, order.base.as_ref().unwrap_or(known)).await,
        None => make(run, order, &mut record).await,
    };
    record.state = match &end {
        Ok(known) => {
            record.id = Some(known.id.clone());
            DeploymentState::Done
        }
        // Something of it is there, though not all.
        Err(_) if existing.is_none() && record.id.is_some() => DeploymentState::Unknown,
        Err(ending) => state(ending),
    };
    warnings.extend(note(run, &record).await);
    let known = end?;
    let (known, word) = follow::settle(run, known).await;
    warnings.extend(word);
    Ok((known, record.deed, warnings))
}

/// Makes a route that was not there; `record` learns its id as soon as there is one.
async fn make(run: &Run<'_>, order: &Deploy, record: &mut Deployment) -> Result<Known, Ending> {
    let sent = run
        .commit(
            order.noted(order.body.create()),
            CHECK,
            |_| {},
            |answer| made_as(&answer.body).map(Done::plain),
        )
        .await;
    let id = match sent {
        Ok(id) => id,
        Err(failure) if failure.fate == Fate::Unknown => reconcile(run, order, failure).await?,
        Err(failure) => return Err(failure.into()),
    };
    record.id = Some(id.clone());
    if order.body.creates().len() == 1 {
        return read_back(run, order, &id).await;
    }
    let made = match read(run, order, &id).await {
        Ok(Some(made)) => made,
        Ok(None) => return Err(half_made(&id, "it is not there.")),
        Err(error) => return Err(half_made(&id, &error.to_string())),
    };
    parts::send(run, order, &made).await
}

fn half_made(id: &RouteId, why: &str) -> Ending {
    let id = id.raw();
    let why = format!("It was made as {id}, and what it was made as could not be read: {why}");
    Failure::unknown(why, CHECK).into()
}

/// The route as it is now.
pub(super) async fn read(
    run: &Run<'_>,
    order: &Deploy,
    id: &RouteId,
) -> Result<Option<Known>, Error> {
    let kind = order.body.kind();
    run.kit.client.route(kind, id, Urgency::Reread).await
}

/// What is there must be what was sent.
pub(super) async fn read_back(
    run: &Run<'_>,
    order: &Deploy,
    id: &RouteId,
) -> Result<Known, Ending> {
    let doing = run.begin("read back", id.raw());
    let unsure = |why: String| Failure::unknown(why, CHECK);
    let failure = match read(run, order, id).await {
        Ok(Some(known)) => {
            let changes = diff::changes(&order.body, &known.route);
            if changes.is_empty() {
                doing.done("as it was sent");
                return Ok(known);
            }
            let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
            run.told(RouteNews::Found(known));
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

/// Looks for what may have been made; it is not sent again.
async fn reconcile(run: &Run<'_>, order: &Deploy, failure: Failure) -> Result<RouteId, Ending> {
    let doing = run.begin("look up", order.body.name());
    let there = existing::named(run.kit, order.body.kind(), order.body.name()).await;
    match there.ok().flatten() {
        // There was none of the name a moment ago, and this one is ours as far as anybody can tell.
        Some(known) if diff::same(&known.route, &order.body) || known.is_bare() => {
            doing.done(format!("it was taken as {}", known.id.raw()));
            Ok(known.id)
        }
        _ => {
            doing.failed("it is not there as it was sent, or not yet");
            Err(failure.into())
        }
    }
}

/// Whether a change was refused because somebody else wrote in between.
pub(super) async fn refused(
    run: &Run<'_>,
    order: &Deploy,
    failure: Failure,
    seen: &Known,
) -> Ending {
    if failure.fate != Fate::Refused {
        return failure.into();
    }
    match read(run, order, &seen.id).await {
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
pub(super) fn state(ending: &Ending) -> DeploymentState {
    match ending {
        Ending::Failed(failure) if failure.fate == Fate::Unknown => DeploymentState::Unknown,
        _ => DeploymentState::Refused,
    }
}

/// Puts a deployment on disk. One that cannot be kept is deployed all the same, and that is said: the audit has it.
pub(super) async fn note(run: &Run<'_>, deployment: &Deployment) -> Option<Text> {
    run.told(RouteNews::Deployment(Box::new(deployment.clone())));
    let (kept, deployment) = (run.kit.routes.deployments.clone(), deployment.clone());
    let written = tokio::task::spawn_blocking(move || kept.note(&deployment)).await;
    match written {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string().into()),
        Err(error) => Some(error.to_string().into()),
    }
}
