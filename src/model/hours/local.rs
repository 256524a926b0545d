//! Wall time and moments: which moment a person means, where the clock shows a time twice or never.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// What a time on a zone's wall clock stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// One moment, as nearly always.
    Once(Timestamp),
    /// None: the clock jumps over it.
    Never(Gap),
    /// Two: the clock is turned back and shows it again.
    Twice {
        /// The first of the two.
        first: Timestamp,
        /// The second.
        second: Timestamp,
    },
}

/// A jump of the clock over a time that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first time that the clock does not show.
    pub from: DateTime,
    /// The time that it shows instead.
    pub to: DateTime,
    before: Offset,
    after: Offset,
}

impl Gap {
    /// The sentence for a person who asked for `wanted`: what happens, and what would be right.
    #[must_use]
    pub fn sentence(&self, wanted: DateTime, zone: &str) -> String {
        format!(
            "{} does not exist in {zone}: the clock goes from {} to {} on that day; take {} or later",
            wanted.strftime("%H:%M on %a %d %b %Y"),
            self.from.strftime("%H:%M"),
            self.to.strftime("%H:%M"),
            self.to.strftime("%H:%M"),
        )
    }
}

impl Local {
    /// What a wall time stands for in a zone; none outside the years that can be reckoned with.
    #[must_use]
    pub fn of(wanted: DateTime, zone: &TimeZone) -> Option<Self> {
        let found = zone.to_ambiguous_timestamp(wanted);
        Some(match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => Self::Once(found.compatible().ok()?),
            AmbiguousOffset::Fold { before, after } => Self::Twice {
                first: before.to_timestamp(wanted).ok()?,
                second: after.to_timestamp(wanted).ok()?,
            },
            AmbiguousOffset::Gap { before, after } => {
                // With the offset from after the jump it is a moment before the jump.
                let early = after.to_timestamp(wanted).ok()?;
                let jump = zone.following(early).next()?.timestamp();
                Self::Never(Gap {
                    from: before.to_datetime(jump),
                    to: after.to_datetime(jump),
                    before,
                    after,
                })
            }
        })
    }
}

/// A moment as a payload writes it: RFC 3339, whose offset may or may not be the zone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The moment.
    pub at: Timestamp,
    /// The wall time as it was written.
    pub wall: DateTime,
    /// The offset as it was written.
    pub offset: Offset,
}

impl Written {
    /// Reads RFC 3339: a date, a time and an offset, nothing after it. None is no such thing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let shaped =
            text.len() >= "2030-06-15T14:00Z".len() && text.as_bytes().get(10) == Some(&b'T');
        let pieces = Pieces::parse(text)
            .ok()
            .filter(|pieces| shaped && pieces.time_zone_annotation().is_none())?;
        let (wall, offset) = (
            DateTime::from_parts(pieces.date(), pieces.time()?),
            pieces.to_numeric_offset()?,
        );
        let at = offset.to_timestamp(wall).ok()?;
        Some(Self { at, wall, offset })
    }

    /// The jump of the zone's clock that this time falls into, when it was written by that clock: with the zone's own
    /// offset from before or after the jump. The moment exists all the same, but not under this name, so whoever wrote
    /// it did not mean what they wrote. A time written by another clock, UTC for one, is just a moment.
    #[must_use]
    pub fn gap(&self, zone: &TimeZone) -> Option<Gap> {
        match Local::of(self.wall, zone)? {
            Local::Never(gap) if self.offset == gap.before || self.offset == gap.after => Some(gap),
            _ => None,
        }
    }

    /// Which of two it is, when the zone's clock shows this moment's time twice: a sentence for the review.
    #[must_use]
    pub fn fold(&self, zone: &TimeZone) -> Option<String> {
        let local = self.at.to_zoned(zone.clone());
        let Local::Twice { first, second } = Local::of(local.datetime(), zone)? else {
            return None;
        };
        let which = if self.at == first { "first" } else { "second" };
        let apart = SignedDuration::from_secs(second.as_second() - first.as_second()).as_mins();
        Some(format!(
            "the clock shows {} twice, {apart} minutes apart, because it is turned back; this is the {which}, {}",
            local.strftime("%H:%M on %a %d %b %Y"),
            local.strftime("%Z (%:z)"),
        ))
    }
}
