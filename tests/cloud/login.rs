//! A person signs in: the address, the way back, the code, the token, its renewal and its end, over real sockets.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Url;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use trunkline::cloud::login::{Denied, Login};
use trunkline::cloud::{Client, Fate, PersonClient, Urgency, Who};
use trunkline::model::api::Api;
use trunkline::model::person::{Pasted, Person};
use trunkline::vocabulary::problem::Trouble;

use crate::common::server::{Answer, Seen, Server, answer, settings};

const ME: &str = r#"{"id":"u-7","name":"Ada Lovelace","unknown":{}}"#;

/// Grants to people tokens that name their grant, and to clients one of their own.
pub(super) fn grants(seen: &Seen, renews: bool) -> Answer {
    let refresh = if renews {
        r#","refresh_token":"canary-refresh""#
    } else {
        ""
    };
    let body = |token: &str, more: &str| {
        format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":86399{more}}}"#)
    };
    answer(
        200,
        &match form(seen, "grant_type").as_str() {
            "authorization_code" => body("canary-person", refresh),
            "refresh_token" => body("canary-renewed", ""),
            _ => body("canary-client", ""),
        },
    )
}

pub(super) fn form(seen: &Seen, name: &str) -> String {
    let pairs = form_urlencoded::parse(seen.body.as_bytes());
    let mut found = pairs.filter(|(key, _)| key == name);
    found
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

pub(super) async fn willing() -> Server {
    Server::plain(|seen: &Seen, _| match seen.path.as_str() {
        "/oauth/token" => grants(seen, true),
        "/api/v2/users/me" => answer(200, ME),
        _ => answer(200, r#"{"entities":[]}"#),
    })
    .await
}

/// A client of the Platform API with both grants, or with the person's alone.
pub(super) fn client(server: &Server, has_own: bool) -> Client {
    let mut settings = settings(&server.url());
    settings.api = Api::Platform;
    settings.client = settings.client.filter(|_| has_own);
    settings.person = Some(PersonClient {
        id: "noc-people".into(),
        secret: None,
        redirect_port: 0,
        keyring: None,
    });
    Client::new(settings).unwrap()
}

fn asked(url: &Url, name: &str) -> String {
    let mut found = url.query_pairs().filter(|(key, _)| key == name);
    found
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// What the browser does at the end: it goes where it is sent.
async fn visit(login: &Url, query: &str) -> (u16, String) {
    let to = format!("{}?{query}", asked(login, "redirect_uri"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = browser.get(to).send().await.unwrap();
    (page.status().as_u16(), page.text().await.unwrap())
}

/// Signs in by what is pasted.
pub(super) async fn paste(mut login: Login, line: &str) -> Person {
    let (bring, mut brought) = mpsc::channel(1);
    bring.send(Pasted::new(line)).await.unwrap();
    let code = login
        .code(&mut brought, |denied| panic!("{denied}"))
        .await
        .unwrap();
    login.redeem(code).await.unwrap()
}

#[tokio::test]
async fn the_browser_comes_back_and_the_code_becomes_a_token() {
    let server = willing().await;
    let client = client(&server, true);
    assert_eq!(*client.person().borrow(), Person::Nobody);
    let mut login = client.login().await.unwrap();
    let url = login.url().clone();
    assert_eq!(url.path(), "/oauth/authorize");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "noc-people"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked(&url, name), value);
    }
    let (_bring, mut brought) = mpsc::channel(1);
    let query = format!("code=canary-code&state={}", asked(&url, "state"));
    let (code, (status, page)) =
        tokio::join!(login.code(&mut brought, |_| {}), visit(&url, &query));
    assert!(
        status == 200 && page.contains("You have signed in"),
        "{page}"
    );
    let person = login.redeem(code.unwrap()).await.unwrap();
    let Person::SignedIn { name, .. } = person else {
        panic!("{person:?}")
    };
    assert_eq!(name.raw(), "Ada Lovelace");
    let seen = server.seen();
    let token = &seen[0];
    assert_eq!(form(token, "grant_type"), "authorization_code");
    assert_eq!(form(token, "code"), "canary-code");
    assert_eq!(form(token, "redirect_uri"), asked(&url, "redirect_uri"));
    assert_eq!(form(token, "client_id"), "noc-people");
    let hash = Sha256::digest(form(token, "code_verifier"));
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD.encode(hash),
        asked(&url, "code_challenge")
    );
    assert_eq!(seen[1].path, "/api/v2/users/me");
    assert_eq!(seen[1].header("authorization"), "Bearer canary-person");
    // Observing goes on with the client's own.
    client.carriers(Urgency::Poll).await.ok();
    let others = server.seen();
    let last = others.last().unwrap();
    assert_eq!(last.header("authorization"), "Bearer canary-client");
}

#[tokio::test]
async fn whoever_else_comes_to_the_door_is_sent_away_and_the_wait_goes_on() {
    let server = willing().await;
    let client = client(&server, true);
    let mut login = client.login().await.unwrap();
    let url = login.url().clone();
    let (_bring, mut brought) = mpsc::channel(1);
    let visits = async {
        for foreign in ["code=x&state=other", "code=x", "", "error=access_denied"] {
            let (status, page) = visit(&url, foreign).await;
            assert_eq!(status, 400, "{foreign}: {page}");
        }
        let refused = format!("error=access_denied&state={}", asked(&url, "state"));
        visit(&url, &refused).await
    };
    let (code, _) = tokio::join!(login.code(&mut brought, |_| {}), visits);
    assert_eq!(code.unwrap_err(), Denied::Refused("access_denied".into()));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_holds_no_code_is_told_and_can_be_brought_again() {
    let server = willing().await;
    let client = client(&server, true);
    let mut login = client.login().await.unwrap();
    let (bring, mut brought) = mpsc::channel(4);
    for line in [
        "http://127.0.0.1/?code=c&state=other",
        "no code",
        "canary-code",
    ] {
        bring.send(Pasted::new(line)).await.unwrap();
    }
    let mut told = Vec::new();
    let code = login.code(&mut brought, |denied| told.push(denied)).await;
    assert!(code.is_ok());
    assert_eq!(told, [Denied::Foreign, Denied::Nothing]);
    drop(bring);
    let given_up = login.code(&mut brought, |_| {}).await;
    assert_eq!(given_up.unwrap_err(), Denied::GivenUp);
}

#[tokio::test]
async fn without_a_person_nothing_is_sent_and_with_one_everything_is_theirs() {
    let server = willing().await;
    let client = client(&server, false);
    let error = client.users_page(1, Urgency::Poll).await.unwrap_err();
    assert_eq!(
        (error.trouble(), error.fate()),
        (Trouble::Credentials, Fate::NotSent)
    );
    assert!(error.to_string().contains(":login"), "{error}");
    assert!(server.seen().is_empty());
    paste(client.login().await.unwrap(), "canary-code").await;
    client.users_page(1, Urgency::Poll).await.unwrap();
    let seen = server.seen();
    assert_eq!(
        seen.last().unwrap().header("authorization"),
        "Bearer canary-person"
    );
    let spending = client.spending();
    assert_eq!(spending.len(), 1);
    assert_eq!(
        (spending[0].holder, spending[0].budget.used),
        (Who::Person, 3)
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_what_cannot_be_has_ended() {
    for renews in [true, false] {
        let server = Server::plain(move |seen: &Seen, _| match seen.path.as_str() {
            "/oauth/token" => grants(seen, renews),
            "/api/v2/users/me" => answer(200, ME),
            _ if seen.header("authorization") == "Bearer canary-renewed" => {
                answer(200, r#"{"entities":[]}"#)
            }
            _ => answer(401, ""),
        })
        .await;
        let client = client(&server, false);
        paste(client.login().await.unwrap(), "canary-code").await;
        // A token that has only just been issued is not renewed at once.
        let read = client.users_page(1, Urgency::Poll).await;
        let person = client.person().borrow().clone();
        if renews {
            read.unwrap();
            assert!(person.is_signed_in());
            let tokens: Vec<_> = server
                .seen()
                .into_iter()
                .filter(|s| s.path == "/oauth/token")
                .collect();
            assert_eq!(form(&tokens[1], "refresh_token"), "canary-refresh");
        } else {
            assert_eq!(read.unwrap_err().fate(), Fate::NotSent);
            assert_eq!(
                person,
                Person::Ended {
                    name: "Ada Lovelace".into()
                }
            );
        }
    }
}

#[tokio::test]
async fn signing_out_revokes_and_forgets() {
    let server = willing().await;
    let client = client(&server, true);
    client.logout().await.unwrap();
    assert!(server.seen().is_empty(), "nobody had signed in");
    paste(client.login().await.unwrap(), "canary-code").await;
    client.logout().await.unwrap();
    assert_eq!(*client.person().borrow(), Person::Nobody);
    let seen = server.seen();
    let last = seen.last().unwrap();
    assert_eq!(
        (last.verb.as_str(), last.path.as_str()),
        ("DELETE", "/api/v2/tokens/me")
    );
    assert_eq!(last.header("authorization"), "Bearer canary-person");
}

#[tokio::test]
async fn nothing_that_can_be_printed_holds_what_signs_in() {
    let server = Server::plain(|_: &Seen, _| {
        answer(
            400,
            r#"{"error":"invalid_grant","description":"bad code","error_description":"bad code"}"#,
        )
    })
    .await;
    let client = client(&server, true);
    let mut login = client.login().await.unwrap();
    let (bring, mut brought) = mpsc::channel(1);
    let pasted = Pasted::new("canary-code");
    assert!(!format!("{pasted:?}").contains("canary"));
    bring.send(pasted).await.unwrap();
    let code = login.code(&mut brought, |_| {}).await.unwrap();
    assert!(!format!("{code:?} {login:?}").contains("canary"));
    let url = login.url().clone();
    let error = login.redeem(code).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("invalid_grant") && text.contains("bad code"),
        "{text}"
    );
    let verifier = form(&server.seen()[0], "code_verifier");
    for printed in [
        text,
        format!("{error:?}"),
        url.to_string(),
        format!("{client:?}"),
    ] {
        assert!(
            !printed.contains("canary") && !printed.contains(&verifier),
            "{printed}"
        );
    }
}

#[tokio::test]
async fn a_client_with_a_secret_sends_it_by_basic() {
    let server = willing().await;
    let mut settings = settings(&server.url());
    settings.api = Api::Platform;
    settings.person = Some(PersonClient {
        id: "noc".into(),
        secret: Some(SecretString::from("canary-secret")),
        redirect_port: 0,
        keyring: None,
    });
    let client = Client::new(settings).unwrap();
    paste(client.login().await.unwrap(), "canary-code").await;
    let token = &server.seen()[0];
    assert_eq!(
        token.header("authorization"),
        "Basic bm9jOmNhbmFyeS1zZWNyZXQ="
    );
    assert_eq!(form(token, "client_id"), "");
}

#[tokio::test]
async fn a_port_that_is_taken_leaves_the_paste() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = willing().await;
    let mut settings = settings(&server.url());
    settings.api = Api::Platform;
    settings.person = Some(PersonClient {
        id: "noc-people".into(),
        secret: None,
        redirect_port: taken.local_addr().unwrap().port(),
        keyring: None,
    });
    let client = Client::new(settings).unwrap();
    let login = client.login().await.unwrap();
    assert!(login.door().unwrap_err().contains("another console"));
    let person = tokio::time::timeout(Duration::from_secs(30), paste(login, "canary-code"));
    assert!(person.await.unwrap().is_signed_in());
}
