//! A read, a write or an upgrade as data: what error messages name, and which scopes it needs.

use std::fmt;

use bytes::Bytes;
use reqwest::Url;

use super::concern::Concern;
use crate::text;

/// Columns of a URL that an error shows; an id from outside may be of any length.
const SHOWN: usize = 160;

/// Scopes of everything about registrations and carriers (contract §1), as messages name them.
const REGISTRATIONS: &[&str] = &[
    "telephony:users:read",
    "telephony:providers:read",
    "websocket:read",
];

/// Scopes of everything about provisioning and its jobs.
const PROVISIONING: &[&str] = &[
    "telephony:edge:write",
    "telephony:edge:read",
    "asyncjobs:read",
    "webhooks:write",
];

/// Scopes of everything about transfers.
const TRANSFERS: &[&str] = &["interaction:transfer", "websocket:use", "interaction:view"];

/// Scopes of everything about routes.
const ROUTES: &[&str] = &[
    "integration:outbound:write",
    "integration:outbound:read",
    "analytics:events:read",
];

/// Scopes of everything about callbacks.
const CALLBACKS: &[&str] = &[
    "callback:read",
    "callback:write",
    "webhook:read",
    "webhook:write",
];

/// What there is to do on the direct API, with the scopes of each.
const CONCERNS: [(&str, &[&str]); 5] = [
    ("registrations and carriers", REGISTRATIONS),
    ("provisioning", PROVISIONING),
    ("transfers", TRANSFERS),
    ("routes", ROUTES),
    ("callbacks", CALLBACKS),
];

/// What a token with these scopes cannot do, and the scopes that it lacks for that.
#[must_use]
pub fn lacking(granted: &[String]) -> Vec<(&'static str, Vec<&'static str>)> {
    let lacks = |scope: &&&str| !granted.iter().any(|held| held == **scope);
    let concerns = CONCERNS.into_iter().map(|(what, scopes)| {
        let lacking: Vec<&str> = scopes.iter().filter(lacks).copied().collect();
        (what, lacking)
    });
    concerns
        .filter(|(_, lacking)| !lacking.is_empty())
        .collect()
}

/// What a call needs, and what it belongs to.
///
/// Only what a call itself cannot do without is checked before it is made: a client that may read but not stream
/// should still read. A refusal names the scopes of the whole concern, because that is what one asks an administrator for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// No token: the sign-in itself.
    Nothing,
    /// Reading users and their registrations.
    Reading,
    /// Streaming registrations.
    Streaming,
    /// Reading carriers.
    Carriers,
    /// Provisioning an endpoint.
    Provisioning,
    /// Reading the edges that an endpoint can be on.
    Edges,
    /// Reading asynchronous jobs.
    Jobs,
    /// Registering for what becomes of jobs.
    JobWebhooks,
    /// Reading interactions.
    Interactions,
    /// Transferring interactions.
    Transferring,
    /// Reading routes.
    Routes,
    /// Reading which events there are.
    EventTypes,
    /// Changing routes.
    ChangingRoutes,
    /// Reading callbacks and their queues, and following them.
    Callbacks,
    /// Changing callbacks.
    ChangingCallbacks,
    /// Registering for what becomes of callbacks.
    CallbackWebhooks,
    /// Reads the webhooks for callbacks.
    ListingWebhooks,
    /// A call of the Platform API, with the permissions that it asks for there. A token does not tell which it has, so
    /// they are checked by the organisation alone.
    Permissions(&'static [&'static str]),
}

impl Needs {
    /// Scopes without which the call is sure to be refused.
    #[must_use]
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Nothing | Self::Permissions(_) => &[],
            Self::Reading => &["telephony:users:read"],
            Self::Streaming => &["telephony:users:read", "websocket:read"],
            Self::Carriers => &["telephony:providers:read"],
            Self::Provisioning => &["telephony:edge:write"],
            Self::Edges => &["telephony:edge:read"],
            Self::Jobs => &["asyncjobs:read"],
            Self::JobWebhooks => &["webhooks:write"],
            Self::Interactions => &["interaction:view"],
            Self::Transferring => &["interaction:transfer", "websocket:use"],
            Self::Routes => &["integration:outbound:read"],
            Self::EventTypes => &["analytics:events:read"],
            Self::ChangingRoutes => &["integration:outbound:write"],
            Self::Callbacks => &["callback:read"],
            Self::ChangingCallbacks => &["callback:write"],
            Self::CallbackWebhooks => &["webhook:write"],
            Self::ListingWebhooks => &["webhook:read"],
        }
    }

    /// Scopes of the concern that the call belongs to (contract §1).
    #[must_use]
    pub const fn concern(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Permissions(permissions) => permissions,
            Self::Reading | Self::Streaming | Self::Carriers => REGISTRATIONS,
            Self::Provisioning | Self::Edges | Self::Jobs | Self::JobWebhooks => PROVISIONING,
            Self::Interactions | Self::Transferring => TRANSFERS,
            Self::Routes | Self::EventTypes | Self::ChangingRoutes => ROUTES,
            Self::Callbacks
            | Self::ChangingCallbacks
            | Self::CallbackWebhooks
            | Self::ListingWebhooks => CALLBACKS,
        }
    }
}

/// Whose token a call is made with.
///
/// Client credentials have no user, and some operations of the Platform API answer `not.a.user` to them: acting on live
/// calls needs the token of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// The OAuth client's own, where the profile has one; else the person's.
    #[default]
    Client,
    /// A person's, who has signed in.
    Person,
}

/// One call: a verb, a URL and what it needs. Its `Display` is safe and of bounded width.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The HTTP verb, or `WSS` for an upgrade.
    pub verb: &'static str,
    /// Where to.
    pub url: Url,
    /// The scopes.
    pub needs: Needs,
    /// Whose token.
    pub who: Who,
    /// A body, as JSON, for what is asked by POST or PUT.
    pub body: Option<Bytes>,
    /// What is shown in place of a URL that is a credential itself, as the address of a notification channel is.
    pub veil: Option<Box<str>>,
    /// What it is spent on, where its path does not tell.
    pub spent_on: Option<Concern>,
}

impl Call {
    /// A call of the client, without a body.
    #[must_use]
    pub fn new(verb: &'static str, url: Url, needs: Needs) -> Self {
        Self {
            verb,
            url,
            needs,
            who: Who::Client,
            body: None,
            veil: None,
            spent_on: None,
        }
    }

    /// The same, spent on this.
    #[must_use]
    pub fn spent_on(self, concern: Concern) -> Self {
        Self {
            spent_on: Some(concern),
            ..self
        }
    }
}

/// As it is displayed, because errors hold calls and errors get into logs.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self}, {:?}, {:?})", self.needs, self.who)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.veil.as_deref().unwrap_or(self.url.as_str());
        write!(f, "{} {}", self.verb, text::fit(place, SHOWN))
    }
}

#[cfg(test)]
mod lacks {
    #[test]
    fn what_a_token_cannot_do_is_named_with_its_scopes() {
        let granted = super::REGISTRATIONS.iter().chain(super::ROUTES);
        let granted: Vec<String> = granted.map(ToString::to_string).collect();
        let lacking = super::lacking(&granted);
        let what: Vec<&str> = lacking.iter().map(|(what, _)| *what).collect();
        assert_eq!(what, ["provisioning", "transfers", "callbacks"]);
        assert!(lacking[2].1.contains(&"callback:read"));
    }
}
