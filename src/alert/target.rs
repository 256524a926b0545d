//! Where alerts go beside the webhook of the profile: a target has a kind, and each kind makes its own body of a [`Notice`].
//!
//! A kind is a function from a notice to its body in a file of its own, which names the format's source, and a way: HTTP
//! ([`Webhook`]), a socket ([`syslog`]) or a program ([`command`]). Everything else is the same for all of them: three
//! attempts, the same waits between them, one sentence and one action when the last has failed.

pub mod alertmanager;
pub mod command;
pub mod pagerduty;
pub mod slack;
pub mod syslog;
pub mod teams;
mod words;

use secrecy::SecretString;
use serde_json::Value;

use self::command::Program;
use self::syslog::Collector;
use super::webhook::{Patience, Webhook, persist};
use super::{Notice, Parcel};
use crate::text::Text;

/// What is posted to a target by HTTP.
#[derive(Clone, Debug)]
pub enum Shape {
    /// What the webhook of the profile receives (contract §5).
    Contract,
    /// The API of an Alertmanager.
    Alertmanager,
    /// `PagerDuty`'s Events API, with the key of the integration.
    PagerDuty(SecretString),
    /// An incoming webhook of Slack.
    Slack,
    /// An incoming webhook of Microsoft Teams.
    Teams,
}

/// The way to a target.
#[derive(Clone, Debug)]
pub enum How {
    /// A POST.
    Http(Webhook, Shape),
    /// A message to a collector of syslog.
    Syslog(Collector),
    /// A program of this machine.
    Command(Program),
}

/// A target that alerts can be sent to.
#[derive(Clone, Debug)]
pub struct Receiver {
    profile: String,
    how: How,
    patience: Patience,
}

impl Shape {
    /// The JSON of a notice; without one only what the contract has can be sent.
    #[must_use]
    pub fn body(&self, profile: &str, notice: &Notice) -> Value {
        match self {
            // Strings and options cannot fail to serialise.
            Self::Contract => serde_json::to_value(&notice.body).unwrap_or_default(),
            Self::Alertmanager => alertmanager::body(profile, notice),
            Self::PagerDuty(key) => pagerduty::body(profile, notice, key),
            Self::Slack => slack::body(profile, notice),
            Self::Teams => teams::body(profile, notice),
        }
    }
}

impl Receiver {
    /// A target of a profile. The patience is of each attempt and of the waits between them.
    #[must_use]
    pub fn new(profile: &str, how: How, patience: Patience) -> Self {
        Self {
            profile: profile.to_owned(),
            how,
            patience,
        }
    }

    /// Sends, and again twice when that fails. `failed` hears of each attempt that another follows.
    ///
    /// # Errors
    /// Why the last attempt failed, and what to do.
    pub async fn deliver(
        &self,
        parcel: &Parcel,
        failed: impl FnMut(u32, Text),
    ) -> Result<(), Text> {
        let Some(notice) = parcel.target.as_deref() else {
            return Err(Text::from("there is nothing for this target."));
        };
        persist(self.patience, || self.once(&parcel.key, notice), failed).await
    }

    /// Whether the target forgets what it is not told again all the time.
    #[must_use]
    pub fn forgets(&self) -> bool {
        matches!(self.how, How::Http(_, Shape::Alertmanager))
    }

    /// Says again what holds, once; whoever is told must not be told of an end meanwhile.
    ///
    /// # Errors
    /// Why it did not arrive.
    pub async fn remind(&self, holds: &[Notice]) -> Result<(), Text> {
        let How::Http(webhook, Shape::Alertmanager) = &self.how else {
            return Ok(());
        };
        for some in holds.chunks(alertmanager::AT_ONCE) {
            let body = alertmanager::holds(&self.profile, some).to_string();
            webhook.post(None, body.into_bytes()).await?;
        }
        Ok(())
    }

    async fn once(&self, key: &str, notice: &Notice) -> Result<(), Text> {
        match &self.how {
            How::Http(webhook, shape) => {
                let body = shape.body(&self.profile, notice).to_string();
                webhook.post(Some(key), body.into_bytes()).await
            }
            How::Syslog(collector) => collector.send(&self.profile, notice).await,
            How::Command(program) => {
                let body = command::body(&self.profile, key, notice);
                program.run(body.to_string()).await
            }
        }
    }
}
