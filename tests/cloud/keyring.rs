//! A sign-in that outlives the process: what the keyring is given, what comes of it at the next start, and when it forgets.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{CredentialStore, Error, mock};
use trunkline::cloud::keyring::Keyring;
use trunkline::cloud::{Client, PersonClient, Urgency};
use trunkline::model::api::Api;
use trunkline::model::person::Person;

use super::login::{form, grants, paste, willing};
use crate::common::server::{Seen, Server, answer, settings};

fn client(server: &Server, keyring: Keyring) -> Client {
    let mut settings = settings(&server.url());
    settings.api = Api::Platform;
    settings.client = None;
    settings.person = Some(PersonClient {
        id: "noc-people".into(),
        secret: None,
        redirect_port: 0,
        keyring: Some(keyring),
    });
    Client::new(settings).unwrap()
}

/// A keyring of this test alone.
fn ring() -> (Arc<mock::Store>, Keyring) {
    let store = mock::Store::new().unwrap();
    let keyring = Keyring::of(Ok(Arc::clone(&store) as Arc<CredentialStore>), "test");
    (store, keyring)
}

fn kept(store: &mock::Store) -> Vec<String> {
    let entries = store.search(&HashMap::new()).unwrap();
    let kept = entries.iter().map(keyring_core::Entry::get_password);
    kept.filter_map(Result::ok).collect()
}

async fn sign_in(client: &Client) {
    paste(client.login().await.unwrap(), "canary-code").await;
}

#[tokio::test]
async fn the_next_start_signs_in_without_asking() {
    let server = willing().await;
    let (store, keyring) = ring();
    let first = client(&server, keyring.clone());
    first.resume().await.unwrap();
    assert_eq!(*first.person().borrow(), Person::Nobody);
    assert!(server.seen().is_empty(), "nothing was kept");
    sign_in(&first).await;
    assert!(first.is_kept());
    assert_eq!(kept(&store), ["canary-refresh"], "never the access token");
    drop(first);

    let next = client(&server, keyring);
    next.resume().await.unwrap();
    assert!(next.is_kept() && next.person().borrow().is_signed_in());
    let token = &server.seen()[2];
    assert_eq!(form(token, "grant_type"), "refresh_token");
    assert_eq!(form(token, "refresh_token"), "canary-refresh");
    next.users_page(1, Urgency::Poll).await.unwrap();
    let seen = server.seen();
    let last = seen.last().unwrap().header("authorization").to_owned();
    assert_eq!(last, "Bearer canary-renewed");
    assert!(!format!("{next:?}").contains("canary"));
}

#[tokio::test]
async fn signing_out_revokes_and_forgets() {
    let server = willing().await;
    let (store, keyring) = ring();
    sign_in(&client(&server, keyring.clone())).await;
    let other = client(&server, keyring);
    other.resume().await.unwrap();
    other.logout().await.unwrap();
    assert!(kept(&store).is_empty());
    let seen = server.seen();
    let last = seen.last().unwrap();
    assert_eq!(
        (last.verb.as_str(), last.path.as_str()),
        ("DELETE", "/api/v2/tokens/me")
    );
}

#[tokio::test]
async fn what_is_taken_no_more_is_forgotten_and_what_is_not_reached_is_kept() {
    for (status, forgets) in [(400, true), (503, false)] {
        let server = Server::plain(move |seen: &Seen, _| match seen.path.as_str() {
            "/oauth/token" if form(seen, "grant_type") == "refresh_token" => {
                answer(status, r#"{"error":"invalid_grant"}"#)
            }
            "/oauth/token" => grants(seen, true),
            _ => answer(200, "{}"),
        })
        .await;
        let (store, keyring) = ring();
        sign_in(&client(&server, keyring.clone())).await;
        let next = client(&server, keyring);
        let why = next.resume().await.unwrap_err();
        assert_eq!(why.contains("taken no more"), forgets, "{why}");
        assert_eq!(kept(&store).is_empty(), forgets, "{why}");
        assert!(!why.contains("canary"), "{why}");
        assert_eq!(*next.person().borrow(), Person::Nobody);
    }
}

#[tokio::test]
async fn without_a_keyring_the_sign_in_is_in_memory_and_it_is_said() {
    let server = willing().await;
    let none = Error::NotSupportedByStore("no store here".into());
    let client = client(&server, Keyring::of(Err(none), "test"));
    let why = client.resume().await.unwrap_err();
    assert!(
        why.contains("no store here") && why.contains(":login"),
        "{why}"
    );
    sign_in(&client).await;
    assert!(client.person().borrow().is_signed_in() && !client.is_kept());
    assert!(client.unkept().unwrap().contains("no store here"));
}

#[tokio::test]
async fn a_renewed_token_is_kept_in_place_of_the_older_one() {
    let server = Server::plain(|seen: &Seen, _| match seen.path.as_str() {
        "/oauth/token" if form(seen, "refresh_token") == "canary-refresh" => answer(
            200,
            r#"{"access_token":"a","expires_in":86399,"refresh_token":"canary-second"}"#,
        ),
        "/oauth/token" => grants(seen, true),
        _ => answer(200, "{}"),
    })
    .await;
    let (store, keyring) = ring();
    sign_in(&client(&server, keyring.clone())).await;
    client(&server, keyring).resume().await.unwrap();
    assert_eq!(kept(&store), ["canary-second"]);
}
