//! `trunkline share status`: who reads for the consoles on this machine, and how that goes.

use std::fmt::Write as _;

use serde_json::json;

use super::{Exit, print, say};
use crate::config::Loaded;
use crate::environment::Environment;
use crate::flow;
use crate::share::{SharePlace, ShareStanding, look};
use crate::time::Clock;
use crate::vocabulary::news::WriteLine;

/// What a reader of the profile was told of writes: the last line of each run of a console; nothing where nobody reads.
pub(super) async fn heads(loaded: &Loaded, environment: &Environment) -> Vec<WriteLine> {
    let profile = loaded.profile.as_ref();
    let place = profile
        .and_then(|profile| SharePlace::found(&loaded.config.share, &profile.name, environment));
    let Some(place) = place else {
        return Vec::new();
    };
    let asked = look(&place.path, &flow::operator(environment).into()).await;
    asked.map_or_else(|_| Vec::new(), |standing| standing.beat.heads)
}

/// Asks the reader of the profile how it does.
///
/// # Errors
/// A sentence, when there is no profile.
pub async fn status(loaded: &Loaded, environment: &Environment, json: bool) -> Result<u8, String> {
    let profile = loaded.profile.as_ref();
    let profile = profile.ok_or_else(|| "there is no profile".to_owned())?;
    let settings = &loaded.config.share;
    let Some(place) = SharePlace::found(settings, &profile.name, environment) else {
        let place = SharePlace::to_offer(settings, &profile.name, environment);
        say(&format!(
            "no reader shares this profile: there is no socket at {}. Start `trunkline serve --share`.",
            place.path.display()
        ));
        return Ok(Exit::Unreachable as u8);
    };
    match look(&place.path, &flow::operator(environment).into()).await {
        Ok(standing) => {
            let text = if json {
                object(&place, &standing)
            } else {
                words(&place, &standing)
            };
            print(&text)?;
            Ok(Exit::Ok as u8)
        }
        Err(why) => {
            say(&why.to_string());
            Ok(Exit::Unreachable as u8)
        }
    }
}

fn object(place: &SharePlace, standing: &ShareStanding) -> String {
    let (hello, beat) = (&standing.hello, &standing.beat);
    let viewers: Vec<_> = beat
        .viewers
        .iter()
        .map(|viewer| {
            json!({
                "operator": viewer.operator, "uid": viewer.uid, "pid": viewer.pid,
                "since": viewer.since.to_string(),
            })
        })
        .collect();
    let hello = hello.clone();
    let all = json!({
        "socket": place.path.display().to_string(),
        "host": hello.host,
        "profile": hello.profile,
        "organisation": hello.organisation,
        "api": hello.api,
        "version": hello.version,
        "epoch": hello.epoch,
        "users": beat.status.users,
        "streamsLive": beat.status.streams_live,
        "streamsWanted": beat.status.streams_wanted,
        "attached": beat.attached,
        "viewers": viewers,
        "writes": beat.heads,
        "refused": beat.refused,
        "dropped": beat.dropped,
    });
    format!("{all}\n")
}

fn words(place: &SharePlace, standing: &ShareStanding) -> String {
    let (hello, beat) = (&standing.hello, &standing.beat);
    let now = Clock::Real.now();
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<14}{value}");
    };
    line("socket", place.path.display().to_string());
    line(
        "reader",
        format!(
            "{} on {}, trunkline {}",
            hello.profile, hello.host, hello.version
        ),
    );
    line(
        "organisation",
        format!("{} by the {} API", hello.organisation, hello.api),
    );
    line(
        "feeds",
        format!(
            "{} of {} users read, {} of {} streams live",
            beat.status.read,
            beat.status.users,
            beat.status.streams_live,
            beat.status.streams_wanted
        ),
    );
    line("attached", beat.attached.to_string());
    for viewer in &beat.viewers {
        let minutes = now.since(viewer.since) / 60_000;
        let pid = viewer
            .pid
            .map_or(String::new(), |pid| format!(", pid {pid}"));
        line(
            "",
            format!(
                "{} (uid {}{pid}) for {minutes} min",
                viewer.operator, viewer.uid
            ),
        );
    }
    for head in &beat.heads {
        line(
            "last write",
            format!(
                "{}: {} {}: {}, line {} of the audit there",
                head.operator, head.action, head.subject, head.outcome, head.line
            ),
        );
    }
    line("refused", beat.refused.to_string());
    line("dropped", beat.dropped.to_string());
    text
}
