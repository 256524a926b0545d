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
}

impl Counts {
    /// Rows in that state.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        self.states[state as usize]
    }

    /// The share of rows that are known to be registered, in ten-thousandths; none without rows. What is only remembered
    /// is left out: nothing has been read of it.
    #[must_use]
    pub fn registered(&self) -> Option<u16> {
        let read = self.total.saturating_sub(self.of(State::Remembered));
        let share = u64::from(self.of(State::Ok)) * 10_000 / u64::from(read).max(1);
        u16::try_from(share).ok().filter(|_| read > 0)
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
