//! What is done with a phone, a station or an edge that is there. Each is one write, reviewed and on record like every other.

use std::fmt::Write as _;

use super::seat::{CHECK, SeatPlace, confirm};
use crate::flow::guard::Done;
use crate::flow::{Failure, Fate, Run};
use crate::model::flow::Outcome;
use crate::model::softphone::found::{associate, free, make_default, reboot, reboot_edge};
use crate::model::write::Write;
use crate::model::{DeviceId, EdgeId, UserId};
use crate::text::Text;

/// The organisation's word for a phone that no edge has.
const NO_EDGE: &str = "providerapi.error.phone.no.active.edge";

/// One deed.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Start a phone anew.
    Reboot {
        /// Which.
        phone: DeviceId,
        /// As people know it.
        name: Text,
    },
    /// Start an edge anew.
    RebootEdge {
        /// Which.
        edge: EdgeId,
        /// As people know it.
        name: Text,
    },
    /// Free a station, whoever sits there.
    Free {
        /// Which.
        station: Text,
        /// As people know it.
        name: Text,
    },
    /// Seat a user at a station.
    Associate {
        /// Whom.
        user: UserId,
        /// Where.
        station: Text,
        /// As people know the station.
        name: Text,
    },
    /// Make a station the user's own by default.
    Default {
        /// Whose.
        user: UserId,
        /// Which.
        station: Text,
        /// As people know the station.
        name: Text,
    },
}

impl Deed {
    /// The write that it is.
    #[must_use]
    pub fn write(&self) -> Write {
        match self {
            Self::Reboot { phone, name } => reboot(phone, name),
            Self::RebootEdge { edge, name } => reboot_edge(edge, name),
            Self::Free { station, .. } => free(station),
            Self::Associate { user, station, .. } => associate(user, station),
            Self::Default { user, station, .. } => make_default(user, station),
        }
    }

    /// What it is done to, as people know it.
    #[must_use]
    pub fn name(&self) -> &Text {
        match self {
            Self::Reboot { name, .. }
            | Self::RebootEdge { name, .. }
            | Self::Free { name, .. }
            | Self::Associate { name, .. }
            | Self::Default { name, .. } => name,
        }
    }

    /// What to look at when it is not known whether it was done.
    const fn check(&self) -> &'static str {
        match self {
            Self::Reboot { .. } => {
                "Watch the phone: one that reboots is lost for a moment. A second reboot ends calls again."
            }
            Self::RebootEdge { .. } => {
                "Watch the edge: one that reboots is offline for a while. A second reboot ends calls again."
            }
            Self::Free { .. } | Self::Associate { .. } | Self::Default { .. } => CHECK,
        }
    }

    /// Where it puts somebody, so that it can be looked at afterwards.
    fn seat(&self) -> Option<(&UserId, SeatPlace<'_>)> {
        match self {
            Self::Reboot { .. } | Self::RebootEdge { .. } | Self::Free { .. } => None,
            Self::Associate { user, station, .. } => Some((user, SeatPlace::Associated(station))),
            Self::Default { user, station, .. } => Some((user, SeatPlace::Default(station))),
        }
    }

    fn done(&self) -> &'static str {
        match self {
            Self::Reboot { .. } | Self::RebootEdge { .. } => "reboot requested",
            Self::Free { .. } => "free",
            Self::Associate { .. } => "associated",
            Self::Default { .. } => "theirs by default",
        }
    }
}

/// Does them in order. Phones start anew whatever becomes of the others; of the rest each needs the one before it.
pub(super) async fn all(run: &Run<'_>, deeds: &[Deed]) -> Outcome {
    let mut done = Vec::new();
    let mut failed: Vec<Failure> = Vec::new();
    for deed in deeds {
        match one(run, deed).await {
            Ok(text) => done.push(text),
            Err(failure) => {
                let goes_on = matches!(deed, Deed::Reboot { .. }) && !failure.cancelled;
                failed.push(failure);
                if !goes_on {
                    break;
                }
            }
        }
    }
    sum(&done, &failed)
}

async fn one(run: &Run<'_>, deed: &Deed) -> Result<String, Failure> {
    let taken = |_: &_| Ok(Done::plain(()));
    let sent = run.commit(deed.write(), deed.check(), |_| {}, taken).await;
    sent.map_err(explained)?;
    if let Some((user, seat)) = deed.seat() {
        confirm(run, user, &[seat]).await?;
    }
    Ok(format!("{} {}", deed.name(), deed.done()))
}

/// Says in a person's words what the organisation says in its own.
fn explained(failure: Failure) -> Failure {
    if !failure.why.raw().contains(NO_EDGE) {
        return failure;
    }
    let why = format!(
        "No edge has this phone, so it cannot be rebooted: it is offline, or its site has no edge in service. {}",
        failure.why.raw()
    );
    Failure {
        why: why.into(),
        fate: Fate::Refused,
        ..failure
    }
}

/// The outcome of all together: the worst of what happened decides, and everything that happened is told.
fn sum(done: &[String], failed: &[Failure]) -> Outcome {
    let Some(worst) = failed
        .iter()
        .find(|failure| failure.fate == Fate::Unknown)
        .or(failed.first())
    else {
        return Outcome::Done(done.join(", ").into());
    };
    let mut worst = worst.clone();
    let others = failed.len() - 1;
    let mut why = worst.why.raw().to_owned();
    if others > 0 {
        // Writing to a string does not fail.
        let _ = write!(why, " {others} more were not done either.");
    }
    if !done.is_empty() {
        let _ = write!(why, " Done before or beside it: {}.", done.join(", "));
    }
    worst.why = why.into();
    worst.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_outweighs_what_was_refused_and_all_of_it_is_told() {
        let refused = Failure::refused("no");
        let unknown = Failure::unknown("no answer", "look");
        let outcome = sum(&["Ana reboot requested".to_owned()], &[refused, unknown]);
        let Outcome::Unknown { why, check } = outcome else {
            panic!("{outcome:?}");
        };
        let why = why.to_string();
        assert!(why.contains("1 more") && why.contains("Ana"), "{why}");
        assert_eq!(check.raw(), "look");
        assert_eq!(sum(&["a".into()], &[]), Outcome::Done("a".into()));
    }

    #[test]
    fn a_phone_without_an_edge_is_explained() {
        let said = format!("HTTP 503 (…, {NO_EDGE})");
        let failure = explained(Failure::refused(said));
        assert!(failure.why.raw().starts_with("No edge has this phone"));
        let other = explained(Failure::refused("HTTP 503"));
        assert_eq!(other.why.raw(), "HTTP 503");
    }
}
