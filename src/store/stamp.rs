//! A moment in six bytes: a row carries three of them, a million times.

use crate::time::Millis;

/// The largest moment that fits: 48 bits of milliseconds, past the year 10,000.
const LAST: u64 = (1 << 48) - 1;

/// [`Millis`] to the exact millisecond, from the epoch on; earlier moments become the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp([u16; 3]);

impl Stamp {
    /// The moment as a number that sorts.
    pub(super) fn bits(self) -> u64 {
        let [high, middle, low] = self.0.map(u64::from);
        high << 32 | middle << 16 | low
    }
}

impl From<Millis> for Stamp {
    fn from(at: Millis) -> Self {
        let bits = u64::try_from(at.0).unwrap_or(0).min(LAST);
        let part = |shift: u32| u16::try_from(bits >> shift & 0xffff).unwrap_or(0);
        Self([part(32), part(16), part(0)])
    }
}

impl From<Stamp> for Millis {
    fn from(stamp: Stamp) -> Self {
        Self(i64::try_from(stamp.bits()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_to_the_millisecond_and_keeps_its_order() {
        let (early, late) = (Millis(1_781_532_202_123), Millis(1_781_532_202_124));
        assert_eq!(Millis::from(Stamp::from(early)), early);
        assert!(Stamp::from(early) < Stamp::from(late));
        assert_eq!(Millis::from(Stamp::from(Millis(-5))), Millis(0));
        assert_eq!(size_of::<Stamp>(), 6);
    }
}
