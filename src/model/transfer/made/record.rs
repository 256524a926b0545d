//! A transfer for other programs: what copies, exports and the command line print.

use serde::Serialize;

use super::{Callback, Made};
use crate::text::Text;

/// A transfer as JSON, byte-true.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferRecord<'a> {
    interaction_id: &'a str,
    destination_uri: &'a str,
    state: &'static str,
    /// Why it is not done.
    why: Option<&'a str>,
    /// None where no codec can be asked for.
    codec_asked: Option<&'a str>,
    codec_settled: Option<&'a str>,
    /// From frame to answer; none when there was no answer.
    latency_ms: Option<f64>,
    retries: u32,
    frame_id: Option<&'a str>,
    tls: Option<&'a str>,
    /// `told`, or why not; none when nobody is to be told.
    media_server: Option<&'a str>,
    operator: &'a str,
}

impl<'a> From<&'a Made> for TransferRecord<'a> {
    fn from(made: &'a Made) -> Self {
        let filled = |text: &'a Text| Some(text.raw()).filter(|raw| !raw.is_empty());
        Self {
            interaction_id: made.interaction.raw(),
            destination_uri: made.destination.uri(),
            state: made.phase.word(),
            why: filled(&made.why),
            codec_asked: made.request.codec(),
            codec_settled: made.settled.as_ref().map(Text::raw),
            latency_ms: made.latency_us.map(|us| us as f64 / 1_000.0),
            retries: made.retries,
            frame_id: filled(&made.frame),
            tls: filled(&made.security),
            media_server: match &made.callback {
                Callback::None => None,
                Callback::Telling => Some("telling"),
                Callback::Told => Some("told"),
                Callback::Failed(why) => Some(why.raw()),
            },
            operator: made.operator.raw(),
        }
    }
}
