//! Queues: those of the direct API, who works in them, and how long one waits (Platform API, Routing).
//!
//! Hours are not theirs here: they are schedule groups, which flows refer to.

use std::collections::BTreeMap;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{all, any};
use super::conversations::view::DIVISION;
use super::page::{MOST, Page};
use super::{Answer, Call, Method, Operation, empty, ok, operation, users};
use crate::org::interactions::{AGENTS, InteractionState};
use crate::org::queues::Queue;
use crate::org::reply::Refusal;
use crate::org::state::{World, user_id};

/// How long one who waits adds to the wait of the next, in seconds.
const EACH: usize = 45;

/// What any of which shows the members of a queue.
const MEMBERS: &[&str] = &[
    "routing:queue:view",
    "routing:queue:edit",
    "routing:queue:readonly",
    "routing:queueMember:manage",
];

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(super) const OPERATIONS: &[Operation] = &[
    operation(Method::GET, "routing/queues", any(&["routing:queue:view"]), list),
    operation(Method::GET, "routing/queues/{id}", all(&["routing:queue:view"]), one),
    operation(Method::GET, "routing/queues/{id}/members", any(MEMBERS), members),
    operation(Method::POST, "routing/queues/{id}/members", any(&["routing:queue:edit", "routing:queueMember:manage"]), enrol),
    operation(Method::GET, "routing/queues/{id}/estimatedwaittime", all(&["routing:queue:view"]), wait),
];

/// `GET routing/queues`: by name or by id, where they are named.
fn list(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let ids = call.query.list("id");
    let named = call.query.get("name").map(Pattern::of);
    let mut queues = queues(call);
    queues.retain(|queue| {
        let by_id = ids.is_empty() || ids.contains(&queue.id.as_str());
        by_id && named.as_ref().is_none_or(|name| name.fits(queue.name))
    });
    queues.sort_by_key(|queue| queue.name);
    if call.query.get("sortOrder") == Some("desc") {
        queues.reverse();
    }
    let crews = QueueMembers::of(call);
    let shown = page.of_all(&queues);
    let shown: Vec<Value> = shown.map(|queue| entity(queue, &crews)).collect();
    page.answer(call, &shown, queues.len())
}

/// A name that `*` stands in for any text of, in any case.
struct Pattern(Vec<String>);

impl Pattern {
    fn of(text: &str) -> Self {
        Self(text.to_lowercase().split('*').map(str::to_owned).collect())
    }

    fn fits(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let [first, between @ .., last] = self.0.as_slice() else {
            return self.0.first().is_none_or(|only| *only == name);
        };
        let Some(mut rest) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in between {
            let Some(at) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

/// `GET routing/queues/{id}`.
fn one(call: &Call<'_>) -> Answer {
    let queue = find(call)?;
    ok(&entity(&queue, &QueueMembers::of(call)))
}

fn queues(call: &Call<'_>) -> Vec<Queue> {
    call.shared.book().queues.clone()
}

fn find(call: &Call<'_>) -> Result<Queue, Refusal> {
    let id = call.id(0);
    let found = call.shared.book().queue(id).cloned();
    found.ok_or_else(|| {
        let message = format!("The queue {id} could not be found.");
        Refusal::not_found(message).coded("resource.not.found")
    })
}

/// The ids of the queues, in the order that decides who works in which.
fn places(call: &Call<'_>) -> Vec<String> {
    let book = call.shared.book();
    book.queues
        .iter()
        .map(|queue| queue.id.to_string())
        .collect()
}

/// Who works where: as it follows from the order of the queues, and as somebody said otherwise.
struct QueueMembers {
    places: Vec<String>,
    moved: BTreeMap<(String, usize), bool>,
    people: usize,
}

impl QueueMembers {
    fn of(call: &Call<'_>) -> Self {
        Self {
            places: places(call),
            moved: call.shared.records().members.clone(),
            people: call.shared.world().people.len(),
        }
    }

    fn working(&self, queue: &str) -> impl Iterator<Item = usize> {
        (0..self.people).filter(move |place| {
            let said = self.moved.get(&(queue.to_owned(), *place)).copied();
            said.unwrap_or_else(|| *place < AGENTS && works_in(*place, queue, &self.places))
        })
    }
}

/// One who is put into a queue (`WritableEntity`).
#[derive(Deserialize)]
struct NewMember {
    id: String,
}

/// `POST routing/queues/{id}/members`: these users work in it from now on, or no longer with `delete=true`.
fn enrol(call: &Call<'_>) -> Answer {
    let queue = find(call)?;
    let asked: Vec<NewMember> = call.read()?;
    if asked.len() > MOST {
        let message = format!("at most {MOST} members at once");
        return Err(Refusal::bad_request(message));
    }
    let world = call.shared.world();
    let known = asked.iter().map(|one| users::find(&world, &one.id));
    let known = known.collect::<Result<Vec<_>, _>>()?;
    drop(world);
    let works = call.query.get("delete") != Some("true");
    let mut records = call.shared.records();
    for person in known {
        records
            .members
            .insert((queue.id.to_string(), person), works);
    }
    empty(StatusCode::ACCEPTED)
}

/// Each works in two queues, side by side in their order.
fn works_in(place: usize, queue: &str, places: &[String]) -> bool {
    let all = places.len().max(1);
    [place, place + 1]
        .into_iter()
        .any(|at| places.get(at % all).is_some_and(|id| id == queue))
}

fn entity(queue: &Queue, crews: &QueueMembers) -> Value {
    let members = crews.working(&queue.id).count();
    let level = json!({"percentage": 0.8, "durationMs": 20_000});
    json!({
        "id": queue.id,
        "name": queue.name,
        "division": {"id": DIVISION, "name": "Home", "selfUri": format!("/api/v2/authorization/divisions/{DIVISION}")},
        "memberCount": members,
        "userMemberCount": members,
        "joinedMemberCount": members,
        "mediaSettings": {
            "call": {"enableAutoAnswer": false, "alertingTimeoutSeconds": 30, "serviceLevel": level},
            "callback": {
                "enableAutoAnswer": false, "alertingTimeoutSeconds": 30, "serviceLevel": level,
                "mode": mode(&queue.id), "maxRetryCount": 0, "retryDelaySeconds": 300,
            },
        },
        "acwSettings": {"wrapupPrompt": "OPTIONAL"},
        "skillEvaluationMethod": "NONE",
        "autoAnswerOnly": false,
        "enableTranscription": false,
        "enableManualAssignment": false,
        "selfUri": format!("/api/v2/routing/queues/{}", queue.id),
    })
}

/// Who is on the line first; at night the customer is.
fn mode(queue: &str) -> &'static str {
    if queue.starts_with("queue_night") {
        "CustomerFirst"
    } else {
        "AgentFirst"
    }
}

/// `GET routing/queues/{id}/members`.
fn members(call: &Call<'_>) -> Answer {
    let page = Page::of(call, MOST)?;
    let queue = find(call)?;
    let busy = call.shared.interactions().talking();
    let working: Vec<usize> = QueueMembers::of(call).working(&queue.id).collect();
    let world = call.shared.world();
    let shown = page.of_all(&working);
    let shown: Vec<Value> = shown.map(|place| member(&world, *place, &busy)).collect();
    drop(world);
    let mut body = page.body(call, &shown, working.len());
    // The published document tells neither how many there are nor where the last are.
    body.retain(|field, _| !["total", "pageCount", "lastUri"].contains(&field.as_str()));
    ok(&body)
}

/// Everybody who works in each queue, by their routing status.
pub(super) fn statuses(call: &Call<'_>) -> Vec<(String, BTreeMap<String, u64>)> {
    let busy = call.shared.interactions().talking();
    let crews = QueueMembers::of(call);
    let world = call.shared.world();
    let now = jiff::Timestamp::now();
    let of = |queue: &String| {
        let mut counts = BTreeMap::new();
        for place in crews.working(queue) {
            let talks = busy.iter().any(|user| *user == user_id(place).as_str());
            let status = world.routing_status(place, talks, now);
            let status = status["status"].as_str().unwrap_or_default().to_owned();
            *counts.entry(status).or_default() += 1;
        }
        (queue.clone(), counts)
    };
    crews.places.iter().map(of).collect()
}

/// The ids of those who talk to somebody.
fn member(world: &World, place: usize, busy: &[String]) -> Value {
    let id = user_id(place);
    let name = world.people.get(place).map(crate::org::state::Person::name);
    let status = if busy.iter().any(|user| *user == id.as_str()) {
        "INTERACTING"
    } else {
        "IDLE"
    };
    json!({
        "id": id,
        "name": name,
        "user": {"id": id, "name": name, "version": 1, "selfUri": format!("/api/v2/users/{id}")},
        "ringNumber": 1,
        "joined": true,
        "memberBy": "user",
        "routingStatus": {"userId": id, "status": status},
        "selfUri": format!("/api/v2/users/{id}"),
    })
}

/// `GET routing/queues/{id}/estimatedwaittime`: by how many wait.
fn wait(call: &Call<'_>) -> Answer {
    let queue = find(call)?;
    let interactions = call.shared.interactions();
    let live = interactions.live().iter();
    let waiting = live
        .filter(|one| {
            one.state == InteractionState::Queued && one.queue_id.as_ref() == Some(&queue.id)
        })
        .count();
    ok(&json!({"results": [
        {"intent": "CALL", "formula": "SIMPLE", "estimatedWaitTimeSeconds": waiting.saturating_mul(EACH)},
    ]}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_parts() {
        for (pattern, fits) in [
            ("support", true),
            ("SUPPORT", true),
            ("sup*", true),
            ("*port", true),
            ("s*p*t", true),
            ("*", true),
            ("sup", false),
            ("*supports", false),
        ] {
            assert_eq!(Pattern::of(pattern).fits("Support"), fits, "{pattern}");
        }
    }

    #[test]
    fn everybody_works_in_two_queues() {
        let places = ["a", "b", "c"].map(str::to_owned);
        for place in 0..9 {
            let queues = places.iter().filter(|id| works_in(place, id, &places));
            assert_eq!(queues.count(), 2, "{place}");
        }
    }
}
