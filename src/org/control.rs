//! The control surface under `/_org/`: what tests and trainers see and change, with a token of its own.
//!
//! | call | what |
//! |---|---|
//! | `GET /_org/state` | `{"time","seed","users","registrations":[{"userId","deviceId","registered","codec","since"}],"carriers":[…],"edges":[…],"channels":{"open","topics","sockets"},"streams","sockets","faults","events","jobs","connections"}`; `jobs` counts submits, `connections` what came of them |
//! | `GET /_org/requests[?since=TIME]` | `{"requests":[{"at","verb","path","status","ms","attempt"?,"kind","fault"?}],"dropped"}`; a call that `lose-request` swallowed has status 0 |
//! | `GET /_org/deliveries` | `{"deliveries":[{"at","webhook","event","attempt","status"?,"error"?,"fault"?}],"dropped"}`: what was delivered to registered webhooks |
//! | `PUT /_org/users/{id}/registrations/{device}` | `{"registered"?,"codec"?}`: changes or adds a device; its streams see it at once |
//! | `PUT /_org/users/{id}` | `{"presence"?,"routingStatus"?,"persistentState"?,"errorInfo"?}`: what the Platform API tells of a person, from then on in these words |
//! | `PUT /_org/carriers/{id}` | `{"health"?,"status"?}`: changes a carrier, in any spelling; makes none |
//! | `PUT /_org/edges/{id}` | `{"onlineStatus"?,"inService"?}`: lets an edge come or go; what is registered with it goes along |
//! | `PUT /_org/permissions` | `{"withheld":[…]}`: the permissions of the Platform API that nobody holds |
//! | `GET /_org/webhooks` | `{"webhooks":[{"at","path","headers","body","status"}],"dropped"}`: what the sink took |
//! | `PUT /_org/routes/{id}` | any fields of a route: writes them over its own, as another writer would |
//! | `POST /_org/events` | `{"eventType","fields"?}` → `{"id","sent"}`: makes an event happen, and to how many destinations it goes |
//! | `GET /_org/destinations` | `{"destinations":{name:uri},"deliveries":[…],"dropped"}`: what came to the destinations of routes |
//! | `GET /_org/interactions` | `{"interactions":[…]}`: every one that is remembered |
//! | `POST /_org/interactions` | `{"count","state"?,"userId"?}` → `{"ids"}`: begins as many, active unless told, with that user when one is named |
//! | `PUT /_org/interactions/{id}` | `{"state"?,"queueId"?,"mediaType"?}`: changes one that is under way |
//! | `GET /_org/transfers` | `{"transfers":[{"at","id","interactionId","destination","codec","outcome","settled"?,"reason"?,"received","turnedAway","answered","ms"?}],"dropped"}` |
//! | `GET /_org/media-callbacks` | `{"callbacks":[…],"dropped"}`: what the sink for media servers took, in the shape of webhooks |
//! | `GET /_org/callbacks[?updates=N]` | `{"callbacks","updates":[{"correlationId","id","status","at","sent","acked"}],"counts","unacked"}`: the last updates, 1,000 unless told |
//! | `PUT /_org/callbacks/{id}` | `{"status"}`: moves a callback to any stage |
//! | `POST /_org/callbacks/burst` | `{"callbacks","updates","perSecond"}`: books callbacks and moves them on at that pace |
//! | `PUT /_org/queues/{id}` | `{"scheduledCallbacks"?,"maxConcurrentCallbacks"?}`: fills or empties a queue, as other systems would |
//! | `PUT /_org/integrations/{id}` | `{"properties"?,"intendedState"?}`: changes an integration of the Platform API, as another writer would |
//! | `PUT /_org/triggers/{id}` | any fields of a trigger: writes them over its own, as another writer would |
//! | `PUT /_org/emergencygroups/{id}` | `{"enabled"}`: declares an emergency, or calls it off |
//! | `PUT /_org/faults` | `{"http-503":0.5,…}`: merged into the others, all or none; answers them all |
//! | `POST /_org/streams/close` | `{"code"?}` → `{"closed"}` |
//! | `POST /_org/tokens/revoke` | `{"token"?}` → `{"revoked","closed"}`; all tokens when none is named |
//!
//! Faults, latency and the rate limit never apply here, and these calls are not recorded.

mod callbacks;
mod carriers;
mod plant;
mod records;
mod routes;
mod transfers;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use compact_str::CompactString;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::auth::TokenId;
use super::carriers::{CarrierEntity, entities};
use super::faults::{Faults, sendable};
use super::operation::{Answer, created, ok};
use super::reply::{self, Refusal, Reply};
use super::rest::no_user;
use super::route::{bearer, decode, read_body, segments};
use super::shared::Shared;
use super::state::{Device, MAX_DEVICES, user_id};
use super::{destinations, outbox, webhooks};

/// The longest device id and codec that may be set, in bytes.
const LONGEST: usize = 64 * 1024;

/// The close code when nothing else is asked for: the service restarts.
const SERVICE_RESTART: u16 = 1012;

/// The close code of a stream whose token was revoked.
const POLICY_VIOLATION: u16 = 1008;

/// Answers one call under `/_org/`.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Answer {
    let given = bearer(request.headers()).unwrap_or_default();
    if !bool::from(
        given
            .as_bytes()
            .ct_eq(shared.control.expose_secret().as_bytes()),
    ) {
        return Err(Refusal::unauthorized(
            "the control surface needs its own bearer token, printed at start",
        ));
    }
    let (head, body) = request.into_parts();
    let verb = &head.method;
    let query = head.uri.query().unwrap_or_default();
    let parts = segments(head.uri.path());
    match parts.get(1..).unwrap_or_default() {
        ["state"] => get(verb).map(|()| state(shared)),
        ["requests"] => get(verb).and_then(|()| requests(shared, query)),
        ["webhooks"] => get(verb).map(|()| webhooks::list(shared)),
        ["deliveries"] => get(verb).map(|()| outbox::list(shared)),
        ["destinations"] => get(verb).map(|()| destinations::list(shared)),
        ["faults"] => put_faults(shared, &put(verb, body).await?),
        ["users", user, "registrations", device] => {
            let (user, device) = (name(user)?, name(device)?);
            put_device(shared, &user, &device, &put(verb, body).await?)
        }
        ["users", user] => plant::put_user(shared, &name(user)?, &put(verb, body).await?),
        ["carriers", id] => carriers::put(shared, &name(id)?, &put(verb, body).await?),
        ["edges", id] => plant::put_edge(shared, &name(id)?, &put(verb, body).await?),
        ["permissions"] => plant::put_permissions(shared, &put(verb, body).await?),
        ["routes", id] => routes::put(shared, &name(id)?, &put(verb, body).await?),
        ["events"] => routes::happen(shared, &post(verb, body).await?),
        path @ ["interactions" | "transfers" | "media-callbacks", ..] => {
            transfers::answer(shared, verb, path, body).await
        }
        ["callbacks"] => get(verb).and_then(|()| callbacks::get(shared, query)),
        ["callbacks", "burst"] => callbacks::burst(shared, &post(verb, body).await?),
        ["callbacks", id] => callbacks::put(shared, &name(id)?, &put(verb, body).await?),
        path @ ["integrations" | "triggers" | "emergencygroups", _] => {
            records::put(shared, path, &put(verb, body).await?)
        }
        ["queues", id] => callbacks::fill(shared, &name(id)?, &put(verb, body).await?),
        ["streams", "close"] => close_streams(shared, &post(verb, body).await?),
        ["tokens", "revoke"] => revoke(shared, &post(verb, body).await?),
        _ => Err(Refusal::not_found(format!(
            "the control surface has nothing at {}",
            head.uri.path()
        ))),
    }
}

fn get(verb: &Method) -> Result<(), Refusal> {
    only(verb, &Method::GET)
}

/// The body of a PUT, and of nothing else.
async fn put(verb: &Method, body: Incoming) -> Result<Bytes, Refusal> {
    only(verb, &Method::PUT)?;
    read_body(body).await
}

/// The body of a POST, and of nothing else.
async fn post(verb: &Method, body: Incoming) -> Result<Bytes, Refusal> {
    only(verb, &Method::POST)?;
    read_body(body).await
}

fn only(verb: &Method, allowed: &Method) -> Result<(), Refusal> {
    if verb == allowed {
        Ok(())
    } else {
        Err(Refusal::method(verb, allowed.as_str()))
    }
}

/// A part of the path that names something.
fn name(part: &str) -> Result<Cow<'_, str>, Refusal> {
    decode(part).ok_or_else(|| Refusal::bad_request(format!("{part:?} is no percent-encoded name")))
}

#[derive(Serialize)]
struct OrgState {
    time: Timestamp,
    seed: u64,
    users: usize,
    registrations: Vec<Registration>,
    carriers: Vec<CarrierEntity>,
    edges: Vec<Value>,
    channels: Value,
    streams: usize,
    sockets: usize,
    faults: Faults,
    events: u64,
    jobs: u64,
    connections: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    user_id: CompactString,
    device_id: CompactString,
    registered: bool,
    codec: CompactString,
    since: Timestamp,
}

impl Registration {
    fn of(person: usize, device: &Device) -> Self {
        Self {
            user_id: user_id(person),
            device_id: device.id.clone(),
            registered: device.registered,
            codec: device.codec.clone(),
            since: device.since,
        }
    }
}

fn state(shared: &Shared) -> Reply {
    let jobs = shared.jobs();
    let (submitted, connections) = (jobs.submitted(), jobs.created());
    drop(jobs);
    let sockets = shared.sockets().open();
    let (channels, topics, heard) = shared.topics.book().sizes();
    let world = shared.world();
    let people = world.people.iter().enumerate();
    let state = OrgState {
        time: Timestamp::now(),
        seed: shared.seed,
        users: world.people.len(),
        registrations: people
            .flat_map(|(index, person)| {
                person
                    .present()
                    .map(move |(_, device)| Registration::of(index, device))
            })
            .collect(),
        carriers: entities(&world.carriers, &world.people),
        edges: plant::edges(&world),
        channels: json!({"open": channels, "topics": topics, "sockets": heard}),
        streams: world.hub.open(),
        sockets,
        faults: shared.faults(),
        events: world.events(),
        jobs: submitted,
        connections,
    };
    drop(world);
    reply::json(StatusCode::OK, &state)
}

fn requests(shared: &Shared, query: &str) -> Answer {
    let since = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "since");
    let since = since
        .map(|(_, time)| {
            time.parse::<Timestamp>()
                .map_err(|_| format!("since is an RFC 3339 time, not {time:?}"))
        })
        .transpose()
        .map_err(Refusal::bad_request)?;
    let ring = shared.requests();
    let (requests, dropped) = (ring.since(since), ring.dropped());
    drop(ring);
    ok(&json!({"requests": requests, "dropped": dropped}))
}

fn put_faults(shared: &Shared, body: &Bytes) -> Answer {
    let changes: BTreeMap<String, Value> = parse(body)?;
    let faults = shared
        .faults()
        .merged(&changes)
        .map_err(|error| Refusal::bad_request(error.to_string()))?;
    shared.set_faults(&faults);
    let now = Timestamp::now();
    let talking = shared.interactions().talking();
    let mut world = shared.world();
    world.contradict(faults.contradictions, &talking, now);
    if faults.bad_calls > 0.0 {
        let people = world.people.clone();
        drop(world);
        shared.interactions().sound_bad(&people, shared.seed, now);
    }
    ok(&faults)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceChange {
    registered: Option<bool>,
    codec: Option<CompactString>,
}

/// One frame: a change of registration carries the codec with it, and no change is announced as a status.
fn put_device(shared: &Shared, user: &str, id: &str, body: &Bytes) -> Answer {
    let change: DeviceChange = parse(body)?;
    if id.len() > LONGEST
        || change
            .codec
            .as_ref()
            .is_some_and(|codec| codec.is_empty() || codec.len() > LONGEST)
    {
        return Err(Refusal::bad_request(format!(
            "a device id and a codec are 1 to {LONGEST} bytes"
        )));
    }
    let now = Timestamp::now();
    let mut world = shared.world();
    let person = world.find(user).ok_or_else(|| no_user(user))?;
    let place = world.place_device(person, id, now).ok_or_else(|| {
        Refusal::bad_request(format!(
            "user {user} has {MAX_DEVICES} devices, and no more are taken"
        ))
    })?;
    world.tell(place, change.registered, change.codec, now);
    let registration = world
        .device(place)
        .map(|device| Registration::of(person, device));
    drop(world);
    ok(&registration)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseStreams {
    code: Option<u16>,
}

fn close_streams(shared: &Shared, body: &Bytes) -> Answer {
    let code = parse_or_default::<CloseStreams>(body)?
        .code
        .unwrap_or(SERVICE_RESTART);
    if !sendable(code) {
        return Err(Refusal::bad_request(format!(
            "{code} is no close code that may be sent (RFC 6455 §7.4)"
        )));
    }
    let closed = close_those(shared, code, |_| true);
    ok(&json!({"closed": closed}))
}

/// Closes streams of every kind whose token is chosen, and says how many.
fn close_those(shared: &Shared, code: u16, chosen: impl Fn(TokenId) -> bool) -> usize {
    let registrations = shared.world().hub.close(code, &chosen);
    let sockets = shared.sockets().close(code, &chosen);
    registrations + sockets + shared.topics.book().close(code, &chosen)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeTokens {
    token: Option<String>,
}

fn revoke(shared: &Shared, body: &Bytes) -> Answer {
    let named = parse_or_default::<RevokeTokens>(body)?.token;
    let revoked: HashSet<_> = shared
        .tokens()
        .revoke(named.as_deref())
        .into_iter()
        .collect();
    let told = shared
        .topics
        .book()
        .revoke(|token| revoked.contains(&token));
    let closed = close_those(shared, POLICY_VIOLATION, |token| revoked.contains(&token)) + told;
    ok(&json!({"revoked": revoked.len(), "closed": closed}))
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("the body is not understood: {error}")))
}

fn parse_or_default<T: DeserializeOwned + Default>(body: &Bytes) -> Result<T, Refusal> {
    if body.is_empty() {
        Ok(T::default())
    } else {
        parse(body)
    }
}
