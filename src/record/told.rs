//! What was told at one moment, and what it does to everything known.

use serde::{Deserialize, Serialize};

use crate::model::alert::AlertBook;
use crate::model::interaction::Interaction;
use crate::store::{Changes, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::News;

/// One thing that was told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// News of the organisation.
    News(News),
    /// Alerts and silences, as this console had them.
    Alerts(Box<AlertBook>),
    /// A read of the interactions: all of them.
    Interactions {
        /// Those that could be read.
        interactions: Vec<Interaction>,
        /// Entries that could not.
        faults: Vec<Text>,
    },
    /// Something was told here and is not in the record.
    Hole,
    /// How long half of the reads take, in milliseconds.
    Latency(u32),
}

impl Told {
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
                Told::Interactions {
                    interactions,
                    faults,
                } => store.transfers.listed(interactions, faults, self.at),
                Told::Hole => {
                    let why = "nothing was recorded here; what was known before is shown";
                    store.unsure(why.into(), self.at, changes);
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
