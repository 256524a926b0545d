//! What an operation needs of the token it is called with: permissions of the published document, a scope where the
//! direct API serves the same path, and a person where a client alone cannot act.

use std::collections::BTreeSet;

use hyper::StatusCode;

use crate::org::auth::Holder;
use crate::org::limit::Exceeded;
use crate::org::reply::{Limit, Refusal};
use crate::org::shared::Shared;

/// What an operation needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    permissions: &'static [&'static str],
    all: bool,
    scope: Option<&'static str>,
    person: bool,
}

/// No permission; a token that is good.
pub(super) const NOTHING: Needs = Needs {
    permissions: &[],
    all: true,
    scope: None,
    person: false,
};

/// The one permission that nearly all of telephony needs.
pub(super) const TELEPHONY: Needs = any(&["telephony:plugin:all"]);

/// One of these permissions.
pub(super) const fn any(permissions: &'static [&'static str]) -> Needs {
    Needs {
        permissions,
        all: false,
        ..NOTHING
    }
}

/// Each of these permissions.
pub(super) const fn all(permissions: &'static [&'static str]) -> Needs {
    Needs {
        permissions,
        ..NOTHING
    }
}

impl Needs {
    /// And a token that a person signed in for: others are told `not.a.user`.
    pub(super) const fn of_a_person(self) -> Self {
        Self {
            person: true,
            ..self
        }
    }

    /// And a scope of the direct API, which serves the same path.
    pub(super) const fn and_scope(self, scope: &'static str) -> Self {
        Self {
            scope: Some(scope),
            ..self
        }
    }

    /// The permissions that it names.
    pub(super) const fn permissions(self) -> &'static [&'static str] {
        self.permissions
    }

    /// Refuses a token that lacks something.
    pub(super) fn check(
        self,
        shared: &Shared,
        bearer: &str,
        holder: Holder,
    ) -> Result<(), Refusal> {
        if let Some(scope) = self.scope {
            let now = tokio::time::Instant::now();
            shared.tokens().admit(bearer, scope, now)?;
        }
        self.permitted(&shared.withheld())?;
        if self.person && holder.person.is_none() {
            return Err(not_a_user());
        }
        Ok(())
    }

    /// Refuses whoever holds every permission but those withheld.
    fn permitted(self, withheld: &BTreeSet<String>) -> Result<(), Refusal> {
        let missing = self.missing(withheld);
        if missing.is_empty() {
            return Ok(());
        }
        Err(lacking(&missing, self.all))
    }

    /// The permissions that are needed and withheld; none when there are enough others.
    pub(super) fn missing(self, withheld: &BTreeSet<String>) -> Vec<&'static str> {
        let lacks = |permission: &&str| withheld.contains(*permission);
        let missing: Vec<&str> = self.permissions.iter().copied().filter(lacks).collect();
        if self.all || missing.len() == self.permissions.len() {
            missing
        } else {
            Vec::new()
        }
    }
}

fn lacking(missing: &[&str], all: bool) -> Refusal {
    let list = missing.join(", ");
    let (code, message) = if all || missing.len() == 1 {
        let message = format!("Missing the following permission(s): {list}");
        ("missing.permissions", message)
    } else {
        let message = format!(
            "Unable to perform the requested action. You must have at least one of the following permissions assigned: {list}"
        );
        ("missing.any.permissions", message)
    };
    Refusal::new(StatusCode::FORBIDDEN, code, message).param("permissions", list)
}

/// What a call without a token is told.
pub(super) fn nobody() -> Refusal {
    Refusal::unauthorized("No authentication bearer token specified in authorization header.")
        .coded("authentication.required")
}

/// What a client without a user is told where only a person can act.
pub(super) fn not_a_user() -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "not.a.user",
        "This request requires a user context. Client credentials cannot be used for requests that require a user context.",
    )
}

/// What a call over the rate limit is told since November 2021.
pub(super) fn limited(shared: &Shared, exceeded: Exceeded, holder: Holder) -> Refusal {
    if shared.faults().limit_before_2021 {
        return exceeded.refusal();
    }
    let Exceeded { limit, seconds } = exceeded;
    let key = match holder.person {
        Some(_) => "org.app.user.rate.per.minute",
        None => "client.credentials.token.rate.per.minute",
    };
    let message =
        format!("Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds");
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too.many.requests.retry.after",
        message,
    )
    .retry_after(Some(seconds))
    .limited_by(Limit {
        key,
        namespace: "platform.api",
        value: limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_is_enough_and_all_are_needed() {
        let withheld = BTreeSet::from(["a".to_owned()]);
        let permitted = |needs: Needs| needs.permitted(&withheld).is_ok();
        assert!(permitted(NOTHING));
        assert!(permitted(any(&["a", "b"])));
        assert!(!permitted(all(&["a", "b"])));
        assert!(!permitted(any(&["a"])));
    }
}
