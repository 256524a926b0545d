//! What signs in is in no log, however much is logged: by this program, by the libraries below it, over either wire.

use std::io;
use std::sync::{Arc, Mutex};

use keyring_core::{CredentialStore, mock};
use secrecy::SecretString;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;
use trunkline::cloud::keyring::Keyring;
use trunkline::cloud::{Client, PersonClient, Urgency};
use trunkline::model::api::Api;

use super::login::{form, grants, paste};
use super::trust::{Chain, chain};
use crate::common::server::{Seen, Server, answer, settings};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn client(server: &Server, chain: Option<&Chain>, keyring: Keyring) -> Client {
    let mut settings = settings(&server.url());
    settings.api = Api::Platform;
    settings.ca_pem = chain.map(|chain| chain.ca_pem.clone().into_bytes());
    settings.person = Some(PersonClient {
        id: "noc-people".into(),
        secret: Some(SecretString::from("canary-other-secret")),
        redirect_port: 0,
        keyring: Some(keyring),
    });
    Client::new(settings).unwrap()
}

/// Signs in, acts, is renewed, starts again, signs out and is refused, all of it with words that begin alike.
async fn everything(chain: Option<&Chain>) -> Vec<Seen> {
    let acceptor = chain.map(|chain| chain.acceptor.clone());
    let server = Server::start(acceptor, |seen: &Seen, before| match seen.path.as_str() {
        "/oauth/token" if form(seen, "code") == "canary-wrong" => {
            answer(400, r#"{"error":"invalid_grant"}"#)
        }
        "/oauth/token" => grants(seen, true),
        "/api/v2/users/me" => answer(200, r#"{"id":"u-7","name":"Ada"}"#),
        "/api/v2/users" if before == 0 => answer(401, ""),
        _ => answer(200, r#"{"entities":[]}"#),
    })
    .await;
    let store = mock::Store::new().map(|store| store as Arc<CredentialStore>);
    let keyring = Keyring::of(store, "test");
    let first = client(&server, chain, keyring.clone());
    first.users_page(1, Urgency::Poll).await.unwrap();
    paste(first.login().await.unwrap(), "canary-code").await;
    let next = client(&server, chain, keyring);
    next.resume().await.unwrap();
    next.logout().await.unwrap();
    let (bring, mut brought) = tokio::sync::mpsc::channel(1);
    let wrong = trunkline::model::person::Pasted::new("canary-wrong");
    bring.send(wrong).await.unwrap();
    let mut login = next.login().await.unwrap();
    let code = login.code(&mut brought, |_| {}).await.unwrap();
    login.redeem(code).await.unwrap_err();
    server.seen()
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let chain = chain("127.0.0.1", (2020, 2090));
    for chain in [None, Some(&chain)] {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        // One thread runs both ends, so that what either logs is here.
        let seen = {
            let _guard = tracing::subscriber::set_default(subscriber);
            everything(chain).await
        };
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(log.contains("TRACE"), "nothing was logged");
        let verifiers = seen.iter().map(|seen| form(seen, "code_verifier"));
        let verifiers: Vec<_> = verifiers.filter(|word| !word.is_empty()).collect();
        assert_eq!(verifiers.len(), 2);
        let basic = seen
            .iter()
            .map(|seen| seen.header("authorization").to_owned());
        let sent = basic.filter_map(|header| Some(header.split_once(' ')?.1.to_owned()));
        let secrets = verifiers
            .iter()
            .cloned()
            .chain(sent)
            .chain(["canary".into()]);
        for secret in secrets {
            let line = log.lines().find(|line| line.contains(&secret));
            assert_eq!(line, None);
        }
    }
}
