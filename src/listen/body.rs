//! The body of a request: bounded in size and in time, whatever its head says of it.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::StatusCode;
use hyper::body::Body;

use super::reply::Refusal;

/// The most bytes of a request's body.
pub(super) const MOST: u64 = 64 * 1024;

/// How long a client may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Refuses a body that says of itself that it is too large, before it is read.
pub(super) fn admit<B: Body>(body: &B) -> Result<(), Refusal> {
    if body.size_hint().lower() > MOST {
        return Err(too_large());
    }
    Ok(())
}

/// Reads a body to its end.
pub(super) async fn read<B>(body: B) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let body = std::pin::pin!(Limited::new(body, most));
    match tokio::time::timeout(PATIENCE, body.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            let message = "the body ended before its end";
            Err(Refusal::new(StatusCode::BAD_REQUEST, "bad.request", message).and_close())
        }
        Err(_) => {
            let message = format!("the body did not come within {} s", PATIENCE.as_secs());
            let status = StatusCode::REQUEST_TIMEOUT;
            Err(Refusal::new(status, "request.timeout", message).and_close())
        }
    }
}

fn too_large() -> Refusal {
    let message = format!("the body is over {MOST} bytes");
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    Refusal::new(status, "payload.too.large", message).and_close()
}
