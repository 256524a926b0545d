//! One POST to the profile's webhook, with its two retries (contract §5).

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder, Retryable as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};

use super::Parcel;
use crate::cause::{Cause, said};
use crate::text::Text;

/// How patient a delivery is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The time an answer may take; 5 s in the contract.
    pub answer: Duration,
    /// The wait before the first retry; the second waits twice as long, each with jitter.
    pub first_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            first_wait: Duration::from_secs(1),
        }
    }
}

/// Retries after the first attempt (contract §5).
const RETRIES: usize = 2;

/// Where alerts go. Its address may hold a secret in its path, so it is never shown whole.
#[derive(Clone)]
pub struct Webhook {
    http: Client,
    address: Url,
    patience: Patience,
}

impl Webhook {
    /// A webhook behind a client that verifies certificates and follows no redirects.
    #[must_use]
    pub fn new(http: Client, address: Url, patience: Patience) -> Self {
        Self {
            http,
            address,
            patience,
        }
    }

    /// Posts, and again twice when that fails. `failed` hears of each attempt that another follows.
    pub async fn deliver(
        &self,
        parcel: &Parcel,
        mut failed: impl FnMut(u32, Text),
    ) -> Result<(), Text> {
        let waits = ExponentialBuilder::new()
            .with_min_delay(self.patience.first_wait)
            .with_max_times(RETRIES)
            .with_jitter()
            .build();
        let mut attempts = 0;
        let once = || self.post(parcel);
        let notify = |why: &Text, _| {
            attempts += 1;
            failed(attempts, why.clone());
        };
        once.retry(waits).notify(notify).await
    }

    async fn post(&self, parcel: &Parcel) -> Result<(), Text> {
        let body = serde_json::to_vec(&parcel.body).map_err(|e| Text::from(e.to_string()))?;
        let request = self
            .http
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", &parcel.key)
            .timeout(self.patience.answer)
            .body(body);
        let host = self.address.host_str().unwrap_or("the webhook");
        match request.send().await {
            // The answer's body is of no interest: it is dropped unread.
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(refused(host, answer.status().as_u16())),
            Err(error) => Err(unanswered(host, &error.without_url(), self.patience.answer)),
        }
    }
}

fn refused(host: &str, status: u16) -> Text {
    let cause = match status {
        300..=399 => Cause::WebhookMoved,
        401 | 403 => Cause::WebhookForbids,
        404 | 410 => Cause::WebhookGone,
        _ => Cause::WebhookFails,
    };
    let told = cause.told().with("at", host);
    told.with("status", status.to_string()).to_string().into()
}

fn unanswered(host: &str, error: &reqwest::Error, patience: Duration) -> Text {
    let told = if error.is_timeout() {
        let seconds = patience.as_secs_f32().to_string();
        Cause::WebhookSilent.told().with("seconds", seconds)
    } else {
        Cause::WebhookUnreachable.told().with("said", said(error))
    };
    told.with("at", host).to_string().into()
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("host", &self.address.host_str())
            .finish_non_exhaustive()
    }
}
