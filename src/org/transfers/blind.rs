//! Transfers that the Platform API makes, in the same log as those of the transfer sockets.

use super::{Outcome, TransferEntry, TransferLog};

/// How often one of an interaction's transfers is turned away by a destination that does so.
const TURNED_AWAY: u32 = 2;

impl TransferLog {
    /// Notes a transfer that was taken.
    pub(in crate::org) fn begin(&mut self, id: &str, interaction: &str, destination: &str) {
        self.keep(TransferEntry::new(id, interaction, destination));
    }

    /// Notes what became of it.
    pub(in crate::org) fn end(&mut self, id: &str, outcome: Outcome, reason: Option<String>) {
        self.settle(id, outcome, None);
        if let Some(entry) = self.entries.get_mut(id) {
            entry.reason = reason;
        }
    }

    /// Turns one away by the rate limit, when this destination does so and has not often enough; says whether it did.
    pub(in crate::org) fn limits(
        &mut self,
        id: &str,
        interaction: &str,
        destination: &str,
    ) -> bool {
        let limits = self.turned_away(interaction, destination) < TURNED_AWAY;
        if limits {
            self.begin(id, interaction, destination);
            self.turn_away(id, "rate limited");
        }
        limits
    }
}
