//! `route deploy` and `route delete`.

use serde_json::{Value, json};

use super::show::{body, told};
use super::{Body, aimed, ending, find, verdicts};
use crate::cli::route::DeployArgs;
use crate::cli::write::WriteArgs;
use crate::cloud::Urgency;
use crate::config::near;
use crate::flow::route::{self, Deploy, Ending, Remove};
use crate::flow::{Kit, Order};
use crate::headless::write::{
    Ran, agreed, carry_out, ended, exit, faulty, print_outcome, review, review_json,
};
use crate::headless::{Exit, print, say};
use crate::model::RouteId;
use crate::model::flow::FlowId;
use crate::model::payload::Fault;
use crate::model::route::{Aim, Kind, Known, Route, diff};
use crate::model::write::Write;
use crate::text::{Text, safe};

pub(super) async fn deploy(kit: &Kit, mut file: Body, args: DeployArgs) -> Result<u8, String> {
    if let Some(id) = &args.id {
        let named = RouteId(Text::from(id.as_str()));
        if file.id.as_ref().is_some_and(|written| *written != named) {
            let message =
                format!("the file is of another route than --id {id:?}: leave one of them out");
            return Ok(faulty(&[Fault::new("id", message)]));
        }
        file.id = Some(named);
    }
    let existing = match aimed(kit, &file).await {
        Ok(existing) => existing,
        Err(code) => return Ok(code),
    };
    let body = file.route;
    if let Some(fault) = refused(kit, &body, existing.as_ref()) {
        return Ok(faulty(&[fault]));
    }
    if let (Route::Trigger(trigger), None) = (&body, &existing)
        && let Some(fault) = unknown_topic(kit, &trigger.topic_name).await
    {
        return Ok(faulty(&[fault]));
    }
    let writes = existing
        .as_ref()
        .map_or_else(|| body.creates(), |known| known.updates(&body));
    let mut requests = Vec::new();
    for write in writes {
        requests.push(kit.client.request(write).map_err(|e| e.to_string())?);
    }
    let changes = existing
        .as_ref()
        .map(|known| told(&diff::changes(&known.route, &body)));
    if !args.write.json {
        for request in &requests {
            print(&review(request))?;
        }
        print(&difference(changes.as_deref()))?;
    }
    let subject = safe(body.name()).into_owned();
    if !args.write.dry_run && !agreed(&args.write, &format!("Deploy {subject}?"))? {
        return Ok(Exit::Ok as u8);
    }
    let note = args.note.as_deref();
    let order = order(existing.as_ref(), body, args.write.dry_run, note);
    let ran = carry_out(
        kit,
        FlowId::default(),
        Order::Deploy(Box::new(order)),
        args.write.json,
    )
    .await?;
    let mut more = json!({ "changes": changes });
    if args.write.dry_run {
        more["dryRun"] = true.into();
        more["request"] = requests.first().map(review_json).unwrap_or_default();
        more["requests"] = requests.iter().map(review_json).collect();
    }
    end(&ran, args.write.json, more)
}

/// What the organisation or the route that is there does not allow, before anybody is asked.
fn refused(kit: &Kit, body: &Route, existing: Option<&Known>) -> Option<Fault> {
    let kept = existing.and_then(|known| body.faults_after(&known.route).into_iter().next());
    route::not_offered(kit, body.kind()).or(kept)
}

/// A topic that the organisation does not list for triggers, which would never start anything. A list that cannot be had is
/// no reason to stop: the organisation judges it once more.
async fn unknown_topic(kit: &Kit, topic: &str) -> Option<Fault> {
    let types = kit.client.event_types(Urgency::Reread).await.ok()??;
    let topics = types
        .iter()
        .filter(|one| one.carried_by == Kind::Trigger)
        .map(|one| one.name.raw());
    let topics: Vec<&str> = topics.collect();
    if topics.is_empty() || topics.contains(&topic) {
        return None;
    }
    let near = near::hint(topic, topics.iter().copied());
    let message = format!("the organisation has no such topic for triggers{near}");
    Some(Fault::new("topicName", message))
}

/// What a deployment asks for: the route as it was just shown, or a new one.
pub(super) fn order(
    existing: Option<&Known>,
    body: Route,
    dry: bool,
    note: Option<&str>,
) -> Deploy {
    Deploy {
        aim: existing.map_or(Aim::New, |known| Aim::Existing(known.id.clone())),
        base: existing.cloned(),
        body,
        dry,
        why: note.map(Text::from),
        by: None,
    }
}

fn difference(changes: Option<&[String]>) -> String {
    match changes {
        None => "\na new route\n".to_owned(),
        Some([]) => "\nno difference from what is there\n".to_owned(),
        Some(changes) => format!("\n{}\n", changes.join("\n")),
    }
}

pub(super) async fn delete(kit: &Kit, wanted: &str, args: &WriteArgs) -> Result<u8, String> {
    let known = match find(kit, wanted).await {
        Ok(known) => known,
        Err(code) => return Ok(code),
    };
    let write: Write = known.delete();
    let request = kit.client.request(write).map_err(|e| e.to_string())?;
    let carried = body(&known);
    if !args.json {
        print(&review(&request))?;
        print(&format!("\nit carries:\n{carried:#}\n"))?;
    }
    if args.dry_run {
        if args.json {
            let shown =
                json!({ "dryRun": true, "route": carried, "request": review_json(&request) });
            print(&format!("{shown}\n"))?;
        }
        return Ok(Exit::Ok as u8);
    }
    if !agreed(args, &format!("Delete {}?", request.write().subject))? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::RemoveRoute(Box::new(Remove { known }));
    let ran = carry_out(kit, FlowId::default(), order, args.json).await?;
    end(&ran, args.json, json!({}))
}

/// Sends a test event to the destinations of a route.
pub(super) async fn test(kit: &Kit, wanted: &str, args: &WriteArgs) -> Result<u8, String> {
    let known = match find(kit, wanted).await {
        Ok(known) => known,
        Err(code) => return Ok(code),
    };
    let uris: Vec<String> = known
        .route
        .destinations()
        .into_iter()
        .map(|uri| safe(uri).into_owned())
        .collect();
    if uris.is_empty() {
        say(
            "a route of this kind has no address: trunkline route verify asks the organisation about it",
        );
        return Ok(Exit::Usage as u8);
    }
    if args.dry_run {
        print(&format!("{}\n", uris.join("\n")))?;
        return Ok(Exit::Ok as u8);
    }
    let question = format!("Send a test event to {}?", uris.join(", "));
    if !agreed(args, &question)? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::TestRoute(Box::new(known));
    let ran = carry_out(kit, FlowId::default(), order, args.json).await?;
    ended(&ran.outcome, args.json)
}

/// Tells how a pipeline ended.
fn end(ran: &Ran, as_json: bool, mut more: Value) -> Result<u8, String> {
    let ending = ending(&ran.news);
    if as_json {
        more["verdicts"] = serde_json::to_value(verdicts(&ran.news)).unwrap_or_default();
        if let Some(Ending::Deployed { known, .. } | Ending::Unchanged(known)) = ending {
            more["route"] = body(known);
        }
        if let Some(Ending::Conflict(conflict)) = ending {
            more["conflict"] =
                json!({ "theirs": told(&conflict.theirs()), "ours": told(&conflict.ours()) });
        }
        print_outcome(&ran.outcome, more)?;
    } else if let Some(Ending::Invalid(faults)) = ending {
        return Ok(faulty(faults));
    } else {
        say(&ran.outcome.to_string());
    }
    Ok(code(ran) as u8)
}

/// The exit code of a pipeline.
pub(super) fn code(ran: &Ran) -> Exit {
    match ending(&ran.news) {
        Some(Ending::Invalid(_)) => Exit::Usage,
        // It is there, and does not get where it is to be.
        Some(Ending::Deployed { known, .. }) if known.is_trouble() => Exit::Bad,
        _ => exit(&ran.outcome),
    }
}
