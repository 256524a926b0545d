//! People who are listed and not there: missed until the next list tells whether they have left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use trunkline::cloud::{AuthStyle, Client, Credentials, Settings};
use trunkline::feed::{Feeds, Mailbox, Plan, Timing, start_with};
use trunkline::model::api::Api;
use trunkline::vocabulary::news::{News, Status};

use super::watch::brisk;

const TOKEN: &str = r#"{"access_token":"t","token_type":"Bearer","expires_in":7200,"scope":"telephony:users:read websocket:read"}"#;

/// Lists u-1 and u-2, of whom u-2 is not there; so many of the lists have them.
async fn answer(stream: TcpStream, lists: Arc<AtomicUsize>, most: usize) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while stream.read_line(&mut head).await? > 2 {
        let last = head.lines().last().unwrap_or_default().to_lowercase();
        if let Some(value) = last.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    stream.read_exact(&mut vec![0; length]).await?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, body) = if path.contains("/oauth/token") {
        (200, TOKEN)
    } else if path.contains("/u-2/") {
        (404, r#"{"message":"not found","status":404}"#)
    } else if path.contains("/registrations") {
        (
            200,
            r#"{"entities":[{"userId":"u-1","device":{"id":"d-1"},"registered":true}]}"#,
        )
    } else if lists.fetch_add(1, Ordering::Relaxed) < most {
        (
            200,
            r#"{"entities":[{"id":"u-1"},{"id":"u-2"}],"total":2,"pageCount":1}"#,
        )
    } else {
        (
            200,
            r#"{"entities":[{"id":"u-1"}],"total":1,"pageCount":1}"#,
        )
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// Feeds that poll, over an organisation whose first `most` lists have u-2; the lists are counted.
async fn watched(most: usize, poll: Duration) -> (Feeds, Arc<Mailbox>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lists = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&lists);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&counted), most));
        }
    });
    let settings = Settings {
        api: Api::Direct,
        base_url: format!("http://127.0.0.1:{port}").parse().unwrap(),
        login_url: None,
        client: Some(Credentials {
            id: "c".to_owned(),
            secret: "a secret".to_owned().into(),
            doubt: None,
            auth: AuthStyle::Basic,
            scopes: None,
        }),
        person: None,
        ca_pem: None,
        identity: None,
        proxy: trunkline::cloud::way::Proxy::None,
        requests_per_minute: None,
        queue_hours: std::collections::BTreeMap::default(),
    };
    let plan = Plan {
        users: None,
        poll,
        max_streams: 0,
        channels: 0,
        carriers: false,
        callbacks: false,
    };
    let timing = Timing {
        relist: Duration::from_millis(50),
        ..brisk()
    };
    let mailbox = Mailbox::new(4_096);
    let client = Client::new(settings).unwrap();
    let feeds = start_with(client, plan, Arc::clone(&mailbox), timing);
    (feeds, mailbox, lists)
}

#[tokio::test]
async fn a_deleted_person_is_missed_until_the_next_list_which_is_read_soon() {
    let (_feeds, mailbox, lists) = watched(1, Duration::from_secs(10)).await;
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
    let (_feeds, mailbox, lists) = watched(usize::MAX, Duration::from_secs(10)).await;
    let (mut failures, mut news) = (0, Vec::new());
    while failures < 3 {
        mailbox.ready().await;
        let _ = mailbox.drain(512, &mut news);
        let failed = |news: &News| matches!(news, News::ReadFailed { user, .. } if user.to_string() == "u-2");
        failures += news.drain(..).filter(failed).count();
    }
    assert_eq!(lists.load(Ordering::Relaxed), 2, "listed again once");
}
