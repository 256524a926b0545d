//! What is to be heard and seen after a transfer, and what of it is within the profile's limits (contract §8).

use serde::{Deserialize, Serialize};

use super::Limits;
use crate::model::payload::Fault;
use crate::text::fit;

/// Bits of one sample that codecs are made for.
const BIT_DEPTHS: [u32; 4] = [8, 16, 24, 32];

/// Pixels along one side of a picture: from a thumbnail to 8K.
const SIDE: std::ops::RangeInclusive<u32> = 16..=8_192;

/// Columns of a mistaken value that a message repeats.
const SHOWN: usize = 32;

/// Audio, and video where there is any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaMatrix {
    /// What is heard.
    pub audio: Audio,
    /// What is seen; none for a voice call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<Video>,
}

/// The audio that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audio {
    /// One of the profile's `supported_codecs`.
    pub codec: String,
    /// Thousands of bits a second.
    pub bandwidth_kbps: u32,
    /// Bits of one sample.
    pub bit_depth: u32,
}

/// The video that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// One of the profile's `video_codecs`.
    pub codec: String,
    /// Width and height: `1280x720`.
    pub resolution: String,
    /// Pictures a second.
    pub fps: u32,
}

impl Audio {
    /// The operator's first codec at 64 kbit/s, or at what the profile allows when that is less.
    #[must_use]
    pub fn usual(limits: &Limits) -> Self {
        Self {
            codec: limits.codecs.first().cloned().unwrap_or_default(),
            bandwidth_kbps: limits.max_bandwidth_kbps.min(64),
            bit_depth: 16,
        }
    }

    fn faults(&self, limits: &Limits) -> Vec<Fault> {
        let at = |field: &str| format!("media_matrix.audio.{field}");
        let mut faults = Vec::new();
        if !limits.codecs.contains(&self.codec) {
            faults.push(Fault::new(
                at("codec"),
                no_codec(&self.codec, "audio", &limits.codecs),
            ));
        }
        let most = limits.max_bandwidth_kbps;
        if self.bandwidth_kbps > most {
            let message = format!(
                "{} kbit/s is over this profile's limit of {most} (max_bandwidth_kbps)",
                self.bandwidth_kbps
            );
            faults.push(Fault::new(at("bandwidth_kbps"), message));
        } else if self.bandwidth_kbps == 0 {
            faults.push(Fault::new(
                at("bandwidth_kbps"),
                "at least 1 kbit/s: nothing cannot be heard",
            ));
        }
        if !BIT_DEPTHS.contains(&self.bit_depth) {
            let message = format!("{} bits a sample: 8, 16, 24 or 32", self.bit_depth);
            faults.push(Fault::new(at("bit_depth"), message));
        }
        faults
    }
}

impl Video {
    /// What a first look at video usually asks for, within the limits.
    #[must_use]
    pub fn usual(limits: &Limits) -> Self {
        Self {
            codec: limits.video_codecs.first().cloned().unwrap_or_default(),
            resolution: "1280x720".to_owned(),
            fps: limits.max_fps.min(30),
        }
    }

    fn faults(&self, limits: &Limits) -> Vec<Fault> {
        let at = |field: &str| format!("media_matrix.video.{field}");
        let mut faults = Vec::new();
        if !limits.video_codecs.contains(&self.codec) {
            let message = no_codec(&self.codec, "video", &limits.video_codecs);
            faults.push(Fault::new(at("codec"), message));
        }
        if !is_resolution(&self.resolution) {
            let message = format!(
                "{:?} is no picture size: write 1280x720, each side from {} to {}",
                fit(&self.resolution, SHOWN),
                SIDE.start(),
                SIDE.end()
            );
            faults.push(Fault::new(at("resolution"), message));
        }
        let most = limits.max_fps;
        if self.fps > most {
            let message = format!(
                "{} pictures a second is over this profile's limit of {most} (max_fps)",
                self.fps
            );
            faults.push(Fault::new(at("fps"), message));
        } else if self.fps == 0 {
            faults.push(Fault::new(at("fps"), "at least 1 picture a second"));
        }
        faults
    }
}

impl MediaMatrix {
    /// What of it is beyond the limits; audio and video each on its own.
    #[must_use]
    pub fn faults(&self, limits: &Limits) -> Vec<Fault> {
        let mut faults = self.audio.faults(limits);
        faults.extend(self.video.iter().flat_map(|video| video.faults(limits)));
        faults
    }
}

fn no_codec(codec: &str, what: &str, known: &[String]) -> String {
    let known = known.join(", ");
    if codec.is_empty() {
        return format!("choose the {what} codec: {known}");
    }
    let codec = fit(codec, SHOWN);
    format!("this profile does not support the {what} codec {codec:?}: {known}")
}

fn is_resolution(text: &str) -> bool {
    let side = |digits: &str| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        plain && digits.parse().is_ok_and(|side| SIDE.contains(&side))
    };
    text.split_once('x')
        .is_some_and(|(width, height)| side(width) && side(height))
}
