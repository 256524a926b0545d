//! `route verify`: the destinations of routes, looked at as the pipeline looks at them; of routes without an address, what the
//! organisation says of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Value, json};

use super::{Bodies, find, unread};
use crate::cloud::Error;
use crate::flow::{Kit, route};
use crate::headless::{Exit, print};
use crate::model::route::look::Look;
use crate::model::route::{Check, Kind, Known, Route, Stage, Verdict};
use crate::text::safe;

/// Destinations that are looked at side by side.
const AT_ONCE: usize = 16;

/// Routes without an address that the organisation is asked about side by side; each is one request.
const ASKED_AT_ONCE: usize = 4;

/// A route without an address, and what was said of it.
struct Asked {
    name: String,
    kind: Kind,
    look: Look,
}

pub(super) async fn verify(
    kit: &Kit,
    bodies: Bodies,
    wanted: &[String],
    event: Option<&Value>,
    json: bool,
) -> Result<u8, String> {
    let (routes, there) = match gather(kit, bodies, wanted).await {
        Ok(gathered) => gathered,
        Err(code) => return Ok(code),
    };
    let verdicts = reach(kit, &routes).await?;
    let asked = match ask(kit, &routes, there, event).await {
        Ok(asked) => asked,
        Err(error) => return Ok(crate::headless::get::tell(error) as u8),
    };
    if json {
        let mut all: Vec<Value> = Vec::new();
        for verdict in &verdicts {
            all.push(serde_json::to_value(verdict).map_err(|e| e.to_string())?);
        }
        all.extend(asked.iter().map(|asked| {
            let Look { good, word, says } = &asked.look;
            json!({ "route": asked.name, "kind": asked.kind, "good": good, "word": word, "says": says })
        }));
        print(&format!("{}\n", Value::from(all)))?;
    } else {
        print(&(text(&verdicts) + &said(&asked)))?;
    }
    let good = verdicts.iter().all(Verdict::reachable) && asked.iter().all(|asked| asked.look.good);
    Ok(if good { Exit::Ok } else { Exit::Bad } as u8)
}

/// The routes to look at, and those of them that the organisation has; an error is an exit code.
async fn gather(
    kit: &Kit,
    bodies: Bodies,
    wanted: &[String],
) -> Result<(Vec<Route>, Vec<Known>), u8> {
    let mut routes: Vec<Route> = bodies.into_iter().map(|body| body.route).collect();
    let mut there = Vec::new();
    for route in routes
        .iter()
        .filter(|route| route.destinations().is_empty())
    {
        let found = route::named(kit, route.kind(), route.name()).await;
        there.extend(found.map_err(|ending| unread(&ending))?);
    }
    for wanted in wanted {
        there.push(find(kit, wanted).await?);
    }
    if routes.is_empty() && wanted.is_empty() {
        let listing = route::all(kit).await.map_err(|ending| unread(&ending))?;
        there.extend(listing.routes);
    }
    let known = there.iter().map(|known| known.route.clone());
    let new: Vec<Route> = known.filter(|route| !routes.contains(route)).collect();
    routes.extend(new);
    Ok((routes, there))
}

async fn reach(kit: &Kit, routes: &[Route]) -> Result<Vec<Verdict>, String> {
    let uris: BTreeSet<&str> = routes.iter().flat_map(Route::destinations).collect();
    if uris.is_empty() {
        return Ok(Vec::new());
    }
    let prober = kit.prober.as_ref().map_err(ToString::to_string)?;
    let looks = uris.into_iter().map(|uri| prober.destination(uri, |_| ()));
    Ok(stream::iter(looks).buffered(AT_ONCE).collect().await)
}

/// Asks about every route without an address; the error is why the organisation could not be asked.
async fn ask(
    kit: &Kit,
    routes: &[Route],
    there: Vec<Known>,
    event: Option<&Value>,
) -> Result<Vec<Asked>, Error> {
    let missing = routes.iter().filter(|route| {
        let same = |known: &Known| {
            known.route.kind() == route.kind() && known.route.name() == route.name()
        };
        route.destinations().is_empty() && !there.iter().any(same)
    });
    let mut asked: Vec<Asked> = missing
        .map(|route| Asked {
            name: route.name().to_owned(),
            kind: route.kind(),
            look: Look::nothing("it is not deployed"),
        })
        .collect();
    let questions = there.iter().map(|known| async move {
        let look = route::look(kit, known, event).await?;
        Ok::<_, Error>(look.map(|look| Asked {
            name: known.route.name().to_owned(),
            kind: known.route.kind(),
            look,
        }))
    });
    let answers: Vec<_> = stream::iter(questions)
        .buffered(ASKED_AT_ONCE)
        .collect()
        .await;
    for answer in answers {
        asked.extend(answer?);
    }
    Ok(asked)
}

/// A destination a line, and below it what was seen or why not.
fn text<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        let (word, uri, ms) = (verdict.word(), &verdict.uri, verdict.took_ms());
        // Writing to a string does not fail.
        let _ = writeln!(text, "{word:<10} {uri}  {ms} ms");
        for check in Check::ALL {
            let (took, words) = match verdict.stage(check) {
                Stage::Passed { took_ms, note } => (took_ms, note),
                Stage::Failed { took_ms, why } => (took_ms, why),
                Stage::Waiting | Stage::Running => continue,
            };
            let _ = writeln!(text, "           {:<6} {took:>5} ms  {words}", check.word());
        }
    }
    text
}

/// A route a line, and below it what the organisation said.
fn said(asked: &[Asked]) -> String {
    let mut text = String::new();
    for Asked { name, kind, look } in asked {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<10} {}  ({kind})", look.word, safe(name));
        let _ = writeln!(text, "           {}", look.says);
    }
    text
}
