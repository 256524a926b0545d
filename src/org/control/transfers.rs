//! Interactions and transfers by hand: what there is, and what a test needs there to be.

use std::sync::Arc;

use bytes::Bytes;
use compact_str::CompactString;
use hyper::body::Incoming;
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, LONGEST, created, get, name, ok, parse, post, put};
use crate::org::interactions::{Interaction, InteractionState, MOST_LIVE};
use crate::org::reply::{self, Refusal};
use crate::org::shared::Shared;
use crate::org::webhooks;

/// Answers what is asked below `/_org/interactions`, `/_org/transfers` and `/_org/media-callbacks`.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    verb: &Method,
    path: &[&str],
    body: Incoming,
) -> Answer {
    match path {
        ["interactions"] if verb == Method::GET => {
            let interactions = shared.interactions();
            let all: Vec<&Interaction> = interactions.all().collect();
            ok(&json!({"interactions": all}))
        }
        ["interactions"] => begin(shared, &post(verb, body).await?),
        ["interactions", id] => change(shared, &name(id)?, &put(verb, body).await?),
        ["transfers"] => get(verb).map(|()| {
            let shown = shared.transfers().shown();
            reply::json(StatusCode::OK, &shown)
        }),
        ["media-callbacks"] => get(verb).map(|()| webhooks::list_media(shared)),
        _ => Err(Refusal::not_found("the control surface has nothing there")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewInteractions {
    count: usize,
    #[serde(default = "active")]
    state: InteractionState,
    user_id: Option<CompactString>,
}

fn active() -> InteractionState {
    InteractionState::Active
}

/// All of them or none.
fn begin(shared: &Shared, body: &Bytes) -> Answer {
    let NewInteractions {
        count,
        state,
        user_id,
    } = parse(body)?;
    if user_id.as_ref().is_some_and(|id| id.len() > LONGEST) {
        let message = format!("a user id is at most {LONGEST} bytes");
        return Err(Refusal::bad_request(message));
    }
    let mut interactions = shared.interactions();
    let room = MOST_LIVE.saturating_sub(interactions.live().len());
    if count > room {
        return Err(Refusal::bad_request(format!(
            "there is room for {room} interactions, not for {count}"
        )));
    }
    let now = Timestamp::now();
    let ids: Vec<_> = (0..count)
        .filter_map(|_| match &user_id {
            Some(user) => interactions.add_call(user, now),
            None => interactions.add(state, now),
        })
        .collect();
    drop(interactions);
    created(&json!({"ids": ids}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InteractionChange {
    state: Option<InteractionState>,
    queue_id: Option<CompactString>,
    media_type: Option<CompactString>,
}

fn change(shared: &Shared, id: &str, body: &Bytes) -> Answer {
    let change: InteractionChange = parse(body)?;
    let words = change.queue_id.iter().chain(&change.media_type);
    if words.into_iter().any(|word| word.len() > LONGEST) {
        let message = format!("a queue and a media type are at most {LONGEST} bytes");
        return Err(Refusal::bad_request(message));
    }
    let mut interactions = shared.interactions();
    let known = interactions.change(id, Timestamp::now(), |one, _| {
        one.state = change.state.unwrap_or(one.state);
        one.queue_id = change.queue_id.or_else(|| one.queue_id.take());
        one.media_type = change.media_type.unwrap_or_else(|| one.media_type.clone());
    });
    let found = interactions.get(id).filter(|_| known);
    let found = found
        .ok_or_else(|| Refusal::not_found(format!("there is no interaction {id:?} under way")))?;
    ok(found)
}
