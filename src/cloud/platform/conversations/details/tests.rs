use serde_json::{Value, json};

use super::*;
use crate::cloud::platform::analytics::{Ended, Query};
use crate::model::interaction::Standing;

fn segment(kind: &str, more: &Value) -> Value {
    let mut segment = json!({"segmentType": kind, "segmentStart": "2026-06-15T14:00:00.000Z"});
    segment
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    segment
}

fn participant(purpose: &str, segments: &[Value]) -> Value {
    json!({
        "participantId": format!("p-{purpose}"),
        "participantName": format!("the {purpose}"),
        "purpose": purpose,
        "sessions": [{"mediaType": "voice", "ani": "tel:+14155550199", "recording": true, "segments": segments}],
    })
}

fn read(conversations: &Value, total: usize) -> ConversationsPage {
    let body = json!({"conversations": conversations, "totalHits": total}).to_string();
    page(body.as_bytes(), &mut Faults::new(&"POST query")).unwrap()
}

#[test]
fn a_call_with_an_agent_is_read() {
    let ended = json!({"segmentEnd": "2026-06-15T14:01:00.000Z", "queueId": "q-1"});
    let talks = json!({"queueId": "q-1", "audioMuted": true});
    let page = read(
        &json!([{
            "conversationId": "c-1",
            "conversationStart": "2026-06-15T13:59:00.000Z",
            "participants": [
                participant("customer", &[segment("hold", &json!({}))]),
                participant("acd", &[segment("delay", &ended)]),
                participant("agent", &[segment("interact", &talks)]),
            ],
        }]),
        1,
    );
    let one = &page.interactions[0];
    assert_eq!((one.id.raw(), one.media.raw()), ("c-1", "voice"));
    assert_eq!(one.standing, Standing::Active);
    assert_eq!((one.queue.raw(), one.queue_name.raw()), ("q-1", "the acd"));
    assert_eq!(one.bearer().unwrap().id.raw(), "p-agent");
    let words = |n: usize| one.participants[n].leg.as_ref().unwrap().words();
    assert_eq!(
        [words(0), words(1), words(2)],
        [
            "held, recorded",
            "disconnected",
            "connected, muted, recorded"
        ]
    );
    assert_eq!(one.caller().unwrap().address.raw(), "tel:+14155550199");
}

#[test]
fn what_waits_is_queued_and_a_callback_is_none_of_it() {
    let mut callback = participant("acd", &[segment("scheduled", &json!({}))]);
    callback["sessions"][0]["mediaType"] = json!("callback");
    let waits = participant("acd", &[segment("delay", &json!({"queueId": "q-1"}))]);
    let page = read(
        &json!([
            {"conversationId": "c-1", "participants": [waits]},
            {"conversationId": "c-2", "participants": [callback]},
            {"conversationId": "c-3"},
        ]),
        3,
    );
    assert_eq!(
        (page.interactions.len(), page.entries, page.total),
        (1, 3, 3)
    );
    assert_eq!(page.interactions[0].standing, Standing::Queued);
}

#[test]
fn a_broken_conversation_does_not_hide_the_others() {
    let waits = participant("acd", &[segment("delay", &json!({}))]);
    let body = json!({"conversations": [
        {"conversationId": 7},
        {"conversationId": "..", "participants": [waits]},
        {"conversationId": "c-3", "participants": [waits]},
    ]});
    let mut faults = Faults::new(&"POST query");
    let page = page(body.to_string().as_bytes(), &mut faults).unwrap();
    assert_eq!((page.interactions.len(), faults.told().len()), (1, 2));
}

#[test]
fn nothing_found_is_no_fault() {
    let mut faults = Faults::new(&"POST query");
    let page = page(b"{}", &mut faults).unwrap();
    assert_eq!((page.entries, page.total), (0, 0));
    assert!(super::page(b"\"no\"", &mut faults).is_err());
}

#[test]
fn the_question_is_for_what_has_no_end() {
    let query = serde_json::to_value(Query::of("a/b".to_owned(), Ended::No, 2)).unwrap();
    assert_eq!(
        query,
        json!({
            "interval": "a/b",
            "order": "desc",
            "orderBy": "conversationStart",
            "paging": {"pageSize": 100, "pageNumber": 2},
            "conversationFilters": [{"type": "and", "predicates": [
                {"type": "dimension", "dimension": "conversationEnd", "operator": "notExists"},
            ]}],
        })
    );
}
