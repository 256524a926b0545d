//! What an operation needs of the token it is called with: scopes of the direct API, permissions of the published
//! document, and a person where a client alone cannot act.

use std::collections::BTreeSet;

use hyper::StatusCode;
use tokio::time::Instant;

use super::auth::Holder;
use super::limit::{Exceeded, Usage};
use super::reply::{Limit, Refusal};
use super::shared::Shared;

/// Whose manner a call is admitted in: the APIs differ in what they say, and in what they count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Direct,
    Platform,
}

/// Who calls, or why the token that was brought is no good; none when none was brought.
pub(super) type Caller = Option<Result<Holder, Refusal>>;

/// What an operation needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    pub(super) api: Api,
    scopes: &'static [&'static str],
    permissions: &'static [&'static str],
    all: bool,
    person: bool,
}

/// No permission; a token that is good.
pub(super) const NOTHING: Needs = Needs {
    api: Api::Platform,
    scopes: &[],
    permissions: &[],
    all: true,
    person: false,
};

/// All of these scopes, of the direct API.
pub(super) const fn scopes(scopes: &'static [&'static str]) -> Needs {
    Needs {
        api: Api::Direct,
        scopes,
        ..NOTHING
    }
}

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

    /// And scopes of the direct API, which serves the same path.
    pub(super) const fn and_scopes(self, scopes: &'static [&'static str]) -> Self {
        Self { scopes, ..self }
    }

    /// The permissions that it names.
    pub(super) const fn permissions(self) -> &'static [&'static str] {
        self.permissions
    }

    /// Admits a call, and tells how far its token's limit is used where its answer is to say so. The direct API counts
    /// none that lacks a scope; the Platform counts every one whose token is good.
    pub(super) fn admit(
        self,
        shared: &Shared,
        bearer: &str,
        caller: Caller,
        is_counted: bool,
    ) -> Result<(Holder, Usage), Refusal> {
        let direct = self.api == Api::Direct;
        let holder = caller.unwrap_or_else(|| Err(self.api.nobody()))?;
        let now = Instant::now();
        let mut tokens = shared.tokens();
        if direct {
            tokens.check(bearer, self.scopes, now)?;
        }
        if !is_counted {
            return Ok((holder, Usage::default()));
        }
        let counted = tokens.count(bearer, shared.rate_limit, now);
        drop(tokens);
        match counted {
            Ok(_) if direct => Ok((holder, Usage::default())),
            Ok(usage) => Ok((holder, usage)),
            Err(exceeded) if direct => Err(exceeded.refusal()),
            Err(exceeded) => Err(limited(shared, exceeded, holder)),
        }
    }

    /// Refuses a token that lacks something.
    pub(super) fn check(
        self,
        shared: &Shared,
        bearer: &str,
        holder: Holder,
    ) -> Result<(), Refusal> {
        // The direct API asked for them before it counted.
        if self.api == Api::Platform {
            let now = Instant::now();
            shared.tokens().check(bearer, self.scopes, now)?;
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

impl Api {
    /// What a call without a token is told.
    fn nobody(self) -> Refusal {
        match self {
            Self::Direct => Refusal::unauthorized("this call needs Authorization: Bearer TOKEN"),
            Self::Platform => Refusal::unauthorized(
                "No authentication bearer token specified in authorization header.",
            )
            .coded("authentication.required"),
        }
    }
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
fn limited(shared: &Shared, exceeded: Exceeded, holder: Holder) -> Refusal {
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
