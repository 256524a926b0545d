//! `POST /hooks/TOKEN`: what the organisation tells of jobs, and how it comes to tell it (contract §7).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use reqwest::Method;
use serde_json::{Value, json};
use trunkline::app::event::Event;
use trunkline::environment::Environment;
use trunkline::flow::Order;
use trunkline::headless::write::kit;
use trunkline::model::flow::Outcome;
use trunkline::model::job::{JobKey, JobState};
use trunkline::model::provision::Provision;
use trunkline::org::Options;
use trunkline::time::Clock;

use crate::common::ran::run;
use crate::house::{House, anywhere, get_json, request, with_token};

/// The path of the hook, as it is kept on disk.
fn hook(house: &House) -> String {
    let folder = house.state().join("hooks");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let token = std::fs::read_to_string(file.path()).unwrap();
    format!("/hooks/{}", token.trim())
}

fn event(job: &str, event: &str) -> Value {
    json!({
        "event": format!("async.job.{event}"), "timestamp": "2026-06-15T14:00:00Z", "jobId": job,
        "results": [{"id": "conn-1", "name": "edge-01"}],
    })
}

async fn post(at: SocketAddr, path: &str, body: String) -> u16 {
    let answer = request(Method::POST, at, path).body(body).send().await;
    answer.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_delivery_is_taken_as_often_as_it_comes_and_makes_one_row() {
    let mut house = House::start(1, &with_token("open sesame")).await;
    let path = hook(&house);
    let figures = house
        .during(|at| async move {
            for told in ["completed", "completed", "started"] {
                let body = event("job-1", told).to_string();
                // The organisation has no token of ours: the path is one.
                assert_eq!(post(at, &path, body).await, 200, "{told}");
            }
            let scrape = request(Method::GET, at, "/metrics")
                .bearer_auth("open sesame")
                .header("accept", "text/plain");
            scrape.send().await.unwrap().text().await.unwrap()
        })
        .await;
    assert!(
        figures.contains("trunkline_jobs{state=\"completed\"} 1"),
        "{figures}"
    );
    let jobs = &house.runner.app.store.jobs;
    assert_eq!(jobs.len(), 1);
    let row = jobs.get(&JobKey("job-1".into())).unwrap();
    assert_eq!(
        (row.job.state(), row.job.deliveries),
        (JobState::Completed, 3)
    );
    assert_eq!((row.job.submitted, row.job.made), (None, 1));
}

#[tokio::test]
async fn a_callback_that_is_delivered_is_a_row_a_figure_and_an_entry_of_the_calendar() {
    let mut house = House::start(1, &with_token("open sesame")).await;
    let path = hook(&house);
    let told = json!({
        "event": "callback.updated", "timestamp": "2026-06-15T14:00:00Z", "id": "cb-hooked",
        "status": "completed", "callback_number": "+14155550199", "callback_time": "2030-06-15T18:00:00Z",
        "queue_id": "queue_12345", "reason": "Router down", "correlation_id": "c-hooked",
    });
    let (figures, calendar) = house
        .during(|at| async move {
            for _ in 0..2 {
                assert_eq!(post(at, &path, told.to_string()).await, 200);
            }
            let get = |path, accept| {
                let asked = request(Method::GET, at, path).bearer_auth("open sesame");
                asked.header("accept", accept).send()
            };
            let figures = get("/metrics", "text/plain").await.unwrap();
            let calendar = get("/callbacks.ics", "text/calendar").await.unwrap();
            let bare = request(Method::GET, at, "/callbacks.ics").send().await;
            assert_eq!(bare.unwrap().status(), 401);
            (
                figures.text().await.unwrap(),
                calendar.text().await.unwrap(),
            )
        })
        .await;
    let row = house.runner.app.store.callbacks.get(&"cb-hooked".into());
    let row = row.unwrap();
    assert_eq!(row.callback().status.word(), "completed");
    assert_eq!(
        row.past()
            .filter_map(|told| told.delivery.as_ref())
            .map(|told| told.deliveries)
            .collect::<Vec<_>>(),
        [2]
    );
    let repeated = figures.contains("trunkline_callback_updates_total{what=\"repeated\"} 1")
        || figures.contains("trunkline_callback_updates{what=\"repeated\"} 1");
    assert!(repeated, "{figures}");
    assert!(calendar.contains("UID:cb-hooked") && calendar.contains("DTSTART:20300615T180000Z"));
    assert!(!calendar.contains("5550199"), "{calendar}");
}

#[tokio::test]
async fn what_is_no_delivery_is_refused() {
    let mut house = House::start(1, &anywhere()).await;
    let path = hook(&house);
    house
        .during(|at| async move {
            let body = event("job-1", "failed").to_string();
            let (end, _) = path.split_at(path.len() - 1);
            for wrong in ["/hooks/", "/hooks/x", end] {
                assert_eq!(post(at, wrong, body.clone()).await, 404, "{wrong}");
            }
            assert_eq!(post(at, &path, "{}".to_owned()).await, 400);
            assert_eq!(post(at, &path, "x".repeat(65 * 1024)).await, 413);
            let (status, refusal) = get_json(at, &path).await;
            assert_eq!(status, 405, "{refusal}");
            let page = request(Method::POST, at, &path).header("origin", "https://evil.example");
            assert_eq!(page.body(body).send().await.unwrap().status(), 403);
        })
        .await;
    assert!(house.runner.app.store.jobs.is_empty());
}

fn press(house: &mut House, code: KeyCode) {
    let event = Event::Key(KeyEvent::from(code));
    house.runner.app.update(event, Clock::Real.now());
}

/// Submits an endpoint as another process would: the console hears of it by its webhook alone.
async fn submit(profile: Arc<trunkline::config::Profile>, state: PathBuf) -> Outcome {
    let environment = Environment::default();
    let kit = kit(profile.clone(), &environment, &state).await.unwrap();
    let edge = profile.provisioning.edges[0].clone();
    let body = Provision::draft(
        "edge-01".into(),
        edge,
        &profile.probes.stun,
        std::iter::empty(),
    );
    let order = Order::Provision {
        body: Box::new(body),
        follow: false,
    };
    run(&kit, order).await.outcome
}

#[tokio::test]
async fn the_webhook_is_registered_from_the_pane_and_the_organisation_delivers() {
    let faults = "job-ms=50,webhook-dup=1".parse().unwrap();
    let mut house = House::with(
        &anywhere(),
        Options {
            // Whom the opening of the budget reads at once.
            users: 40,
            faults,
            ..Options::default()
        },
    )
    .await;
    house.settle().await;
    for code in ":jobs"
        .chars()
        .map(KeyCode::Char)
        .chain([KeyCode::Enter, KeyCode::Char('w')])
    {
        press(&mut house, code);
    }
    press(&mut house, KeyCode::Enter);
    let registered = house.runner.run(|app| {
        let mut flows = app.store.flows.newest_first();
        flows.any(|flow| matches!(flow.end, Some((Outcome::Done(_), _))))
    });
    let patience = std::time::Duration::from_secs(40);
    tokio::time::timeout(patience, registered)
        .await
        .expect("the webhook is registered")
        .unwrap();
    let (profile, state) = (
        house.runner.app.profile().unwrap(),
        house.state().join("other"),
    );
    let delivered = tokio::spawn(submit(profile, state));
    let told = house.runner.run(|app| {
        let mut rows = app.store.jobs.newest_first();
        rows.any(|row| row.job.state() == JobState::Completed && row.job.deliveries >= 2)
    });
    tokio::time::timeout(patience, told)
        .await
        .expect("the webhook delivers")
        .unwrap();
    assert!(matches!(delivered.await.unwrap(), Outcome::Done(_)));
    assert_eq!(house.runner.app.store.jobs.len(), 1);
}
