//! How a phone is, in words that a person understands.

use serde::{Deserialize, Serialize};

/// How a phone is. What it comes to for those who watch, [`Condition::worth`] says.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Condition {
    /// Nothing is known.
    #[default]
    Unknown,
    /// It is registered: a desk phone, or a device of the direct API.
    Registered,
    /// It is not registered, and should be.
    Lost,
    /// A browser whose person can be called.
    Connected,
    /// A browser whose person telephones.
    OnCall,
    /// A browser whose person has gone home.
    SignedOut,
    /// A browser whose connection failed; the organisation says why.
    Failed,
    /// A browser whose person did not answer a call, and gets none until that is put right.
    NotResponding,
    /// A browser that no edge can reach.
    Unreachable,
}

/// What a condition comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Worth {
    /// Nothing is known.
    #[default]
    Unknown,
    /// It can be called, or is.
    Registered,
    /// It should be there and cannot be called.
    Lost,
    /// Nobody is meant to be there.
    OffDuty,
}

impl Condition {
    /// Every condition, in the order of its number.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Registered,
        Self::Lost,
        Self::Connected,
        Self::OnCall,
        Self::SignedOut,
        Self::Failed,
        Self::NotResponding,
        Self::Unreachable,
    ];

    /// Its number, by which it is kept on disk.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The condition of that number; unknown where there is none.
    #[must_use]
    pub fn of_code(code: u8) -> Self {
        let known = Self::ALL.get(usize::from(code));
        known.copied().unwrap_or_default()
    }

    /// The word on screen, in filters and in exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Registered => "registered",
            Self::Lost => "lost",
            Self::Connected => "connected",
            Self::OnCall => "on a call",
            Self::SignedOut => "signed out",
            Self::Failed => "failed",
            Self::NotResponding => "not responding",
            Self::Unreachable => "unreachable",
        }
    }

    /// What it comes to.
    #[must_use]
    pub const fn worth(self) -> Worth {
        match self {
            Self::Unknown => Worth::Unknown,
            Self::Registered | Self::Connected | Self::OnCall => Worth::Registered,
            Self::Lost | Self::Failed | Self::NotResponding | Self::Unreachable => Worth::Lost,
            Self::SignedOut => Worth::OffDuty,
        }
    }
}

impl Worth {
    /// Each, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Registered, Self::Lost, Self::OffDuty];

    /// The word on screen and in exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Registered => "registered",
            Self::Lost => "lost",
            Self::OffDuty => "off duty",
        }
    }
}

impl From<bool> for Condition {
    /// Of what is registered or not, and nothing else.
    fn from(registered: bool) -> Self {
        if registered {
            Self::Registered
        } else {
            Self::Lost
        }
    }
}

impl From<Option<bool>> for Condition {
    fn from(registered: Option<bool>) -> Self {
        registered.map_or(Self::Unknown, Self::from)
    }
}
