//! Two writers of one route: a conflict that shows both, and never an overwrite.

use serde_json::json;
use trunkline::flow::route::{Conflict, Ending};
use trunkline::model::flow::Outcome;
use trunkline::model::route::{Aim, Known};

use crate::rig::{Rig, Told, deploy, remove, webhook};

fn conflict(told: &Told) -> Conflict {
    match told.ending() {
        Ending::Conflict(conflict) => *conflict,
        other => panic!("{other:?}"),
    }
}

/// Our change of a route as it was seen.
fn ours(seen: &Known) -> trunkline::flow::Order {
    let mut body = webhook(seen);
    body.uris.push(format!("{}?ours", body.uri));
    deploy(Aim::Existing(seen.id.clone()), Some(seen.clone()), body)
}

async fn deployed(rig: &Rig) -> Known {
    rig.deploy(rig.route("raced")).await;
    rig.known("raced").await
}

#[tokio::test]
async fn a_change_since_the_form_was_opened_is_a_conflict_that_shows_both() {
    let rig = Rig::start().await;
    let seen = deployed(&rig).await;
    let theirs =
        json!({"retryPolicy": {"maxRetries": 5, "retryInterval": 1.0, "backoffFactor": 2.0}});
    rig.meddle(seen.id.raw(), theirs).await;
    let (outcome, told) = rig.run(ours(&seen)).await;
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome}");
    let conflict = conflict(&told);
    assert_eq!(
        conflict.theirs()[0].to_string(),
        "~ retryPolicy.maxRetries: 1 -> 5"
    );
    assert!(
        conflict.ours()[0].to_string().starts_with("+ uris"),
        "{:?}",
        conflict.ours()
    );
    assert_eq!(told.names(), ["existing"], "no destination was bothered");
    assert_eq!(rig.webhook("raced").await.retry_policy.max_retries, 5);
    assert!(rig.audit().contains("conflict"));
}

#[tokio::test]
async fn a_change_while_the_destinations_are_looked_at_is_one_too() {
    let rig = Rig::start().await;
    let seen = deployed(&rig).await;
    let mut body = webhook(&seen);
    body.uris = vec![rig.destination("slow")];
    let order = deploy(Aim::Existing(seen.id.clone()), Some(seen.clone()), body);
    let (_stopper, told, run) = rig.stoppable(order);
    let meddle = async {
        while !told.names().contains(&"health") {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        rig.meddle(seen.id.raw(), json!({"headers": {"X-Token": "theirs"}}))
            .await;
    };
    tokio::join!(run, meddle);
    assert_eq!(
        conflict(&told).theirs()[0].to_string(),
        "~ headers.X-Token: •••••• -> another value"
    );
    assert!(!told.names().contains(&"submit"));
    assert_eq!(rig.webhook("raced").await.headers["X-Token"], "theirs");
}

#[tokio::test]
async fn a_route_that_is_gone_is_not_made_again_and_one_that_changed_is_not_taken_away() {
    let rig = Rig::start().await;
    let seen = deployed(&rig).await;
    rig.meddle(seen.id.raw(), json!({"uris": [rig.destination("slow")]}))
        .await;
    let (_, told) = rig.run(remove(seen.clone())).await;
    assert_eq!(conflict(&told).wanted, None);
    let now = rig.known("raced").await;
    rig.run(remove(now)).await;
    let (outcome, told) = rig.run(ours(&seen)).await;
    assert!(outcome.to_string().contains("was deleted"), "{outcome}");
    assert_eq!(conflict(&told).there, None);
}

#[tokio::test]
async fn two_that_make_the_same_route_make_one() {
    let rig = Rig::start().await;
    let (one, other) = tokio::join!(
        rig.deploy(rig.route("twice")),
        rig.deploy(rig.route("twice"))
    );
    assert!(matches!(
        (&one.0, &other.0),
        (Outcome::Done(_), Outcome::Done(_))
    ));
    let all = trunkline::flow::route::all(&rig.kit).await.unwrap();
    assert_eq!(
        all.routes
            .iter()
            .filter(|known| known.route.name() == "twice")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_new_route_does_not_take_the_name_of_another() {
    let rig = Rig::start().await;
    deployed(&rig).await;
    let (_, told) = rig.run(deploy(Aim::New, None, rig.route("raced"))).await;
    assert!(matches!(told.ending(), Ending::Invalid(faults) if faults[0].path == "name"));
}
