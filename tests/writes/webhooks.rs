//! `trunkline webhook`, and what the organisation then delivers.

use serde_json::{Value, json};

use crate::common::program::{answer, said};
use crate::rig::Rig;

async fn listed(rig: &Rig) -> Vec<Value> {
    let out = rig.run(&["webhook", "list", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    answer(&out).as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_of_each_kind_is_registered_listed_tested_and_removed() {
    let rig = Rig::with(&["callback-ms=0"]).await;
    let uri = rig.destination("healthy");
    for kind in ["jobs", "callbacks"] {
        let add = ["webhook", "add", kind, "--uri", &uri, "--name", kind];
        let out = rig.run(&[&add[..], &["--dry-run", "--json"]].concat());
        assert_eq!(out.status.code(), Some(0), "{out:?}");
        assert_eq!(answer(&out)["request"]["body"]["name"], kind);
        assert_eq!(listed(&rig).await.len(), usize::from(kind == "callbacks"));
        let out = rig.run(&[&add[..], &["--yes"]].concat());
        assert_eq!(out.status.code(), Some(0), "{out:?}");
        assert!(!said(&out).contains("twice"), "{}", said(&out));
        // A second one of the same place is warned of, and the operator's to have.
        let out = rig.run(&[&add[..], &["--dry-run"]].concat());
        assert!(
            said(&out).contains("everything would come twice"),
            "{}",
            said(&out)
        );
    }
    let all = listed(&rig).await;
    let told: Vec<_> = all.iter().map(|one| (&one["kind"], &one["name"])).collect();
    let (jobs, calls) = (json!("jobs"), json!("callbacks"));
    assert_eq!(told, [(&jobs, &jobs), (&calls, &calls)]);
    assert_eq!(
        all[0]["events"],
        json!(["async.job.completed", "async.job.failed"])
    );
    let out = rig.run(&["webhook", "test", "jobs", "--yes", "--json"]);
    assert_eq!(answer(&out)["outcome"], "ok", "{out:?}");
    for kind in ["jobs", "callbacks"] {
        let out = rig.run(&["webhook", "remove", kind, "--yes", "--json"]);
        assert_eq!(answer(&out)["outcome"], "ok", "{out:?}");
    }
    assert!(listed(&rig).await.is_empty());
    let out = rig.run(&["webhook", "remove", "jobs", "--yes"]);
    assert_eq!(out.status.code(), Some(2), "{out:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_not_there_is_named_and_nothing_is_registered() {
    let rig = Rig::with(&[]).await;
    for (destination, word) in [("expired", "tls failed"), ("unresolvable", "dns failed")] {
        let uri = rig.destination(destination);
        let out = rig.run(&["webhook", "add", "jobs", "--uri", &uri, "--yes"]);
        assert_eq!(out.status.code(), Some(1), "{out:?}");
        assert!(said(&out).to_lowercase().contains(word), "{}", said(&out));
    }
    let out = rig.run(&[
        "webhook",
        "add",
        "jobs",
        "--uri",
        "http://plain.example.com/",
        "--yes",
    ]);
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert!(listed(&rig).await.is_empty());
    let refused = rig
        .audit()
        .iter()
        .filter(|line| line.status.word() == "refused")
        .count();
    assert_eq!(refused, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_profile_says_where_to_deliver_and_else_nobody_guesses() {
    let rig = Rig::with(&[]).await;
    let out = rig.run(&["webhook", "add", "jobs", "--yes"]);
    assert_eq!(out.status.code(), Some(2), "{out:?}");
    assert!(said(&out).contains("--uri URL"), "{}", said(&out));
    let config = std::fs::read_to_string(&rig.config).unwrap();
    let to = rig.destination("healthy");
    let config = format!("{config}\n[profiles.org.callbacks]\nwebhook = \"{to}\"\n");
    std::fs::write(&rig.config, config).unwrap();
    let out = rig.run(&["webhook", "add", "callbacks", "--yes", "--json"]);
    assert_eq!(answer(&out)["outcome"], "ok", "{out:?}");
    assert_eq!(listed(&rig).await[0]["name"], "trunkline-callbacks");
}
