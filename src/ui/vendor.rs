//! "Is it us or the cloud?": the vendor's own word, in the header while it is not well and always in Pulse.

use jiff::tz::TimeZone;

use crate::model::vendor::VendorState;
use crate::store::vendor::Vendor;
use crate::text::fit;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// Columns of what is not well and of why the page was not read, in the header and in Pulse: a stranger's words have no bound.
const DETAILS: usize = 60;
const WHY: usize = 160;

/// What the header says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorLine {
    /// How bad it is.
    pub role: Role,
    /// `cloud: degraded`.
    pub words: String,
    /// `Voice eu-central-1, since 10:14 UTC`; goes first where there is no room.
    pub details: String,
}

/// What belongs into the header: nothing while the cloud is well, or where no page is asked.
#[must_use]
pub fn in_header(vendor: &Vendor, now: Millis) -> Option<VendorLine> {
    let clock = |at| utc(at, now);
    if vendor.is_out_of_reach() {
        let details = match vendor.answer() {
            Some((report, at)) => format!("{} at {}", report.state, clock(at)),
            None => "no answer yet".to_owned(),
        };
        return Some(VendorLine {
            role: Role::Warn,
            words: "cloud: status page not reachable".to_owned(),
            details,
        });
    }
    let (report, _) = vendor.answer()?;
    (!report.state.is_well()).then(|| VendorLine {
        role: role(report.state),
        words: format!("cloud: {}", report.state),
        details: fit(&report.details(clock), DETAILS).into_owned(),
    })
}

/// The line of Pulse, behind its label.
#[must_use]
pub fn in_full(vendor: &Vendor, zone: &TimeZone, now: Millis) -> (Role, String) {
    if !vendor.is_asked() {
        let words = "not configured (status_url)";
        return (Role::Dim, words.to_owned());
    }
    let clock = |at: Millis| at.moment(zone, now);
    match (vendor.failure(), vendor.answer()) {
        (None, None) => (Role::Dim, "not read yet".to_owned()),
        (None, Some((report, at))) => {
            let line = format!("{}   as of {}", report.line(clock), clock(at));
            (role(report.state), line)
        }
        (Some(why), None) => (Role::Warn, format!("no answer yet: {}", why.fit(WHY))),
        (Some(why), Some((report, at))) => {
            let last = format!("{} at {}", report.state, clock(at));
            let line = format!("not reachable, last answer {last}: {}", why.fit(WHY));
            (Role::Warn, line)
        }
    }
}

/// A moment as the header says it.
#[must_use]
pub fn utc(at: Millis, now: Millis) -> String {
    format!("{} UTC", at.moment(&TimeZone::UTC, now))
}

const fn role(state: VendorState) -> Role {
    match state {
        VendorState::Operational => Role::Text,
        VendorState::Maintenance => Role::Accent,
        VendorState::Unknown | VendorState::Degraded => Role::Warn,
        VendorState::PartialOutage | VendorState::MajorOutage => Role::Bad,
    }
}
