//! An organisation, a client that speaks the Platform API to it, and its control surface.

use reqwest::{Certificate, Method, RequestBuilder, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use trunkline::cloud::{AuthStyle, Client, Credentials, PersonClient, Settings};
use trunkline::model::api::Api;
use trunkline::model::person::Person;
use trunkline::org::{self, Options, Org};

/// A quiet organisation of that many users.
pub fn options(users: u32) -> Options {
    Options {
        users,
        rate: 0.0,
        ..Options::default()
    }
}

/// Both sides of the wire.
pub struct Rig {
    pub org: Org,
    pub client: Client,
    http: reqwest::Client,
}

impl Rig {
    pub async fn start(options: Options) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let limit = Some(options.rate_limit).filter(|limit| *limit > 0);
        let org = org::start(options).await.unwrap();
        let client = Client::new(settings(&org, limit)).unwrap();
        let ca = Certificate::from_pem(org.ca_pem().as_bytes()).unwrap();
        // HTTP/2 knows no upgrade.
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .no_proxy()
            .http1_only()
            .build()
            .unwrap();
        Self { org, client, http }
    }

    /// Signs this person in, as a browser would that is told who it is: it follows where it is sent.
    pub async fn sign_in(&self, user: &str) -> Person {
        let mut login = self.client.login().await.unwrap();
        let mut url = login.url().clone();
        url.query_pairs_mut().append_pair("user", user);
        let (_bring, mut brought) = mpsc::channel(1);
        let browser = async { self.http.get(url).send().await.unwrap().status() };
        let wrong = |denied| panic!("{denied}");
        let (code, status) = tokio::join!(login.code(&mut brought, wrong), browser);
        assert_eq!(status, 200);
        login.redeem(code.unwrap()).await.unwrap()
    }

    /// The settings of the client, for another one; without a limit of its own.
    pub fn settings(&self) -> Settings {
        settings(&self.org, None)
    }

    /// A call of the control surface, `/_org/…`.
    pub async fn control(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}{path}", self.org.base_url());
        let call = self.http.request(method, url);
        let call = call.bearer_auth(self.org.control_token().expose_secret());
        answer(match body {
            Some(body) => call.json(body),
            None => call,
        })
        .await
    }

    /// A token of the client, for a call by hand.
    pub async fn token(&self) -> String {
        let url = format!("{}/oauth/token", self.org.base_url());
        let secret = self.org.client_secret().expose_secret();
        let call = self.http.post(url);
        let call = call.basic_auth(self.org.client_id(), Some(secret));
        let token = answer(call.form(&[("grant_type", "client_credentials")])).await;
        token["access_token"].as_str().unwrap().to_owned()
    }

    /// Opens the only channel that there is, as another application of the same client would. It is open as long as the answer
    /// is kept.
    pub async fn take_channel(&self) -> Response {
        let channel = self.channel(&self.token().await).await;
        let uri = channel["connectUri"].as_str().unwrap();
        let call = self.http.get(uri.replacen("wss://", "https://", 1));
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
        let call = self.http.post(format!("{}{url}", self.org.base_url()));
        answer(call.bearer_auth(token).json(&json!([]))).await;
    }

    async fn channel(&self, token: &str) -> Value {
        let url = "/api/v2/notifications/channels?includechannels=oauthclient";
        let call = self.http.get(format!("{}{url}", self.org.base_url()));
        let channels = answer(call.bearer_auth(token)).await;
        let channels = channels["entities"].as_array().unwrap();
        let [channel] = channels.as_slice() else {
            panic!("{} channels", channels.len())
        };
        channel.clone()
    }

    /// Everything that is so at the organisation.
    pub async fn state(&self) -> Value {
        self.control(Method::GET, "/_org/state", None).await
    }
}

async fn answer(call: RequestBuilder) -> Value {
    let answer = call.send().await.unwrap().error_for_status().unwrap();
    answer.json().await.unwrap()
}

fn settings(org: &Org, requests_per_minute: Option<u32>) -> Settings {
    Settings {
        api: Api::Platform,
        base_url: org.base_url().parse().unwrap(),
        login_url: None,
        client: Some(Credentials {
            id: org.client_id().to_owned(),
            secret: org.client_secret().clone(),
            doubt: None,
            auth: AuthStyle::Basic,
            scopes: None,
        }),
        person: Some(PersonClient {
            id: org.person_client_id(),
            secret: None,
            redirect_port: 0,
            keyring: None,
        }),
        ca_pem: Some(org.ca_pem().into()),
        identity: None,
        proxy: trunkline::cloud::way::Proxy::None,
        requests_per_minute,
        queue_hours: std::collections::BTreeMap::default(),
    }
}
