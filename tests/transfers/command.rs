//! `trunkline transfer`, as a script uses it: what it prints, and what it ends with.

use serde_json::{Value, json};

use crate::common::program::said;
use crate::rig::{Rig, begin, log};

const TO: &str = "genesys://user/ana";

async fn start() -> Rig {
    Rig::with(&["transfer-ms=20"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_shows_the_frame_and_sends_nothing() {
    let rig = start().await;
    let ids = begin(&rig, 1).await;
    let output = rig.run(&["transfer", "--to", TO, "--dry-run", &ids[0]]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        shown.contains("FRAME wss://") && shown.contains("\"type\": \"interaction.transfer\""),
        "{shown}"
    );
    assert!(
        said(&output).contains("can be transferred"),
        "{}",
        said(&output)
    );
    assert!(log(&rig).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_are_transferred_and_each_is_told() {
    let rig = start().await;
    let ids = begin(&rig, 3).await;
    let mut args = vec!["transfer", "--to", TO, "--codec", "g722", "--yes", "--json"];
    args.extend(ids.iter().map(String::as_str));
    let output = rig.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["outcome"], json!("ok"));
    let transfers = told["transfers"].as_array().unwrap();
    assert_eq!(transfers.len(), 3);
    for (id, transfer) in ids.iter().zip(transfers) {
        assert_eq!(
            transfer["interactionId"],
            json!(id),
            "in the order of the command line"
        );
        assert_eq!(
            (&transfer["state"], &transfer["codecSettled"]),
            (&json!("transferred"), &json!("g722"))
        );
        assert!(transfer["latencyMs"].as_f64().is_some_and(|ms| ms >= 20.0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_has_its_message_and_exit_code() {
    let rig = start().await;
    for (args, words) in [
        (&["--to", "ftp://x"][..], "is no destination"),
        (
            &["--to", "genesys://user/"],
            "the id of the user is missing",
        ),
        (
            &["--to", TO, "--codec", "g729"],
            "does not support the audio codec",
        ),
        (&["--to", TO, "--bandwidth", "500"], "500 kbit/s is over"),
        (
            &["--to", TO, "--video", "h264:1280x720:60"],
            "60 pictures a second is over",
        ),
        (&["--to", TO, "--video", "h264"], "is no video"),
    ] {
        let mut line = vec!["transfer", "--yes", "interaction-1"];
        line.extend(args);
        let output = rig.run(&line);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(words), "{args:?}: {}", said(&output));
    }
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
        let output = rig.run(&["transfer", "--yes", "--to", TO, &id]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    assert!(log(&rig).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_broke_off_goes_on_with_what_is_left_of_it() {
    let rig = start().await;
    let ids = begin(&rig, 3).await;
    let first = rig.run(&["transfer", "--to", TO, "--yes", &ids[0]]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let mut args = vec!["transfer", "--to", TO, "--yes", "--resume"];
    args.extend(ids.iter().map(String::as_str));
    let output = rig.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told = said(&output);
    let done = format!("{} was transferred there already", ids[0]);
    assert!(told.contains(&done), "{told}");
    let log = log(&rig).await;
    assert_eq!(log.len(), 3, "each of them once: {log:?}");
    // Nothing is left, and another destination is another batch.
    let output = rig.run(&args);
    assert!(
        said(&output).contains("nothing is left"),
        "{}",
        said(&output)
    );
}
