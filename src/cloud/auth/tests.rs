use std::sync::atomic::{AtomicU32, Ordering};

use tokio::time::{advance, sleep};

use super::*;
use crate::cloud::call::{Call, Needs};
use crate::cloud::error::Refusal;
use crate::cloud::unreachable::Unreachable;

/// An organisation that counts the tokens it gives.
struct Issuer {
    given: AtomicU32,
    life: Duration,
}

impl Issuer {
    fn new(seconds: u64) -> Self {
        Self {
            given: AtomicU32::new(0),
            life: Duration::from_secs(seconds),
        }
    }

    fn given(&self) -> u32 {
        self.given.load(Ordering::Relaxed)
    }

    async fn issue(&self) -> Result<Token, Error> {
        let asked = Instant::now();
        sleep(Duration::from_millis(200)).await;
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let secret = SecretString::from(format!("token-{number}"));
        Ok(Token::new(secret, None, asked, self.life, Millis(0)))
    }
}

fn call() -> Call {
    let url = "https://login.example.com/oauth/token".parse().unwrap();
    Call::new("POST", url, Needs::Nothing)
}

fn refused() -> Error {
    Error::SignIn {
        call: Box::new(call()),
        refusal: Refusal {
            status: 401,
            ..Refusal::default()
        },
        doubt: None,
    }
}

fn unreachable() -> Error {
    Error::Unreachable {
        sent: false,
        call: Box::new(call()),
        cause: Unreachable::Refused,
    }
}

#[tokio::test(start_paused = true)]
async fn many_tasks_cause_one_sign_in() {
    let (tokens, issuer) = (Tokens::default(), Issuer::new(7200));
    let asks = (0..100).map(|_| tokens.get(None, || issuer.issue()));
    let got = futures_util::future::join_all(asks).await;
    assert!(got.iter().all(Result::is_ok));
    assert_eq!(issuer.given(), 1);
}

#[tokio::test(start_paused = true)]
async fn many_tasks_share_one_failure() {
    let tokens = Tokens::default();
    let asked = AtomicU32::new(0);
    let fail = || async {
        asked.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(200)).await;
        Err(refused())
    };
    let asks = (0..100).map(|_| tokens.get(None, fail));
    let got = futures_util::future::join_all(asks).await;
    assert!(got.iter().all(Result::is_err));
    let first = got[0].as_ref().unwrap_err().retry_after();
    assert_eq!(first, Some(Duration::from_secs(30)));
    advance(Duration::from_secs(29)).await;
    let held = tokens.get(None, fail).await.unwrap_err();
    assert_eq!(
        held.retry_after(),
        Some(Duration::from_secs(1)),
        "what is answered out of memory says when the next attempt is"
    );
    assert_eq!(
        asked.load(Ordering::Relaxed),
        1,
        "credentials that were refused rest"
    );
    advance(Duration::from_secs(1)).await;
    assert!(tokens.get(None, fail).await.is_err());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_ahead_of_its_end() {
    for (life, renewed_at) in [
        (7200, 6900),
        (601, 301),
        (600, 570),
        (60, 30),
        (31, 10),
        (8, 4),
    ] {
        let (tokens, issuer) = (Tokens::default(), Issuer::new(life));
        let start = Instant::now();
        tokens.get(None, || issuer.issue()).await.unwrap();
        tokio::time::sleep_until(
            start + Duration::from_secs(renewed_at) - Duration::from_millis(1),
        )
        .await;
        tokens.get(None, || issuer.issue()).await.unwrap();
        assert_eq!(issuer.given(), 1, "life {life}");
        advance(Duration::from_millis(1)).await;
        tokens.get(None, || issuer.issue()).await.unwrap();
        assert_eq!(issuer.given(), 2, "life {life}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_shortest_lives_cause_no_storm() {
    for life in [0, 1, 2] {
        let (tokens, issuer) = (Tokens::default(), Issuer::new(life));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            tokens.get(None, || issuer.issue()).await.unwrap();
            sleep(Duration::from_millis(100)).await;
        }
        assert!(issuer.given() <= 20, "life {life}: {}", issuer.given());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all_who_held_it() {
    let (tokens, issuer) = (Tokens::default(), Issuer::new(7200));
    let old = tokens.get(None, || issuer.issue()).await.unwrap();
    let asks = (0..100).map(|_| tokens.get(Some(&old), || issuer.issue()));
    for got in futures_util::future::join_all(asks).await {
        assert!(!Arc::ptr_eq(&got.unwrap(), &old));
    }
    assert_eq!(issuer.given(), 2);
    tokens.get(Some(&old), || issuer.issue()).await.unwrap();
    assert_eq!(issuer.given(), 2, "whoever comes late finds it replaced");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_old_token_in_use() {
    let (tokens, issuer) = (Tokens::default(), Issuer::new(60));
    let old = tokens.get(None, || issuer.issue()).await.unwrap();
    advance(Duration::from_secs(40)).await;
    let kept = tokens
        .get(None, || async { Err(unreachable()) })
        .await
        .unwrap();
    assert!(Arc::ptr_eq(&kept, &old));
    assert!(
        tokens
            .get(Some(&old), || async { Err(unreachable()) })
            .await
            .is_err(),
        "one that was refused is of no use"
    );
    advance(Duration::from_secs(30)).await;
    assert!(
        tokens
            .get(None, || async { Err(unreachable()) })
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_dropped_while_it_signs_in_blocks_nobody() {
    let (tokens, issuer) = (Tokens::default(), Issuer::new(60));
    {
        let stuck = tokens.get(None, std::future::pending);
        assert!(
            tokio::time::timeout(Duration::from_secs(1), stuck)
                .await
                .is_err()
        );
    }
    assert!(tokens.get(None, || issuer.issue()).await.is_ok());
}

fn read(body: &str) -> Result<Token, String> {
    Grant::read(body.as_bytes(), Instant::now()).map(|grant| grant.token)
}

#[tokio::test]
async fn the_contracts_answer_is_a_token() {
    let token = read(
        r#"{"access_token":"abc","token_type":"Bearer","expires_in":7200,"scope":"a b","new":{}}"#,
    )
    .unwrap();
    assert_eq!(token.header().unwrap(), "Bearer abc");
    assert_eq!(token.lacks(&["a", "c"]), ["c"]);
    assert!(!token.ended());
    for silent in [
        r#"{"access_token":"abc","expires_in":1}"#,
        r#"{"access_token":"abc","expires_in":1,"scope":""}"#,
    ] {
        assert!(
            read(silent).unwrap().lacks(&["a"]).is_empty(),
            "no word on scopes is no refusal"
        );
    }
}

#[tokio::test]
async fn a_token_shows_in_no_debug_and_no_error() {
    let token = read(r#"{"access_token":"canary","expires_in":7200}"#).unwrap();
    assert!(!format!("{token:?} {:?}", token.header()).contains("canary"));
    for body in [
        r#"{"access_token":"canary"}"#,
        r#"{"access_token":"canary","expires_in":"canary"}"#,
        r#"{"access_token":["canary"],"expires_in":1}"#,
        r#"{"access_token":"canary\n","expires_in":1}"#,
        r#"{"access_token":"canary","expires_in":-1}"#,
        r#""canary""#,
        "canary",
    ] {
        let fault = read(body).unwrap_err();
        assert!(!fault.is_empty() && !fault.contains("canary"), "{fault}");
    }
}

#[tokio::test]
async fn an_absurd_life_is_cut() {
    let token = read(&format!(
        r#"{{"access_token":"a","expires_in":{}}}"#,
        u64::MAX
    ))
    .unwrap();
    assert!(!token.ended());
}
