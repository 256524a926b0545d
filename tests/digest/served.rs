//! The commands, with a `serve` that records a real organisation: on both APIs.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use trunkline::model::audit::LineStatus;
use trunkline::model::registration::State;
use trunkline::record::{Record, RecordFolder};
use trunkline::time::Millis;

use crate::common::ground::{Ground, quiet};
use crate::common::program::said;

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

pub fn folder(ground: &Ground) -> RecordFolder {
    RecordFolder::of(&ground.state_dir(), "org")
}

/// A `serve` of the ground, ended with it.
pub struct Serving(Child);

impl Serving {
    pub fn start(ground: &Ground) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0"];
        let child = ground.program(&args).stderr(Stdio::null()).spawn();
        Self(child.unwrap())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.0.wait();
    }
}

/// Waits until the record has so many phones in a state.
pub async fn until(ground: &Ground, state: State, count: u32) {
    loop {
        let look = Record::open(folder(ground)).and_then(|mut record| record.look(now()));
        if look.is_ok_and(|look| look.store.registrations.counts().of(state) == count) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The phones that are registered at the organisation: their users and devices.
pub async fn registered(ground: &Ground) -> Vec<(String, String)> {
    let state = ground.control.state().await;
    let rows = state["registrations"].as_array().unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = rows.iter().filter(|row| row["registered"] == true);
    rows.map(|row| (text(row, "userId"), text(row, "deviceId")))
        .collect()
}

fn line<'d>(digest: &'d Value, section: &str) -> &'d Value {
    let mut sections = digest["sections"].as_array().unwrap().iter();
    let found = sections.find(|one| one["name"] == section);
    &found.unwrap_or_else(|| panic!("no {section}: {digest:#}"))["lines"][0]
}

async fn is_told_and_handed_over(api: &'static str) {
    let ground = Ground::start(quiet(6, api)).await;
    let posted = ground.destination("healthy");
    let config = std::fs::read_to_string(&ground.config).unwrap();
    let config = format!("{config}\n[profiles.org.handover]\npost = \"{posted}\"\n");
    std::fs::write(&ground.config, config).unwrap();
    let serving = Serving::start(&ground);
    let all = registered(&ground).await;
    until(&ground, State::Ok, u32::try_from(all.len()).unwrap()).await;
    let (user, device) = &all[0];
    ground
        .control
        .register(user, device, &json!({"registered": false}))
        .await;
    until(&ground, State::Lost, 1).await;

    let output = ground.run(&["digest", "--since", "10m", "--json"]);
    // The record began within these ten minutes: not all of them are known.
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let digest: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lost = line(&digest, "lost");
    assert_eq!(lost["place"]["pane"], "registrations");
    let filter = lost["place"]["filter"].as_str().unwrap();
    assert!(filter.contains(user) && filter.contains(device), "{filter}");
    // It leads to its row, as it was.
    let at = lost["place"]["at"].as_str().unwrap();
    let rows = ground.run(&[
        "get",
        "registrations",
        "--at",
        at,
        "--where",
        filter,
        "--json",
    ]);
    let rows: Value = serde_json::from_slice(&rows.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["state"], "lost");
    assert!(
        line(&digest, "coverage")["said"]
            .as_str()
            .unwrap()
            .contains("begins here")
    );

    let output = ground.run(&[
        "handover",
        "--since",
        "10m",
        "--markdown",
        "--take",
        "--post",
    ]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.starts_with("# Hand-over: org\n"), "{text}");
    assert!(text.contains("## lost (1)"), "{text}");
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let audit = ground.audit();
    for action in ["handover.take", "handover.post"] {
        let ends = audit.iter().filter(|line| line.action.raw() == action);
        let ends: Vec<LineStatus> = ends.map(|line| line.status).collect();
        assert_eq!(ends, [LineStatus::Intent, LineStatus::Ok], "{action}");
    }
    let taken = audit
        .iter()
        .find(|line| line.action.raw() == "handover.take")
        .unwrap();
    assert_eq!(taken.operator.raw(), "noc");
    assert_eq!(taken.extra["sha256"].as_str().unwrap().len(), 64);
    let heard = ground.control.get("/_org/destinations").await;
    assert!(
        heard["deliveries"].to_string().contains("handover"),
        "{heard:#}"
    );
    // What was done is told the next time.
    let output = ground.run(&["handover", "--since", "10m", "--json"]);
    let digest: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        line(&digest, "writes")["what"]
            .as_str()
            .unwrap()
            .starts_with("handover.")
    );
    drop(serving);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_direct_api_is_told_and_handed_over() {
    is_told_and_handed_over("direct").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_api_is_told_and_handed_over() {
    is_told_and_handed_over("platform").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_told_says_why() {
    let ground = Ground::start(quiet(2, "direct")).await;
    for (args, says) in [
        (vec!["digest", "--since", "8h"], "Nothing is recorded"),
        (vec!["digest", "--since", "soon"], "is no time"),
        (
            vec!["handover", "--since", "1h", "--until", "2001-01-01"],
            "Nothing is recorded",
        ),
        (vec!["bookmark", "remove", "7"], "there is no bookmark 7"),
    ] {
        let output = ground.run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(says), "{args:?}: {}", said(&output));
    }
    let list = ground.run(&["bookmark", "list", "--json"]);
    assert_eq!(String::from_utf8(list.stdout).unwrap(), "[]\n");
}
