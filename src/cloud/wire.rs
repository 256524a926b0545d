//! One HTTP request and its answer: a deadline, a size limit, and every failure told by its kind.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, redirect};
use rustls::ClientConfig;
use serde::Deserialize;
use serde_json::Value;

use super::budget::Quota;
use super::call::Call;
use super::error::{Error, Refusal};
use super::names::Names;
use super::retry;
use super::unreachable::Unreachable;
use super::way::{Page, Way};
use crate::vault;

/// From the first packet of an attempt to the last byte of its answer, where nobody says otherwise (contract §2).
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Connecting alone, TLS included.
const CONNECT: Duration = Duration::from_secs(7);

/// The share of the deadline that connecting may take at most: short of it, so that a write that did not get that far is
/// known not to have left.
const CONNECT_SHARE: f64 = 0.7;

/// The largest answer, after decompression; a page of a hundred users is a hundredth of that.
const LARGEST: usize = 8 << 20;

/// How this console names itself.
pub const USER_AGENT: &str = concat!("trunkline/", env!("CARGO_PKG_VERSION"));

/// Builds the HTTP client.
///
/// Nothing in it runs while idle: idle connections are kept for the kernel to probe (TCP keep-alive) and the pool looks at
/// them every 90 s; HTTP/2 pings are sent only while an answer is awaited, so that a dead connection is found before the
/// deadline and the next attempt gets a new one.
pub fn http(mut tls: ClientConfig, way: &Way) -> Result<reqwest::Client, Error> {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(std::sync::Arc::new(Names))
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT.min(way.deadline().mul_f64(CONNECT_SHARE)))
        .pool_idle_timeout(Duration::from_secs(90))
        .pool_max_idle_per_host(8)
        .http2_keep_alive_interval(Duration::from_secs(4))
        .http2_keep_alive_timeout(Duration::from_secs(4))
        .http2_keep_alive_while_idle(false);
    way.of_http(builder)
        .build()
        .map_err(|error| Error::not_made("the HTTP client", &error))
}

/// What came of a request.
pub struct Reply {
    /// The body; anything but 2xx is an error.
    pub outcome: Result<Bytes, Error>,
    /// What the organisation says of its own count, whatever it answered otherwise.
    pub quota: Option<Quota>,
}

/// Sends a request and reads the whole answer.
pub async fn send(call: &Call, request: RequestBuilder, way: &Way) -> Reply {
    let mut quota = None;
    let exchange = async {
        let response = request.send().await.map_err(|error| broken(call, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        quota = Quota::read(&headers);
        let body = read(call, response, LARGEST).await;
        match status {
            _ if status.is_success() => body.and_then(|body| own(call, &headers, status, body)),
            _ => Err(Error::refused(
                call,
                refusal(status, &headers, &body.unwrap_or_default()),
            )),
        }
    };
    let outcome = within(way.deadline(), call, way, Box::pin(exchange)).await;
    Reply { outcome, quota }
}

/// Gets a file, of at most so many bytes and within so long: it need not be JSON, and still is no page of whoever stands in between.
pub async fn fetch(
    call: &Call,
    request: RequestBuilder,
    way: &Way,
    (most, patience): (usize, Duration),
) -> Result<Bytes, Error> {
    let exchange = async {
        let response = request.send().await.map_err(|error| broken(call, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            let body = read(call, response, LARGEST).await.unwrap_or_default();
            return Err(Error::refused(call, refusal(status, &headers, &body)));
        }
        let body = read(call, response, most).await?;
        if body.trim_ascii_start().starts_with(b"<") {
            return own(call, &headers, status, body);
        }
        Ok(body)
    };
    within(patience, call, way, Box::pin(exchange)).await
}

/// What comes of an exchange within that time; where nobody could be reached, the way there says why, if it knows.
async fn within(
    patience: Duration,
    call: &Call,
    way: &Way,
    exchange: impl Future<Output = Result<Bytes, Error>>,
) -> Result<Bytes, Error> {
    match tokio::time::timeout(patience, exchange).await {
        Ok(Err(Error::Unreachable {
            call,
            cause,
            sent: false,
        })) => {
            let explained = way.explain(&call.url, &cause).await;
            Err(Error::unreachable(&call, explained.unwrap_or(cause)))
        }
        Ok(outcome) => outcome,
        Err(_) => Err(Error::unanswered(call, Unreachable::TimedOut(patience))),
    }
}

/// A body that may be the organisation's: every answer of its own is JSON.
fn own(call: &Call, headers: &HeaderMap, status: StatusCode, body: Bytes) -> Result<Bytes, Error> {
    match Page::spot(status.as_u16(), headers, &body) {
        Some(page) => Err(Error::Between {
            call: Box::new(call.clone()),
            page: Box::new(page),
        }),
        None => Ok(body),
    }
}

async fn read(call: &Call, mut response: Response, most: usize) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| broken(call, &error))?
    {
        if body.len().saturating_add(chunk.len()) > most {
            let reason = format!("it is larger than {} MiB", most >> 20);
            return Err(Error::answer(call, reason));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn broken(call: &Call, error: &reqwest::Error) -> Error {
    let cause = Unreachable::from_chain(error);
    if error.is_connect() || error.is_builder() {
        return Error::unreachable(call, cause);
    }
    Error::unanswered(call, cause)
}

/// What is known of a status that refuses: the same for REST answers and for WebSocket handshakes.
pub fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let retry_after = headers
        .get(RETRY_AFTER)
        .filter(|_| matches!(status.as_u16(), 429 | 503))
        .and_then(|header| header.to_str().ok())
        .and_then(|header| retry::retry_after(header, SystemTime::now()));
    let page = Page::of_refusal(status.as_u16(), headers, body);
    let body: Option<ErrorBody> = serde_json::from_slice(body).ok();
    // Some servers repeat the request, credentials included.
    Refusal {
        page: page.map(Box::new),
        status: status.as_u16(),
        code: body
            .as_ref()
            .and_then(|body| body.code.clone())
            .map(vault::cleaned),
        lacking: body
            .as_ref()
            .and_then(ErrorBody::lacking)
            .map(vault::cleaned),
        said: body.and_then(ErrorBody::words).map(vault::cleaned),
        retry_after,
    }
}

/// The error bodies of the API and of the token endpoint (contract, conventions and §1).
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(alias = "error_description")]
    message: Option<String>,
    /// The token endpoint of the Platform API says it under both names at once.
    description: Option<String>,
    #[serde(alias = "error")]
    code: Option<String>,
    #[serde(rename = "contextId")]
    context_id: Option<String>,
    #[serde(rename = "messageParams")]
    params: Option<Value>,
}

impl ErrorBody {
    /// The permissions that the token lacks, where a refusal names them (Platform API: `missing.permissions` and
    /// `missing.any.permissions`).
    fn lacking(&self) -> Option<String> {
        let code = self.code.as_deref()?;
        if !matches!(code, "missing.permissions" | "missing.any.permissions") {
            return None;
        }
        let named = match self.params.as_ref()?.get("permissions")? {
            Value::String(named) => named.clone(),
            Value::Array(named) => {
                let words: Vec<_> = named.iter().filter_map(Value::as_str).collect();
                words.join(", ")
            }
            _ => return None,
        };
        (!named.is_empty()).then_some(named)
    }

    fn words(self) -> Option<String> {
        let context = self.context_id.map(|id| format!("contextId {id}"));
        let said: Vec<_> = [self.message.or(self.description), self.code, context]
            .into_iter()
            .flatten()
            .collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}
