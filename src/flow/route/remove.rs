//! Taking a route away.

use super::submit::{note, state};
use super::{Conflict, Ending, Remove, RouteNews, sync};
use crate::cloud::{Error, Urgency};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::route::{Deed, Deployment, DeploymentState, Known, diff};

/// What to look at when it is not known whether a route is gone.
const CHECK: &str = "Read the routes again: if it is not there any more, it was taken away.";

/// Takes a route away, if it is still as the operator saw it.
pub(super) async fn remove(run: &Run<'_>, order: &Remove) -> Result<Ending, Ending> {
    let seen = &order.known;
    let there = run.unless_stopped(look(run, seen)).await??;
    if there
        .as_ref()
        .is_none_or(|there| !diff::same(&there.route, &seen.route))
    {
        return Err(Ending::Conflict(Box::new(Conflict {
            seen: seen.clone(),
            there,
            wanted: None,
            sent: false,
        })));
    }
    let mut record = Deployment {
        run: uuid::Uuid::new_v4().to_string().into(),
        at: run.kit.clock.now(),
        operator: run.kit.operator.as_str().into(),
        deed: Deed::Deleted,
        id: Some(seen.id.clone()),
        name: seen.route.name().into(),
        before: Some(seen.route.clone()),
        after: None,
        state: DeploymentState::Submitted,
        why: None,
    };
    let mut warnings = Vec::new();
    warnings.extend(note(run, &record).await);
    let sent = run
        .commit(seen.delete(), CHECK, |_| {}, |_| Ok(Done::plain(())))
        .await;
    let end = match sent {
        Ok(()) => gone(run, seen, None).await,
        Err(failure) if failure.fate == Fate::Unknown => gone(run, seen, Some(failure)).await,
        Err(failure) => Err(failure.into()),
    };
    record.state = end.as_ref().map_or_else(state, |()| DeploymentState::Done);
    warnings.extend(note(run, &record).await);
    end?;
    run.told(RouteNews::Gone(seen.id.clone()));
    warnings.extend(sync::tell(run, &seen.id, seen.route.name(), Deed::Deleted).await);
    Ok(Ending::Deleted {
        known: Box::new(seen.clone()),
        warnings,
    })
}

async fn again(run: &Run<'_>, seen: &Known) -> Result<Option<Known>, Error> {
    let kind = seen.route.kind();
    run.kit.client.route(kind, &seen.id, Urgency::Reread).await
}

async fn look(run: &Run<'_>, seen: &Known) -> Result<Option<Known>, Failure> {
    let doing = run.begin("existing", seen.id.raw());
    match again(run, seen).await {
        Ok(there) => {
            doing.done(if there.is_some() {
                "it is there"
            } else {
                "it is gone"
            });
            Ok(there)
        }
        Err(error) => {
            let failure = Failure::not_sent(format!("{error} Nothing was sent."));
            doing.failed(failure.why.clone());
            Err(failure)
        }
    }
}

/// Whether it is gone; after a write whose outcome is unknown, that alone tells.
async fn gone(run: &Run<'_>, seen: &Known, unknown: Option<Failure>) -> Result<(), Ending> {
    let doing = run.begin("read back", seen.id.raw());
    let why = match again(run, seen).await {
        Ok(None) => {
            doing.done("it is gone");
            return Ok(());
        }
        Ok(Some(_)) => "It was taken, and the route is still there.".to_owned(),
        Err(error) => format!("It was taken, and whether it is gone could not be read: {error}"),
    };
    let failure = unknown.unwrap_or_else(|| Failure::unknown(why, CHECK));
    doing.failed(failure.why.clone());
    Err(failure.into())
}
