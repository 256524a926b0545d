//! How many rows are in which state, kept up as rows change.

use crate::model::registration::State;

/// Totals of the table, for the header and the tabs; reading them costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows.
    pub total: u32,
    /// Rows by state, in the order of [`State::ALL`].
    pub states: [u32; State::ALL.len()],
    /// Rows with more than three changes in five minutes.
    pub flapping: u32,
    /// Users known, with or without devices; those that are only remembered are left out.
    pub users: u32,
    /// Users with at least one device that was last said to be registered (contract §6).
    pub active_users: u32,
    /// Rows that the sweep has corrected since the start, counted each time: their stream had missed what became of them.
    pub missed: u64,
}

impl Counts {
    /// Rows in that state.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        self.states[state as usize]
    }

    /// Rows that are meant to be there and of which it is known how they are now: not what is stale, remembered or unknown.
    #[must_use]
    pub fn known(&self) -> u32 {
        self.of(State::Ok) + self.of(State::Lost)
    }

    /// Rows of which it is known that nobody is meant to be there, and those of which it is known how they are.
    #[must_use]
    pub fn sure(&self) -> u32 {
        self.known() + self.of(State::OffDuty)
    }

    /// The share of the known rows that are registered, in ten-thousandths; none while nothing is known. That knowledge
    /// has aged is no outage: what is not known is in neither part.
    #[must_use]
    pub fn registered(&self) -> Option<u16> {
        let known = self.known();
        let share = u64::from(self.of(State::Ok)) * 10_000 / u64::from(known).max(1);
        u16::try_from(share).ok().filter(|_| known > 0)
    }

    pub(super) fn add(&mut self, state: State, flapping: bool) {
        self.total += 1;
        self.states[state as usize] += 1;
        self.flapping += u32::from(flapping);
    }

    pub(super) fn take(&mut self, state: State, flapping: bool) {
        self.total = self.total.saturating_sub(1);
        let of = &mut self.states[state as usize];
        *of = of.saturating_sub(1);
        self.flapping = self.flapping.saturating_sub(u32::from(flapping));
    }
}
