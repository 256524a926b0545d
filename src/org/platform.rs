//! The published Platform API v2, over the same state as the direct API.
//!
//! An [`Operation`] is a verb, a path and what it needs, with the function that answers it. Each room of this folder has a
//! table of its own, in the words of the published document, and [`ROOMS`] is all of them. [`serve`] is what every call
//! passes: its token, the permissions, the rate limit, and the headers of the answer.
//!
//! | room | what |
//! |---|---|
//! | `access` | what a call needs of its token |
//! | `query`, `page` | parameters, comma lists, and pages of entities |
//! | `topics`, `channels`, `socket` | what is told over notification channels, their calls, and their WebSockets |
//! | `home`, `limits` | the organisation itself, the token, and the limits |
//! | `users`, `stations` | people, and where they sit |
//! | `phones`, `lines`, `bases` | phones and their settings |
//! | `estate`, `trunks`, `metrics` | edges and sites, what carriers are on each edge, and figures of both |
//! | `works`, `numbers`, `calls` | what is done with an edge; numbers; what is carried, and what was said over SIP |
//! | `conversations`, `callbacks` | interactions and callbacks as conversations, and their topics |
//! | `analytics`, `queues` | questions about conversations; queues and who works in them |
//! | `hours`, `integrations`, `triggers`, `operations` | schedules; where events go, what they start; what the organisation tells of itself |
//! | `ledger`, `alerting` | who changed and asked what; alerting rules |
//! | `records`, `later`, `cursor` | what this API alone keeps; questions answered later; lists by cursor |
//! | `sparse` | how bodies are written |

mod access;
mod alerting;
mod analytics;
mod bases;
pub(super) mod callbacks;
pub(super) mod calls;
pub(super) mod channels;
pub(super) mod conversations;
mod cursor;
pub(super) mod estate;
mod home;
pub(super) mod hours;
pub(super) mod integrations;
mod later;
mod ledger;
mod limits;
mod lines;
pub(super) mod metrics;
mod numbers;
pub(super) mod operations;
mod page;
pub(super) mod phones;
mod query;
mod queues;
pub(super) mod records;
mod refer;
mod socket;
mod sparse;
pub(super) mod stations;
pub(super) mod topics;
pub(super) mod triggers;
pub(super) mod trunks;
mod users;
mod works;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use self::access::Needs;
use self::query::Query;
use super::auth::Holder;
use super::limit::Usage;
use super::reply::{self, Refusal, Reply};
use super::resource::Verb;
use super::route::{bearer, decode, read_body};
use super::shared::Shared;

/// Every operation that is served, room by room.
const ROOMS: &[&[Operation]] = &[
    home::OPERATIONS,
    limits::OPERATIONS,
    conversations::OPERATIONS,
    callbacks::OPERATIONS,
    analytics::OPERATIONS,
    queues::OPERATIONS,
    hours::OPERATIONS,
    integrations::OPERATIONS,
    triggers::OPERATIONS,
    operations::OPERATIONS,
    users::OPERATIONS,
    stations::OPERATIONS,
    phones::OPERATIONS,
    lines::OPERATIONS,
    bases::OPERATIONS,
    estate::OPERATIONS,
    trunks::OPERATIONS,
    metrics::OPERATIONS,
    works::OPERATIONS,
    numbers::OPERATIONS,
    calls::OPERATIONS,
    ledger::OPERATIONS,
    alerting::OPERATIONS,
    channels::OPERATIONS,
];

/// What a call comes to.
type Answer = Result<Reply, Refusal>;

/// One operation of the published document.
#[derive(Clone, Copy)]
struct Operation {
    verb: Verb,
    /// After `/api/v2/`; a part in braces stands for any text, and is one of [`Call::ids`].
    path: &'static str,
    needs: Needs,
    answer: fn(&Call<'_>) -> Answer,
}

/// A line of a room's table.
const fn operation(
    verb: Verb,
    path: &'static str,
    needs: Needs,
    answer: fn(&Call<'_>) -> Answer,
) -> Operation {
    Operation {
        verb,
        path,
        needs,
        answer,
    }
}

/// A call whose verb, token and permissions are in order.
struct Call<'a> {
    shared: &'a Arc<Shared>,
    /// As it was sent, for the URIs of an answer.
    path: &'a str,
    /// What stands in place of the parts in braces, decoded, in their order.
    ids: &'a [Cow<'a, str>],
    query: Query,
    /// Empty unless the verb carries one.
    body: Bytes,
    /// Whose token it came with.
    holder: Holder,
}

impl Call<'_> {
    /// The text in place of the `nth` part in braces; empty when the path has fewer.
    fn id(&self, nth: usize) -> &str {
        self.ids.get(nth).map_or("", AsRef::as_ref)
    }

    /// The body as JSON of a known shape.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Refusal::bad_request(format!("the body is not understood: {error}")))
    }
}

/// An answer with status 200.
#[allow(clippy::unnecessary_wraps, reason = "what an operation answers")]
fn ok(body: &impl Serialize) -> Answer {
    Ok(reply::json(StatusCode::OK, body))
}

/// An answer that is nothing but its status.
#[allow(clippy::unnecessary_wraps, reason = "what an operation answers")]
fn empty(status: StatusCode) -> Answer {
    Ok(reply::empty(status))
}

/// What a call is told that begins something, when too much is under way.
fn busy() -> Refusal {
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.unavailable",
        "Too much is under way. Try again.",
    )
}

/// A path that is served.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    template: &'static str,
    ids: Vec<Cow<'a, str>>,
}

impl<'a> Found<'a> {
    /// By the parts of a path after `/api/v2`. Where several fit, the one with its own words in the earlier places wins:
    /// `phones/template` is no phone.
    pub(super) fn of(path: &[&'a str]) -> Option<Self> {
        operations()
            .filter_map(|operation| fit(operation.path, path))
            .max_by_key(|(found, own)| (own.clone(), found.template))
            .map(|(found, _)| found)
    }

    /// Whether what is posted to it is a question: nothing is taken, so there is nothing to lose.
    pub(super) fn asks(&self) -> bool {
        self.template.ends_with("/query")
    }

    fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        operations().filter(|operation| operation.path == self.template)
    }
}

fn operations() -> impl Iterator<Item = &'static Operation> {
    ROOMS.iter().copied().flatten()
}

/// A path in the shape of a template, and which of its parts are the template's own words.
fn fit<'a>(template: &'static str, path: &[&'a str]) -> Option<(Found<'a>, Vec<bool>)> {
    let mut parts = path.iter();
    let (mut ids, mut own) = (Vec::new(), Vec::new());
    for word in template.split('/') {
        let part = parts.next()?;
        let is_id = word.starts_with('{');
        if is_id {
            ids.push(decode(part)?);
        } else if word != *part {
            return None;
        }
        own.push(!is_id);
    }
    let found = Found { template, ids };
    parts.next().is_none().then_some((found, own))
}

/// Answers a call. What it costs of the rate limit is told in the headers, as of every answer.
pub(super) async fn serve(
    shared: &Arc<Shared>,
    found: &Found<'_>,
    request: Request<Incoming>,
) -> Reply {
    match admit(shared, &request) {
        Ok((holder, usage)) => {
            let answer = respond(shared, found, holder, request).await;
            let mut reply = answer.unwrap_or_else(Refusal::into_reply);
            usage.tell(reply.headers_mut());
            reply
        }
        Err(refusal) => refusal.into_reply(),
    }
}

/// What every call passes: a token that is good, and the rate limit.
fn admit(shared: &Shared, request: &Request<Incoming>) -> Result<(Holder, Usage), Refusal> {
    let bearer = bearer(request.headers()).ok_or_else(access::nobody)?;
    let now = Instant::now();
    let mut tokens = shared.tokens();
    let holder = tokens.holder(bearer, now)?;
    let usage = tokens.count(bearer, shared.rate_limit, now);
    drop(tokens);
    let usage = usage.map_err(|exceeded| access::limited(shared, exceeded, holder))?;
    Ok((holder, usage))
}

/// Where a verb is not taken, the token needs what another verb does, so that a stranger learns nothing.
async fn respond(
    shared: &Arc<Shared>,
    found: &Found<'_>,
    holder: Holder,
    request: Request<Incoming>,
) -> Answer {
    let (head, body) = request.into_parts();
    let mut all = found.operations();
    let asked = all.find(|operation| Some(operation.verb) == Verb::of(&head.method));
    let bearer = bearer(&head.headers).unwrap_or_default();
    if let Some(operation) = asked.or_else(|| found.operations().next()) {
        operation.needs.check(shared, bearer, holder)?;
    }
    let Some(operation) = asked else {
        let verbs = found.operations().map(|operation| operation.verb.name());
        let taken: Vec<_> = verbs.collect();
        return Err(Refusal::method(&head.method, &taken.join(", ")));
    };
    let body = if operation.verb.carries() {
        read_body(body).await?
    } else {
        Bytes::new()
    };
    (operation.answer)(&Call {
        shared,
        path: head.uri.path(),
        ids: &found.ids,
        query: Query::parse(head.uri.query().unwrap_or_default()),
        body,
        holder,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(path: &str) -> Option<(&'static str, Vec<String>)> {
        let path: Vec<&str> = path.split('/').collect();
        let found = Found::of(&path)?;
        let ids = found.ids.into_iter().map(Cow::into_owned);
        Some((found.template, ids.collect()))
    }

    #[test]
    fn a_path_s_own_words_come_before_ids() {
        let edges = "telephony/providers/edges";
        let of = |rest: &str| template(&format!("{edges}/{rest}"));
        let (found, ids) = of("phones/template").unwrap();
        assert!(found.ends_with("phones/template") && ids.is_empty());
        let (found, ids) = of("phones/a%2Fb").unwrap();
        assert!(found.ends_with("phones/{phoneId}"));
        assert_eq!(ids, ["a/b"]);
        assert_eq!(of("e-1/trunks").unwrap().1, ["e-1"]);
        assert!(of("trunks/metrics").unwrap().1.is_empty());
        for nothing in ["phones/", "phones/a/b/c", "nope/nope/nope"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn every_operation_is_there_once() {
        let mut seen = std::collections::HashSet::new();
        for operation in operations() {
            let one = (operation.verb.name(), operation.path);
            assert!(seen.insert(one), "{one:?}");
        }
    }
}
