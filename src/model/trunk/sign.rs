//! What the organisation sees of a trunk: whether it is connected, which proxies answer, what is wrong.

use serde::{Deserialize, Serialize};

use crate::text::Text;
use crate::time::Millis;

/// Proxies of one trunk that are kept; trunks have two or three.
pub const SIGNS_KEPT: usize = 16;

/// Whether a check is made of a trunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Use {
    /// It is.
    Enabled,
    /// It could be, and is switched off.
    Disabled,
    /// It cannot be: that nothing answers says nothing.
    NotSupported,
    /// The organisation does not say, or in a word that is not known.
    #[default]
    Untold,
}

impl Use {
    /// The use of a word of the wire.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "ENABLED" => Self::Enabled,
            "DISABLED" => Self::Disabled,
            "NOT_SUPPORTED" => Self::NotSupported,
            _ => Self::Untold,
        }
    }

    /// Whether what such a check found is a sign: what is seen counts unless the check is said not to be made.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Enabled | Self::Untold)
    }

    /// The words on screen for a check without an answer.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enabled => "no answer yet",
            Self::Disabled => "not used",
            Self::NotSupported => "not supported",
            Self::Untold => "not available",
        }
    }
}

/// Something wrong, in the organisation's words (`errorInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignFault {
    /// Its code; may be empty.
    pub code: Text,
    /// Its text; may be empty.
    pub text: Text,
    /// What lies behind it, and where; may be empty.
    pub detail: Text,
}

impl SignFault {
    /// Whether anything is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.text.is_empty() && self.detail.is_empty()
    }

    /// In one line; safe to show.
    #[must_use]
    pub fn sentence(&self) -> String {
        let said = [&self.text, &self.detail, &self.code];
        let said: Vec<String> = said
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| text.fit(80).into_owned())
            .collect();
        said.join(", ")
    }
}

/// One proxy, as one check sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    /// The proxy's address, as the trunk is set up with it.
    pub proxy: Text,
    /// Whether it answers, or takes the registration; none when not told.
    pub good: Option<bool>,
    /// Since when.
    pub since: Option<Millis>,
    /// What is wrong.
    pub fault: Option<SignFault>,
}

/// The address that a trunk has on its edge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ip {
    /// The address.
    pub address: Text,
    /// What is wrong with it.
    pub fault: Option<SignFault>,
}

/// Proxies as one check sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxies {
    /// Those that are kept, at most [`SIGNS_KEPT`].
    pub kept: Vec<Sign>,
    /// How many more there are.
    pub beyond: usize,
}

/// Everything that is seen of a trunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// Whether it is connected, in the edge's own judgement; none when not told.
    pub connected: Option<bool>,
    /// Since when.
    pub since: Option<Millis>,
    /// Its proxies by SIP OPTIONS.
    pub options: Proxies,
    /// Its proxies by registration.
    pub registers: Proxies,
    /// Its address.
    pub ip: Option<Ip>,
}

/// What one answer or one event says of a trunk; what it leaves out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether it is connected, and since when.
    pub connected: Option<(Option<bool>, Option<Millis>)>,
    /// Its proxies by SIP OPTIONS.
    pub options: Option<Proxies>,
    /// Its proxies by registration.
    pub registers: Option<Proxies>,
    /// Its address.
    pub ip: Option<Ip>,
}

impl Signs {
    /// Takes in what is newly said.
    pub fn hear(&mut self, seen: Seen) {
        if let Some((connected, since)) = seen.connected {
            (self.connected, self.since) = (connected, since);
        }
        if let Some(options) = seen.options {
            self.options = options;
        }
        if let Some(registers) = seen.registers {
            self.registers = registers;
        }
        if seen.ip.is_some() {
            self.ip = seen.ip;
        }
    }
}
