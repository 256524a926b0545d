//! What comes through the transfer socket (contract §8).

use serde::Deserialize;
use serde_json::Value;

use crate::text::Text;

/// Codecs kept of what the other side says that it has.
const CODECS: usize = 32;

/// Columns of a frame that cannot be used, as far as it is told.
const SAMPLE: usize = 120;

/// What the organisation says to one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `codec_negotiated` or `transfer_initiated`: it is done.
    Transferred {
        /// The codec that was settled on, where it says so.
        codec: Option<Text>,
    },
    /// `codec_unsupported`.
    Unsupported {
        /// What the other side has.
        supported: Vec<Text>,
    },
    /// Turned away by a rate limit: certainly not taken.
    RateLimited(Text),
    /// Any other status.
    Rejected {
        /// The status.
        status: Text,
        /// The reason, where it gives one.
        reason: Text,
    },
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// An answer to the frame of that id.
    Answer(String, Answer),
    /// A rate limit that names no frame: whichever was meant, nothing more should be sent for a while.
    Busy(Text),
    /// What cannot be used; the sentence says why.
    Unusable(Text),
}

/// Everything an answer or an error may have; none of it of a type that could hide the rest.
#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    codec: Value,
    #[serde(default)]
    reason: Value,
    #[serde(default)]
    supported: Value,
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    code: Value,
    #[serde(default, alias = "error")]
    message: Value,
}

/// Reads a frame; nothing in it can make this fail.
#[must_use]
pub fn decode(frame: &str) -> Incoming {
    let Ok(wire) = serde_json::from_str::<Wire>(frame) else {
        return unusable("it is not a JSON object", frame);
    };
    let limited = wire.limited();
    match wire.id.as_str().filter(|id| !id.is_empty()) {
        Some(id) if limited => Incoming::Answer(id.to_owned(), Answer::RateLimited(wire.why())),
        None if limited => Incoming::Busy(wire.why()),
        None => unusable("it answers no frame: it has no id", frame),
        Some(id) => match wire.answer() {
            Some(answer) => Incoming::Answer(id.to_owned(), answer),
            None => unusable("it has no status", frame),
        },
    }
}

fn unusable(why: &str, frame: &str) -> Incoming {
    let begins = crate::text::fit(frame, SAMPLE);
    Incoming::Unusable(Text::from(format!("{why}; it begins with {begins}")))
}

impl Wire {
    fn answer(&self) -> Option<Answer> {
        let status = match (self.status.as_str(), self.kind.as_str()) {
            (Some(status), _) => status,
            // An error that names its frame is a rejection, whatever it has for a status.
            (None, Some("error")) => "error",
            _ => return None,
        };
        Some(match status {
            "codec_negotiated" | "transfer_initiated" => Answer::Transferred {
                codec: self
                    .codec
                    .as_str()
                    .filter(|c| !c.is_empty())
                    .map(Text::from),
            },
            "codec_unsupported" => {
                let theirs = self.supported.as_array().map_or(&[][..], Vec::as_slice);
                let names = theirs.iter().filter_map(Value::as_str).take(CODECS);
                Answer::Unsupported {
                    supported: names.map(Text::from).collect(),
                }
            }
            other => Answer::Rejected {
                status: Text::from(other),
                reason: self.why(),
            },
        })
    }

    /// Whether it speaks of a rate limit; the contract leaves open in which words.
    fn limited(&self) -> bool {
        let words = [&self.status, &self.code, &self.kind];
        let speaks = |value: &Value| {
            let word = value.as_str().unwrap_or_default();
            let word: String = word
                .chars()
                .take(64)
                .filter(char::is_ascii_alphabetic)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            word.contains("ratelimit") || word.contains("toomanyrequests")
        };
        let code = |value: &Value| value.as_u64() == Some(429) || value.as_str() == Some("429");
        words.into_iter().any(speaks) || code(&self.code) || code(&self.status)
    }

    fn why(&self) -> Text {
        let words = [&self.reason, &self.message];
        let said = words.into_iter().find_map(Value::as_str);
        said.map(Text::from).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(frame: &str) -> Answer {
        match decode(frame) {
            Incoming::Answer(id, answer) if id == "f-1" => answer,
            other => panic!("{frame}: {other:?}"),
        }
    }

    #[test]
    fn both_successes_are_one() {
        for status in ["codec_negotiated", "transfer_initiated"] {
            let frame = format!(r#"{{"id":"f-1","status":"{status}","codec":"opus"}}"#);
            let codec = Some("opus".into());
            assert_eq!(answer(&frame), Answer::Transferred { codec });
        }
        let bare = r#"{"id":"f-1","status":"transfer_initiated"}"#;
        assert_eq!(answer(bare), Answer::Transferred { codec: None });
    }

    #[test]
    fn what_is_supported_is_told_and_anything_else_rejects() {
        let frame = r#"{"id":"f-1","status":"codec_unsupported","supported":["g722",7,"pcmu"]}"#;
        let supported = vec!["g722".into(), "pcmu".into()];
        assert_eq!(answer(frame), Answer::Unsupported { supported });
        let Answer::Rejected { status, reason } =
            answer(r#"{"id":"f-1","status":"busy","reason":"away"}"#)
        else {
            panic!("not rejected");
        };
        assert_eq!((status.raw(), reason.raw()), ("busy", "away"));
    }

    #[test]
    fn a_rate_limit_is_known_in_several_words() {
        for frame in [
            r#"{"id":"f-1","status":"rate_limited","reason":"slow down"}"#,
            r#"{"type":"error","id":"f-1","code":"rate.limit.exceeded","message":"slow down"}"#,
            r#"{"id":"f-1","status":429,"message":"slow down"}"#,
            r#"{"id":"f-1","code":"too_many_requests","reason":"slow down"}"#,
        ] {
            assert_eq!(
                answer(frame),
                Answer::RateLimited("slow down".into()),
                "{frame}"
            );
        }
        let nobody = r#"{"type":"error","code":"rate_limit","message":"slow down"}"#;
        assert_eq!(decode(nobody), Incoming::Busy("slow down".into()));
    }

    #[test]
    fn what_is_no_answer_is_told_safely() {
        for frame in [
            "",
            "[]",
            "{",
            "7",
            r#"{"status":"ok"}"#,
            r#"{"id":"f-1"}"#,
            "\u{1b}[2J",
        ] {
            let Incoming::Unusable(why) = decode(frame) else {
                panic!("{frame}");
            };
            assert!(!why.to_string().contains('\u{1b}'));
        }
        let huge = format!(r#"{{"id":7,"status":"{}"}}"#, "x".repeat(1 << 20));
        assert!(matches!(decode(&huge), Incoming::Unusable(why) if why.raw().len() < 1_000));
    }
}
