//! An organisation from behind: its control surface, `/_org/…`, over HTTPS.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use trunkline::org::Org;

/// Long enough that only a hang reaches it.
const HANG: Duration = Duration::from_secs(180);

/// The control surface of an organisation, in this process or in another.
#[derive(Clone)]
pub struct Control {
    pub base: String,
    pub http: Client,
    token: String,
}

/// What reqwest and the suites' own servers need once a process.
pub fn provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client that trusts this CA and nothing else.
pub fn trusting(ca_pem: &str) -> ClientBuilder {
    provider();
    let ca = Certificate::from_pem(ca_pem.as_bytes()).unwrap();
    Client::builder()
        .tls_certs_only([ca])
        .no_proxy()
        .timeout(HANG)
}

impl Control {
    pub fn of(org: &Org) -> Self {
        let token = org.control_token().expose_secret().to_owned();
        Self::at(org.base_url().to_owned(), token, org.ca_pem())
    }

    pub fn at(base: String, token: String, ca_pem: &str) -> Self {
        // HTTP/2 knows no upgrade, which some suites ask for.
        let http = trusting(ca_pem).http1_only().build().unwrap();
        Self { base, http, token }
    }

    /// A request to the organisation, with no token yet.
    pub fn request(&self, verb: Method, path: &str) -> RequestBuilder {
        self.http.request(verb, format!("{}{path}", self.base))
    }

    /// The same with the token of the control surface.
    pub fn call(&self, verb: Method, path: &str) -> RequestBuilder {
        self.request(verb, path).bearer_auth(&self.token)
    }

    /// Asks and takes what comes back as JSON; a null is sent as no body at all.
    async fn ask(&self, verb: Method, path: &str, body: &Value) -> Value {
        let call = self.call(verb, path);
        answer(match body {
            Value::Null => call,
            body => call.json(body),
        })
        .await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, &Value::Null).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::PUT, path, body).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::POST, path, body).await
    }

    /// Sets faults, and leaves the others as they are.
    pub async fn fault(&self, faults: &Value) {
        self.put("/_org/faults", faults).await;
    }

    /// Registers a device, or does the opposite, with more fields where they are given.
    pub async fn register(&self, user: &str, device: &str, body: &Value) {
        let path = format!("/_org/users/{user}/registrations/{device}");
        self.put(&path, body).await;
    }

    /// Closes every stream and socket; returns how many there were.
    pub async fn close_streams(&self, code: u16) -> u64 {
        let closed = self
            .post("/_org/streams/close", &json!({ "code": code }))
            .await;
        closed["closed"].as_u64().unwrap()
    }

    /// Everything that is so at the organisation.
    pub async fn state(&self) -> Value {
        self.get("/_org/state").await
    }

    /// The requests that it saw, whatever it answered: each its `verb`, `path`, `status`.
    pub async fn requests(&self) -> Vec<Value> {
        let mut all = self.get("/_org/requests").await;
        serde_json::from_value(all["requests"].take()).unwrap()
    }

    /// How many of them have this verb and a path that ends so.
    pub async fn asked(&self, verb: &str, ending: &str) -> usize {
        let met = |seen: &&Value| {
            seen["verb"] == verb && seen["path"].as_str().unwrap().ends_with(ending)
        };
        self.requests().await.iter().filter(met).count()
    }
}

/// What a call is answered, which has to be well.
pub async fn answer(call: RequestBuilder) -> Value {
    let answer = call.send().await.unwrap().error_for_status().unwrap();
    answer.json().await.unwrap()
}
