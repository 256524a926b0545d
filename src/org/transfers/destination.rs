//! Where a transfer may go, and what waits there: the codecs each destination has, and the ways some of them misbehave.

use std::fmt::Write as _;

use crate::org::interactions::Participant;

/// What nearly everyone speaks, best first.
const USUAL: &[&str] = &["opus", "g722", "pcmu", "pcma"];
/// What the telephone network speaks.
const TELEPHONE: &[&str] = &["pcmu", "pcma"];
const VIDEO: &[&str] = &["h264", "vp8"];
const NO_VIDEO: &[&str] = &[];

/// How a destination behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::org) enum Behaviour {
    Usual,
    /// Takes some seconds.
    Slow,
    /// Takes longer than a client waits.
    Late,
    Rejects,
    /// Takes the transfer and says nothing.
    Silent,
    /// Does nothing and says nothing.
    Deaf,
    /// Is over the rate limit for the first two attempts of an interaction.
    Limited,
    /// Closes the socket with 1008 for the first two attempts of an interaction.
    Closes,
    /// Takes the transfer and cuts the connection.
    Cuts,
}

/// What the beginning of an id means, for people, queues and flows alike.
#[rustfmt::skip] // A table: one a line.
const PREFIXES: [(&str, Behaviour, &[&str], &str); 11] = [
    ("slow-", Behaviour::Slow, USUAL, "answers after 3 s (10 times transfer-ms, when that is set)"),
    ("late-", Behaviour::Late, USUAL, "moves and answers after 12 s (40 times transfer-ms)"),
    ("reject-", Behaviour::Rejects, USUAL, "rejects"),
    ("silent-", Behaviour::Silent, USUAL, "moves and never answers"),
    ("deaf-", Behaviour::Deaf, USUAL, "does nothing and never answers"),
    ("rate-limited-", Behaviour::Limited, USUAL, "is over its limit twice, then takes it"),
    ("close-", Behaviour::Closes, USUAL, "closes the socket with 1008 twice, then takes it"),
    ("cut-", Behaviour::Cuts, USUAL, "moves and cuts the connection"),
    ("opus-only-", Behaviour::Usual, &["opus"], "has opus and nothing else"),
    ("g722-", Behaviour::Usual, &["g722"], "has G.722 and nothing else"),
    ("unsupported-", Behaviour::Usual, &["amr-wb"], "has no codec that anyone has"),
];

/// A place that a transfer may go to.
#[derive(Clone, Debug)]
pub(in crate::org) struct Destination {
    pub(in crate::org) to: Participant,
    pub(in crate::org) manner: Behaviour,
    pub(super) audio: &'static [&'static str],
    pub(super) video: &'static [&'static str],
}

impl Destination {
    /// `genesys://user|queue|flow/ID`, `sip:` or `tel:`; none when it is nothing of the kind.
    pub(in crate::org) fn of(uri: &str) -> Option<Self> {
        if let Some(path) = uri.strip_prefix("genesys://") {
            let (kind, id) = path.split_once('/')?;
            let to = match (kind, id) {
                (_, "") => return None,
                ("user", id) => Participant::agent(id),
                ("queue", id) => Participant::queue(id),
                ("flow", id) => Participant::flow(id),
                _ => return None,
            };
            let special = PREFIXES.iter().find(|(prefix, ..)| id.starts_with(prefix));
            let (manner, audio) = special
                .map_or((Behaviour::Usual, USUAL), |(_, manner, audio, _)| {
                    (*manner, *audio)
                });
            let video = VIDEO;
            return Some(Self {
                to,
                manner,
                audio,
                video,
            });
        }
        let (scheme, rest) = uri.split_once(':')?;
        let (audio, video) = match scheme {
            "sip" => (USUAL, VIDEO),
            "tel" => (TELEPHONE, NO_VIDEO),
            _ => return None,
        };
        (!rest.is_empty()).then(|| Self {
            to: Participant::external(uri),
            manner: Behaviour::Usual,
            audio,
            video,
        })
    }
}

/// The codec as this side spells it, when it is among those.
pub(super) fn among(codecs: &'static [&'static str], wanted: &str) -> Option<&'static str> {
    codecs
        .iter()
        .copied()
        .find(|codec| codec.eq_ignore_ascii_case(wanted))
}

/// What one that has not the wanted codec has instead.
pub(super) fn all_but(wanted: &str) -> &'static [&'static str] {
    match USUAL
        .iter()
        .position(|codec| codec.eq_ignore_ascii_case(wanted))
    {
        Some(0) => &USUAL[1..],
        Some(1) => &["opus", "pcmu", "pcma"],
        _ => &["opus", "g722"],
    }
}

/// The destinations that behave, one a line, for the help of the commands that start an organisation.
pub(in crate::org) fn help() -> String {
    let mut text = "Transfers to genesys://user/ID, where the ID begins with:".to_owned();
    for (prefix, _, _, means) in PREFIXES {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {prefix:<15} {means}");
    }
    text + "\ntel: has PCMU and PCMA only, and no video."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_destination() {
        for (uri, manner) in [
            ("genesys://user/agent-id-98765", Behaviour::Usual),
            ("genesys://user/slow-1", Behaviour::Slow),
            ("genesys://queue/silent-2", Behaviour::Silent),
            ("genesys://flow/close-3", Behaviour::Closes),
            ("sip:slow-ana@example.com", Behaviour::Usual),
            ("tel:+14155550100", Behaviour::Usual),
        ] {
            assert_eq!(Destination::of(uri).unwrap().manner, manner, "{uri}");
        }
        for uri in [
            "",
            "genesys://user/",
            "genesys://user",
            "genesys://team/x",
            "sip:",
            "mailto:x@y",
            "agent-1",
        ] {
            assert!(Destination::of(uri).is_none(), "{uri}");
        }
    }

    #[test]
    fn what_is_left_never_has_the_codec_that_was_asked_for() {
        for codec in ["opus", "OPUS", "g722", "pcmu", "pcma", "amr"] {
            assert!(among(all_but(codec), codec).is_none(), "{codec}");
        }
    }

    #[test]
    fn the_help_fits_a_terminal() {
        let help = help();
        assert_eq!(help.lines().count(), PREFIXES.len() + 2);
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{help}"
        );
    }
}
