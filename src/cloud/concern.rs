//! What a request is spent on: the budget's view adds up by this.

use std::fmt;

use super::Urgency;
use super::call::{Call, Needs};

/// A part of the console that spends requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concern {
    /// Tokens, and what they are allowed.
    SignIn,
    /// Notification channels and what they carry.
    Channels,
    /// People, their telephones and where those are.
    Registrations,
    /// Carriers, trunks and edges.
    Carriers,
    /// Live interactions.
    Interactions,
    /// How calls sound.
    Quality,
    /// Whose numbers are whose.
    Numbers,
    /// What others changed.
    Changes,
    /// Event routes.
    Routes,
    /// Callbacks, their queues and opening hours.
    Callbacks,
    /// Provisioning and its jobs.
    Jobs,
    /// Everything that changes something.
    Writes,
    /// What none of these explains.
    Other,
}

impl Concern {
    /// Every concern, in the order that the view lists them.
    pub const ALL: [Self; 13] = [
        Self::SignIn,
        Self::Channels,
        Self::Registrations,
        Self::Carriers,
        Self::Interactions,
        Self::Quality,
        Self::Numbers,
        Self::Changes,
        Self::Routes,
        Self::Callbacks,
        Self::Jobs,
        Self::Writes,
        Self::Other,
    ];

    /// One word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Channels => "channels",
            Self::Registrations => "registrations",
            Self::Carriers => "carriers",
            Self::Interactions => "interactions",
            Self::Quality => "quality",
            Self::Numbers => "numbers",
            Self::Changes => "changes",
            Self::Routes => "routes",
            Self::Callbacks => "callbacks",
            Self::Jobs => "jobs",
            Self::Writes => "writes",
            Self::Other => "other",
        }
    }

    /// What a call is spent on. The paths of both APIs tell; a write counts as one whatever it is about, and the calls
    /// for channels and tokens are none.
    pub(super) fn of(call: &Call, urgency: Urgency) -> Self {
        let path: Vec<&str> = call.url.path_segments().into_iter().flatten().collect();
        let after_version = path.iter().position(|segment| *segment == "v2");
        let path = path.get(after_version.map_or(0, |at| at + 1)..);
        let path = path.unwrap_or_default();
        if let Some(told) = call.spent_on {
            return told;
        }
        match path {
            _ if call.needs == Needs::Nothing => Self::SignIn,
            ["tokens" | "organizations", ..] | ["users", "me"] => Self::SignIn,
            ["notifications", ..] => Self::Channels,
            _ if urgency == Urgency::Write => Self::Writes,
            _ => about(path),
        }
    }
}

fn about(path: &[&str]) -> Concern {
    match path {
        ["async-jobs", ..] => Concern::Jobs,
        ["users" | "stations" | "locations", ..]
        | ["telephony", "users", ..]
        | [
            "telephony",
            "providers",
            "edges",
            "phones" | "lines" | "phonebasesettings" | "linebasesettings" | "sites",
            ..,
        ] => Concern::Registrations,
        ["telephony", "providers", "edges", "didpools" | "dids", ..] => Concern::Numbers,
        ["telephony", ..] => Concern::Carriers,
        ["callbacks" | "queues" | "routing" | "architect", ..]
        | ["analytics", "queues", ..]
        | ["conversations", "callbacks", ..] => Concern::Callbacks,
        [
            "integrations" | "processautomation" | "events" | "usage" | "webhooks",
            ..,
        ]
        | ["analytics", "events", ..] => Concern::Routes,
        ["conversations" | "interactions" | "analytics", ..] => Concern::Interactions,
        _ => Concern::Other,
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_somebody_s() {
        let of = |path: &str, urgency| {
            let url = format!("https://api.example.com/gateway/api/v2/{path}");
            let needs = Needs::Permissions(&[]);
            Concern::of(&Call::new("GET", url.parse().unwrap(), needs), urgency)
        };
        for (path, concern) in [
            ("users?pageSize=100", Concern::Registrations),
            ("users/me", Concern::SignIn),
            ("telephony/users/u-1/registrations", Concern::Registrations),
            ("telephony/providers/edges/phones", Concern::Registrations),
            ("telephony/providers/edges/trunks", Concern::Carriers),
            ("telephony/providers/carriers", Concern::Carriers),
            ("telephony/providers/edges/didpools", Concern::Numbers),
            ("analytics/queues/observations/query", Concern::Callbacks),
            ("conversations/callbacks", Concern::Callbacks),
            ("conversations/calls/c-1", Concern::Interactions),
            (
                "analytics/conversations/details/query",
                Concern::Interactions,
            ),
            ("integrations", Concern::Routes),
            (
                "organizations/limits/namespaces/platform.api",
                Concern::SignIn,
            ),
            ("notifications/channels", Concern::Channels),
            ("elsewhere", Concern::Other),
        ] {
            assert_eq!(of(path, Urgency::Poll), concern, "{path}");
        }
        assert_eq!(of("integrations", Urgency::Write), Concern::Writes);
        assert_eq!(
            of("notifications/channels", Urgency::Write),
            Concern::Channels
        );
    }
}
