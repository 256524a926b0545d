//! One stream frame, read without an intermediate value: at a hundred thousand devices this is the hottest code there is.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::cause::misread;
use crate::model::registration::Update;
use crate::model::{DeviceId, UserId};
use crate::text::{self, Text};

/// Bytes of a frame that are kept for the raw view. Frames are a hundred bytes or so; a megabyte each would not be bounded.
const KEPT: usize = 4096;

/// Columns of the reason why a frame was not understood; serde quotes what it found.
const REASON: usize = 200;

/// What a stream frame turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A change of a device.
    Update(Update),
    /// An event type that is not ours: counted and ignored.
    Other,
    /// Not understood: counted and kept for inspection, with the reason.
    Undecodable(Text),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Frame<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    payload: Payload<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow)]
    user_id: Cow<'a, str>,
    #[serde(borrow)]
    device_id: Cow<'a, str>,
    registered: Option<bool>,
    #[serde(borrow)]
    codec: Option<Str<'a>>,
}

/// A string that borrows inside an `Option` too, where serde's `Cow` alone would always copy.
#[derive(Deserialize)]
struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

/// The frame as far as it must be read to know that it is not ours.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(default)]
    _payload: IgnoredAny,
}

/// Reads one stream frame. The result holds copies: the socket's read buffer is not kept alive by a row.
#[must_use]
pub fn decode(frame: &Utf8Bytes) -> Decoded {
    match serde_json::from_str::<Frame<'_>>(frame) {
        Ok(read) if is_ours(&read.event_type) => update(&read.payload, frame),
        Ok(_) => Decoded::Other,
        Err(error) => not_as_expected(frame, &error),
    }
}

fn is_ours(event_type: &str) -> bool {
    matches!(event_type, "registration" | "codec" | "status")
}

fn update(payload: &Payload<'_>, frame: &Utf8Bytes) -> Decoded {
    if payload.user_id.is_empty() || payload.device_id.is_empty() {
        return Decoded::Undecodable(Text::from("payload.userId or payload.deviceId is empty"));
    }
    let bytes = frame.as_bytes();
    Decoded::Update(Update {
        user: UserId::from(&*payload.user_id),
        device: DeviceId::from(&*payload.device_id),
        registered: payload.registered,
        codec: payload
            .codec
            .as_ref()
            .filter(|codec| !codec.0.is_empty())
            .map(|codec| Text::from(&*codec.0)),
        raw: Bytes::copy_from_slice(bytes.get(..KEPT).unwrap_or(bytes)),
    })
}

/// Off the hot path: a frame of another event type may have any payload, and is no fault.
#[cold]
fn not_as_expected(frame: &str, error: &serde_json::Error) -> Decoded {
    match serde_json::from_str::<Envelope<'_>>(frame) {
        Ok(envelope) if !is_ours(&envelope.event_type) => Decoded::Other,
        _ => Decoded::Undecodable(Text::from(text::fit(&misread(error), REASON))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(frame: &str) -> Decoded {
        decode(&Utf8Bytes::from(frame))
    }

    fn updated(frame: &str) -> Update {
        match read(frame) {
            Decoded::Update(update) => update,
            other => panic!("{other:?}"),
        }
    }

    fn fault(frame: &str) -> String {
        match read(frame) {
            Decoded::Undecodable(reason) => reason.raw().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_contracts_frame_is_an_update() {
        let frame = r#"{"eventType":"registration","payload":{"userId":"u-1","deviceId":"d-1","registered":true,"codec":"opus"}}"#;
        let update = updated(frame);
        assert_eq!(update.user.raw(), "u-1");
        assert_eq!(update.device.raw(), "d-1");
        assert_eq!(update.registered, Some(true));
        assert_eq!(update.codec, Some(Text::from("opus")));
        assert_eq!(update.raw, frame.as_bytes());
    }

    #[test]
    fn what_a_frame_leaves_out_is_unknown_and_what_it_adds_is_ignored() {
        let update = updated(
            r#"{"v":2,"payload":{"new":[1,{}],"deviceId":"d","userId":"u","codec":null},"eventType":"status"}"#,
        );
        assert_eq!((update.registered, update.codec), (None, None));
    }

    #[test]
    fn escapes_are_undone() {
        let update = updated(
            r#"{"eventType":"c\u006fdec","payload":{"userId":"u\"1","deviceId":"d\n","codec":"\u001b[2J"}}"#,
        );
        assert_eq!(update.user.raw(), "u\"1");
        assert_eq!(update.device.raw(), "d\n");
        assert_eq!(update.codec.unwrap().raw(), "\x1b[2J");
    }

    #[test]
    fn other_events_are_ignored_whatever_they_carry() {
        for frame in [
            r#"{"eventType":"presence","payload":"away"}"#,
            r#"{"eventType":"heartbeat"}"#,
            r#"{"eventType":"","payload":{"userId":"u","deviceId":"d"}}"#,
        ] {
            assert_eq!(read(frame), Decoded::Other, "{frame}");
        }
    }

    #[test]
    fn faults_say_what_is_wrong() {
        assert!(fault(r#"{"eventType":"codec","payload":{"userId":"u"}}"#).contains("deviceId"));
        assert!(fault(r#"{"eventType":"codec"}"#).contains("payload"));
        assert!(fault(r#"{"payload":{}}"#).contains("userId"));
        assert!(
            fault(r#"{"eventType":"codec","payload":{"userId":"u","deviceId":"d","registered":"yes"}}"#)
                .contains("it must be true or false")
        );
        assert!(
            fault(r#"{"eventType":"codec","payload":{"userId":"","deviceId":"d"}}"#)
                .contains("empty")
        );
        for garbage in [
            "",
            "null",
            "[",
            "NaN",
            "\u{1b}]0;x\u{7}",
            r#"{"eventType":1}"#,
        ] {
            assert!(!fault(garbage).is_empty());
        }
    }

    #[test]
    fn a_huge_frame_keeps_little_and_complains_briefly() {
        let huge = "x".repeat(1 << 20);
        let update = updated(&format!(
            r#"{{"eventType":"codec","payload":{{"userId":"u","deviceId":"d","codec":"{huge}"}}}}"#
        ));
        assert_eq!(update.raw.len(), KEPT);
        let reason = fault(&format!(
            r#"{{"eventType":"codec","payload":{{"userId":"u","deviceId":"d","registered":"{huge}"}}}}"#
        ));
        assert!(text::width(&reason) <= REASON);
    }

    #[test]
    fn deep_nesting_is_survived() {
        let deep = format!(
            r#"{{"eventType":"codec","x":{}{},"payload":{{"userId":"u","deviceId":"d"}}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(matches!(
            read(&deep),
            Decoded::Update(_) | Decoded::Undecodable(_)
        ));
    }

    proptest! {
        #[test]
        fn decoding_never_panics(frame in ".{0,200}") {
            read(&frame);
        }

        #[test]
        fn what_was_written_is_read(user in ".{1,20}", device in ".{1,20}", registered: Option<bool>, codec: Option<String>) {
            let frame = serde_json::json!({"eventType": "registration", "payload": {
                "userId": user, "deviceId": device, "registered": registered, "codec": codec,
            }});
            let update = updated(&frame.to_string());
            prop_assert_eq!(update.user.raw(), user);
            prop_assert_eq!(update.device.raw(), device);
            prop_assert_eq!(update.registered, registered);
            prop_assert_eq!(update.codec.map(|c| c.raw().to_owned()), codec.filter(|c| !c.is_empty()));
        }
    }
}
