//! The frames of contract §8: what a client may say, and what it is told.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::json;

/// What a transfer frame is called.
const TYPE: &str = "interaction.transfer";

/// One transfer that was asked for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TransferFrame {
    r#type: String,
    pub(super) id: String,
    pub(super) interaction_id: String,
    pub(super) destination_uri: String,
    #[serde(rename = "media_matrix")]
    pub(super) media: MediaOffer,
    /// Only read; the organisation goes by its own clock.
    #[serde(rename = "timestamp")]
    _timestamp: String,
    #[serde(default)]
    triggers: FrameTriggers,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct MediaOffer {
    pub(super) audio: Audio,
    pub(super) video: Option<Video>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Audio {
    pub(super) codec: String,
    bandwidth_kbps: f64,
    bit_depth: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Video {
    pub(super) codec: String,
    resolution: String,
    fps: f64,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct FrameTriggers {
    #[serde(default)]
    codec_negotiation: bool,
    #[serde(default, rename = "format_verification")]
    _format_verification: bool,
}

impl TransferFrame {
    /// Reads a frame, or makes the answer that tells what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, TransferAnswer> {
        let frame: Self = json::read(text.as_bytes())
            .map_err(|misfit| TransferAnswer::invalid(id_of(text), misfit.to_string()))?;
        match frame.fault() {
            None => Ok(frame),
            Some(reason) => Err(TransferAnswer::invalid(Some(frame.id), reason)),
        }
    }

    fn fault(&self) -> Option<String> {
        let (audio, video) = (&self.media.audio, self.media.video.as_ref());
        let rules = [
            (self.r#type == TYPE, "type: interaction.transfer"),
            (!self.id.is_empty(), "id: not empty"),
            (!self.interaction_id.is_empty(), "interaction_id: not empty"),
            (
                audio.bandwidth_kbps > 0.0,
                "media_matrix.audio.bandwidth_kbps: over 0",
            ),
            (
                audio.bit_depth > 0.0,
                "media_matrix.audio.bit_depth: over 0",
            ),
            (
                video.is_none_or(|video| video.fps > 0.0),
                "media_matrix.video.fps: over 0",
            ),
            (
                video.is_none_or(|video| is_resolution(&video.resolution)),
                "media_matrix.video.resolution: WIDTHxHEIGHT",
            ),
        ];
        let broken = rules.into_iter().find(|(holds, _)| !holds);
        broken.map(|(_, rule)| rule.to_owned())
    }

    /// Whether a codec is to be settled on with the other side.
    pub(super) const fn negotiates(&self) -> bool {
        self.triggers.codec_negotiation
    }
}

fn is_resolution(text: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().is_ok_and(|number| number > 0);
    text.split_once('x')
        .is_some_and(|(width, height)| number(width) && number(height))
}

/// The id of a frame that cannot be read otherwise, when it has one.
fn id_of(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    Some(frame.get("id")?.as_str()?.to_owned())
}

/// What is said to a frame.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TransferAnswer {
    /// Null where the frame's cannot be read.
    id: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) codec: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supported: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

impl TransferAnswer {
    fn bare(frame: &TransferFrame, status: &'static str) -> Self {
        Self {
            id: Some(frame.id.clone()),
            status,
            codec: None,
            supported: None,
            reason: None,
        }
    }

    fn invalid(id: Option<String>, reason: String) -> Self {
        Self {
            id,
            status: "invalid_request",
            codec: None,
            supported: None,
            reason: Some(reason),
        }
    }

    /// It is done, with this codec.
    pub(super) fn done(frame: &TransferFrame, codec: &'static str) -> Self {
        let status = if frame.negotiates() {
            "codec_negotiated"
        } else {
            "transfer_initiated"
        };
        Self {
            codec: Some(codec),
            ..Self::bare(frame, status)
        }
    }

    /// The other side has these codecs, and not the one that was asked for.
    pub(super) fn unsupported(frame: &TransferFrame, supported: &'static [&'static str]) -> Self {
        Self {
            supported: Some(supported),
            ..Self::bare(frame, "codec_unsupported")
        }
    }

    /// Nothing was done.
    pub(super) fn refused(
        frame: &TransferFrame,
        status: &'static str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::bare(frame, status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"type":"interaction.transfer","id":"f-1","interaction_id":"interaction-12345-abcde",
        "destination_uri":"genesys://user/agent-id-98765","media_matrix":{"audio":{"codec":"opus","bandwidth_kbps":64,"bit_depth":16},
        "video":{"codec":"h264","resolution":"1280x720","fps":30}},"timestamp":"2026-06-15T14:00:00Z",
        "triggers":{"codec_negotiation":true,"format_verification":true}}"#;

    #[test]
    fn the_contract_s_frame_is_read() {
        let frame = TransferFrame::parse(GOOD).unwrap();
        assert!(frame.negotiates());
        assert_eq!(
            (frame.id.as_str(), frame.media.audio.codec.as_str()),
            ("f-1", "opus")
        );
        assert_eq!(frame.media.video.unwrap().codec, "h264");
    }

    #[test]
    fn what_is_wrong_is_told_to_the_frame() {
        for (from, to, told) in [
            ("interaction.transfer", "interaction.join", "type: "),
            (
                r#""codec":"opus","#,
                "",
                "media_matrix.audio: missing field `codec`",
            ),
            (
                r#""fps":30"#,
                r#""fps":"30""#,
                "media_matrix.video.fps: invalid type",
            ),
            (
                r#""fps":30"#,
                r#""fps":0"#,
                "media_matrix.video.fps: over 0",
            ),
            ("1280x720", "1280", "media_matrix.video.resolution"),
            (
                r#""bandwidth_kbps":64"#,
                r#""bandwidth_kbps":-1"#,
                "bandwidth_kbps: over 0",
            ),
        ] {
            let answer = TransferFrame::parse(&GOOD.replace(from, to)).unwrap_err();
            assert_eq!(answer.id.as_deref(), Some("f-1"));
            assert_eq!(answer.status, "invalid_request");
            let reason = answer.reason.unwrap();
            assert!(reason.contains(told), "{reason}");
        }
        for nonsense in ["", "[]", "{", r#"{"id":7}"#, r#"{"id":"#] {
            assert_eq!(
                TransferFrame::parse(nonsense).unwrap_err().id,
                None,
                "{nonsense}"
            );
        }
    }
}
