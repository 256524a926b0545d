//! An organisation, a client that speaks the Platform API to it, and its control surface.

use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use trunkline::cloud::{Client, PersonClient, Settings};
use trunkline::model::api::Api;
use trunkline::model::person::Person;
use trunkline::org::Options;

use crate::common::control::{Control, answer};
use crate::common::ground::{self, Ground, quiet};

/// A quiet organisation of that many users.
pub fn options(users: u32) -> Options {
    quiet(users, "platform")
}

/// Both sides of the wire.
pub struct Rig {
    pub ground: Ground,
    pub control: Control,
    pub client: Client,
}

impl Rig {
    pub async fn start(options: Options) -> Self {
        let limit = Some(options.rate_limit).filter(|limit| *limit > 0);
        let ground = Ground::start(options).await;
        let settings = Settings {
            requests_per_minute: limit,
            ..settings(&ground)
        };
        Self {
            control: ground.control.clone(),
            client: Client::new(settings).unwrap(),
            ground,
        }
    }

    /// The settings of the client, for another one; without a limit of its own.
    pub fn settings(&self) -> Settings {
        settings(&self.ground)
    }

    /// A token of the client, for a call by hand.
    pub async fn token(&self) -> String {
        let org = &self.ground.org;
        let call = self.control.request(Method::POST, "/oauth/token");
        let call = call.basic_auth(org.client_id(), Some(org.client_secret().expose_secret()));
        let token = answer(call.form(&[("grant_type", "client_credentials")])).await;
        token["access_token"].as_str().unwrap().to_owned()
    }

    /// Opens the only channel that there is, as another application of the same client would. It is open as long as the answer
    /// is kept.
    pub async fn take_channel(&self) -> Response {
        let channel = self.channel(&self.token().await).await;
        let uri = channel["connectUri"].as_str().unwrap();
        let call = self.control.http.get(uri.replacen("wss://", "https://", 1));
        let call = call
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket");
        let call = call.header("Sec-WebSocket-Version", "13");
        let call = call.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 101);
        answer
    }

    /// Subscribes the only channel that there is once more, to nothing new: its life begins anew.
    pub async fn renew_channel(&self) {
        let token = self.token().await;
        let channel = self.channel(&token).await;
        let id = channel["id"].as_str().unwrap();
        let url = format!("/api/v2/notifications/channels/{id}/subscriptions");
        let call = self.control.request(Method::POST, &url);
        answer(call.bearer_auth(token).json(&json!([]))).await;
    }

    async fn channel(&self, token: &str) -> Value {
        let url = "/api/v2/notifications/channels?includechannels=oauthclient";
        let call = self.control.request(Method::GET, url);
        let channels = answer(call.bearer_auth(token)).await;
        let channels = channels["entities"].as_array().unwrap();
        let [channel] = channels.as_slice() else {
            panic!("{} channels", channels.len())
        };
        channel.clone()
    }
}

/// Signs this person in, as a browser would that is told who it is: it follows where it is sent.
pub async fn sign_in(client: &Client, control: &Control, user: &str) -> Person {
    let mut login = client.login().await.unwrap();
    let mut url = login.url().clone();
    url.query_pairs_mut().append_pair("user", user);
    let (_bring, mut brought) = mpsc::channel(1);
    let browser = async { control.http.get(url).send().await.unwrap().status() };
    let wrong = |denied| panic!("{denied}");
    let (code, status) = tokio::join!(login.code(&mut brought, wrong), browser);
    assert_eq!(status, 200);
    login.redeem(code.unwrap()).await.unwrap()
}

fn settings(ground: &Ground) -> Settings {
    let mut settings = ground::settings(&ground.org, Api::Platform);
    settings.person = Some(PersonClient {
        id: ground.org.person_client_id(),
        secret: None,
        redirect_port: 0,
        keyring: None,
    });
    settings
}
