//! What was told at one moment, and what it does to everything known.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::frame::{LARGE, opened};
use crate::model::alert::{AlertBook, AlertNews};
use crate::model::audit::AuditRef;
use crate::model::interaction::Interaction;
use crate::store::still::Still;
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::News;

/// Why rows are stale behind a hole.
const UNREAD: &str = "nothing was recorded here; what was known before is shown";

/// One thing that was told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// News of the organisation.
    News(News),
    /// Alerts and silences, all of them, as this console had them.
    Alerts(Box<AlertBook>),
    /// What became of them since.
    AlertsSince(Box<AlertNews>),
    /// A read of the interactions: all of them.
    Interactions {
        /// Those that could be read.
        interactions: Vec<Interaction>,
        /// Entries that could not.
        faults: Vec<Text>,
    },
    /// A line of the audit was written here: what the operator did stands there, and not in the record.
    Wrote(AuditRef),
    /// Something was told here and is not in the record.
    Hole,
    /// How long half of the reads take, in milliseconds.
    Latency(u32),
    /// Everything known: by a reader who shares it, or here, where recording begins in the middle.
    Known {
        /// As of when.
        at: Millis,
        /// Whether it has read everyone.
        whole: bool,
        /// What it knows.
        still: Box<Still<'static>>,
    },
    /// The same as it came over the share: whoever records unpacks it.
    #[serde(skip)]
    Packed {
        /// As of when.
        at: Millis,
        /// Whether it has read everyone.
        whole: bool,
        /// What it knows.
        packed: Bytes,
    },
}

impl Told {
    /// What came over a share, unpacked; a hole where it cannot be read.
    pub(super) fn unpacked(self) -> Self {
        let Self::Packed { at, whole, packed } = self else {
            return self;
        };
        match opened(&packed, LARGE) {
            Ok(still) => Self::Known { at, whole, still },
            Err(_) => Self::Hole,
        }
    }

    /// What became of the alerts since that generation, or all of them for whom that tells nothing.
    #[must_use]
    pub fn alerts(book: &AlertBook, since: Option<u64>) -> Self {
        match since.and_then(|since| book.since(since)) {
            Some(news) => Self::AlertsSince(Box::new(news)),
            None => Self::Alerts(Box::new(book.whole())),
        }
    }

    /// Whether a piece of news is of the organisation, and not of the console or its connection.
    #[must_use]
    pub fn concerns(news: &News) -> bool {
        !matches!(
            news,
            News::Status(_)
                | News::Undecodable { .. }
                | News::Problem(_)
                | News::Notice(_)
                | News::Share(_)
        )
    }
}

/// What was told at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Millis,
    /// What, in order.
    pub told: Vec<Told>,
}

impl Moment {
    /// Something was told until that moment and is not in the record.
    #[must_use]
    pub fn hole(at: Millis) -> Self {
        let told = vec![Told::Hole];
        Self { at, told }
    }

    /// Lets it happen again.
    pub fn happen(self, store: &mut Store, changes: &mut Changes) {
        let due = store.registrations.next_deadline();
        if due.is_some_and(|due| self.at >= due) {
            store.registrations.tick(self.at, changes);
        }
        for told in self.told {
            match told {
                Told::News(news) => {
                    store.learn(news, self.at, changes);
                }
                Told::Latency(ms) => store.registrations.reads_take(self.at, ms),
                Told::Alerts(book) => store.alerts = *book,
                Told::AlertsSince(news) => {
                    store.alerts.hear(*news);
                }
                Told::Interactions {
                    interactions,
                    faults,
                } => store.transfers.listed(interactions, faults, self.at),
                Told::Wrote(_) | Told::Packed { .. } => {}
                Told::Known { at, whole, still } => {
                    if !store.adopt(*still, (at, whole), changes) {
                        store.unsure(UNREAD.into(), self.at, changes);
                    }
                }
                Told::Hole => {
                    store.unsure(UNREAD.into(), self.at, changes);
                }
            }
        }
    }
}

/// What was told within a second, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reckoning {
    /// Nothing was told after the last moment until this one.
    pub(super) until: Millis,
    pub(super) moments: Vec<Moment>,
}
