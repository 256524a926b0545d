//! What is read only while somebody looks at it, or a rule is kept by it: each is a few requests, or many, and none is told by a topic.

/// Something that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Inquiry {
    /// Number pools, the numbers that are assigned, and the numbers and extensions of every user.
    Numbers,
    /// How the calls of the last hour sounded.
    Quality,
    /// How busy the queues are.
    Load,
    /// How full the trunks are.
    Capacity,
    /// What others changed in telephony.
    Changes,
}

impl Inquiry {
    /// Each.
    pub const ALL: [Self; 5] = [
        Self::Numbers,
        Self::Quality,
        Self::Load,
        Self::Capacity,
        Self::Changes,
    ];

    /// The pane that shows it.
    #[must_use]
    pub const fn pane(self) -> &'static str {
        match self {
            Self::Numbers => "Numbers",
            Self::Quality => "Quality",
            Self::Load => "Queues",
            Self::Capacity => "Trunks",
            Self::Changes => "Changes",
        }
    }

    /// What is read, in a word for sentences.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Quality => "calls",
            Self::Load => "queues",
            Self::Capacity => "capacity",
            Self::Changes => "changes",
        }
    }

    /// Between two readings while it is shown, in milliseconds.
    #[must_use]
    pub const fn every_ms(self) -> i64 {
        match self {
            // A request a hundred users: what changes by the day is not read by the minute.
            Self::Numbers => 15 * 60_000,
            // Up to ten requests a minute, a hundred calls each; one request.
            Self::Quality | Self::Changes => 60_000,
            // A request a hundred queues.
            Self::Load => 15_000,
            // Two requests.
            Self::Capacity => 30_000,
        }
    }
}
