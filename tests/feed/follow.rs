//! The calm days: everyone is listed and read, streams and polls carry on, operators ask and pause.

use trunkline::model::UserId;
use trunkline::vocabulary::news::Link;

use crate::watch::{Watch, options};

#[tokio::test]
async fn everyone_is_listed_and_read_and_the_first_have_streams() {
    let mut watch = Watch::all(options(130, 0.0, ""), 20).await;
    watch
        .until("all read", |world| {
            world.status.read == 130 && world.live(20)
        })
        .await;
    let status = watch.world.status;
    assert!(watch.world.complete && status.enumerated);
    assert_eq!(
        (
            status.users,
            status.streams_wanted,
            status.polled,
            status.failed
        ),
        (130, 20, 110, 0)
    );
    assert_eq!(status.link, Link::Live);
    assert_eq!(watch.world.users.len(), 130);
    assert_eq!(watch.world.rows, watch.truth().await);
}

#[tokio::test]
async fn a_change_shows_as_an_update_and_nothing_else_moves() {
    let mut watch = Watch::all(options(3, 0.0, ""), 3).await;
    watch.until("live", |world| world.live(3)).await;
    let (user, device) = watch.first_device();
    watch.set(&user, &device, false, "G729").await;
    watch.until("the update", |world| world.updates > 0).await;
    watch.until_equal().await;
    assert_eq!((watch.world.snapshots, watch.world.gaps), (3, 0));
}

#[tokio::test]
async fn only_those_named_are_watched() {
    let users: Vec<UserId> = {
        let mut everyone = Watch::all(options(4, 0.0, ""), 0).await;
        everyone.until("listed", |world| world.complete).await;
        everyone
            .world
            .users
            .iter()
            .take(2)
            .map(|id| id.as_str().into())
            .collect()
    };
    let mut watch = Watch::of(options(4, 0.0, ""), 1, Some(users)).await;
    watch
        .until("both read", |world| world.status.read == 2 && world.live(1))
        .await;
    assert_eq!(watch.world.status.users, 2);
    let requests = watch.control.get("/_org/requests").await;
    assert!(
        !requests.to_string().contains("/api/v2/users"),
        "nobody is listed: {requests}"
    );
}

#[tokio::test]
async fn an_operator_asks_for_streamed_and_polled_users_alike() {
    let mut watch = Watch::all(options(4, 0.0, ""), 2).await;
    watch
        .until("all read", |world| world.snapshots == 4 && world.live(2))
        .await;
    let two: Vec<UserId> = [0, 3]
        .map(|at| watch.world.users[at].as_str().into())
        .to_vec();
    watch.feeds().reread(&two);
    watch
        .until("both read again", |world| world.snapshots == 6)
        .await;
    watch.feeds().reread_all();
    watch
        .until("all read again", |world| world.snapshots == 10)
        .await;
    assert_eq!(watch.world.gaps, 0);
}

#[tokio::test]
async fn paused_means_silent_and_honest_and_resuming_catches_up() {
    let mut watch = Watch::all(options(4, 0.0, ""), 2).await;
    watch
        .until("all read", |world| world.status.read == 4 && world.live(2))
        .await;
    watch.feeds().pause(true);
    watch
        .until("quiet", |world| {
            world.status.link == Link::Paused && world.live(0) && world.gaps == 4
        })
        .await;
    assert!(watch.world.rows.values().all(|row| row.stale));
    let (user, device) = watch.first_device();
    watch.set(&user, &device, false, "PCMA").await;
    watch.feeds().pause(false);
    watch.until_equal().await;
    watch
        .until("live again", |world| {
            world.status.link == Link::Live && world.live(2)
        })
        .await;
}

#[tokio::test]
async fn dropping_the_feeds_closes_every_stream() {
    let mut watch = Watch::all(options(5, 0.0, ""), 5).await;
    watch.until("live", |world| world.live(5)).await;
    watch.feeds = None;
    loop {
        let state = watch.control.state().await;
        if state["streams"] == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
}
