//! `route verify`: the destinations of routes, looked at as the pipeline looks at them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::{Bodies, find, unread};
use crate::flow::{Kit, route};
use crate::headless::{Exit, print};
use crate::model::route::{Check, Route, Stage, Verdict};

/// Destinations that are looked at side by side.
const AT_ONCE: usize = 16;

pub(super) async fn verify(
    kit: &Kit,
    bodies: Bodies,
    wanted: &[String],
    json: bool,
) -> Result<u8, String> {
    let mut routes: Vec<_> = bodies.into_iter().map(|(_, route)| route).collect();
    for wanted in wanted {
        match find(kit, wanted).await {
            Ok(known) => routes.push(known.route),
            Err(code) => return Ok(code),
        }
    }
    if routes.is_empty() {
        match route::all(kit).await {
            Ok(listing) => routes.extend(listing.routes.into_iter().map(|known| known.route)),
            Err(ending) => return Ok(unread(&ending)),
        }
    }
    let prober = kit.prober.as_ref().map_err(ToString::to_string)?;
    let uris: BTreeSet<&str> = routes.iter().flat_map(Route::destinations).collect();
    let looks = uris.into_iter().map(|uri| prober.destination(uri, |_| ()));
    let verdicts: Vec<Verdict> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    if json {
        print(&format!(
            "{}\n",
            serde_json::to_string(&verdicts).map_err(|e| e.to_string())?
        ))?;
    } else {
        print(&text(&verdicts))?;
    }
    let good = verdicts.iter().all(Verdict::reachable);
    Ok(if good { Exit::Ok } else { Exit::Bad } as u8)
}

/// A destination a line, and below it what was seen or why not.
pub(super) fn text<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> String {
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
