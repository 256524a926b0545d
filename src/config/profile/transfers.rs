//! What may be asked for in a transfer, and who is told of it: `[profiles.NAME.transfers]` (contract §8).

use toml::Value;

use super::alerts::{self, WebhookAddress};
use super::draft::plain;
use crate::config::reader::{Notes, Section};
use crate::model::transfer::Limits;

/// Transfers of several that are on their way at once, when the profile does not say.
const CONCURRENCY: u32 = 8;
/// More than this is no help to anybody: answers queue on one socket.
const MOST_AT_ONCE: u32 = 64;
/// Codecs of one list, and characters of a codec's name.
const MOST_CODECS: usize = 16;
const LONGEST_CODEC: usize = 32;
/// Uncompressed audio of a whole conference stays below this, in kbit/s.
const MOST_BANDWIDTH: u32 = 100_000;
/// No telephone shows more pictures a second.
const MOST_FPS: u32 = 240;

/// What the profile says of transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferSettings {
    /// What may be asked for.
    pub limits: Limits,
    /// The media server that is told after a transfer; none is nobody.
    pub media_callback: Option<WebhookAddress>,
    /// Transfers of several that are on their way at once.
    pub concurrency: u32,
}

impl Default for TransferSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            media_callback: None,
            concurrency: CONCURRENCY,
        }
    }
}

impl TransferSettings {
    /// What is in force, as `config show` lists it; the callback is masked.
    pub(in crate::config) fn shown(&self) -> Vec<(&'static str, Value)> {
        let number = |n: u32| Value::from(i64::from(n));
        let list = |words: &[String]| Value::from(words.to_vec());
        let callback = self.media_callback.as_ref();
        let callback = callback.map(|to| ("media_callback", Value::from(format!("masked: {to}"))));
        let limits = &self.limits;
        let rest = [
            ("max_bandwidth_kbps", number(limits.max_bandwidth_kbps)),
            ("supported_codecs", list(&limits.codecs)),
            ("video_codecs", list(&limits.video_codecs)),
            ("max_fps", number(limits.max_fps)),
            ("concurrency", number(self.concurrency)),
        ];
        callback.into_iter().chain(rest).collect()
    }
}

/// Reads the table.
pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> TransferSettings {
    let default = TransferSettings::default();
    let limits = Limits {
        max_bandwidth_kbps: from
            .take_as("max_bandwidth_kbps", notes, |n| within(n, MOST_BANDWIDTH))
            .unwrap_or(default.limits.max_bandwidth_kbps),
        codecs: from
            .take_as("supported_codecs", notes, |words: Vec<String>| {
                codecs(words)
            })
            .unwrap_or(default.limits.codecs),
        video_codecs: from
            .take_as("video_codecs", notes, |words: Vec<String>| codecs(words))
            .unwrap_or(default.limits.video_codecs),
        max_fps: from
            .take_as("max_fps", notes, |n| within(n, MOST_FPS))
            .unwrap_or(default.limits.max_fps),
    };
    let read = TransferSettings {
        limits,
        media_callback: from.take_as("media_callback", notes, |text: String| {
            alerts::webhook(&text, "what became of a transfer")
        }),
        concurrency: from
            .take_as("concurrency", notes, |n| within(n, MOST_AT_ONCE))
            .unwrap_or(default.concurrency),
    };
    from.finish(notes);
    read
}

fn within(n: u32, most: u32) -> Result<u32, String> {
    let fits = (1..=most).contains(&n);
    fits.then_some(n)
        .ok_or_else(|| format!("from 1 to {most}, not {n}"))
}

/// Codecs by name, the best liked first; the wire spells them in lower case.
fn codecs(words: Vec<String>) -> Result<Vec<String>, String> {
    if words.is_empty() || words.len() > MOST_CODECS {
        return Err(format!("1 to {MOST_CODECS} codecs, the best liked first"));
    }
    let mut codecs: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        plain(&word, LONGEST_CODEC)?;
        let codec = word.to_lowercase();
        if codecs.contains(&codec) {
            return Err(format!("{codec} is there twice"));
        }
        codecs.push(codec);
    }
    Ok(codecs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_a_list_in_order_without_doubles() {
        let read = |words: &[&str]| codecs(words.iter().map(|w| (*w).to_owned()).collect());
        assert_eq!(
            read(&["PCMU", "opus"]),
            Ok(vec!["pcmu".into(), "opus".into()])
        );
        assert!(read(&[]).is_err());
        assert!(read(&["opus", "OPUS"]).unwrap_err().contains("twice"));
        assert!(read(&["a\u{1b}b"]).is_err());
        assert!(read(&["x"; 17]).is_err());
    }

    #[test]
    fn limits_have_limits() {
        assert_eq!(within(8, 64), Ok(8));
        assert!(within(0, 64).is_err() && within(65, 64).unwrap_err().contains("65"));
    }
}
