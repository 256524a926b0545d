//! What the organisation tells of callbacks (contract §10): an update as the stream has it, with its moment beside it.

use serde::Deserialize;

use super::invalid;
use crate::cause::misread;
use crate::cloud::direct;
use crate::listen::reply::Refusal;
use crate::model::callback::Update;
use crate::time::Millis;

/// What stands before the names of its events.
pub(super) const EVENTS: &str = "callback.";

#[derive(Deserialize)]
struct Delivery {
    timestamp: jiff::Timestamp,
}

/// What a delivery says of its callback. Its correlation id is the stream's, so the two meet on one update.
pub(super) fn update(body: &[u8]) -> Result<Update, Refusal> {
    let read: Delivery = serde_json::from_slice(body).map_err(|error| invalid(&misread(&error)))?;
    let sent = Millis(read.timestamp.as_millisecond());
    direct::update(body, sent).map_err(|why| invalid(&why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_an_update_with_its_moment() {
        let body = br#"{"event":"callback.updated","timestamp":"2026-06-15T14:00:00Z","id":"cb","status":"dialing","callback_number":"+14155550199","queue_id":"q","correlation_id":"c-1"}"#;
        let read = update(body).unwrap();
        assert_eq!(read.correlation.raw(), "c-1");
        assert_eq!(read.sent, Millis(1_781_532_000_000));
        for body in [
            "{}",
            r#"{"timestamp":"soon","id":"cb","correlation_id":"c"}"#,
            r#"{"timestamp":"2026-06-15T14:00:00Z","id":"cb"}"#,
        ] {
            assert!(update(body.as_bytes()).is_err(), "{body}");
        }
    }
}
