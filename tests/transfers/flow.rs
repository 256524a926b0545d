//! Transfers from check to end, against the embedded organisation: each behaviour of a destination has its own end.

use serde_json::json;
use trunkline::model::audit::LineStatus;
use trunkline::model::flow::Outcome;
use trunkline::model::transfer::made::{Callback, Made, Phase};

use crate::rig::{Ran, Rig, begin, kit, log, transfer, wanted};

async fn start(faults: &[&str]) -> Rig {
    let quick: Vec<&str> = ["transfer-ms=20"].iter().chain(faults).copied().collect();
    Rig::with(&quick).await
}

/// Transfers one new interaction to a user whose id says how the transfer goes.
async fn to(rig: &Rig, user: &str) -> Ran {
    let kit = kit(rig, "").await;
    let ids = begin(rig, 1).await;
    let to = format!("genesys://user/{user}");
    transfer(&kit, vec![wanted(&ids[0], &to)], false).await
}

fn only(ran: &Ran) -> &Made {
    ran.made()[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_ends_with_the_settled_codec_on_record_and_the_media_server_told() {
    let rig = start(&[]).await;
    let ran = to(&rig, "ana").await;
    let made = only(&ran);
    assert_eq!(made.phase, Phase::Transferred, "{}", ran.outcome);
    assert_eq!(made.settled, Some("opus".into()));
    assert!(made.security.raw().contains("TLS 1.3"), "{}", made.security);
    assert!(made.latency_us.is_some_and(|us| us >= 20_000));
    let audit = rig.audit();
    let lines: Vec<_> = audit
        .iter()
        .map(|line| (line.action.raw(), line.status))
        .collect();
    assert_eq!(
        lines[..2],
        [
            ("transfer", LineStatus::Intent),
            ("transfer", LineStatus::Ok)
        ]
    );
    assert_eq!(audit[1].extra["settledCodec"], json!("opus"));
    let told = rig.control.get("/_org/media-callbacks").await;
    if made.callback == Callback::Told {
        let body = &told["callbacks"][0]["body"];
        assert_eq!(
            body["interaction_id"],
            json!(made.interaction.raw()),
            "{told}"
        );
        assert_eq!(body["status"], json!("transferred"));
        assert_eq!(lines[2..].len(), 2);
    } else {
        // The organisation's profile does not name its own sink.
        assert_eq!(made.callback, Callback::None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_codec_that_is_not_there_is_replaced_once() {
    let rig = start(&[]).await;
    let ran = to(&rig, "g722-desk").await;
    let made = only(&ran);
    assert_eq!(
        (made.phase, made.settled.clone()),
        (Phase::Transferred, Some("g722".into()))
    );
    let log = log(&rig).await;
    let outcomes: Vec<_> = log
        .iter()
        .map(|entry| (&entry["codec"], &entry["outcome"]))
        .collect();
    assert_eq!(
        outcomes,
        [
            (&json!("opus"), &json!("unsupported")),
            (&json!("g722"), &json!("transferred"))
        ]
    );
    let statuses: Vec<_> = rig.audit().iter().map(|line| line.status).take(4).collect();
    assert_eq!(
        statuses,
        [
            LineStatus::Intent,
            LineStatus::Refused,
            LineStatus::Intent,
            LineStatus::Ok
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_common_codec_or_a_willing_destination_it_is_rejected() {
    let rig = start(&[]).await;
    for (user, words) in [("unsupported-x", "codec_unsupported"), ("reject-x", "")] {
        let ran = to(&rig, user).await;
        let made = only(&ran);
        assert_eq!(made.phase, Phase::Rejected, "{user}: {}", ran.outcome);
        assert!(
            !made.why.is_empty() && made.why.raw().contains(words),
            "{}",
            made.why
        );
        assert!(matches!(ran.outcome, Outcome::Refused(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_by_reading_and_nothing_is_sent_again() {
    let rig = start(&[]).await;
    for user in ["silent-x", "cut-x"] {
        let ran = to(&rig, user).await;
        let made = only(&ran);
        assert_eq!(made.phase, Phase::Transferred, "{user}: {}", ran.outcome);
        assert_eq!(made.latency_us, None, "there was no answer to measure");
        let log = log(&rig).await;
        let entry = log.last().unwrap();
        assert_eq!(
            (&entry["outcome"], &entry["received"]),
            (&json!("transferred"), &json!(1))
        );
    }
    assert_eq!(rig.audit()[1].extra["knownByReading"], json!(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_without_a_move_is_a_timeout_and_unknown_on_record() {
    let rig = start(&[]).await;
    let ran = to(&rig, "deaf-x").await;
    assert_eq!(only(&ran).phase, Phase::TimedOut, "{}", ran.outcome);
    assert!(matches!(&ran.outcome, Outcome::Unknown { check, .. } if !check.is_empty()));
    assert!(only(&ran).open().is_some(), "it can be settled by hand");
    assert_eq!(rig.audit()[1].status, LineStatus::Unknown);
    assert_eq!(log(&rig).await[0]["received"], json!(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_away_is_sent_again_and_done_once() {
    let rig = start(&[]).await;
    for user in ["rate-limited-x", "close-x"] {
        let ran = to(&rig, user).await;
        let made = only(&ran);
        assert_eq!(
            (made.phase, made.retries),
            (Phase::Transferred, 2),
            "{user}: {}",
            ran.outcome
        );
        let log = log(&rig).await;
        let entry = log.last().unwrap();
        assert_eq!(
            (&entry["received"], &entry["turnedAway"], &entry["outcome"]),
            (&json!(3), &json!(2), &json!("transferred"))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_moved_is_stopped_before_anything_is_sent() {
    let rig = start(&[]).await;
    let kit = kit(&rig, "").await;
    let all = rig.control.get("/_org/interactions").await;
    let of = |state: &str| {
        let all = all["interactions"].as_array().unwrap();
        let found = all.iter().find(|one| one["state"] == json!(state));
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    for (id, words) in [
        (of("completed"), "is completed"),
        (of("abandoned"), "is abandoned"),
        ("interaction-0-nobody".to_owned(), "is not known"),
    ] {
        let ran = transfer(&kit, vec![wanted(&id, "genesys://user/ana")], false).await;
        let made = only(&ran);
        assert_eq!(made.phase, Phase::Stopped);
        assert!(made.why.raw().contains(words), "{}", made.why);
    }
    assert!(log(&rig).await.is_empty());
    let told = rig.audit();
    let refused = told.iter().map(|line| line.status);
    assert!(refused.eq([LineStatus::Refused; 3]), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_is_left_alone_after_a_failure_when_that_was_asked() {
    let rig = start(&[]).await;
    let kit = kit(&rig, "concurrency = 1").await;
    let ids = begin(&rig, 3).await;
    let users = ["ana", "reject-x", "bob"];
    let moves = || {
        let each = ids.iter().zip(users);
        each.map(|(id, user)| wanted(id, &format!("genesys://user/{user}")))
            .collect()
    };
    let ran = transfer(&kit, moves(), true).await;
    let phases: Vec<_> = ran.made().iter().map(|made| made.phase).collect();
    assert_eq!(
        phases,
        [Phase::Transferred, Phase::Rejected, Phase::Stopped]
    );
    assert_eq!(log(&rig).await.len(), 2);
    let ran = transfer(&kit, moves(), false).await;
    let done = ran
        .made()
        .iter()
        .filter(|made| made.phase == Phase::Transferred)
        .count();
    assert_eq!(done, 2, "{}", ran.outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_profile_sends_nothing_and_says_so() {
    let rig = start(&[]).await;
    let mut kit = kit(&rig, "").await;
    let mut profile = (*kit.profile).clone();
    profile.read_only = true;
    kit.profile = profile.into();
    let ids = begin(&rig, 1).await;
    let ran = transfer(&kit, vec![wanted(&ids[0], "genesys://user/ana")], false).await;
    let made = only(&ran);
    assert_eq!(made.phase, Phase::Stopped);
    assert!(made.why.raw().contains("read-only"), "{}", made.why);
    assert!(log(&rig).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interaction_has_one_transfer_under_way_and_a_second_hears_how_far_the_first_is() {
    let rig = Rig::with(&["transfer-ms=300"]).await;
    let kit = kit(&rig, "").await;
    let ids = begin(&rig, 1).await;
    let to = "genesys://queue/queue_night_us";
    let ran = transfer(&kit, vec![wanted(&ids[0], to), wanted(&ids[0], to)], false).await;
    let phases: Vec<_> = ran.made().iter().map(|made| made.phase).collect();
    assert_eq!(phases, [Phase::Transferred, Phase::Stopped]);
    let told = rig.audit();
    let refused = told.iter().find(|line| line.status == LineStatus::Refused);
    let why = refused.unwrap().error.as_ref().unwrap().to_string();
    assert!(why.contains("is being transferred already"), "{why}");
    assert_eq!(log(&rig).await.len(), 1, "one frame was sent");
    // The first is over: another may begin.
    assert!(matches!(
        transfer(&kit, vec![wanted("i-none", to)], false)
            .await
            .outcome,
        Outcome::Refused(_)
    ));
}
