//! Whole flows: the application, its feeds and the embedded organisation over real TLS, with keys pressed by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "flows/callbacks.rs"]
mod callbacks;
#[path = "common/all.rs"]
mod common;
#[path = "flows/crew.rs"]
mod crew;
#[path = "flows/forms.rs"]
mod forms;
#[path = "flows/past.rs"]
mod past;
#[path = "flows/routes.rs"]
mod routes;
#[path = "flows/sign_in.rs"]
mod sign_in;
#[path = "flows/webhooks.rs"]
mod webhooks;

use crew::{Crew, options};
use serde_json::json;
use trunkline::model::registration::State;
use trunkline::vocabulary::news::Link;
use trunkline::vocabulary::problem::Trouble;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_signs_in_reads_streams_and_shows_what_the_organisation_says() {
    let mut crew = Crew::start(options(12)).await;
    crew.until_live().await;
    crew.until_equal().await;
    assert_eq!(crew.app().status().streams_live, 12);
    crew.until_shown("● live").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_over_there_shows_here_at_once() {
    let mut crew = Crew::start(options(5)).await;
    crew.until_live().await;
    let (user, device) = crew.first_device().await;
    for (registered, state) in [(false, State::Lost), (true, State::Ok)] {
        let body = json!({"registered": registered, "codec": "G722"});
        crew.org.register(&user, &device, &body).await;
        crew.until("the change", |app| {
            let id = app
                .store
                .registrations
                .find(&user.as_str().into(), &device.as_str().into());
            let row = id.and_then(|id| app.store.registrations.row(id));
            row.is_some_and(|row| {
                row.state() == state && row.codec().is_some_and(|c| c.raw() == "G722")
            })
        })
        .await;
    }
    crew.press(&[
        "/", "c", "o", "d", "e", "c", ":", "g", "7", "2", "2", "Enter", "Enter",
    ])
    .await;
    let screen = crew.screen();
    assert!(screen.contains("lost -> registered"), "{screen}");
    assert!(
        screen.contains("\"eventType\":\"registration\""),
        "the last frame as it came: {screen}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_closed_come_back_and_the_rows_are_right_again() {
    let mut crew = Crew::start(options(6)).await;
    crew.until_live().await;
    let (user, device) = crew.first_device().await;
    crew.org.close_streams(1012).await;
    crew.until("a gap", |app| {
        app.store.registrations.counts().of(State::Stale) > 0
    })
    .await;
    // While nobody listens something changes: only the re-read can tell.
    let body = json!({"registered": false, "codec": "PCMA"});
    crew.org.register(&user, &device, &body).await;
    crew.until_live().await;
    crew.until_equal().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_is_told_in_the_pane_and_nothing_is_asked_in_a_hurry() {
    let mut crew = Crew::with_secret(options(3), "not the secret").await;
    crew.until("the refusal", |app| app.problem().is_some())
        .await;
    assert_eq!(
        crew.app().problem().map(|p| p.trouble),
        Some(Trouble::Credentials)
    );
    crew.until_shown("client_id").await;
    assert!(!crew.screen().contains("not the secret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pausing_closes_the_streams_and_shows_every_row_stale() {
    let mut crew = Crew::start(options(4)).await;
    crew.until_live().await;
    crew.press(&[":", "p", "a", "u", "s", "e", "Enter"]).await;
    crew.until("quiet", |app| app.status().link == Link::Paused)
        .await;
    crew.until("stale rows", |app| {
        let counts = app.store.registrations.counts();
        counts.of(State::Stale) == counts.total
    })
    .await;
    crew.press(&[":", "p", "a", "u", "s", "e", "Enter"]).await;
    crew.until_live().await;
    crew.until_equal().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_together_leave_the_state_equal_and_the_budget_kept() {
    let mut crew = Crew::start(options(8)).await;
    crew.until_live().await;
    let faults = json!({"http-429": 0.2, "http-503": 0.2, "ws-garbage": 0.3, "latency": 5.0});
    crew.org.fault(&faults).await;
    for round in 0..3 {
        crew.org.close_streams(1001).await;
        let (user, device) = crew.first_device().await;
        let body = json!({"registered": round % 2 == 0, "codec": "opus"});
        crew.org.register(&user, &device, &body).await;
    }
    let none = json!({"http-429": 0.0, "http-503": 0.0, "ws-garbage": 0.0});
    crew.org.fault(&none).await;
    crew.until_live().await;
    crew.until_equal().await;
    let limited = crew.org.requests().await.into_iter();
    let ours = limited
        .filter(|r| r["status"] == 429 && r.get("fault").is_none())
        .count();
    assert_eq!(ours, 0, "the organisation's own limit was never met");
}
