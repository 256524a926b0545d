//! A target that was not reached, on the screen.

use crossterm::event::KeyCode;
use trunkline::alert::{AlertNews, PostOutcome};
use trunkline::model::alert::Leg;

use super::{CONFIG, Stage};
use crate::rig::SETTLE;

#[test]
fn the_pane_names_the_target_that_was_not_reached_and_sends_to_it_again() {
    let targets = r#"
[[profiles.acme.alerts.targets]]
name = "oncall"
kind = "pagerduty"
key_env = "PAGERDUTY"
when = "site:Accra"
[[profiles.acme.alerts.targets]]
name = "elsewhere"
kind = "slack"
address_env = "SLACK"
when = "site:Lima"
"#;
    let mut stage = Stage::of(&format!("{CONFIG}{targets}"));
    stage.open();
    stage.pass(SETTLE);
    let posted = |stage: &mut Stage| {
        let orders = stage.orders();
        let posts = orders.iter().flat_map(|orders| &orders.post);
        let to = |p: &trunkline::alert::Parcel| p.to().map(|to| to.raw().to_owned());
        posts.map(to).collect::<Vec<_>>()
    };
    let oncall = Some("oncall".to_owned());
    assert_eq!(posted(&mut stage), [None, oncall.clone()]);
    let id = stage.app.store.alerts.iter().next().unwrap().id;
    let refused = PostOutcome::Failed {
        why: "events.pagerduty.com answered 503.\x1b[2J".into(),
    };
    for (target, outcome) in [(None, PostOutcome::Sent), (Some("oncall".into()), refused)] {
        stage.tell(AlertNews::Told {
            id,
            target,
            leg: Leg::Raise,
            outcome,
        });
    }
    stage.press(KeyCode::Char('7'));
    let screen = stage.screen();
    assert!(
        screen.contains("oncall undelivered: events.pagerd"),
        "{screen}"
    );
    stage.press(KeyCode::Enter);
    let screen = stage.screen();
    assert!(
        screen.contains(
            "to oncall   notified undelivered: events.pagerduty.com answered 503.\\u{1b}[2J"
        ),
        "{screen}"
    );
    stage.press(KeyCode::Char('R'));
    assert_eq!(posted(&mut stage), [oncall], "the webhook has taken it");
}
