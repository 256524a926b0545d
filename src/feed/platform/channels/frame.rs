//! One frame of a channel's socket: an event of a topic, or what the organisation says of the channel itself.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::cause::misread;
use crate::text::{self, Text};

/// Columns of an error about a frame.
const REASON: usize = 160;

/// Topics that nobody subscribes to.
const SYSTEM: &str = "v2.system.";

/// What the socket is asked with when it is silent. It answers on `channel.metadata`.
pub(super) const PING: &str = r#"{"message":"ping"}"#;

/// What a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// Something happened to what the topic is of; the body as it came, empty when there was none.
    Event { topic: Cow<'a, str>, body: Bytes },
    /// A heartbeat, a pong, an answer: the channel lives.
    Beat,
    /// The socket is about to be closed; the channel stays, and a minute is left to connect to it again.
    Closing,
    /// Another socket has taken the channel.
    Taken,
    /// The token with which the channel was made is no more.
    Revoked,
    /// Another word of the system, which asks for nothing.
    Other,
    /// What cannot be understood, and why.
    Undecodable(Text),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    topic_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_body: Option<&'a RawValue>,
    /// Of answers to what is asked over the socket, which have no topic.
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

/// Reads a frame. Its event's body is a slice of it, not a copy.
pub(super) fn decode(frame: &Utf8Bytes) -> Frame<'_> {
    let envelope: Envelope<'_> = match serde_json::from_str(frame.as_str()) {
        Ok(envelope) => envelope,
        Err(error) => {
            return Frame::Undecodable(Text::from(text::fit(&misread(&error), REASON)));
        }
    };
    let Some(topic) = envelope.topic_name else {
        return match envelope.result {
            Some(_) => Frame::Beat,
            None => Frame::Undecodable("it has no topicName".into()),
        };
    };
    match topic.strip_prefix(SYSTEM) {
        Some(system) => of_system(system),
        None if topic == "channel.metadata" => Frame::Beat,
        None => {
            let whole: &Bytes = frame.as_ref();
            let body = envelope.event_body;
            let body = body.map_or_else(Bytes::new, |body| whole.slice_ref(body.get().as_bytes()));
            Frame::Event { topic, body }
        }
    }
}

fn of_system(topic: &str) -> Frame<'static> {
    match topic.split('.').next() {
        Some("socket_closing") => Frame::Closing,
        Some("no_longer_subscribed") => Frame::Taken,
        Some("token_revoked") => Frame::Revoked,
        _ => Frame::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_event_is_its_topic_and_its_body_as_it_came() {
        let frame = Utf8Bytes::from(
            r#"{"topicName":"v2.users.u.station","version":"2","eventBody":{"a": [1,2]},"metadata":{"CorrelationId":"c"}}"#,
        );
        let expected = Frame::Event {
            topic: "v2.users.u.station".into(),
            body: Bytes::from_static(br#"{"a": [1,2]}"#),
        };
        assert_eq!(decode(&frame), expected);
        let bare = Utf8Bytes::from(r#"{"topicName":"v2.x"}"#);
        let expected = Frame::Event {
            topic: "v2.x".into(),
            body: Bytes::new(),
        };
        assert_eq!(decode(&bare), expected);
    }

    #[test]
    fn the_words_of_the_system_are_told_apart() {
        let of = |topic: &str| {
            let frame = format!(r#"{{"topicName":{topic:?},"eventBody":{{"message":"m"}}}}"#);
            decode(&Utf8Bytes::from(frame)) == Frame::Beat
        };
        assert!(of("channel.metadata"));
        let system = |topic: &str| {
            let frame = Utf8Bytes::from(format!(r#"{{"topicName":"v2.system.{topic}"}}"#));
            format!("{:?}", decode(&frame))
        };
        assert_eq!(system("socket_closing"), "Closing");
        assert_eq!(system("no_longer_subscribed.abc"), "Taken");
        assert_eq!(system("token_revoked.abc"), "Revoked");
        assert_eq!(system("subscription_changed.abc"), "Other");
        assert_eq!(system(""), "Other");
    }

    #[test]
    fn what_is_no_frame_says_why() {
        for frame in [
            "",
            "[]",
            "7",
            "{",
            r#"{"topicName":7}"#,
            r#"{"eventBody":{}}"#,
        ] {
            let frame = Utf8Bytes::from(frame);
            assert!(matches!(decode(&frame), Frame::Undecodable(_)), "{frame}");
        }
        let answer = Utf8Bytes::from(r#"{"result":"200","status":"subscribed"}"#);
        assert_eq!(decode(&answer), Frame::Beat);
    }

    proptest! {
        #[test]
        fn no_frame_is_a_panic(frame in ".{0,200}") {
            let _ = decode(&Utf8Bytes::from(frame));
        }

        #[test]
        fn no_topic_is_a_panic(topic in ".{0,60}", body in ".{0,60}") {
            let frame = serde_json::json!({"topicName": topic, "eventBody": body}).to_string();
            let frame = Utf8Bytes::from(frame);
            prop_assert!(!matches!(decode(&frame), Frame::Undecodable(_)));
        }
    }
}
