//! One POST, with its two retries (contract §5): to the profile's webhook, and to targets that take alerts by HTTP.

use std::error::Error;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder, Retryable as _};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};

use super::Parcel;
use crate::cause::{Cause, below, said};
use crate::cloud::tls;
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
    /// What lets the console in, where the address alone does not.
    authorization: Option<HeaderValue>,
}

/// Tries once, and again twice when that fails. `failed` hears of each attempt that another follows.
pub(super) async fn persist<F: Future<Output = Result<(), Text>>>(
    patience: Patience,
    once: impl FnMut() -> F,
    mut failed: impl FnMut(u32, Text),
) -> Result<(), Text> {
    let waits = ExponentialBuilder::new()
        .with_min_delay(patience.first_wait)
        .with_max_times(RETRIES)
        .with_jitter()
        .build();
    let mut attempts = 0;
    let notify = |why: &Text, _| {
        attempts += 1;
        failed(attempts, why.clone());
    };
    once.retry(waits).notify(notify).await
}

impl Webhook {
    /// A webhook behind a client that verifies certificates and follows no redirects.
    #[must_use]
    pub fn new(http: Client, address: Url, patience: Patience) -> Self {
        Self {
            http,
            address,
            patience,
            authorization: None,
        }
    }

    /// The same, which shows this to be let in.
    #[must_use]
    pub fn authorized(mut self, mut by: HeaderValue) -> Self {
        by.set_sensitive(true);
        self.authorization = Some(by);
        self
    }

    /// Posts, and again twice when that fails. `failed` hears of each attempt that another follows.
    pub async fn deliver(
        &self,
        parcel: &Parcel,
        failed: impl FnMut(u32, Text),
    ) -> Result<(), Text> {
        let body = serde_json::to_vec(&parcel.body).map_err(|e| Text::from(e.to_string()))?;
        let once = || self.post(Some(&parcel.key), body.clone());
        persist(self.patience, once, failed).await
    }

    /// Posts once; what is said again has no key.
    pub(super) async fn post(&self, key: Option<&str>, body: Vec<u8>) -> Result<(), Text> {
        let request = self
            .http
            .post(self.address.clone())
            .header(CONTENT_TYPE, "application/json")
            .timeout(self.patience.answer)
            .body(body);
        let request = match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        let request = match &self.authorization {
            Some(by) => request.header(AUTHORIZATION, by.clone()),
            None => request,
        };
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
    if error.is_timeout() {
        silent(host, patience)
    } else {
        unreached(host, error)
    }
}

/// Who took longer than that.
pub(super) fn silent(host: &str, patience: Duration) -> Text {
    let seconds = patience.as_secs_f32().to_string();
    let told = Cause::WebhookSilent.told().with("seconds", seconds);
    told.with("at", host).to_string().into()
}

/// Who could not be reached, and why: a certificate that is not trusted is told as everywhere else.
pub(super) fn unreached(host: &str, error: &(dyn Error + 'static)) -> Text {
    let links = std::iter::successors(Some(error), |link| below(*link));
    let mut broken = links.filter_map(|link| link.downcast_ref::<rustls::Error>());
    let told = match broken.next() {
        Some(broken) => tls::told(broken, None),
        None => Cause::WebhookUnreachable.told().with("said", said(error)),
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
