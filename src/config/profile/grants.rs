//! Who the console is to an organisation: an OAuth client of its own, a person who signs in, or both side by side.

use toml::Value;

use super::draft::{MAX_CLIENT_ID, plain};
use crate::config::reader::{Notes, Section};
use crate::config::secret::{self, SecretSource};

/// The port of the redirect address where none is said.
const REDIRECT_PORT: u16 = 8085;

/// An OAuth client that signs in by itself (client credentials).
#[derive(Clone, Debug)]
pub struct ClientGrant {
    /// Its id.
    pub id: String,
    /// Where its secret is.
    pub secret: SecretSource,
}

/// The OAuth client by which a person signs in: `[profiles.NAME.person]` (Platform API: Authorization Code with PKCE).
#[derive(Clone, Debug)]
pub struct PersonGrant {
    /// The client's id; it is another one than the console's own, because a client has one kind of grant.
    pub client_id: String,
    /// Where its secret is, for a client that has one.
    pub secret: Option<SecretSource>,
    /// The port of this machine that the browser is sent back to. It has to be the one of the redirect URI that is registered with the
    /// client, which the service takes to the letter; 0 takes any that is free, for organisations that take any.
    pub redirect_port: u16,
    /// Whether what renews their token is kept in the system's keyring, so that the next start signs in without asking.
    pub keyring: bool,
}

impl PersonGrant {
    /// What is in force, for `config show`.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let mut shown = vec![("client_id", self.client_id.as_str().into())];
        if let Some(secret) = &self.secret {
            shown.push(("client_secret", format!("masked: from {secret}").into()));
        }
        shown.push(("redirect_port", i64::from(self.redirect_port).into()));
        shown.push(("keyring", self.keyring.into()));
        shown
    }
}

/// Reads the section; none when it does not say which client.
pub(super) fn person(mut from: Section<'_>, notes: &mut Notes<'_>) -> Option<PersonGrant> {
    let (origin, key) = (from.origin.clone(), from.key("client_id"));
    let client_id = from.take_as("client_id", notes, |id: String| {
        plain(&id, MAX_CLIENT_ID).map(|()| id)
    });
    if client_id.is_none() && !notes.has_fault(&key) {
        let message = "missing: a person signs in through an OAuth client of the grant type Code Authorization or PKCE; write its client_id";
        notes.fault(origin, &key, message);
    }
    let person = PersonGrant {
        client_id: client_id.unwrap_or_default(),
        secret: secret::read(&mut from, secret::KEYS, notes),
        redirect_port: from.take("redirect_port", notes).unwrap_or(REDIRECT_PORT),
        keyring: from.take("keyring", notes).unwrap_or_default(),
    };
    from.finish(notes);
    (!person.client_id.is_empty()).then_some(person)
}
