//! People who are listed and not there: missed until the next list tells whether they have left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use trunkline::feed::{Feeds, Mailbox, Plan, Timing, start_with};
use trunkline::vocabulary::news::{News, Status};

use super::watch::brisk;
use crate::common::server::{Server, answer};

const TOKEN: &str = r#"{"access_token":"t","token_type":"Bearer","expires_in":7200,"scope":"telephony:users:read websocket:read"}"#;

/// Feeds that poll, over an organisation that lists u-1 and u-2, of whom u-2 is not there; the first `most` lists have both, and the
/// lists are counted.
async fn watched(most: usize, poll: Duration) -> (Server, Feeds, Arc<Mailbox>, Arc<AtomicUsize>) {
    let lists = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lists);
    let server = Server::plain(move |seen, _| match seen.path.as_str() {
        path if path.contains("/oauth/token") => answer(200, TOKEN),
        path if path.contains("/u-2/") => answer(404, r#"{"message":"not found","status":404}"#),
        path if path.contains("/registrations") => answer(
            200,
            r#"{"entities":[{"userId":"u-1","device":{"id":"d-1"},"registered":true}]}"#,
        ),
        _ if counted.fetch_add(1, Ordering::Relaxed) < most => answer(
            200,
            r#"{"entities":[{"id":"u-1"},{"id":"u-2"}],"total":2,"pageCount":1}"#,
        ),
        _ => answer(
            200,
            r#"{"entities":[{"id":"u-1"}],"total":1,"pageCount":1}"#,
        ),
    })
    .await;
    let plan = Plan {
        users: None,
        poll,
        max_streams: 0,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: None,
    };
    let timing = Timing {
        relist: Duration::from_millis(50),
        ..brisk()
    };
    let mailbox = Mailbox::new(4_096);
    let feeds = start_with(server.client(), plan, Arc::clone(&mailbox), timing);
    (server, feeds, mailbox, lists)
}

#[tokio::test]
async fn a_deleted_person_is_missed_until_the_next_list_which_is_read_soon() {
    let (_server, _feeds, mailbox, lists) = watched(1, Duration::from_secs(10)).await;
    let (mut missed, mut status, mut failures) = (false, Status::default(), Vec::new());
    let left = tokio::time::timeout(Duration::from_secs(60), async {
        let mut news = Vec::new();
        while !(missed && status.users == 1 && status.failed == 0) {
            mailbox.ready().await;
            let _ = mailbox.drain(512, &mut news);
            for news in news.drain(..) {
                match news {
                    News::Status(told) => {
                        status = told;
                        missed |= told.users == 2 && told.failed == 1;
                    }
                    News::ReadFailed { user, problem } => {
                        failures.push(format!("{user}: {}", problem.text));
                    }
                    _ => {}
                }
            }
        }
    });
    assert!(
        left.await.is_ok(),
        "missed {missed}, {status:?}, {failures:?}"
    );
    assert!(failures[0].contains("u-2 is listed and not there any more (404)"));
    assert_eq!(lists.load(Ordering::Relaxed), 2, "listed again once");
}

#[tokio::test]
async fn whoever_is_listed_and_hidden_has_the_list_read_again_once() {
    let (_server, _feeds, mailbox, lists) = watched(usize::MAX, Duration::from_secs(10)).await;
    let (mut failures, mut news) = (0, Vec::new());
    while failures < 3 {
        mailbox.ready().await;
        let _ = mailbox.drain(512, &mut news);
        let failed = |news: &News| matches!(news, News::ReadFailed { user, .. } if user.to_string() == "u-2");
        failures += news.drain(..).filter(failed).count();
    }
    assert_eq!(lists.load(Ordering::Relaxed), 2, "listed again once");
}
