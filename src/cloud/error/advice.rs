//! From a status that refuses to the entry of the table that says what it means and what to do about it.

use super::Refusal;
use crate::cause::{Cause, Explanation};
use crate::cloud::call::{Call, Needs, Who};
use crate::cloud::platform::conversations;

pub(super) fn told(call: &Call, refusal: &Refusal) -> Explanation {
    let (needed, scopes) = (refusal.lacking.clone(), call.needs.concern().join(" "));
    let wait = refusal.retry_after.unwrap_or_default().as_secs();
    cause(call, refusal)
        .told()
        .with("call", call.to_string())
        .with("refusal", refusal.to_string())
        .with("needed", needed.unwrap_or_else(|| scopes.clone()))
        .with("scopes", scopes)
        .with("seconds", wait.to_string())
}

fn cause(call: &Call, refusal: &Refusal) -> Cause {
    let permissions = matches!(call.needs, Needs::Permissions(_));
    let code = refusal.code.as_deref();
    if let Some(cause) = code.filter(|_| permissions).and_then(conversations::cause) {
        return cause;
    }
    match (refusal.page.is_some(), refusal.status) {
        (true, 500..) => Cause::GatewayFails,
        (true, _) => Cause::PageRefuses,
        (_, 400) if code == Some(super::NOT_A_USER) => Cause::NotAUser,
        (_, 401) if permissions => Cause::TokenRefused,
        (_, 401) => Cause::TokenRefusedOrScopes,
        (_, 403) if permissions => lacking(call, refusal),
        (_, 403) => Cause::ScopesLacking,
        (_, 300..=399) => Cause::Redirected,
        (_, 404) if call.needs == Needs::Carriers => Cause::NoCarriers,
        (_, 404) => Cause::NotThere,
        (_, 429) if refusal.retry_after.is_some() => Cause::LimitReachedFor,
        (_, 429) => Cause::LimitReached,
        (_, 500..=599) => Cause::OrganisationFails,
        _ => Cause::NotAccepted,
    }
}

fn lacking(call: &Call, refusal: &Refusal) -> Cause {
    let named = refusal.lacking.is_some() || !call.needs.concern().is_empty();
    match (call.who, named) {
        (Who::Person, true) => Cause::PersonLacks,
        (Who::Person, false) => Cause::PersonLacksSomething,
        (_, true) => Cause::ClientLacks,
        (_, false) => Cause::ClientLacksSomething,
    }
}
