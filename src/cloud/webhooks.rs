//! Webhooks of the organisation, as the console asks for them (contract §7, §10).

use super::{Call, Client, Error, Fault, Needs, Urgency, direct, get};
use crate::model::webhook::{Webhook, WebhookKind};

impl WebhookKind {
    /// Where its webhooks are, under the API's address.
    #[must_use]
    pub const fn path(self) -> &'static [&'static str] {
        match self {
            Self::Jobs => &["api", "v2", "platform", "webhooks"],
            Self::Callbacks => &["api", "v2", "webhooks"],
        }
    }
}

impl Client {
    /// Reads the webhooks of a kind, and what of the list could not be read.
    pub async fn webhooks(
        &self,
        kind: WebhookKind,
        urgency: Urgency,
    ) -> Result<(Vec<Webhook>, Vec<Fault>), Error> {
        let needs = match kind {
            WebhookKind::Jobs => Needs::JobWebhooks,
            WebhookKind::Callbacks => Needs::ListingWebhooks,
        };
        let call = Call {
            needs,
            ..get(self.url(kind.path())?)
        };
        let body = self.0.read(&call, urgency).await?;
        direct::webhooks(&body, kind, &call).map_err(|reason| Error::answer(&call, reason))
    }
}
