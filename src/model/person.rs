//! The person at the console, as the organisation knows them.
//!
//! An OAuth client has no user. What the Platform API lets only users do, a person has to sign in for; who that is, and
//! whether anybody has, panes and forms look at before they offer it.

use secrecy::{ExposeSecret, SecretString};

use crate::cause::Cause;
use crate::text::Text;
use crate::time::Millis;

/// Who has signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Person {
    /// The profile names no client through which anybody could.
    #[default]
    Nowhere,
    /// Nobody has yet.
    Nobody,
    /// Somebody has.
    SignedIn {
        /// Their id; empty when the organisation does not say it.
        id: Text,
        /// Their name, or their id where they have none; what the organisation does not say is empty.
        name: Text,
        /// When the token ends, unless it is renewed.
        until: Millis,
        /// Whether it can be renewed: a client without a secret is given nothing for that.
        renews: bool,
    },
    /// Somebody had, and the organisation takes their token no more.
    Ended {
        /// Who it was.
        name: Text,
    },
}

impl Person {
    /// Whether somebody has signed in.
    #[must_use]
    pub const fn is_signed_in(&self) -> bool {
        matches!(self, Self::SignedIn { .. })
    }

    /// When they have to sign in again; none where the token is renewed by itself, or nobody has.
    #[must_use]
    pub const fn ends(&self) -> Option<Millis> {
        match self {
            Self::SignedIn {
                until,
                renews: false,
                ..
            } => Some(*until),
            _ => None,
        }
    }

    /// What is missing for what only a person may do, and what to do about it; none when somebody has signed in.
    #[must_use]
    pub const fn lack(&self) -> Option<Cause> {
        match self {
            Self::Nowhere => Some(Cause::PersonNowhere),
            Self::Nobody => Some(Cause::PersonNobody),
            Self::SignedIn { .. } => None,
            Self::Ended { .. } => Some(Cause::PersonEnded),
        }
    }
}

/// What a person pasted or typed to sign in: a secret until it is handed in.
#[derive(Clone, Debug)]
pub struct Pasted(SecretString);

impl Pasted {
    /// Takes a line.
    #[must_use]
    pub fn new(line: &str) -> Self {
        Self(SecretString::from(line.trim()))
    }

    /// The line, to be read.
    #[must_use]
    pub fn line(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Pasted {
    fn eq(&self, other: &Self) -> bool {
        self.line() == other.line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_told_until_somebody_has_signed_in() {
        let name = Text::from("Ada");
        let signed_in = Person::SignedIn {
            id: Text::from("u-7"),
            name: name.clone(),
            until: Millis(1),
            renews: false,
        };
        assert!(signed_in.is_signed_in() && signed_in.lack().is_none());
        for (person, says) in [
            (Person::Nowhere, "section person"),
            (Person::Nobody, ":login"),
            (Person::Ended { name }, ":login"),
        ] {
            let text = person.lack().unwrap().told().to_string();
            assert!(text.contains(says), "{text}");
        }
    }
}
