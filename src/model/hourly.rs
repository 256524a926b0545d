//! Counts by the hour and by site: what the history of the report is made of.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::report::{Checks, Reads};
use crate::text::Text;
use crate::time::Millis;

/// Sites told apart within an hour; an organisation has tens. What comes past that is counted as [`OTHERS`].
pub const MOST_SITES: usize = 512;
/// The site of what is past [`MOST_SITES`].
pub const OTHERS: &str = "(other)";
/// Bytes of the name of a site.
const LONGEST_SITE: usize = 200;

const HOUR_MS: i64 = 3_600_000;

/// What counts are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum By {
    /// Where the people sit whose devices were looked at.
    Site,
    /// The hour.
    Hour,
    /// The day, by the clock of the profile.
    Day,
}

/// A whole hour of UTC, counted from the epoch: in no zone does it come twice or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour that this moment is in.
    #[must_use]
    pub fn of(at: Millis) -> Self {
        Self(at.0.div_euclid(HOUR_MS))
    }

    /// The moment at which it begins.
    #[must_use]
    pub fn start(self) -> Millis {
        Millis(self.0.saturating_mul(HOUR_MS))
    }

    /// The day of UTC that it is of.
    #[must_use]
    pub fn day(self) -> Date {
        self.start().timestamp().to_zoned(TimeZone::UTC).date()
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.start().timestamp().fmt(f)
    }
}

impl Serialize for Hour {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hour {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let at: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
        Ok(Self::of(Millis(at.as_millisecond())))
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Figures {
    /// Registrations looked at.
    #[serde(flatten)]
    pub checks: Checks,
    /// When one was last found not registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_lost: Option<Millis>,
    /// Reads. A read is of no site: these stand where no site does.
    pub reads: Reads,
}

impl Figures {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            checks: self.checks.plus(other.checks),
            last_lost: self.last_lost.max(other.last_lost),
            reads: self.reads.plus(other.reads),
        }
    }
}

/// What was counted in one hour at one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourRecord {
    /// When.
    pub hour: Hour,
    /// Where; none where the organisation does not say.
    pub site: Option<Text>,
    /// What.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Counts, one for each hour and site. Adding is all that is done to them, so it does not matter in which order parts come
/// together, nor how many consoles have counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted(BTreeMap<(Hour, Option<Text>), Figures>);

impl Counted {
    /// Adds what was counted in an hour at a site.
    pub fn add(&mut self, record: HourRecord) {
        let HourRecord {
            hour,
            site,
            figures,
        } = record;
        let site = site.filter(|site| !site.is_empty()).map(|site| {
            let fits = site.raw().len() <= LONGEST_SITE;
            if fits {
                site
            } else {
                Text::from(site.fit(LONGEST_SITE / 4).as_ref())
            }
        });
        let mut key = (hour, site);
        if !self.0.contains_key(&key) && key.1.is_some() {
            let of_hour = self
                .0
                .range((hour, None)..(Hour(hour.0.saturating_add(1)), None));
            if of_hour.count() >= MOST_SITES {
                key.1 = Some(Text::from(OTHERS));
            }
        }
        let known = self.0.entry(key).or_default();
        *known = known.plus(figures);
    }

    /// Adds everything of another.
    pub fn merge(&mut self, other: Self) {
        for ((hour, site), figures) in other.0 {
            self.add(HourRecord {
                hour,
                site,
                figures,
            });
        }
    }

    /// Everything, by hour and then by site.
    pub fn records(&self) -> impl Iterator<Item = HourRecord> {
        self.0.iter().map(|((hour, site), figures)| HourRecord {
            hour: *hour,
            site: site.clone(),
            figures: *figures,
        })
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, a day of UTC at a time.
    #[must_use]
    pub fn by_day(self) -> BTreeMap<Date, Self> {
        let mut days: BTreeMap<Date, Self> = BTreeMap::new();
        for (key, figures) in self.0 {
            days.entry(key.0.day()).or_default().0.insert(key, figures);
        }
        days
    }

    /// Keeps the newest records, at most so many.
    pub fn bound(&mut self, most: usize) {
        while self.0.len() > most {
            self.0.pop_first();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(hour: i64, site: Option<&str>, registered: u64) -> HourRecord {
        HourRecord {
            hour: Hour(hour),
            site: site.map(Text::from),
            figures: Figures {
                checks: Checks {
                    registered,
                    ..Checks::default()
                },
                ..Figures::default()
            },
        }
    }

    fn some() -> impl Strategy<Value = HourRecord> {
        let site = prop::option::of("[abc]{0,2}");
        let counts = (0..50_u64, 0..5_u64, 0..5_u64, 0..9_u64, 0..3_u64);
        let last = prop::option::of(0..9_999_i64);
        let parts = (0..60_i64, site, counts, last);
        parts.prop_map(
            |(hour, site, (registered, lost, unknown, ok, failed), last)| HourRecord {
                hour: Hour(hour),
                site: site.map(|site| Text::from(site.as_str())),
                figures: Figures {
                    checks: Checks {
                        registered,
                        lost,
                        unknown,
                    },
                    last_lost: last.map(Millis),
                    reads: Reads { ok, failed },
                },
            },
        )
    }

    fn of(records: &[HourRecord]) -> Counted {
        let mut counted = Counted::default();
        records.iter().cloned().for_each(|one| counted.add(one));
        counted
    }

    proptest! {
        #[test]
        fn parts_come_together_in_any_order(
            records in prop::collection::vec(some(), 0..40),
            cut in 0..40_usize,
        ) {
            let (a, b) = records.split_at(cut.min(records.len()));
            let (mut ab, mut ba) = (of(a), of(b));
            ab.merge(of(b));
            ba.merge(of(a));
            prop_assert_eq!(&ab, &of(&records));
            prop_assert_eq!(&ab, &ba);
            let mut days = Counted::default();
            ab.clone().by_day().into_values().for_each(|day| days.merge(day));
            prop_assert_eq!(&days, &ab);
            let sum = |all: &[HourRecord]| all.iter().map(|one| one.figures.checks.total()).sum::<u64>();
            let merged: Vec<HourRecord> = ab.records().collect();
            prop_assert_eq!(sum(&merged), sum(&records));
        }

        #[test]
        fn a_record_is_read_as_it_was_written(one in some()) {
            let text = serde_json::to_string(&one).unwrap();
            prop_assert_eq!(serde_json::from_str::<HourRecord>(&text).unwrap(), one);
        }
    }

    #[test]
    fn a_flood_of_sites_is_bounded_and_nothing_of_it_is_lost() {
        let mut counted = Counted::default();
        for n in 0..2_000 {
            counted.add(record(7, Some(&format!("site {n}")), 1));
        }
        counted.add(record(7, Some(&"x".repeat(1 << 20)), 1));
        counted.add(record(8, Some("site 1999"), 1));
        assert_eq!(counted.len(), MOST_SITES + 2);
        let all: Vec<HourRecord> = counted.records().collect();
        assert_eq!(
            all.iter().map(|r| r.figures.checks.total()).sum::<u64>(),
            2_002
        );
        assert!(
            all.iter()
                .any(|r| r.hour == Hour(8) && r.site == Some("site 1999".into()))
        );
        counted.bound(1);
        assert_eq!(
            counted.records().next().unwrap().hour,
            Hour(8),
            "the oldest goes first"
        );
    }
}
