//! Routes to Amazon `EventBridge`: made in parts, followed, never made twice.

use serde_json::{Value, json};
use trunkline::flow::route::Ending;
use trunkline::model::flow::{Outcome, StepState};
use trunkline::model::route::{Aim, DeploymentState, Kind, Route, read};

use crate::common::server::{Answer, Seen, answer};
use crate::genesys::{Genesys, INTEGRATIONS, as_usual};
use crate::rig::{deploy, remove};

fn bus(topics: &Value) -> Route {
    let body = json!({
        "kind": "eventbridge", "name": "noc-bus", "awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1",
        "eventSourceSuffix": "noc", "eventFilter": topics, "enabled": true,
    });
    read(&body.to_string()).unwrap()
}

fn verbs(genesys: &Genesys) -> Vec<String> {
    let writes = genesys.writes();
    let verb = |write: &String| write.split(' ').take(2).collect::<Vec<_>>().join(" ");
    writes.iter().map(verb).collect()
}

#[tokio::test]
async fn it_is_made_configured_turned_on_and_followed_until_it_runs() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    let (outcome, told) = genesys.rig.deploy(bus(&json!(["v2.a", "v2.b"]))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert_eq!(
        told.names(),
        [
            "existing",
            "reach",
            "diff",
            "submit",
            "submit",
            "submit",
            "read back",
            "follow"
        ]
    );
    assert!(
        told.steps()
            .iter()
            .all(|step| step.state == StepState::Done)
    );
    assert_eq!(
        genesys.writes(),
        [
            r#"POST /api/v2/integrations {"name":"noc-bus","integrationType":{"id":"amazon-eventbridge-source"}}"#,
            concat!(
                r#"PUT /api/v2/integrations/n-1/config/current {"name":"noc-bus","version":1,"#,
                r#""properties":{"awsAccountId":"123456789012","awsAccountRegion":"eu-west-1","eventSourceSuffix":"noc","#,
                r#""eventFilter":["v2.a","v2.b"]},"advanced":{},"notes":"","credentials":{}}"#
            ),
            r#"PATCH /api/v2/integrations/n-1 {"intendedState":"ENABLED"}"#,
        ]
    );
    let Ending::Deployed {
        known, warnings, ..
    } = told.ending()
    else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(warnings, []);
    assert_eq!(known.integration.as_ref().unwrap().reported.raw(), "ACTIVE");
    let kept = genesys.rig.kit.routes.deployments.load().unwrap();
    assert_eq!((kept.len(), kept[0].state), (1, DeploymentState::Done));
    let audit = genesys.rig.audit();
    assert_eq!(
        audit
            .lines()
            .filter(|line| line.contains("route.update"))
            .count(),
        4
    );

    let (again, _) = genesys.rig.deploy(bus(&json!(["v2.b", "v2.a"]))).await;
    assert!(again.to_string().contains("is so already"), "{again}");
    let (changed, _) = genesys.rig.deploy(bus(&json!(["v2.c"]))).await;
    assert!(matches!(changed, Outcome::Done(_)), "{changed}");
    assert_eq!(
        verbs(&genesys)[3..],
        ["PUT /api/v2/integrations/n-1/config/current"]
    );

    let known = genesys.rig.of_kind(Kind::EventBridge, "noc-bus").await;
    let (gone, _) = genesys.rig.run(remove(known)).await;
    assert!(matches!(gone, Outcome::Done(_)), "{gone}");
    assert!(genesys.state.lock().unwrap().integrations.is_empty());
}

#[tokio::test]
async fn an_error_that_is_reported_is_told_and_the_deployment_stays() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.state.lock().unwrap().reports = vec!["ERROR"];
    let (outcome, told) = genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    assert!(
        outcome
            .to_string()
            .contains("reported ERROR: the account is not known to AWS"),
        "{outcome}"
    );
    assert_eq!(told.steps().last().unwrap().state, StepState::Failed);
    let Ending::Deployed {
        known, warnings, ..
    } = told.ending()
    else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(warnings.len(), 1);
    assert!(known.is_trouble());
}

#[tokio::test]
async fn a_part_that_is_refused_says_what_is_there_and_the_next_try_goes_on() {
    fn refuse(seen: &Seen, n: usize) -> Option<Answer> {
        let refused = r#"{"message":"no such region","code":"bad.request"}"#;
        (seen.verb == "PUT" && n == 0).then(|| answer(400, refused))
    }
    let genesys = Genesys::start(refuse, as_usual).await;
    let (outcome, _) = genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    let Outcome::Refused(why) = &outcome else {
        panic!("{outcome}");
    };
    assert!(
        why.raw().contains("n-1 is there in part") && why.raw().contains("no such region"),
        "{why}"
    );
    let kept = genesys.rig.kit.routes.deployments.load().unwrap();
    assert_eq!(kept[0].state, DeploymentState::Unknown);

    let (outcome, _) = genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    let posts = verbs(&genesys)
        .into_iter()
        .filter(|verb| verb.starts_with("POST"));
    assert_eq!(posts.count(), 1, "it is not made twice");
}

#[tokio::test]
async fn what_was_taken_without_an_answer_is_looked_up_and_goes_on() {
    fn lose(seen: &Seen, _: usize) -> Option<Answer> {
        (!seen.body.is_empty()).then(|| answer(504, ""))
    }
    let genesys = Genesys::start(as_usual, lose).await;
    let (outcome, told) = genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome}");
    assert_eq!(
        verbs(&genesys),
        [
            "POST /api/v2/integrations",
            "PUT /api/v2/integrations/n-1/config/current",
            "PATCH /api/v2/integrations/n-1",
        ]
    );
    let looks = told.names().into_iter().filter(|name| *name == "look up");
    assert_eq!(looks.count(), 3);
    assert_eq!(genesys.state.lock().unwrap().integrations.len(), 1);
}

#[tokio::test]
async fn what_never_arrived_stays_unknown_and_is_not_sent_again() {
    fn lose(seen: &Seen, _: usize) -> Option<Answer> {
        (seen.verb == "POST").then(|| answer(504, ""))
    }
    let genesys = Genesys::start(lose, as_usual).await;
    let (outcome, _) = genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome}");
    assert_eq!(genesys.writes().len(), 1);
}

#[tokio::test]
async fn another_hand_s_configuration_is_a_conflict_that_shows_both() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    let seen = genesys.rig.of_kind(Kind::EventBridge, "noc-bus").await;
    {
        let mut state = genesys.state.lock().unwrap();
        let current = &mut state.integrations[0]["config"]["current"];
        current["properties"]["eventSourceSuffix"] = "theirs".into();
        current["version"] = 9.into();
    }
    let order = deploy(
        Aim::Existing(seen.id.clone()),
        Some(seen),
        bus(&json!(["v2.b"])),
    );
    let (_, told) = genesys.rig.run(order).await;
    let Ending::Conflict(conflict) = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(
        conflict.theirs()[0].to_string(),
        "~ eventSourceSuffix: noc -> theirs"
    );
    assert_eq!(conflict.ours().len(), 2, "{:?}", conflict.ours());
}

#[tokio::test]
async fn a_list_that_may_not_be_read_hides_the_other_no_more_than_it_says() {
    fn forbid(seen: &Seen, _: usize) -> Option<Answer> {
        let refused = r#"{"message":"no","code":"missing.any.permissions"}"#;
        (seen.verb == "GET" && seen.path.contains("processautomation"))
            .then(|| answer(403, refused))
    }
    let genesys = Genesys::start(forbid, as_usual).await;
    genesys.rig.deploy(bus(&json!(["v2.a"]))).await;
    let all = trunkline::flow::route::all(&genesys.rig.kit).await.unwrap();
    assert_eq!(
        (all.routes.len(), all.unread.as_slice()),
        (1, &[Kind::Trigger][..])
    );
    assert!(
        all.faults[0]
            .raw()
            .contains("processautomation:trigger:view"),
        "{:?}",
        all.faults
    );
}

#[tokio::test]
async fn a_webhook_is_not_offered_here_and_nothing_is_asked() {
    let genesys = Genesys::start(as_usual, as_usual).await;
    let (_, told) = genesys.rig.deploy(genesys.rig.route("hook")).await;
    let Ending::Invalid(faults) = told.ending() else {
        panic!("{:?}", told.ending());
    };
    assert_eq!(faults[0].path, "kind");
    assert!(faults[0].message.contains("eventbridge or trigger"));
    assert_eq!(genesys.server.count(INTEGRATIONS), 0);
}
