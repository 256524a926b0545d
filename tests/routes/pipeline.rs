//! The pipeline from its first step to its last, and what stops it.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use trunkline::config::profile::alerts::WebhookAddress;
use trunkline::flow::route::{Deploy, Ending};
use trunkline::flow::{Fate, Order};
use trunkline::model::flow::{Outcome, StepState};
use trunkline::model::route::{Aim, Check, Deed, DeploymentState, Kind};

use crate::rig::{Rig, deploy, remove};

#[tokio::test]
async fn every_step_is_told_in_its_order_and_the_record_is_kept() {
    let rig = Rig::start().await;
    let (outcome, told) = rig.deploy(rig.route("new")).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert_eq!(
        told.names(),
        [
            "existing",
            "DNS",
            "TLS",
            "health",
            "diff",
            "submit",
            "read back"
        ]
    );
    assert!(
        told.steps()
            .iter()
            .all(|step| step.state == StepState::Done && step.took.is_some())
    );
    let Ending::Deployed {
        known,
        deed,
        warnings,
    } = told.ending()
    else {
        panic!("{:?}", told.ending());
    };
    assert_eq!((deed, warnings.len()), (Deed::Created, 0));
    assert_eq!(rig.known("new").await, *known);
    let kept = rig.kit.routes.deployments.load().unwrap();
    assert_eq!(
        (kept.len(), kept[0].state, kept[0].id.as_ref()),
        (1, DeploymentState::Done, Some(&known.id))
    );
    let audit = rig.audit();
    assert_eq!(
        audit
            .lines()
            .filter(|line| line.contains("route.create"))
            .count(),
        2
    );
    assert!(!audit.contains("hunter2"));
}

#[tokio::test]
async fn one_bad_destination_of_three_stops_it_and_the_others_are_shown_good() {
    let rig = Rig::start().await;
    for (bad, check) in [
        ("unresolvable", Check::Dns),
        ("expired", Check::Tls),
        ("wrong-name", Check::Tls),
        ("tls-1.1", Check::Tls),
        ("failing", Check::Health),
    ] {
        let mut body = rig.route("stopped");
        body.uris = vec![rig.destination(bad), rig.destination("redirecting")];
        let (outcome, told) = rig.deploy(body.clone()).await;
        let Outcome::Refused(why) = &outcome else {
            panic!("{outcome}");
        };
        assert!(
            why.raw().contains(&body.uris[0]) && why.raw().contains("2 good"),
            "{why}"
        );
        let Ending::Unreachable(verdicts) = told.ending() else {
            panic!("{:?}", told.ending());
        };
        let failures: Vec<_> = verdicts
            .iter()
            .map(|verdict| verdict.failure().map(|f| f.0))
            .collect();
        assert_eq!(failures, [None, Some(check), None], "{bad}");
        assert!(!told.names().contains(&"submit"), "{bad}");
    }
    assert!(rig.kit.routes.deployments.load().unwrap().is_empty());
    let audit = rig.audit();
    assert_eq!(
        audit.lines().count(),
        5,
        "each refusal is on record, and nothing else:\n{audit}"
    );
    assert!(
        audit.lines().all(|line| line.contains("\"refused\"")),
        "{audit}"
    );
}

#[tokio::test]
async fn what_is_so_already_is_not_sent_and_a_dry_run_sends_nothing() {
    let rig = Rig::start().await;
    rig.deploy(rig.route("same")).await;
    let (outcome, told) = rig.deploy(rig.route("same")).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert!(matches!(told.ending(), Ending::Unchanged(_)));
    assert!(!told.names().contains(&"submit"));

    let mut body = rig.route("same");
    body.retry_policy.max_retries = 4;
    let order = Deploy {
        aim: Aim::ByName,
        base: None,
        body: body.into(),
        dry: true,
        why: None,
        by: None,
    };
    let (_, told) = rig.run(Order::Deploy(Box::new(order))).await;
    let Ending::Dry { changes, .. } = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(changes[0].to_string(), "~ retryPolicy.maxRetries: 1 -> 4");
    assert_eq!(rig.webhook("same").await.retry_policy.max_retries, 1);
}

#[tokio::test]
async fn a_stop_before_the_submit_sends_nothing() {
    let rig = Rig::start().await;
    let mut body = rig.route("stopped");
    body.uris = vec![rig.destination("slow")];
    let (stopper, told, run) = rig.stoppable(deploy(Aim::New, None, body));
    let mut run = std::pin::pin!(run);
    let outcome = loop {
        tokio::select! {
            outcome = run.as_mut() => break outcome,
            () = tokio::time::sleep(std::time::Duration::from_millis(20)) => {
                if told.names().contains(&"health") {
                    stopper.send_replace(true);
                }
            }
        }
    };
    assert!(matches!(outcome, Outcome::Cancelled(_)), "{outcome}");
    assert!(!told.names().contains(&"submit"));
    assert_eq!(rig.audit(), "");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_looked_for_and_the_route_is_there_once() {
    let rig = Rig::start().await;
    rig.fault("lose-answer", json!(1.0)).await;
    let (outcome, told) = rig.deploy(rig.route("lost")).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert!(told.names().contains(&"look up"), "{:?}", told.names());
    let all = trunkline::flow::route::all(&rig.kit).await.unwrap();
    assert_eq!(
        all.routes
            .iter()
            .filter(|known| known.route.name() == "lost")
            .count(),
        1
    );
    assert_eq!(
        rig.kit.routes.deployments.load().unwrap()[0].state,
        DeploymentState::Done
    );
}

#[tokio::test]
async fn a_write_that_did_not_arrive_is_unknown_and_is_not_sent_again() {
    let rig = Rig::start().await;
    rig.fault("lose-request", json!(1.0)).await;
    let (outcome, told) = rig.deploy(rig.route("cut-off")).await;
    let Outcome::Unknown { check, .. } = &outcome else {
        panic!("{outcome}");
    };
    assert!(!check.is_empty());
    assert_eq!(
        told.names()
            .iter()
            .filter(|name| **name == "submit")
            .count(),
        1
    );
    assert!(matches!(told.ending(), Ending::Failed(failure) if failure.fate == Fate::Unknown));
    assert_eq!(
        rig.kit.routes.deployments.load().unwrap()[0].state,
        DeploymentState::Unknown
    );
}

#[tokio::test]
async fn a_route_is_taken_away_and_comes_back_as_it_was() {
    let rig = Rig::start().await;
    rig.deploy(rig.route("gone")).await;
    let known = rig.known("gone").await;
    let (outcome, told) = rig.run(remove(known.clone())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert_eq!(told.names(), ["existing", "submit", "read back"]);
    let gone = trunkline::flow::route::by_id(&rig.kit, Kind::Webhook, &known.id)
        .await
        .unwrap();
    assert_eq!(gone, None);
    let (again, _) = rig.run(deploy(Aim::New, None, known.route.clone())).await;
    assert!(matches!(again, Outcome::Done(_)), "{again}");
    assert_eq!(rig.known("gone").await.route, known.route);
}

#[tokio::test]
async fn a_read_only_profile_looks_at_everything_and_sends_nothing() {
    let rig = Rig::with(|profile| profile.read_only = true).await;
    let (outcome, told) = rig.deploy(rig.route("refused")).await;
    assert!(outcome.to_string().contains("read-only"), "{outcome}");
    assert!(told.names().contains(&"health"));
    assert!(rig.audit().contains("refused"));
    assert_eq!(
        trunkline::flow::route::named(&rig.kit, Kind::Webhook, "refused")
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn the_sync_webhook_hears_of_it_and_its_refusal_is_a_warning() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let rig = Rig::with(|profile| {
        let url = format!("http://{at}/hook?key=canary").parse().unwrap();
        profile.routes.sync_webhook = Some(WebhookAddress(url));
    })
    .await;
    let hook = async {
        let mut heard = Vec::new();
        // A telling that fails is made again, twice.
        for status in ["204 No Content", "500 Oops", "500 Oops", "500 Oops"] {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let n = socket.read(&mut request).await.unwrap();
            heard.push(String::from_utf8_lossy(&request[..n]).into_owned());
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
        heard
    };
    let runs = async {
        let (_, first) = rig.deploy(rig.route("synced")).await;
        let mut body = rig.route("synced");
        body.retry_policy.max_retries = 2;
        let (outcome, second) = rig.deploy(body).await;
        (first.ending(), outcome, second.ending())
    };
    let (heard, (first, outcome, second)) = tokio::join!(hook, runs);
    assert!(
        heard[0].contains("POST /hook?key=canary") && heard[0].contains("route.created"),
        "{}",
        heard[0]
    );
    assert!(
        !heard[0].to_lowercase().contains("authorization"),
        "{}",
        heard[0]
    );
    assert!(matches!(first, Ending::Deployed { warnings, .. } if warnings.is_empty()));
    let Ending::Deployed { warnings, .. } = second else {
        panic!("{second:?}");
    };
    let told = warnings[0].raw();
    assert!(
        told.contains("500") && told.contains("notified 3 times"),
        "{told}"
    );
    assert!(
        matches!(&outcome, Outcome::Done(text) if text.raw().contains("warning")),
        "{outcome}"
    );
    assert!(!rig.audit().contains("canary"));
}
