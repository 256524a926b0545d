//! The vendor's status page beside the organisation: read without asking it for anything, and whatever it does costs one line.

use std::time::Duration;

use trunkline::feed::Plan;
use trunkline::model::vendor::VendorState;
use trunkline::vocabulary::news::VendorNews;

use super::watch::{Watch, brisk, options};
use crate::common::ground::Ground;

fn plan(page: &Ground) -> Plan {
    Plan {
        users: None,
        poll: Duration::from_secs(10),
        max_streams: 4,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: Some(page.org.status_page().parse().unwrap()),
    }
}

/// What the page of an organisation with these faults came to, once everyone is known.
async fn told(faults: &str) -> Vec<VendorNews> {
    let ground = Ground::start(options(1, 0.0, faults)).await;
    let plan = plan(&ground);
    let mut watch = Watch::on(ground, plan, brisk(), (None, None));
    watch
        .until("an answer", |world| world.vendor.len() > 1)
        .await;
    watch
        .until("everyone", |world| world.status.enumerated)
        .await;
    watch.world.vendor.clone()
}

#[tokio::test]
async fn what_the_page_says_is_told() {
    for (faults, state, what) in [
        ("", VendorState::Operational, None),
        (
            "cloud=maintenance",
            VendorState::Maintenance,
            Some("Voice eu-central-1"),
        ),
        (
            "cloud=degraded",
            VendorState::Degraded,
            Some("Voice eu-central-1"),
        ),
        (
            "cloud=outage",
            VendorState::MajorOutage,
            Some("Voice eu-central-1"),
        ),
    ] {
        let told = told(faults).await;
        assert_eq!(told[0], VendorNews::Asked, "{faults}");
        let VendorNews::Told(report) = &told[1] else {
            panic!("{faults}: {told:?}");
        };
        assert_eq!(report.state, state);
        assert_eq!(report.what().as_deref(), what);
        assert_eq!(report.since.is_some(), !state.is_well(), "{faults}");
    }
}

#[tokio::test]
async fn a_page_that_does_not_answer_costs_nothing_else() {
    let told = told("cloud=silent").await;
    let VendorNews::Failed(why) = &told[1] else {
        panic!("{told:?}");
    };
    assert!(why.raw().contains("503"), "{why}");
    // One whose certificate is not trusted is no page either.
    let stranger = Ground::start(options(1, 0.0, "")).await;
    let plan = plan(&stranger);
    let mut watch = Watch::with(options(4, 0.0, ""), plan, brisk(), None).await;
    watch
        .until("a failure", |world| {
            matches!(world.vendor.last(), Some(VendorNews::Failed(_)))
        })
        .await;
    watch.until("everyone", |world| world.live(4)).await;
    assert_eq!((watch.world.failed, watch.world.problems.len()), (0, 0));
}
