//! Ids that are drawn here and not by the organisation: of frames, and of reservations that have no other name.

use fastrand::Rng;
use uuid::Uuid;

/// Draws ids. The loop owns one and every form is given what it needs when it opens, so that what is reviewed is what is
/// sent, and a run with the same seed draws the same.
#[derive(Debug)]
pub struct Ids(Rng);

impl Ids {
    /// From the machine's own randomness: two consoles never draw the same.
    #[must_use]
    pub fn new() -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        Self::seeded(seed)
    }

    /// The same ids for the same seed: for a run that is to be repeated.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.u128(..).to_be_bytes()).into_uuid()
    }

    /// For a frame of a transfer (contract §8).
    pub fn frame(&mut self) -> String {
        self.uuid().to_string()
    }

    /// For a new reservation, in the contract's shape (§9).
    pub fn reservation(&mut self) -> String {
        let id = self.uuid().simple().to_string();
        format!("cb_{}", id.get(..8).unwrap_or(&id))
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_ids_and_no_seed_repeats_another_s() {
        let (mut one, mut same, mut other) = (Ids::seeded(7), Ids::seeded(7), Ids::new());
        let first = one.frame();
        assert_eq!(first, same.frame());
        assert_ne!(first, one.frame());
        assert_ne!(first, other.frame());
    }

    #[test]
    fn a_reservation_has_the_contract_s_shape() {
        let id = Ids::seeded(1).reservation();
        assert!(id.len() == 11 && id.starts_with("cb_"), "{id}");
    }
}
