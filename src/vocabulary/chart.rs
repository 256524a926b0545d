//! How far back a chart goes.

/// How far back the chart of Pulse goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartSpan {
    /// A quarter of an hour.
    #[default]
    Quarter,
    /// An hour.
    Hour,
    /// A shift of eight hours.
    Shift,
    /// A day.
    Day,
}

impl ChartSpan {
    /// Every span, the shortest first.
    pub const ALL: [Self; 4] = [Self::Quarter, Self::Hour, Self::Shift, Self::Day];

    /// How it is typed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::Shift => "8h",
            Self::Day => "24h",
        }
    }

    /// How long it is, in minutes.
    #[must_use]
    pub const fn minutes(self) -> u32 {
        match self {
            Self::Quarter => 15,
            Self::Hour => 60,
            Self::Shift => 8 * 60,
            Self::Day => 24 * 60,
        }
    }

    /// The span of that word; the error says which there are.
    pub fn named(word: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|span| span.word() == word);
        found.ok_or_else(|| format!("no chart of {word:?}: 15m, 1h, 8h or 24h"))
    }

    /// The next longer one; after the longest the shortest again.
    #[must_use]
    pub fn next(self) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|span| span.minutes() > self.minutes())
            .unwrap_or_default()
    }
}
