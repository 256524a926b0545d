//! Alerts: from a change of state to one POST, and one more when it is over (contract §5).
//!
//! [`engine::Engine`] decides, without I/O and without a clock: conditions are reported to it, it lets them settle,
//! folds storms, and gives out [`Orders`]. [`courier`] carries them out: it writes to the [`ledger`] first, so that a
//! process that is killed loses nothing, and then posts through [`webhook`], and to each [`target`] of the profile whose
//! filter the alert passes. How far the telling has come is known of each of them apart, and none waits for another.
//!
//! What is promised to the receiver: every alert at least once, its end after it, each with an `Idempotency-Key` that
//! never changes. A POST is repeated after a restart only when the process died between the webhook's answer and the
//! record of it; the key is then the same.

pub mod courier;
mod edge;
pub mod engine;
mod gathering;
pub mod ledger;
mod outbox;
pub mod restore;
mod storm;
pub mod target;
mod watch;
pub mod webhook;

use serde::{Deserialize, Serialize};

use crate::model::alert::{
    Alert, AlertId, AlertKind, Body, Leg, Severity, Silence, Subject, Telling,
};
use crate::text::Text;
use crate::time::Millis;

/// A condition of a subject: what is watched, settled and told as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which condition.
    pub kind: AlertKind,
    /// Of what; never a storm.
    pub subject: Subject,
}

/// A target of the profile, as who decides has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// Its name in the profile.
    pub name: Text,
    /// Which alerts it is told: a filter over alerts that has been read once and found good; none is all.
    pub when: Option<String>,
}

/// What is said of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It holds.
    Bad,
    /// It does not hold.
    Good,
    /// Nobody knows: the feed has a gap, the row is stale. What was told stays told, what was not is not told yet;
    /// the feed is at fault and not the device.
    Unsure,
    /// The subject does not exist any more.
    Gone,
}

/// How alerts are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertSettings {
    /// How long a condition must hold before it is told, in milliseconds.
    pub settle_ms: i64,
    /// Devices of one site, or of all, from which on they are one alert.
    pub fold_at: usize,
    /// Whether anything is posted, and if not, why.
    pub delivery: Mode,
}

/// Who posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// This console.
    Here,
    /// Another console with the same state directory and profile.
    Elsewhere,
    /// This console, but there is no webhook: only targets are told, where there are any.
    Nowhere,
}

/// What the engine wants done, in this order: write, then post; and tell the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// To be on disk before anything is posted.
    pub save: Vec<LedgerRecord>,
    /// To be posted.
    pub post: Vec<Parcel>,
    /// What targets were told in an earlier run and still holds: for those that have to be reminded of it.
    pub holds: Vec<Parcel>,
    /// New alerts, how bad each is, in words that are safe to show.
    pub announce: Vec<(Severity, String)>,
}

impl Orders {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.save.is_empty()
            && self.post.is_empty()
            && self.holds.is_empty()
            && self.announce.is_empty()
    }
}

/// One line of the ledger: the newest word on an alert or a silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerRecord {
    /// An alert as it is now.
    Alert(Box<Alert>),
    /// A silence; it ends by itself.
    Silence(Box<Silence>),
}

/// One POST to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Of which alert.
    pub id: AlertId,
    /// Which of its two.
    pub leg: Leg,
    /// The `Idempotency-Key`.
    pub key: String,
    /// What is sent.
    pub body: Body,
    /// What a target is told, and which; none is for the webhook of the profile.
    pub target: Option<Box<Notice>>,
}

impl Parcel {
    /// What a person tries a target with: an alert that nothing has caused, from its beginning to its end.
    #[must_use]
    pub fn test(target: Text, leg: Leg, (began, ended): (Millis, Millis)) -> Self {
        let over = leg == Leg::Resolve;
        let body = Body {
            timestamp: if over { ended } else { began }.timestamp(),
            user_id: "test".to_owned(),
            device_id: "test".to_owned(),
            registered: None,
            codec: "unknown".to_owned(),
            alert_type: "trunkline_test".to_owned(),
            carrier_health: "unknown".to_owned(),
            tls_valid: None,
            resolved: over,
        };
        let alert = format!("{:x}-test", began.0);
        let telling = Telling {
            title: "test alert".into(),
            thing: "nothing has happened".into(),
            severity: Severity::Info,
            site: None,
            reason: "somebody tries whether alerts arrive".into(),
        };
        Self {
            id: AlertId::default(),
            leg,
            key: format!("{alert}-{}", if over { "resolve" } else { "raise" }),
            body: body.clone(),
            target: Some(Box::new(Notice {
                target,
                alert,
                telling,
                began,
                ended: over.then_some(ended),
                body,
            })),
        }
    }

    /// For whom it is; none is the webhook of the profile.
    #[must_use]
    pub fn to(&self) -> Option<Text> {
        self.target.as_ref().map(|notice| notice.target.clone())
    }
}

/// All that a target is told of an alert, from which each kind of target makes its own body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The target's name in the profile.
    pub target: Text,
    /// The same in every word on this alert, and in none on another of this profile.
    pub alert: String,
    /// The alert as it was when the target was first told.
    pub telling: Telling,
    /// When it began.
    pub began: Millis,
    /// When it ended; none while it holds.
    pub ended: Option<Millis>,
    /// What a webhook receives (contract §5).
    pub body: Body,
}

/// What became of a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostOutcome {
    /// An attempt failed; another follows.
    Retrying {
        /// Attempts that failed.
        failed: u32,
        /// Why the last one did.
        why: Text,
    },
    /// The webhook took it.
    Sent,
    /// The last attempt failed.
    Failed {
        /// Why, and what to do.
        why: Text,
    },
}

/// What the courier tells the state.
#[derive(Clone, Debug)]
pub enum AlertNews {
    /// The ledger has been read; from now on alerts are made.
    Opened {
        /// What it held, the oldest first.
        records: Vec<LedgerRecord>,
        /// Whether this console delivers; another one may be running already.
        ours: bool,
        /// The name that acknowledgements and silences carry.
        operator: Text,
        /// What a person should know: lines that could not be read, a file that cannot be written.
        warnings: Vec<String>,
    },
    /// Something could not be written: a restart may forget or repeat it.
    Unkept(String),
    /// A POST has come this far.
    Told {
        /// Of which alert.
        id: AlertId,
        /// To whom; none is the webhook of the profile.
        target: Option<Text>,
        /// Which of its two.
        leg: Leg,
        /// What became of it.
        outcome: PostOutcome,
    },
}

/// Where carriers and certificates stand, for the bodies of all alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    /// A carrier's health: `healthy`, `degraded`, `down` or `unknown`.
    Carrier {
        /// Its id.
        id: Text,
        /// Its health, as the contract spells it.
        health: Text,
    },
    /// A probe of a SIP proxy.
    Tls {
        /// As `host:port`.
        endpoint: Text,
        /// Whether the certificate is valid and not near its end.
        valid: bool,
    },
}
