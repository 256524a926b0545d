//! Blind transfers on the Platform API, from the check to the moment the destination has the call.

use serde_json::{Value, json};
use trunkline::flow::transfer::{Move, Replace, preflight};
use trunkline::model::audit::LineStatus;
use trunkline::model::flow::Outcome;
use trunkline::model::transfer::Handover;
use trunkline::model::transfer::made::{Made, Phase};

use crate::rig::{Ran, Rig, begin, log, platform, transfer};

async fn start(faults: &[&str]) -> Rig {
    let quick: Vec<&str> = ["transfer-ms=20"].iter().chain(faults).copied().collect();
    Rig::with(&quick).await
}

/// What a form makes of an interaction as it is now.
async fn reviewed(kit: &trunkline::flow::Kit, id: &str, to: &str) -> Move {
    let handover = Handover {
        interaction_id: id.into(),
        destination_uri: to.into(),
    };
    let one = preflight(&kit.client, &id.into()).await.unwrap();
    Move::Replace(Replace::of(handover, &one).unwrap())
}

/// Hands one new call over.
async fn to(rig: &Rig, uri: &str) -> Ran {
    let kit = platform(rig).await;
    let ids = begin(rig, 1).await;
    let wanted = reviewed(&kit, &ids[0], uri).await;
    transfer(&kit, vec![wanted], false).await
}

fn only(ran: &Ran) -> &Made {
    ran.made()[0]
}

/// The writes that the organisation saw, as verb and path.
async fn writes(rig: &Rig) -> Vec<(Value, String)> {
    let seen = rig.control.requests().await;
    let path = |one: &Value| one["path"].as_str().unwrap().to_owned();
    let writes = seen.iter().filter(|one| path(one).ends_with("/replace"));
    writes.map(|one| (one["verb"].clone(), path(one))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_of_destination_gets_the_call_and_it_is_watched_until_then() {
    let rig = start(&[]).await;
    for uri in [
        "genesys://user/u-5",
        "genesys://queue/queue_night_us",
        "tel:+1-415-555-0123",
    ] {
        let ran = to(&rig, uri).await;
        let made = only(&ran);
        assert_eq!(made.phase, Phase::Transferred, "{uri}: {}", ran.outcome);
        assert!(made.latency_us.is_some_and(|us| us >= 20_000), "{made:?}");
        assert_eq!(made.request.media(), None);
        let course: Vec<_> = made.course.iter().map(|line| line.text.raw()).collect();
        assert!(
            course.iter().any(|text| text.starts_with("taken;")),
            "{course:?}"
        );
        assert!(!course.concat().contains("4155550123"), "{course:?}");
    }
    let audit = rig.audit();
    // The media server is told of each as well.
    let transfers = audit.iter().filter(|line| line.action.raw() == "transfer");
    let statuses: Vec<_> = transfers.map(|line| line.status).collect();
    assert_eq!(statuses, [LineStatus::Intent, LineStatus::Ok].repeat(3));
    let text = format!("{audit:?}");
    assert!(text.contains("genesys://user/u-5") && !text.contains("4155550123"));
    let log = log(&rig).await;
    let received: Vec<_> = log.iter().map(|entry| &entry["received"]).collect();
    assert_eq!(received, [&json!(1); 3]);
    let writes = writes(&rig).await;
    assert!(
        writes.iter().all(|(verb, path)| {
            *verb == json!("POST") && path.contains("/api/v2/conversations/")
        })
    );
    assert_eq!(writes.len(), 3, "{writes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_that_does_not_take_it_is_told_with_its_reason() {
    let rig = start(&[]).await;
    for (user, phase, words) in [
        ("reject-x", Phase::Rejected, "no agent is available there"),
        ("deaf-x", Phase::Rejected, "no answer"),
    ] {
        let ran = to(&rig, &format!("genesys://user/{user}")).await;
        let made = only(&ran);
        assert_eq!(made.phase, phase, "{user}: {}", ran.outcome);
        assert!(made.why.raw().contains(words), "{user}: {}", made.why);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_organisation_refuses_is_told_in_its_words_and_nothing_is_watched() {
    let rig = start(&[]).await;
    let ran = to(&rig, "genesys://queue/no-such-queue").await;
    let made = only(&ran);
    assert_eq!(made.phase, Phase::Rejected, "{}", ran.outcome);
    assert!(
        made.why
            .raw()
            .contains("conversations.error.queue.not.found"),
        "{}",
        made.why
    );
    assert!(matches!(ran.outcome, Outcome::Refused(_)));
    assert_eq!(rig.audit()[1].status, LineStatus::Refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_away_is_sent_again_and_done_once() {
    let rig = start(&[]).await;
    let ran = to(&rig, "genesys://user/rate-limited-x").await;
    let made = only(&ran);
    assert_eq!(made.phase, Phase::Transferred, "{}", ran.outcome);
    assert!(made.retries > 0);
    let log = log(&rig).await;
    let done = |entry: &&Value| entry["outcome"] == json!("transferred");
    assert_eq!(log.iter().filter(done).count(), 1, "{log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_has_changed_hands_is_taken_from_nobody() {
    let rig = start(&[]).await;
    let kit = platform(&rig).await;
    let ids = begin(&rig, 1).await;
    let stale = reviewed(&kit, &ids[0], "genesys://user/u-5").await;
    let first = reviewed(&kit, &ids[0], "genesys://user/u-7").await;
    let ran = transfer(&kit, vec![first], false).await;
    assert_eq!(only(&ran).phase, Phase::Transferred, "{}", ran.outcome);
    let ran = transfer(&kit, vec![stale], false).await;
    let made = only(&ran);
    assert_eq!(made.phase, Phase::Stopped, "{}", ran.outcome);
    assert!(made.why.raw().contains("changed hands"), "{}", made.why);
    assert_eq!(log(&rig).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_go_to_one_queue() {
    let rig = start(&[]).await;
    let kit = platform(&rig).await;
    let mut moves = Vec::new();
    for id in begin(&rig, 6).await {
        moves.push(reviewed(&kit, &id, "genesys://queue/queue_night_us").await);
    }
    let ran = transfer(&kit, moves, true).await;
    assert!(
        matches!(&ran.outcome, Outcome::Done(words) if words.raw() == "6 of 6 transferred"),
        "{}",
        ran.outcome
    );
}
