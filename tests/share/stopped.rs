//! A reader that is stopped and goes on, and consoles that are.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::common::ground::quiet;
use super::harness::Pty;
use super::storm::Storm;
use super::{Jump, rows, stale, until};

#[tokio::test]
async fn a_reader_that_is_stopped_is_not_believed_until_it_goes_on_and_nobody_takes_its_place() {
    let jump = Jump::start(quiet(12, "direct")).await;
    let reader = jump.reader();
    let pid = Pid::from_raw(reader.id()).unwrap();
    let mut consoles = vec![jump.console("ana", true), jump.console("ben", true)];
    let truth = jump.truth().await;
    until(&mut consoles, "everything is there", |_, app| {
        rows(app).as_ref() == Some(&truth)
    })
    .await;
    kill_process(pid, Signal::STOP).unwrap();
    until(&mut consoles, "every row is stale", |_, app| {
        stale(app) == truth.len()
    })
    .await;
    for (user, device) in truth.keys() {
        let body = json!({ "registered": false });
        jump.ground.control.register(user, device, &body).await;
    }
    kill_process(pid, Signal::CONT).unwrap();
    let truth = jump.truth().await;
    until(
        &mut consoles,
        "what changed meanwhile is there",
        |_, app| rows(app).as_ref() == Some(&truth) && app.is_attached(),
    )
    .await;
    // It has the lock all the time: a second reader would take its channels.
    assert_eq!(jump.ground.control.asked("POST", "/oauth/token").await, 1);
}

fn console(jump: &Jump, operator: &str) -> Pty {
    let config = jump.ground.config.to_str().unwrap();
    let console = Pty::spawn_with(&["--config", config], &[("USER", operator)]);
    console.resize(40, 140);
    console.wait_for("shared by .*attached");
    console.wait_for("lost [0-9]+ .* stale 0 ");
    console
}

/// One console is stopped, and the terminal of another takes nothing; the reader is another one afterwards.
async fn stopped(jump: &Jump, time: Duration) {
    let mut reader = jump.reader();
    let consoles = [console(jump, "ana"), console(jump, "ben")];
    let ids: Vec<_> = jump.truth().await.into_keys().collect();
    let mut storm = Storm::begin(&jump.ground.control, ids.clone(), 50);
    consoles[0].signal(Signal::STOP);
    consoles[0].wait_stopped(true);
    consoles[1].hold(true);
    let began = Instant::now();
    while storm.count() < 100 || began.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    reader.kill();
    let _next = jump.reader();
    storm.end().await;
    for (user, device) in &ids {
        let body = json!({ "registered": false, "codec": "PCMU" });
        jump.ground.control.register(user, device, &body).await;
    }
    consoles[0].signal(Signal::CONT);
    consoles[1].hold(false);
    let shown = format!("registered 0 .*lost {} .* stale 0 ", ids.len());
    for console in consoles {
        console.wait_for(&shown);
        console.wait_for("shared by .*attached");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_console_that_was_stopped_and_one_whose_terminal_was_catch_up() {
    let jump = Jump::start(quiet(12, "direct")).await;
    stopped(&jump, Duration::ZERO).await;
}

/// `cargo test --test share -- --ignored --nocapture for_five_minutes`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "five minutes"]
async fn a_console_that_was_stopped_for_five_minutes_catches_up() {
    let jump = Jump::start(quiet(12, "direct")).await;
    stopped(&jump, Duration::from_secs(300)).await;
}
