//! A test event: what the receivers of a route say to an event that is none, sent there from here with the route's headers. The
//! organisation has no call that sends one through.

use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;

use crate::flow::guard::Done;
use crate::flow::webhook::TRIAL;
use crate::flow::{Failure, Run};
use crate::model::flow::Outcome;
use crate::model::route::{Known, Route, Webhook};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::{Text, safe};

/// The write that is put on record of it, and shown before.
#[must_use]
pub fn write(known: &Known) -> Write {
    let route = &known.route;
    let mut write = Write::bare(
        WriteKind::RouteTrial,
        Method::Post,
        &[],
        safe(route.name()).into_owned(),
    );
    let body = json!({ "event": TRIAL, "routeId": known.id.raw(), "route": route.name() });
    write.body = Some(body.to_string());
    write.note.insert("routeId", json!(known.id.raw()));
    let to: Vec<String> = route.destinations().into_iter().map(shown).collect();
    write.note.insert("to", json!(to.join(" ")));
    write
}

fn shown(uri: &str) -> String {
    crate::model::hook::HookUrl::elsewhere(uri.to_owned()).host()
}

/// Sends it to every destination side by side, each a step with its answer and its time.
pub(in crate::flow) async fn run(run: &Run<'_>, known: &Known) -> Outcome {
    let Route::Webhook(route) = &known.route else {
        let why = "a route of this kind has no address: p asks the organisation about it";
        return Outcome::Refused(why.into());
    };
    let write = write(known);
    let sent = run
        .guarded(&write, async |_| {
            let body = write.body.as_deref().unwrap_or_default();
            let uris = std::iter::once(&route.uri).chain(&route.uris);
            let sent = join_all(uris.map(|uri| deliver(run, route, uri, body))).await;
            let of = sent.len();
            let failed: Vec<String> = sent.into_iter().filter_map(Result::err).collect();
            if failed.is_empty() {
                return Ok(Done::plain(of));
            }
            let taken = of - failed.len();
            let why = format!("{taken} of {of} took it. {}", failed.join(" "));
            Err(Failure::refused(Text::from(why)))
        })
        .await;
    sent.map_or_else(Outcome::from, |of| {
        let words = match of {
            1 => "its destination accepts events".to_owned(),
            of => format!("its {of} destinations accept events"),
        };
        Outcome::Done(words.into())
    })
}

async fn deliver(run: &Run<'_>, route: &Webhook, uri: &str, body: &str) -> Result<(), String> {
    let doing = run.begin("deliver", uri);
    let Ok(url) = uri.parse() else {
        let why = format!("{} is no URL.", safe(uri));
        doing.failed(why.as_str());
        return Err(why);
    };
    let patience = run.kit.profile.deadlines.webhook();
    let began = Instant::now();
    let client = &run.kit.client;
    let headers = route.headers.iter();
    let posted = client
        .post_outside_with(&url, headers, body.to_owned(), patience)
        .await;
    match posted {
        Ok(()) => {
            doing.done(format!("taken in {} ms", began.elapsed().as_millis()));
            Ok(())
        }
        Err(why) => {
            doing.failed(why.as_str());
            Err(why)
        }
    }
}
