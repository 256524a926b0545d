//! The system's keyring: where the profile chooses it, what renews a person's token outlives the process there.
//!
//! On Linux it is the kernel's: it needs no desktop and no daemon, lives in memory, and ends with a restart of the machine
//! or after days without use. On macOS it is the keychain. The access token is never put there: it is short-lived, and the
//! refresh token gets another.

use std::fmt;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// What this program's entries are filed under.
const SERVICE: &str = "trunkline";

/// A keyring, or why there is none.
#[derive(Clone)]
pub struct Keyring {
    store: Result<Arc<CredentialStore>, String>,
    service: String,
}

impl Keyring {
    /// The one of this system, of whoever runs the program.
    #[must_use]
    pub fn system() -> Self {
        Self::of(system_store(), SERVICE)
    }

    /// Any store, with the name that entries are filed under.
    #[must_use]
    pub fn of(store: Result<Arc<CredentialStore>, Error>, service: &str) -> Self {
        Self {
            store: store.map_err(|error| unusable(&error)),
            service: service.to_owned(),
        }
    }

    /// The place of one client's refresh token. The address that it is sent to is part of its name: a profile that is
    /// pointed elsewhere does not take the token there.
    pub(super) fn drawer(&self, client_id: &str, token_url: &Url) -> Drawer {
        let account = format!("{client_id} {token_url}");
        let entry = self.store.clone().and_then(|store| {
            let entry = store.build(&self.service, &account, None);
            entry.map(Arc::new).map_err(|error| unusable(&error))
        });
        Drawer(entry)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

/// Where one refresh token is kept. A keyring may ask its owner before it answers, so no task waits for it in place.
#[derive(Clone)]
pub(super) struct Drawer(Result<Arc<Entry>, String>);

impl Drawer {
    /// What is kept; none where nothing is.
    pub async fn read(&self) -> Result<Option<SecretString>, String> {
        self.with(|entry| match entry.get_password() {
            Ok(kept) => Ok(Some(SecretString::from(kept))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Keeps it in place of what was kept before.
    pub async fn keep(&self, refresh: SecretString) -> Result<(), String> {
        self.with(move |entry| entry.set_password(refresh.expose_secret()))
            .await
    }

    /// Forgets what is kept.
    pub async fn forget(&self) -> Result<(), String> {
        self.with(|entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, String> {
        let entry = self.0.clone()?;
        let done = tokio::task::spawn_blocking(move || work(&entry)).await;
        let done = done.map_err(|error| format!("asking the keyring was interrupted: {error}"))?;
        done.map_err(|error| unusable(&error))
    }
}

impl fmt::Debug for Drawer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawer").finish_non_exhaustive()
    }
}

/// Some errors hold what was read: only their words are used.
fn unusable(error: &Error) -> String {
    format!("the system's keyring cannot be used: {error}")
}

#[cfg(target_os = "linux")]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    linux_keyutils_keyring_store::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    apple_native_keyring_store::keychain::Store::new().map(|store| store as Arc<CredentialStore>)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn system_store() -> Result<Arc<CredentialStore>, Error> {
    let why = "this program knows the keyrings of Linux and macOS only";
    Err(Error::NotSupportedByStore(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(host: &str) -> Url {
        format!("https://{host}/oauth/token").parse().unwrap()
    }

    async fn kept(drawer: &Drawer) -> Option<String> {
        let kept = drawer.read().await.unwrap();
        kept.map(|kept| kept.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn each_client_and_each_address_has_its_own_drawer() {
        let store = keyring_core::mock::Store::new().map(|store| store as Arc<CredentialStore>);
        let keyring = Keyring::of(store, "trunkline-test");
        let drawer = keyring.drawer("noc", &url("login.example"));
        assert_eq!(kept(&drawer).await, None);
        drawer.keep("canary-refresh".into()).await.unwrap();
        let again = keyring.drawer("noc", &url("login.example"));
        assert_eq!(kept(&again).await.as_deref(), Some("canary-refresh"));
        for other in [
            keyring.drawer("noc", &url("login.elsewhere")),
            keyring.drawer("other", &url("login.example")),
        ] {
            assert_eq!(kept(&other).await, None);
        }
        assert!(!format!("{drawer:?} {keyring:?}").contains("canary"));
        again.forget().await.unwrap();
        again.forget().await.unwrap();
        assert_eq!(kept(&drawer).await, None);
    }

    /// Against this machine's own keyring, under a name that nobody else uses.
    #[tokio::test]
    async fn the_systems_own_keeps_and_forgets() {
        let service = format!("trunkline-test-{}", uuid::Uuid::new_v4().simple());
        let keyring = Keyring::of(system_store(), &service);
        let drawer = keyring.drawer("noc", &url("login.example"));
        if let Err(why) = drawer.keep("canary-refresh".into()).await {
            // Containers are often refused by a seccomp filter.
            assert!(why.contains("keyring cannot be used"), "{why}");
            eprintln!("skipped: {why}");
            return;
        }
        let found = kept(&drawer).await;
        drawer.forget().await.unwrap();
        assert_eq!(found.as_deref(), Some("canary-refresh"));
    }
}
