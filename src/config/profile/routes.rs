//! What a profile says of event routes: `[profiles.NAME.routes]` (contract §9).

use std::time::Duration;

use toml::Value;

use super::alerts::{WebhookAddress, webhook};
use crate::config::reader::{Notes, Section};

/// Time between two looks at every destination when the profile does not say.
const DEFAULT_VERIFY: Duration = Duration::from_secs(300);

/// Destinations are other people's servers, and a look is a handshake and a request: not more often than this.
const LEAST_VERIFY: Duration = Duration::from_secs(30);

/// How routes are watched, and who is told of deployments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes {
    /// Who is told of every deployment; none is nobody.
    pub sync_webhook: Option<WebhookAddress>,
    /// The time between two looks at every destination.
    pub verify: Duration,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            sync_webhook: None,
            verify: DEFAULT_VERIFY,
        }
    }
}

impl Routes {
    /// What is in force, for `config show`; the webhook is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let seconds = i64::try_from(self.verify.as_secs()).unwrap_or(i64::MAX);
        let webhook = self.sync_webhook.as_ref();
        let webhook = webhook.map(|hook| ("sync_webhook", format!("masked: {hook}").into()));
        let verify = ("verify_seconds", seconds.into());
        webhook.into_iter().chain([verify]).collect()
    }
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> Routes {
    let read = Routes {
        sync_webhook: from.take_as("sync_webhook", notes, |text: String| {
            webhook(&text, "deployments")
        }),
        verify: from
            .take_as("verify_seconds", notes, verify)
            .unwrap_or(DEFAULT_VERIFY),
    };
    from.finish(notes);
    read
}

fn verify(seconds: u32) -> Result<Duration, String> {
    let verify = Duration::from_secs(seconds.into());
    let least = LEAST_VERIFY.as_secs();
    (verify >= LEAST_VERIFY)
        .then_some(verify)
        .ok_or_else(|| format!("{seconds} is too often: at least {least} seconds"))
}
