//! What goes wrong on the way, as data: who spoke, at which step, and what was seen; to one sentence and one action.
//!
//! A library's error is turned into a [`Cause`] once, where it is met and by its type. From there on it is an entry of one
//! table with facts beside it, so that a probe, a read, the console and `trunkline doctor` say the same of the same thing,
//! and a test can read every sentence that there is.

mod json;
mod said;
mod table;

use std::fmt;

use crate::text;

pub use self::json::{Misread, bare, misread};
pub use self::said::{below, said};
pub use self::table::{ADD_IT, Cause, NAME_IT};

/// Columns of one fact: names and addresses are shorter, and what a server says need not be read to its end.
const SHOWN: usize = 600;

/// Who spoke, or should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// This machine: its files, clock, resolver and network.
    Machine,
    /// The proxy on the way.
    Proxy,
    /// Something between here and there that is neither.
    Between,
    /// The server that was connected to, below what it serves.
    Server,
    /// The organisation.
    Organisation,
}

/// How far it had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What the profile says is read.
    Configuration,
    /// The secret is fetched.
    Secret,
    /// A name is looked up.
    Name,
    /// A connection is made.
    Connection,
    /// TLS is agreed on.
    Tls,
    /// The console signs in.
    SignIn,
    /// Something is asked.
    Request,
    /// The terminal, and what has it for a while.
    Terminal,
    /// Something is printed.
    Output,
}

/// An entry of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Who spoke.
    pub who: Who,
    /// How far it had come.
    pub step: Step,
    /// The thing, then the fault: a clause without its full stop, with `{facts}` in it.
    pub sentence: &'static str,
    /// What to do about it: a whole sentence.
    pub action: &'static str,
}

/// A cause with the facts of this very case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    cause: Cause,
    facts: Vec<(&'static str, String)>,
}

impl Cause {
    /// This cause, its facts yet to come.
    #[must_use]
    pub const fn told(self) -> Explanation {
        Explanation {
            cause: self,
            facts: Vec::new(),
        }
    }
}

impl Explanation {
    /// Which entry of the table it is.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// Adds a fact, or says it better than it was; raw, made safe and cut where it is shown.
    #[must_use]
    pub fn with(mut self, name: &'static str, fact: impl Into<String>) -> Self {
        self.facts.retain(|(known, _)| *known != name);
        self.facts.push((name, fact.into()));
        self
    }

    /// What happened: a clause without its full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.filled(self.cause.row().sentence)
    }

    /// What to do: a whole sentence.
    #[must_use]
    pub fn action(&self) -> String {
        self.filled(self.cause.row().action)
    }

    /// Both, as a line of their own.
    #[must_use]
    pub fn line(&self) -> String {
        let text = self.to_string();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    }

    fn filled(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            text.push_str(&self.fact(name));
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// Who was connected to is not known everywhere; everything else has to be.
    fn fact(&self, name: &str) -> String {
        let known = self.facts.iter().find(|(known, _)| *known == name);
        debug_assert!(
            known.is_some() || name == "at",
            "{:?} wants {name}",
            self.cause
        );
        known.map_or_else(
            || "the server".to_owned(),
            |(_, fact)| text::fit(fact, SHOWN).into_owned(),
        )
    }
}

impl fmt::Display for Explanation {
    /// Both, as they follow "probe of HOST: " or stand in a list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.sentence(), self.action())
    }
}

#[cfg(test)]
mod tests;
