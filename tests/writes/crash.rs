//! The program killed at any moment of a submit: nothing it sent is without a record, and every record has its end.

use std::process::Stdio;
use std::time::Duration;

use trunkline::audit::{Audit, verify};
use trunkline::cloud::Urgency;
use trunkline::model::audit::LineStatus;

use crate::rig::Rig;

/// Submits that are killed; the moments are spread over the whole course of one.
const SUBMITS: u32 = 200;

/// Programs that share the audit at a time.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_killed_at_any_moment_has_every_request_on_record() {
    let rig = Rig::with(&[]).await;
    let whole = course(&rig);
    let numbers: Vec<u32> = (0..SUBMITS).collect();
    for together in numbers.chunks(AT_ONCE) {
        let killed = together
            .iter()
            .map(|n| killed_after(&rig, *n, whole * 4 * *n / SUBMITS));
        futures_util::future::join_all(killed).await;
    }
    // The next start calls what is open unknown.
    drop(Audit::open(&rig.state_dir(), "org").unwrap());
    let endings = rig.endings();
    let open: Vec<_> = endings
        .iter()
        .filter(|(_, s)| **s == LineStatus::Intent)
        .collect();
    assert!(open.is_empty(), "{open:?}");
    let report = verify::verify(&rig.state_dir(), "org").unwrap();
    assert_eq!(report.fault, None);
    let intents: Vec<_> = rig
        .audit()
        .into_iter()
        .filter(|l| l.status == LineStatus::Intent)
        .collect();
    for name in taken(&rig).await {
        let on_record = intents
            .iter()
            .any(|line| line.subject.raw() == name.as_str());
        assert!(on_record, "{name} was sent without a record");
    }
    assert!(
        !intents.is_empty() && intents.len() < SUBMITS as usize,
        "{}",
        intents.len()
    );
}

/// Starts a submit and kills it this much later.
async fn killed_after(rig: &Rig, n: u32, wait: Duration) {
    let file = payload(rig, n);
    let mut child = rig
        .program(&["provision", "-f", &file, "--yes", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(wait).await;
    let _ = child.kill();
    child.wait().unwrap();
}

/// How long a whole submit takes here, now, among others.
fn course(rig: &Rig) -> Duration {
    let file = payload(rig, 999);
    let began = std::time::Instant::now();
    let out = rig.run(&["provision", "-f", &file, "--yes", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    began.elapsed()
}

fn payload(rig: &Rig, n: u32) -> String {
    let body = serde_json::to_value(rig.endpoint(&format!("crash-{n}"))).unwrap();
    rig.file(&format!("body-{n}.json"), &body)
}

/// The names in the jobs that the organisation took.
async fn taken(rig: &Rig) -> Vec<String> {
    let jobs = rig.kit().await.client.jobs(Urgency::Reread).await.unwrap();
    jobs.iter().map(|job| job.name.raw().to_owned()).collect()
}
