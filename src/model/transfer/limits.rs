//! What a profile allows to be asked for (contract §8), and the order in which its operator likes codecs.

/// The constraints of a profile. They are checked before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most audio, in kbit/s.
    pub max_bandwidth_kbps: u32,
    /// Audio codecs, the best liked first: the order in which a fallback chooses.
    pub codecs: Vec<String>,
    /// Video codecs, the best liked first.
    pub video_codecs: Vec<String>,
    /// The most pictures a second.
    pub max_fps: u32,
}

impl Default for Limits {
    /// The contract's own (§8); it names no video codecs, so those of §7.
    fn default() -> Self {
        let words = |words: [&str; 3]| words.map(str::to_owned).to_vec();
        Self {
            max_bandwidth_kbps: 128,
            codecs: words(["opus", "g722", "pcmu"]),
            video_codecs: words(["h264", "vp8", "vp9"]),
            max_fps: 30,
        }
    }
}

impl Limits {
    /// The codec to fall back to after `refused` was not supported: the best liked that the other side has too; where it does
    /// not say which ones it has, the next of ours (contract §8).
    #[must_use]
    pub fn fallback<'a>(&'a self, refused: &str, supported: &[impl AsRef<str>]) -> Option<&'a str> {
        let theirs = |codec: &&String| {
            supported
                .iter()
                .any(|one| one.as_ref().eq_ignore_ascii_case(codec))
        };
        let mut common = self
            .codecs
            .iter()
            .filter(|codec| !codec.eq_ignore_ascii_case(refused));
        if supported.is_empty() {
            let refused = self
                .codecs
                .iter()
                .position(|codec| codec.eq_ignore_ascii_case(refused));
            let next = self.codecs.get(refused.map_or(0, |at| at + 1));
            return next.map(String::as_str);
        }
        common.find(theirs).map(String::as_str)
    }
}
