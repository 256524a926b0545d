//! `trunkline route`: list, show, verify, deploy, delete and apply, by the pipeline of the console.

mod apply;
mod deploy;
mod show;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

pub(super) use self::show::deployments;
use super::get::ListRequest;
use super::write::{Recording, faulty, files as files_of, kit, payload as payload_of};
use super::{Exit, say};
use crate::cli::route::{DeployArgs, RouteCommand};
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::route::{Ending, RouteNews};
use crate::flow::{FlowNews, Kit, route};
use crate::kind::routes::Routes;
use crate::model::RouteId;
use crate::model::payload;
use crate::model::route::{self as model, Known, Route, Verdict};
use crate::model::write::WriteKind;

/// Carries a command out; an error is one of the command line or of this machine.
pub async fn route(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    command: RouteCommand,
) -> Result<u8, String> {
    let bodies = match files(&command)? {
        Ok(bodies) => bodies,
        Err(faults) => {
            let (state_dir, profile) = (state_dir.as_path(), profile.name.as_str());
            let record = Recording {
                state_dir,
                profile,
                environment: &environment,
            };
            let code = match command {
                RouteCommand::Deploy(DeployArgs { file, write, .. })
                | RouteCommand::Apply {
                    folder: file,
                    write,
                    ..
                } => {
                    let subject = file.to_string_lossy();
                    record.faulty(WriteKind::RouteCreate, &subject, &write, &faults)
                }
                _ => faulty(&faults),
            };
            return Ok(code);
        }
    };
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    match command {
        RouteCommand::List(args) => {
            super::get::routes(&kit, &ListRequest::of::<Routes>(&args)?).await
        }
        RouteCommand::Show { route, json, body } => show::show(&kit, &route, json, body).await,
        RouteCommand::Verify {
            routes,
            event,
            json,
            ..
        } => {
            let event = event.as_deref().map(event_of).transpose()?;
            verify::verify(&kit, bodies, &routes, event.as_ref(), json).await
        }
        RouteCommand::Deploy(args) => match bodies.into_iter().next() {
            Some(body) => deploy::deploy(&kit, body, args).await,
            None => Err("there is no route to deploy".to_owned()),
        },
        RouteCommand::Delete { route, write } => deploy::delete(&kit, &route, &write).await,
        RouteCommand::Apply {
            plan, note, write, ..
        } => apply::apply(&kit, bodies, (plan, note.as_deref()), &write).await,
        RouteCommand::Test { route, write } => deploy::test(&kit, &route, &write).await,
    }
}

type Bodies = Vec<Body>;

/// A file with a route.
struct Body {
    path: PathBuf,
    route: Route,
    /// The route that it is of, where the file says so: what `route show` prints does.
    id: Option<RouteId>,
}

/// The routes that a command is given, read and judged before anything is connected; the inner error is what is wrong with them.
fn files(command: &RouteCommand) -> Result<Result<Bodies, Vec<payload::Fault>>, String> {
    let paths = match command {
        RouteCommand::Deploy(args) => vec![args.file.clone()],
        RouteCommand::Verify { file, .. } => file.iter().cloned().collect(),
        RouteCommand::Apply { folder, .. } => files_of(folder, "route")?,
        RouteCommand::List(_)
        | RouteCommand::Show { .. }
        | RouteCommand::Test { .. }
        | RouteCommand::Delete { .. } => Vec::new(),
    };
    let mut bodies = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        match body(&path)? {
            Ok((route, id)) => bodies.push(Body { path, route, id }),
            Err(found) if matches!(command, RouteCommand::Apply { .. }) => {
                let shown = crate::text::safe(&path.to_string_lossy()).into_owned();
                let within = |fault: payload::Fault| {
                    payload::Fault::new(format!("{shown}: {}", fault.path), fault.message)
                };
                faults.extend(found.into_iter().map(within));
            }
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() {
        return Ok(Ok(bodies));
    }
    Ok(Err(faults))
}

type Read = Result<(Route, Option<RouteId>), Vec<payload::Fault>>;

fn body(path: &Path) -> Result<Read, String> {
    let json = payload_of(path)?;
    Ok(match model::read_file(&json) {
        Err(fault) => Err(vec![fault]),
        Ok((route, id)) => match route.faults() {
            none if none.is_empty() => Ok((route, id)),
            faults => Err(faults),
        },
    })
}

/// What a file is to change; none for a new route. The id in it says which, whatever it is called by now; else the name does.
async fn aimed(kit: &Kit, body: &Body) -> Result<Option<Known>, u8> {
    let (kind, name) = (body.route.kind(), body.route.name());
    let found = match &body.id {
        Some(id) => route::by_id(kit, kind, id).await,
        None => route::named(kit, kind, name).await,
    };
    let found = found.map_err(|ending| unread(&ending))?;
    match (found, &body.id) {
        (None, Some(id)) => {
            let message = format!(
                "there is no {kind} route with the id {:?}. Take the id out to deploy it as a new route.",
                id.raw()
            );
            Err(faulty(&[payload::Fault::new("id", message)]))
        }
        (found, _) => Ok(found),
    }
}

/// An event to try triggers with.
fn event_of(path: &Path) -> Result<Value, String> {
    let shown = crate::text::safe(&path.to_string_lossy()).into_owned();
    payload::read(&payload_of(path)?).map_err(|fault| format!("the event in {shown}: {fault}"))
}

/// The route of a name or an id; what went wrong has been told, and has an exit code.
async fn find(kit: &Kit, wanted: &str) -> Result<Known, u8> {
    match route::find(kit, wanted).await {
        Ok(Some(known)) => Ok(known),
        Ok(None) => {
            say(&format!(
                "there is no route {wanted:?}: trunkline route list names them"
            ));
            Err(Exit::Usage as u8)
        }
        Err(ending) => Err(unread(&ending)),
    }
}

/// Tells why the routes could not be read.
pub(super) fn unread(ending: &Ending) -> u8 {
    if let Ending::Invalid(faults) = ending {
        return faulty(faults);
    }
    let failure = ending.failure();
    if let Some(failure) = &failure {
        say(&failure.to_string());
    }
    let fault = failure.and_then(|failure| failure.fault);
    fault.map_or(Exit::Unreachable, Exit::from) as u8
}

/// How a pipeline ended, out of what was told of it.
fn ending(news: &[FlowNews]) -> Option<&Ending> {
    news.iter().rev().find_map(|news| match news {
        FlowNews::Route(RouteNews::Ended(ending)) => Some(ending.as_ref()),
        _ => None,
    })
}

/// What was found of the destinations on the way.
fn verdicts(news: &[FlowNews]) -> Vec<&Verdict> {
    let found = news.iter().filter_map(|news| match news {
        FlowNews::Route(RouteNews::Checked(verdict)) => Some(verdict),
        _ => None,
    });
    found.collect()
}
