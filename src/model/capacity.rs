//! How much of what it can carry the organisation carries just now, over all trunks together.

/// Where calls are carried: by the cloud, or by edges on the premises.
pub const PLACES: [&str; 2] = ["cloud", "premises"];

/// Calls under way, against what there is room for; none is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CallCapacity {
    /// Calls.
    pub calls: Option<u64>,
    /// Calls that there is room for.
    pub most_calls: Option<u64>,
    /// Legs of calls.
    pub sessions: Option<u64>,
    /// Legs that there is room for.
    pub most_sessions: Option<u64>,
}

impl CallCapacity {
    /// The share that is in use, in percent: of calls or of their legs, whichever is more; none where no room is told, as where nothing is
    /// carried at such a place.
    #[must_use]
    pub fn usage(&self) -> Option<f64> {
        let share = |part: Option<u64>, of: Option<u64>| {
            let (part, of) = (part?, of.filter(|of| *of > 0)?);
            #[allow(clippy::cast_precision_loss, reason = "a share of some thousands")]
            Some(100.0 * part as f64 / of as f64)
        };
        let shares = [
            share(self.calls, self.most_calls),
            share(self.sessions, self.most_sessions),
        ];
        shares.into_iter().flatten().max_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tighter_of_both_counts_and_no_room_is_no_share() {
        let used = CallCapacity {
            calls: Some(40),
            most_calls: Some(100),
            sessions: Some(180),
            most_sessions: Some(200),
        };
        assert_eq!(used.usage(), Some(90.0));
        let none = CallCapacity {
            most_calls: Some(0),
            most_sessions: None,
            ..used
        };
        assert_eq!(none.usage(), None);
    }
}
