//! Alerts: what is told, of what, to whom, and how far the telling has come (contract §5).

pub mod body;
pub mod book;
pub mod severity;
pub mod silence;
pub mod target;

use serde::{Deserialize, Serialize};

pub use body::Body;
pub use book::{AlertBook, AlertNews};
pub use severity::Severity;
pub use silence::{Scope, Silence};
pub use target::{TargetPosts, Telling};

use super::{DeviceId, UserId};
use crate::text::Text;
use crate::time::Millis;

/// Names an alert within its profile; counts up and is never used twice, also across restarts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct AlertId(pub u64);

/// What kind of condition. The order is the contract's order of evaluation (§5) after what it does not have, the profile's rules last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// An edge is not reached, though nobody has switched it off. Beyond the contract, and before its own: what is on the edge goes with it.
    EdgeOffline,
    /// A device is not registered.
    RegistrationFailure,
    /// A carrier's health is `degraded` or `down`.
    CarrierDegradation,
    /// A SIP proxy's certificate is expired, near its end, not trusted, or cannot be had.
    TlsCertExpiry,
    /// A rule of the profile holds; the text is its name.
    Rule(Text),
}

impl AlertKind {
    /// The `alertType` of the contract; a rule's is its name.
    #[must_use]
    pub fn wire(&self) -> &str {
        match self {
            Self::EdgeOffline => "edge_offline",
            Self::RegistrationFailure => "registration_failure",
            Self::CarrierDegradation => "carrier_degradation",
            Self::TlsCertExpiry => "tls_cert_expiry",
            Self::Rule(name) => name.raw(),
        }
    }

    /// What has happened, as people say it; a rule's is its name.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::EdgeOffline => "edge offline".to_owned(),
            Self::RegistrationFailure => "phone lost".to_owned(),
            Self::CarrierDegradation => "carrier degraded".to_owned(),
            Self::TlsCertExpiry => "certificate".to_owned(),
            Self::Rule(name) => name.to_string(),
        }
    }
}

/// What an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One endpoint.
    Device {
        /// Whose.
        user: UserId,
        /// Which.
        device: DeviceId,
    },
    /// One carrier, by its id.
    Carrier(Text),
    /// One SIP proxy, as `host:port`.
    Endpoint(Text),
    /// One edge, by its id, and the phones that are lost with it.
    Edge(Text),
    /// Calls that have something in common: a carrier, a site, an edge, by its name.
    Calls {
        /// What they have in common: `carrier`, `site`, `edge`.
        by: Text,
        /// Which.
        name: Text,
    },
    /// A storm: many devices in one alert. `site` is what they share, none when they share nothing known.
    Storm {
        /// Where all of them are.
        site: Option<Text>,
        /// Devices that were ever part of it.
        devices: u32,
    },
}

impl Subject {
    /// Whether both mean the same thing; of a storm that is the place and not its size.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Storm { site, .. }, Self::Storm { site: its, .. }) => site == its,
            _ => self == other,
        }
    }
}

/// What is known of a subject beside its name, for the body and the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// As people know it; empty when there is no such name.
    pub name: Text,
    /// Where it is.
    pub site: Option<Text>,
    /// The codec of a device; none is unknown.
    pub codec: Option<Text>,
    /// Whether the device is registered; none when this is not about a device.
    pub registered: Option<bool>,
    /// The edge that serves the device, by its id; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<Text>,
    /// Why, in a few words, where the kind does not say it all: `degraded`, `expires in 12 days`.
    pub reason: Text,
    /// What has happened, where that is more than the kind says: `certificate expired`.
    #[serde(default)]
    pub title: Text,
    /// How bad it is.
    #[serde(default)]
    pub severity: Severity,
    /// The edges of its site, by name, as far as the API tells of edges.
    #[serde(default)]
    pub edges: Vec<Text>,
    /// The carriers whose trunks run on those edges, or the carrier itself, by name.
    #[serde(default)]
    pub carriers: Vec<Text>,
}

/// Who has taken notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The operator's name.
    pub by: Text,
    /// When.
    pub at: Millis,
    /// What they wrote; may be empty.
    pub note: Text,
}

/// How far one POST has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostDelivery {
    /// The profile has no webhook.
    NoWebhook,
    /// Another console of this profile and this person delivers.
    Elsewhere,
    /// Silenced: it is sent if the silence ends first.
    Withheld,
    /// On its way, or waiting for the POST before it.
    Queued,
    /// An attempt failed, the next one follows.
    Retrying {
        /// Attempts that failed.
        failed: u32,
        /// Why the last one did.
        why: Text,
    },
    /// The webhook took it.
    Sent {
        /// When.
        at: Millis,
    },
    /// Every attempt failed; it is kept and can be sent again.
    Undelivered {
        /// Since when.
        at: Millis,
        /// Why the last attempt failed, and what to do.
        why: Text,
    },
}

/// One POST of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// What is sent, the same at every attempt.
    pub body: Body,
    /// How far it has come.
    pub delivery: PostDelivery,
}

impl Post {
    /// Whether it has still to arrive.
    #[must_use]
    pub fn unsent(&self) -> bool {
        self.delivery.unsent()
    }
}

/// Which of the two POSTs of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leg {
    /// The condition has begun.
    Raise,
    /// It has ended.
    Resolve,
}

/// What an alert is now, in one word. The order is that of the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertStanding {
    /// A POST of it could not be delivered.
    Undelivered,
    /// It holds and nobody has taken notice.
    Open,
    /// It holds and somebody has taken notice.
    Acknowledged,
    /// It holds and is silenced.
    Silenced,
    /// It has ended.
    Resolved,
}

impl AlertStanding {
    /// Every standing, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::Undelivered,
        Self::Open,
        Self::Acknowledged,
        Self::Silenced,
        Self::Resolved,
    ];

    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Undelivered => "undelivered",
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Silenced => "silenced",
            Self::Resolved => "resolved",
        }
    }
}

/// One alert, from its beginning to what is remembered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Names it.
    pub id: AlertId,
    /// What kind of condition.
    pub kind: AlertKind,
    /// What it is about.
    pub subject: Subject,
    /// What was known of the subject last.
    pub details: Details,
    /// When the condition began; the settle time lies between this and the POST.
    pub began: Millis,
    /// When it ended; none while it holds.
    pub ended: Option<Millis>,
    /// Subjects for which it still holds: 1 or 0, or the devices of a storm that are not back, or an edge and its phones.
    pub away: u32,
    /// More than three changes in five minutes (contract §5).
    pub flapping: bool,
    /// Who has taken notice.
    pub acknowledged: Option<Acknowledgement>,
    /// Until when a silence covers it.
    pub silenced_until: Option<Millis>,
    /// The POST that tells of it.
    pub raise: Post,
    /// The POST that tells of its end.
    pub resolve: Option<Post>,
    /// Who else is told: targets of the profile whose filter it has passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetPosts>,
}

impl Alert {
    /// Whether the condition holds.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// What it is now, in one word.
    #[must_use]
    pub fn standing(&self) -> AlertStanding {
        if self.undelivered().is_some() {
            AlertStanding::Undelivered
        } else if self.ended.is_some() {
            AlertStanding::Resolved
        } else if self.silenced_until.is_some() {
            AlertStanding::Silenced
        } else if self.acknowledged.is_some() {
            AlertStanding::Acknowledged
        } else {
            AlertStanding::Open
        }
    }

    /// Whether something of it has still to arrive: then it is not forgotten before others.
    #[must_use]
    pub fn unfinished(&self) -> bool {
        self.raise.unsent()
            || self.resolve.as_ref().is_some_and(Post::unsent)
            || self.targets.iter().any(TargetPosts::unsent)
    }

    /// The first leg that could not be delivered to the webhook, or else to a target.
    #[must_use]
    pub fn undelivered(&self) -> Option<Leg> {
        self.told_to()
            .find_map(|target| self.undelivered_to(target))
    }

    /// The POST that matters now: that of the end, once there is one.
    #[must_use]
    pub fn current(&self) -> &Post {
        match &self.resolve {
            Some(resolve) if !matches!(self.raise.delivery, PostDelivery::Undelivered { .. }) => {
                resolve
            }
            _ => &self.raise,
        }
    }

    /// One of its POSTs.
    #[must_use]
    pub fn post(&self, leg: Leg) -> Option<&Post> {
        match leg {
            Leg::Raise => Some(&self.raise),
            Leg::Resolve => self.resolve.as_ref(),
        }
    }

    /// One of its POSTs, to change.
    pub fn post_mut(&mut self, leg: Leg) -> Option<&mut Post> {
        match leg {
            Leg::Raise => Some(&mut self.raise),
            Leg::Resolve => self.resolve.as_mut(),
        }
    }

    /// The `Idempotency-Key` of a POST: the same at every attempt and after a restart, and only then.
    #[must_use]
    pub fn key(&self, leg: Leg) -> String {
        let leg = match leg {
            Leg::Raise => "raise",
            Leg::Resolve => "resolve",
        };
        format!("{}-{leg}", self.name())
    }

    /// What no other alert of the profile is called, across restarts too.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:x}-{:x}", self.began.0, self.id.0)
    }

    /// What it is about, in words that are safe to show.
    #[must_use]
    pub fn what(&self) -> String {
        let known = |id: &Text| {
            if self.details.name.is_empty() {
                id.to_string()
            } else {
                self.details.name.to_string()
            }
        };
        match &self.subject {
            Subject::Device { user, device } => format!("{} / {device}", known(&user.0)),
            Subject::Carrier(id) => known(id),
            Subject::Endpoint(host) => host.to_string(),
            Subject::Calls { by, name } => format!("calls of {by} {name}"),
            Subject::Edge(id) => match self.away.saturating_sub(1) {
                0 => known(id),
                1 => format!("{} and a phone", known(id)),
                phones => format!("{} and {phones} phones", known(id)),
            },
            Subject::Storm { site, devices } => match site {
                Some(site) => format!("{devices} devices at {site}"),
                None => format!("{devices} devices at several sites"),
            },
        }
    }

    /// What has happened, as people say it: `phone lost`, `certificate expired`.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.kind, &self.subject) {
            _ if !self.details.title.is_empty() => self.details.title.to_string(),
            (AlertKind::RegistrationFailure, Subject::Storm { .. }) => "phones lost".to_owned(),
            (kind, _) => kind.title(),
        }
    }

    /// The thing by its name, where it has one.
    #[must_use]
    pub fn thing(&self) -> String {
        match &self.subject {
            Subject::Endpoint(_) if !self.details.name.is_empty() => self.details.name.to_string(),
            _ => self.what(),
        }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.details.severity
    }

    /// Where it is, when that is one place.
    #[must_use]
    pub fn site(&self) -> Option<&Text> {
        match &self.subject {
            Subject::Storm { site, .. } => site.as_ref(),
            _ => self.details.site.as_ref(),
        }
    }
}

impl PostDelivery {
    /// Whether it has still to arrive.
    #[must_use]
    pub const fn unsent(&self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Retrying { .. } | Self::Undelivered { .. }
        )
    }

    /// How much it wants to be seen, the least first.
    const fn rank(&self) -> u8 {
        match self {
            Self::NoWebhook => 0,
            Self::Sent { .. } => 1,
            Self::Elsewhere => 2,
            Self::Withheld => 3,
            Self::Queued => 4,
            Self::Retrying { .. } => 5,
            Self::Undelivered { .. } => 6,
        }
    }

    /// The word on screen and in filters.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NoWebhook => "none",
            Self::Elsewhere => "elsewhere",
            Self::Withheld => "withheld",
            Self::Queued => "queued",
            Self::Retrying { .. } => "retrying",
            Self::Sent { .. } => "sent",
            Self::Undelivered { .. } => "undelivered",
        }
    }
}
