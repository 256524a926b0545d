//! The client against the embedded organisation, which speaks the contract from the other side.

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;
use trunkline::cloud::direct::{Decoded, decode};
use trunkline::cloud::{AuthStyle, Client, Settings, Urgency};
use trunkline::model::api::Api;
use trunkline::org::{Options, Org, start};
use trunkline::vocabulary::problem::Trouble;

use crate::common::ground::{quiet, settings};

async fn organisation(users: u32, rate: f64) -> Org {
    let options = Options {
        rate,
        ..quiet(users, "direct")
    };
    start(options).await.unwrap()
}

fn client(org: &Org, change: impl FnOnce(&mut Settings)) -> Client {
    let mut settings = settings(org, Api::Direct);
    change(&mut settings);
    Client::new(settings).unwrap()
}

#[tokio::test]
async fn everybody_is_listed_and_everybody_has_a_device() {
    let org = organisation(120, 0.0).await;
    for auth in [AuthStyle::Basic, AuthStyle::Form] {
        let client = client(&org, |settings| {
            settings.client.as_mut().unwrap().auth = auth;
        });
        let first = client.users_page(1, Urgency::Enumerate).await.unwrap();
        let second = client.users_page(2, Urgency::Enumerate).await.unwrap();
        assert_eq!((first.sheet.total, first.sheet.pages), (Some(120), Some(2)));
        assert_eq!((first.entries.len(), second.entries.len()), (100, 20));
        for user in &second.entries {
            let listing = client
                .registrations(&user.id, Urgency::Reread)
                .await
                .unwrap();
            assert!(!listing.answer.devices.is_empty() && listing.answer.faults.is_empty());
        }
        assert!(first.faults.is_empty());
        assert_eq!(client.budget().used, 23);
    }
}

#[tokio::test]
async fn a_stream_carries_what_happens() {
    let org = organisation(1, 200.0).await;
    let client = client(&org, |_| {});
    let page = client.users_page(1, Urgency::Enumerate).await.unwrap();
    let user = &page.entries[0].id;
    let mut socket = client.open_registrations(user).await.unwrap();
    for _ in 0..3 {
        let Message::Text(frame) = socket.next().await.unwrap().unwrap() else {
            continue;
        };
        match decode(&frame) {
            Decoded::Update(update) => assert_eq!(&update.user, user),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn refusals_are_understood() {
    let org = organisation(1, 0.0).await;
    let wrong = client(&org, |settings| {
        settings.client.as_mut().unwrap().secret = "wrong".to_owned().into();
    });
    let error = wrong.users_page(1, Urgency::Poll).await.unwrap_err();
    assert_eq!(error.trouble(), Trouble::Credentials, "{error}");
    let client = client(&org, |_| {});
    let error = client
        .registrations(&"nobody".into(), Urgency::Poll)
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");
    assert!(error.to_string().contains("contextId"), "{error}");
    let error = client
        .open_registrations(&"nobody".into())
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");
}
