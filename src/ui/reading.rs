//! What header, tabs and summary show, read at one moment.

use super::tabs::Tab;
use super::vendor::VendorLine;
use crate::store::Counts;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::Status;

/// How far the first reading of everyone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Users read, or failed for good.
    pub read: u32,
    /// Users that the organisation says there are.
    pub of: u32,
    /// Users read a minute; none before that can be told.
    pub a_minute: Option<u32>,
    /// When everyone will have been read, to the minute.
    pub whole_at: Option<Millis>,
}

/// Who reads, where that is somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SharedLink {
    /// The reader's machine; none before it was heard.
    pub host: Option<Text>,
    /// Consoles that are attached to it, this one included.
    pub attached: u32,
    /// Since when nothing is heard of it; none while it is.
    pub silent_since: Option<Millis>,
}

/// One consistent reading of everything that header, tabs and summary show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// How the feeds are doing.
    pub status: Status,
    /// Rows by state.
    pub counts: Counts,
    /// Stream frames per second, averaged over five seconds.
    pub rate: f32,
    /// Updates that were dropped because the mailbox was full.
    pub dropped: u64,
    /// How far the first reading of everyone is; none once it is whole.
    pub progress: Option<Progress>,
    /// Registered share over time, 0..=1, oldest first; for the sparkline.
    pub history: Vec<f32>,
    /// At most this many requests count against the budget's minute: `status.budget_used` in steps, for the header.
    pub spent: u32,
    /// Whose reading this is, where somebody else's is shared.
    pub share: Option<SharedLink>,
    /// What the vendor says of its cloud, where that is worth a place in the header.
    pub cloud: Option<VendorLine>,
    /// What the tabs say: a carrier that fails behind another pane is seen there first.
    pub tabs: Vec<Tab>,
}

impl Reading {
    /// Whether it differs from another only by the time that has passed: a share that stays as it is makes a longer line, and
    /// is no reason to draw.
    pub(crate) fn only_older_than(&self, other: &Self) -> bool {
        let history = other.history.clone();
        let unaged = Self {
            history,
            ..self.clone()
        };
        unaged == *other
    }

    /// Whether it differs from another in more than what the console's own reads move: those go on by the clock while
    /// nothing happens, and are no reason to show seconds.
    pub(crate) fn moved_from(&self, other: &Self) -> bool {
        let of_the_organisation = |reading: &Self| {
            let status = Status {
                budget_used: 0,
                latency: None,
                ..reading.status
            };
            Self {
                status,
                spent: 0,
                history: Vec::new(),
                ..reading.clone()
            }
        };
        of_the_organisation(self) != of_the_organisation(other)
    }
}
