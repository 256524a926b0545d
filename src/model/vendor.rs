//! What the vendor says of its own cloud: is it us, or is it them?
//!
//! It comes from a public status page and not from the organisation, so it is a rumour among facts: it says how the cloud does at
//! large, and changes nothing of what is known of a phone.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::region::Region;
use crate::text::Text;
use crate::time::Millis;

/// How the cloud, or a part of it, does; the later ones are worse.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum VendorState {
    /// Nothing is wrong.
    #[default]
    Operational,
    /// Something is worked on, as was announced.
    Maintenance,
    /// A word that is not known here.
    Unknown,
    /// It is slow, or fails now and then.
    Degraded,
    /// A part does not work.
    PartialOutage,
    /// It does not work.
    MajorOutage,
}

impl VendorState {
    /// Every state, the best first.
    pub const ALL: [Self; 6] = [
        Self::Operational,
        Self::Maintenance,
        Self::Unknown,
        Self::Degraded,
        Self::PartialOutage,
        Self::MajorOutage,
    ];

    /// The word on screen and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::Maintenance => "maintenance",
            Self::Unknown => "state unknown",
            Self::Degraded => "degraded",
            Self::PartialOutage => "partial outage",
            Self::MajorOutage => "major outage",
        }
    }

    /// Whether there is anything to say of it.
    #[must_use]
    pub fn is_well(self) -> bool {
        self == Self::Operational
    }
}

impl fmt::Display for VendorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A part of the cloud that is not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorPart {
    /// What: `Voice`.
    pub name: Text,
    /// Where it belongs, as a rule a region; none where it stands for itself.
    pub group: Option<Text>,
    /// How it does.
    pub state: VendorState,
    /// Since when that was said of it.
    pub since: Option<Millis>,
}

impl VendorPart {
    /// Whether it is of another region than that one: of what names no region nobody can say so.
    #[must_use]
    pub fn is_elsewhere(&self, home: Option<Region>) -> bool {
        let Some(home) = home else { return false };
        let named = |region: Region| {
            let texts = std::iter::once(&self.name).chain(&self.group);
            texts.into_iter().any(|text| names(text.raw(), region))
        };
        !named(home) && Region::ALL.into_iter().any(named)
    }
}

impl fmt::Display for VendorPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        match &self.group {
            Some(group) => write!(f, " {group}"),
            None => Ok(()),
        }
    }
}

/// Whether a text names a region by its AWS name. `eu-west-1` is not in `eu-west-11`.
fn names(text: &str, region: Region) -> bool {
    let text = text.to_ascii_lowercase();
    text.match_indices(region.aws).any(|(at, name)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        let part_of_more =
            |next: Option<char>| next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
        !part_of_more(before) && !part_of_more(after)
    })
}

/// What one answer of the status page came to, for an organisation of one region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorReport {
    /// How the cloud does where the organisation is.
    pub state: VendorState,
    /// The parts there that are not well, the worst first; some of them.
    pub parts: Vec<VendorPart>,
    /// How many there are, those that are not named included.
    pub of: usize,
    /// Parts of other regions that are not well.
    pub elsewhere: usize,
    /// Since when it is not well, as far as that is told.
    pub since: Option<Millis>,
    /// What the vendor calls it: the newest open incident.
    pub incident: Option<Text>,
}

impl VendorReport {
    /// What is not well: `Voice eu-central-1 and 2 more`; the incident where no part is named, and nothing where that is not either.
    #[must_use]
    pub fn what(&self) -> Option<String> {
        let Some(worst) = self.parts.first() else {
            return self.incident.as_ref().map(ToString::to_string);
        };
        let more = self.of.saturating_sub(1);
        Some(if more == 0 {
            worst.to_string()
        } else {
            format!("{worst} and {more} more")
        })
    }

    /// What is not well and since when, without its state: `Voice eu-central-1, since 10:14`.
    #[must_use]
    pub fn details(&self, clock: impl Fn(Millis) -> String) -> String {
        let since = self.since.map(|since| format!("since {}", clock(since)));
        let said: Vec<String> = self.what().into_iter().chain(since).collect();
        said.join(", ")
    }

    /// All of it in one line: `degraded, Voice eu-central-1, since 10:14`.
    #[must_use]
    pub fn line(&self, clock: impl Fn(Millis) -> String) -> String {
        let mut line = self.state.word().to_owned();
        let details = self.details(clock);
        if !details.is_empty() {
            line = format!("{line}, {details}");
        }
        match self.elsewhere {
            0 => line,
            1 => line + ", 1 part of another region is not well",
            n => format!("{line}, {n} parts of other regions are not well"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, group: Option<&str>) -> VendorPart {
        VendorPart {
            name: name.into(),
            group: group.map(Text::from),
            state: VendorState::Degraded,
            since: None,
        }
    }

    #[test]
    fn a_part_is_elsewhere_only_where_it_names_another_region() {
        let home = Region::named("eu-west-1");
        for (name, group, elsewhere) in [
            ("Voice", Some("Europe (eu-west-1)"), false),
            ("Voice", Some("AP-SOUTHEAST-2"), true),
            ("Voice eu-west-2", None, true),
            ("Voice", Some("eu-west-1 and us-east-1"), false),
            ("Voice", Some("eu-west-11"), false),
            ("Login", None, false),
        ] {
            assert_eq!(part(name, group).is_elsewhere(home), elsewhere, "{name}");
        }
        assert!(!part("Voice", Some("us-east-1")).is_elsewhere(None));
    }

    #[test]
    fn what_is_not_well_is_said_in_a_few_words() {
        let mut report = VendorReport {
            incident: Some("Calls fail".into()),
            ..VendorReport::default()
        };
        assert_eq!(report.what().as_deref(), Some("Calls fail"));
        report.parts = vec![part("Voice", Some("eu-central-1"))];
        report.of = 1;
        assert_eq!(report.what().as_deref(), Some("Voice eu-central-1"));
        report.of = 3;
        assert_eq!(
            report.what().as_deref(),
            Some("Voice eu-central-1 and 2 more")
        );
        assert_eq!(VendorReport::default().what(), None);
        report.state = VendorState::Degraded;
        report.since = Some(Millis(0));
        report.elsewhere = 2;
        assert_eq!(
            report.line(|_| "10:14".to_owned()),
            "degraded, Voice eu-central-1 and 2 more, since 10:14, 2 parts of other regions are not well"
        );
        let well = VendorReport::default();
        assert_eq!(well.line(|_| String::new()), "operational");
    }
}
