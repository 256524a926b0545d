//! What this console has deployed: who, when, what was there before and what since. The answer to "who changed that" as
//! far as we did, what a route is compared with to see whether somebody else did, and what an undo goes back to.

use serde::{Deserialize, Serialize};

use super::{Kind, Known, Route, diff};
use crate::model::RouteId;
use crate::text::Text;
use crate::time::Millis;
use crate::vault::Key;

/// Deployments of a profile that are kept, the newest ones.
pub const KEPT: usize = 500;

/// One deployment, in its newest state.
///
/// In memory it holds whole bodies. On disk stand keyed hashes in place of the credentials in them ([`Self::kept`]): they
/// still tell whether somebody has changed the route since, and an undo takes the values from the route as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Ties the records of one deployment together.
    pub run: Text,
    /// When it was submitted.
    pub at: Millis,
    /// Who did it.
    pub operator: Text,
    /// What was done.
    pub deed: Deed,
    /// The route; none for a new one that has no id yet.
    pub id: Option<RouteId>,
    /// What it was called then.
    pub name: Text,
    /// What was there before; none for a new route.
    pub before: Option<Route>,
    /// What was to be there since; none for a route that was deleted.
    pub after: Option<Route>,
    /// How it ended.
    pub state: DeploymentState,
    /// Why, as whoever did it has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
}

/// What a deployment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Made a route.
    Created,
    /// Gave it another body.
    Updated,
    /// Took it away.
    Deleted,
}

/// How far a deployment came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeploymentState {
    /// About to be sent. A record that stays so is of a process that was ended in between.
    Submitted,
    /// Taken by the organisation.
    Done,
    /// Not taken.
    Refused,
    /// It may have been taken.
    Unknown,
}

impl Deed {
    /// The word on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl DeploymentState {
    /// The word on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submitted | Self::Unknown => "unknown",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

impl Deployment {
    /// Whether the organisation has taken it, as far as can be told from what is there now: one whose end was not seen is
    /// taken when its body is there.
    #[must_use]
    pub fn took(&self, now: Option<&Known>) -> bool {
        match self.state {
            DeploymentState::Done => true,
            DeploymentState::Refused => false,
            DeploymentState::Submitted | DeploymentState::Unknown => match (&self.after, now) {
                (Some(after), Some(now)) => diff::same(after, &now.route),
                (None, None) => true,
                _ => false,
            },
        }
    }

    /// The deployment as it is kept on disk.
    #[must_use]
    pub fn kept(&self, key: &Key) -> Self {
        let body = |route: &Option<Route>| route.as_ref().map(|route| route.hashed(key));
        Self {
            before: body(&self.before),
            after: body(&self.after),
            ..self.clone()
        }
    }

    /// Which kind of route it was about; none of a record that holds no body.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let body = self.after.as_ref().or(self.before.as_ref());
        body.map(Route::kind)
    }

    /// Whether it is of that route; a creation whose answer never came is known by its name alone.
    #[must_use]
    pub fn is_of(&self, id: &RouteId, name: &str) -> bool {
        match &self.id {
            Some(own) => own == id,
            None => self.name.raw() == name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str) -> Route {
        let body = format!(r#"{{"name":"{name}","uri":"https://h/","eventFilters":[]}}"#);
        serde_json::from_str(&body).unwrap()
    }

    fn there(name: &str) -> Known {
        Known::new("i", route(name))
    }

    #[test]
    fn what_was_not_seen_to_end_is_told_by_what_is_there() {
        let mut deployment = Deployment {
            run: "r".into(),
            at: Millis(0),
            operator: "ana".into(),
            deed: Deed::Updated,
            id: Some("i".into()),
            name: "b".into(),
            before: Some(route("a")),
            after: Some(route("b")),
            state: DeploymentState::Submitted,
            why: None,
        };
        assert!(deployment.took(Some(&there("b"))));
        assert!(!deployment.took(Some(&there("a"))));
        assert!(!deployment.took(None));
        deployment.state = DeploymentState::Done;
        assert!(
            deployment.took(Some(&there("a"))),
            "somebody has changed it since"
        );
        (deployment.after, deployment.state) = (None, DeploymentState::Unknown);
        assert!(deployment.took(None));
        assert!(!deployment.took(Some(&there("a"))));
    }
}
