//! How much of what is watched is known for sure, and whether that can be relied on.

use super::App;
use crate::listen::{Coverage, NotReady};
use crate::model::registration::State;
use crate::store::carriers::Reading;
use crate::text::Text;
use crate::vocabulary::news::Link;
use crate::vocabulary::problem::Trouble;

impl App {
    /// What is known of what the profile watches, counted from the rows themselves: whatever the feeds believe, a row whose
    /// last word is not sure is not counted as such.
    pub(super) fn coverage(&self) -> Coverage {
        let counts = self.store.registrations.counts();
        let status = &self.heard.status;
        Coverage {
            users: status.users,
            awaited: status.users.saturating_sub(status.read),
            sure: counts.sure(),
            stale: counts.of(State::Stale),
            unknown: counts.of(State::Unknown),
            round_ms: status.poll_round_ms,
            missing: self.missing(),
        }
    }

    /// What cannot be read now, and why.
    fn missing(&self) -> Vec<(&'static str, Text)> {
        let mut missing = Vec::new();
        if let Some(problem) = &self.heard.problem {
            missing.push(("registrations", problem.text.clone()));
        }
        if let Reading::Failed { why, .. } = self.store.carriers.reading() {
            missing.push(("carriers", why.clone()));
        }
        if let Reading::Failed { why, .. } = self.store.routes.reading() {
            missing.push(("routes", why.clone()));
        }
        missing
    }

    /// Whether the connection is such that the rows can be believed; how many of them can is a question of its own.
    pub(super) fn ready(&self) -> Result<(), NotReady> {
        if self.profile.is_none() {
            return Err(NotReady::NoProfile);
        }
        let status = &self.heard.status;
        let why = self
            .heard
            .problem
            .as_ref()
            .map(|problem| problem.text.clone());
        if !status.enumerated && !self.heard.all_read {
            return if self.may_not_list() && self.reads_something() {
                // The client has other work than registrations, and that can be done.
                Ok(())
            } else {
                Err(NotReady::Unlisted(why))
            };
        }
        match status.link {
            Link::Offline { since } => Err(NotReady::Offline { since, why }),
            Link::Connecting | Link::Reconnecting { .. } if status.users > 0 => {
                Err(NotReady::Unconnected(why))
            }
            _ => Ok(()),
        }
    }

    /// Whether the client lacks the permission to list whom there is to watch.
    fn may_not_list(&self) -> bool {
        let problem = self.heard.problem.as_ref();
        problem.is_some_and(|problem| problem.trouble == Trouble::Forbidden)
    }

    /// Whether anything else has just been read.
    fn reads_something(&self) -> bool {
        !self.store.routes.stale() || matches!(self.store.carriers.reading(), Reading::Read(_))
    }
}
