//! Who has signed in, and what renews their token: in memory, and in the system's keyring where that is chosen.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use super::keyring::Drawer;
use crate::model::person::Person;
use crate::text::Text;
use crate::time::Millis;
use crate::vault;

/// Who has signed in, and what keeps them so.
#[derive(Debug)]
pub struct PersonSignIn {
    refresh: Mutex<Option<SecretString>>,
    /// Where it outlives the process; none is nowhere.
    drawer: Option<Drawer>,
    /// Why the last one was not put there.
    unkept: Mutex<Option<String>>,
    who: watch::Sender<Person>,
}

impl PersonSignIn {
    /// Nobody has signed in yet, or nobody can.
    pub fn new(offered: bool, drawer: Option<Drawer>) -> Self {
        let person = if offered {
            Person::Nobody
        } else {
            Person::Nowhere
        };
        Self {
            refresh: Mutex::default(),
            drawer,
            unkept: Mutex::default(),
            who: watch::Sender::new(person),
        }
    }

    /// Who has it, and every change of that.
    pub fn watch(&self) -> watch::Receiver<Person> {
        self.who.subscribe()
    }

    /// Who has it now.
    pub fn person(&self) -> Person {
        self.who.borrow().clone()
    }

    /// What renews the token, where anything does. The keyring's comes first: another console of the same person may have
    /// had it renewed meanwhile, and the older one need not be taken any more.
    pub async fn refresh(&self) -> Option<SecretString> {
        let shared = self.recall().await.ok().flatten();
        shared.or_else(|| held(&self.refresh).clone())
    }

    /// What the keyring keeps, which is held from now on; none where it keeps nothing or none is chosen.
    pub async fn recall(&self) -> Result<Option<SecretString>, String> {
        let Some(drawer) = &self.drawer else {
            return Ok(None);
        };
        let kept = drawer.read().await?;
        if let Some(refresh) = &kept {
            vault::pass(refresh.expose_secret());
            held(&self.refresh).clone_from(&kept);
        }
        Ok(kept)
    }

    /// Keeps what renews the token; an answer without one leaves the older in use (RFC 6749 §6).
    pub async fn keep(&self, refresh: Option<SecretString>) {
        let Some(refresh) = refresh else { return };
        *held(&self.refresh) = Some(refresh.clone());
        if let Some(drawer) = &self.drawer {
            *held(&self.unkept) = drawer.keep(refresh).await.err();
        }
    }

    /// Why the sign-in does not outlive the process although a keyring is chosen.
    pub fn unkept(&self) -> Option<String> {
        held(&self.unkept).clone()
    }

    /// Whether a sign-in outlives the process.
    pub fn is_kept(&self) -> bool {
        self.drawer.is_some() && held(&self.refresh).is_some() && held(&self.unkept).is_none()
    }

    /// Somebody has taken it.
    pub fn taken(&self, id: Text, name: Text, until: Millis) {
        let renews = held(&self.refresh).is_some();
        self.who.send_replace(Person::SignedIn {
            id,
            name,
            until,
            renews,
        });
    }

    /// The token was renewed.
    pub fn renewed(&self, ends: Millis) {
        self.who.send_if_modified(|person| match person {
            Person::SignedIn { until, renews, .. } => {
                *until = ends;
                *renews = held(&self.refresh).is_some();
                true
            }
            _ => false,
        });
    }

    /// The token is taken no more, and cannot be renewed by what is held here. The keyring forgets that too, but nothing
    /// that was put there since.
    pub async fn ended(&self) {
        let spent = held(&self.refresh).take();
        if let (Some(spent), Some(drawer)) = (spent, &self.drawer) {
            let kept = drawer.read().await.ok().flatten();
            if kept.is_some_and(|kept| kept.expose_secret() == spent.expose_secret()) {
                // What cannot be forgotten is refused again at the next start, and said then.
                let _ = drawer.forget().await;
            }
        }
        self.who.send_if_modified(|person| match person {
            Person::SignedIn { name, .. } => {
                let name = name.clone();
                *person = Person::Ended { name };
                true
            }
            _ => false,
        });
    }

    /// They have signed out. The error is why the keyring still keeps what renews their token.
    pub async fn left(&self) -> Result<(), String> {
        *held(&self.refresh) = None;
        self.who.send_if_modified(|person| {
            let was = std::mem::replace(person, Person::Nobody);
            was != Person::Nobody
        });
        match &self.drawer {
            Some(drawer) => drawer.forget().await,
            None => Ok(()),
        }
    }
}

/// What a panic elsewhere has left is still good: each of these is set at once.
fn held<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
