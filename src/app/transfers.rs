//! Transfers as the state knows them: the list of interactions is read while somebody looks at it, and what happens to
//! transfers is taken in.

use super::App;
use super::duty::Duty;
use crate::cloud::InteractionListing;
use crate::effect::Effect;
use crate::model::transfer::made::{Happening, TransferId};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::Link;

/// Between two readings of the list while it is on the screen, in milliseconds.
const EVERY_MS: i64 = 10_000;

/// What came of reading the interactions; an error says whether the organisation has such a list at all.
pub type ListedInteractions = Result<InteractionListing, Unlisted>;

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// The contract leaves the list open: 404 and 405 say that there is none, and there is no point in asking again.
    pub never: bool,
    /// What was tried, why it failed and what to do.
    pub why: Text,
}

/// When the list is read next.
#[derive(Debug, Default)]
pub struct InteractionReads {
    stage: Stage,
    asked: Option<Millis>,
    /// Requests beyond the first that the last reading took: the next one waits that much longer.
    more_requests: u32,
    /// Something has happened that the list may show.
    hurried: bool,
}

/// What can be done about the list.
#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Nothing can be read yet.
    #[default]
    Unconnected,
    /// It can be read.
    Waits,
    /// It is being read.
    Reads,
    /// There is none; it is asked for again only by hand.
    Never,
}

impl InteractionReads {
    fn due(&self) -> Option<Millis> {
        match self.stage {
            Stage::Unconnected | Stage::Reads => return None,
            Stage::Never if !self.hurried => return None,
            Stage::Never | Stage::Waits => {}
        }
        let asked = self.asked.filter(|_| !self.hurried);
        let wait = EVERY_MS.saturating_mul(1 + i64::from(self.more_requests));
        Some(asked.map_or(Millis(i64::MIN), |asked| asked.plus(wait)))
    }
}

/// Interactions are read while somebody sees them.
pub(super) const DUTY: Duty = Duty {
    due: App::interactions_deadline,
    tick: App::watch_interactions,
};

impl App {
    pub(super) fn connected(&mut self) {
        self.interactions.stage = Stage::Waits;
        self.open_webhooks();
        self.open_inquiries();
        if !self.is_attached() {
            self.open_routes();
        }
        self.attend.tell_anew();
    }

    /// When the list is to be read, as far as somebody looks at it.
    fn interactions_deadline(&self) -> Option<Millis> {
        let asks = self.focus().interactions && self.heard.status.link != Link::Paused;
        self.interactions.due().filter(|_| asks)
    }

    /// Reads the list when its time has come.
    fn watch_interactions(&mut self) {
        if self
            .interactions_deadline()
            .is_some_and(|due| self.now >= due)
        {
            let attached = self.is_attached();
            let watch = &mut self.interactions;
            if attached {
                (watch.hurried, watch.asked) = (false, Some(self.now));
                self.effects.push(Effect::RereadInteractions);
                return;
            }
            (watch.stage, watch.hurried, watch.asked) = (Stage::Reads, false, Some(self.now));
            self.effects.push(Effect::ReadInteractions);
        }
    }

    /// Somebody who shares this reading looks at the list: it is read for him, and no more often than for this console.
    pub(super) fn interactions_wanted(&mut self) {
        let watch = &mut self.interactions;
        let asked = watch.asked.unwrap_or(Millis(i64::MIN));
        if watch.stage == Stage::Waits && self.now >= asked.plus(EVERY_MS / 2) {
            (watch.stage, watch.hurried, watch.asked) = (Stage::Reads, false, Some(self.now));
            self.effects.push(Effect::ReadInteractions);
        }
    }

    /// An operator asks, or something was moved.
    pub(super) fn hurry_interactions(&mut self) {
        self.interactions.hurried = true;
    }

    pub(super) fn interactions_listed(&mut self, listed: ListedInteractions) {
        self.interactions.stage = match &listed {
            Err(unlisted) if unlisted.never => Stage::Never,
            _ => Stage::Waits,
        };
        let table = &mut self.store.transfers;
        match listed {
            Ok(listing) => {
                self.interactions.more_requests = listing.more_requests;
                let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
                table.listed(listing.interactions, faults, self.now);
                table.beyond(listing.left_out);
            }
            Err(unlisted) => {
                table.not_listed(unlisted.why, self.now);
            }
        }
    }

    pub(super) fn transfer_happened(&mut self, id: TransferId, happening: Happening) {
        if matches!(happening, Happening::Ended { .. }) {
            self.hurry_interactions();
        }
        self.store.transfers.happened(id, happening, self.now);
    }
}
