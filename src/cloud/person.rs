//! Who has signed in, and what renews their token. It is in memory only.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;
use tokio::sync::watch;

use crate::model::person::Person;
use crate::text::Text;
use crate::time::Millis;

/// The place that a person takes by signing in.
#[derive(Debug)]
pub struct Seat {
    refresh: Mutex<Option<SecretString>>,
    who: watch::Sender<Person>,
}

impl Seat {
    /// A seat that is free, or one that nobody can take.
    pub fn new(offered: bool) -> Self {
        let person = if offered {
            Person::Nobody
        } else {
            Person::Nowhere
        };
        Self {
            refresh: Mutex::default(),
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

    /// What renews the token, where anything does.
    pub fn refresh(&self) -> Option<SecretString> {
        self.kept().clone()
    }

    /// Keeps what renews the token; an answer without one leaves the older in use (RFC 6749 §6).
    pub fn keep(&self, refresh: Option<SecretString>) {
        if refresh.is_some() {
            *self.kept() = refresh;
        }
    }

    /// Somebody has taken it.
    pub fn taken(&self, name: Text, until: Millis) {
        self.who.send_replace(Person::SignedIn { name, until });
    }

    /// The token was renewed.
    pub fn renewed(&self, ends: Millis) {
        self.who.send_if_modified(|person| match person {
            Person::SignedIn { until, .. } => {
                *until = ends;
                true
            }
            _ => false,
        });
    }

    /// The token is taken no more, and cannot be renewed.
    pub fn ended(&self) {
        *self.kept() = None;
        self.who.send_if_modified(|person| match person {
            Person::SignedIn { name, .. } => {
                let name = name.clone();
                *person = Person::Ended { name };
                true
            }
            _ => false,
        });
    }

    /// They have signed out.
    pub fn left(&self) {
        *self.kept() = None;
        self.who.send_if_modified(|person| {
            let was = std::mem::replace(person, Person::Nobody);
            was != Person::Nobody
        });
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
