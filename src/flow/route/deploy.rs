//! The pipeline, from the body to what runs.

use super::{Conflict, Deploy, Ending, RouteNews, counted, existing, reach, submit, sync};
use crate::flow::Run;
use crate::model::route::{Deed, Known, diff};

/// Runs the pipeline. Both sides are ends; the error is one that stopped it.
pub(super) async fn deploy(run: &Run<'_>, order: &Deploy) -> Result<Ending, Ending> {
    let faults = order.body.faults();
    if !faults.is_empty() {
        return Err(Ending::Invalid(faults));
    }
    if let Some(fault) = super::not_offered(run.kit, order.body.kind()) {
        return Err(Ending::Invalid(vec![fault]));
    }
    let existing = existing::of(run, order).await?;
    if let Some(known) = &existing {
        let faults = order.body.faults_after(&known.route);
        if !faults.is_empty() {
            return Err(Ending::Invalid(faults));
        }
    }
    unmoved(order, existing.as_ref())?;
    let verdicts = run.unless_stopped(reach::all(run, &order.body)).await??;
    if verdicts.iter().any(|verdict| !verdict.reachable()) {
        return Err(Ending::Unreachable(verdicts));
    }
    let changes = existing
        .as_ref()
        .map(|known| diff::changes(&known.route, &order.body));
    if let (Some(changes), Some(known)) = (&changes, &existing)
        && changes.is_empty()
    {
        run.begin("diff", "").done("no difference");
        return Ok(Ending::Unchanged(Box::new(known.clone())));
    }
    let note = match &changes {
        Some(changes) => counted(changes.len()),
        None => "a new route".to_owned(),
    };
    run.begin("diff", "").done(note);
    if order.dry {
        let changes = changes.unwrap_or_default();
        let existing = existing.map(Box::new);
        return Ok(Ending::Dry { existing, changes });
    }
    if let Some(known) = &existing {
        // Looking at the destinations took seconds, in which somebody may have written.
        let now = existing::again(run, known).await?;
        let seen = |there| conflict(known, there, order);
        match now {
            Some(now) if diff::same(&now.route, &known.route) => {}
            there => return Err(seen(there)),
        }
    }
    let (known, deed, mut warnings) = submit::submit(run, order, existing.as_ref()).await?;
    run.told(RouteNews::Found(known.clone()));
    warnings.extend(sync::tell(run, &known.id, known.route.name(), deed).await);
    Ok(Ending::Deployed {
        known: Box::new(known),
        deed,
        warnings,
    })
}

/// Whether the route is as the operator saw it.
fn unmoved(order: &Deploy, existing: Option<&Known>) -> Result<(), Ending> {
    match (&order.base, existing) {
        (Some(base), Some(there)) if diff::same(&base.route, &there.route) => Ok(()),
        (Some(base), there) => Err(conflict(base, there.cloned(), order)),
        (None, _) => Ok(()),
    }
}

fn conflict(seen: &Known, there: Option<Known>, order: &Deploy) -> Ending {
    Ending::Conflict(Box::new(Conflict {
        seen: seen.clone(),
        there,
        wanted: Some(order.body.clone()),
        sent: false,
    }))
}

/// What a submit does to what there is.
pub(super) const fn deed(existing: Option<&Known>) -> Deed {
    match existing {
        Some(_) => Deed::Updated,
        None => Deed::Created,
    }
}
