//! One message, as far as a ladder tells it (RFC 3261 §7): its first line, which call and transaction it is of, and whom it names.

use super::sdp::{self, SdpMedia};
use super::{Captured, Text};
use crate::text::fit;

/// Bytes of a field that are kept; whoever writes longer ones is shown in the message itself.
const LONGEST: usize = 256;

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SipFirst {
    /// Something is asked (RFC 3261 §7.1).
    Request {
        /// The method.
        method: Text,
        /// Where to.
        uri: Text,
    },
    /// Something is answered (§7.2).
    Response {
        /// From 100 to 699.
        status: u16,
        /// In words, which say no more than the status.
        reason: Text,
    },
    /// Neither, as it begins.
    Other(Text),
}

impl SipFirst {
    /// Reads a first line.
    pub(super) fn read(line: &str) -> Self {
        let line = line.trim();
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (first, second, third) = (word(), word(), word());
        let is_version = |word: &str| {
            let begins = word.get(..4);
            begins.is_some_and(|begins| begins.eq_ignore_ascii_case("SIP/"))
        };
        if is_version(first)
            && let Ok(status @ 100..=699) = second.parse::<u16>()
        {
            let reason = kept(third.trim());
            return Self::Response { status, reason };
        }
        if is_version(third) && !first.is_empty() {
            let (method, uri) = (kept(first), kept(second));
            return Self::Request { method, uri };
        }
        Self::Other(kept(line))
    }

    /// What whoever recorded it says that it is, where there is no message.
    fn told(one: &Captured) -> Self {
        match one.method.raw().trim().parse::<u16>() {
            Ok(status @ 100..=699) => Self::Response {
                status,
                reason: kept(one.reason.raw()),
            },
            _ => Self::Request {
                method: kept(one.method.raw()),
                uri: kept(one.uri.raw()),
            },
        }
    }

    /// Whether it is a request of that method.
    #[must_use]
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Request { method, .. } if method.raw() == wanted)
    }

    /// The status, where it is a response.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Response { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether it says that something was not done, and not that it has to be asked with a password first (401, 407).
    #[must_use]
    pub const fn refuses(&self) -> bool {
        matches!(self.status(), Some(400..=699)) && !self.challenges()
    }

    /// Whether it asks for a password (RFC 3261 §22).
    #[must_use]
    pub const fn challenges(&self) -> bool {
        matches!(self.status(), Some(401 | 407))
    }

    /// The method, or the status with its words; raw.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Request { method, .. } => method.raw().to_owned(),
            Self::Response { status, reason } => {
                format!("{status} {}", reason.raw()).trim_end().to_owned()
            }
            Self::Other(line) => line.raw().to_owned(),
        }
    }

    /// The line; raw.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Request { method, uri } => format!("{} {} SIP/2.0", method.raw(), uri.raw()),
            Self::Response { .. } => format!("SIP/2.0 {}", self.words()),
            Self::Other(line) => line.raw().to_owned(),
        }
    }
}

/// A message with what was recorded beside it.
pub(super) struct Raw<'a> {
    one: &'a Captured,
    pub(super) first: SipFirst,
    /// The lines between the first one and the empty one.
    head: &'a str,
    body: &'a str,
}

impl<'a> Raw<'a> {
    pub(super) fn of(one: &'a Captured) -> Self {
        // Empty lines before a message are allowed (RFC 3261 §7.5).
        let text = one.text.raw().trim_start_matches(['\r', '\n']);
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (head, body) = halves(rest);
        let first = if line.trim().is_empty() {
            SipFirst::told(one)
        } else {
            SipFirst::read(line)
        };
        Self {
            one,
            first,
            head,
            body,
        }
    }

    pub(super) fn call_id(&self) -> Text {
        self.or("call-id", "i", &self.one.call_id)
    }

    pub(super) fn cseq(&self) -> Text {
        // However many spaces are between its number and its method, it is the same one.
        let told = self.header("cseq", "").map(|value| {
            let words: Vec<&str> = value.split_ascii_whitespace().take(2).collect();
            kept(&words.join(" "))
        });
        told.unwrap_or_else(|| self.one.cseq.clone())
    }

    /// The branch of the hop that the message was on: that of its first Via.
    pub(super) fn branch(&self) -> Text {
        let told = self.header("via", "v").and_then(|value| {
            let first = value.split(',').next()?.to_owned();
            let mut parameters = first.split(';').skip(1);
            parameters.find_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("branch")
                    .then(|| kept(value.trim()))
            })
        });
        told.unwrap_or_else(|| self.one.branch.clone())
    }

    /// Whom it says it is from, as `user@host`.
    pub(super) fn from(&self) -> Text {
        let named = self.header("from", "f").map(|value| kept(&address(&value)));
        let named = named.filter(|named| !named.is_empty());
        named.unwrap_or_else(|| self.one.from.clone())
    }

    /// Whom it is for.
    pub(super) fn to(&self) -> Text {
        let named = self.header("to", "t").map(|value| kept(&address(&value)));
        let named = named.filter(|named| !named.is_empty());
        named.unwrap_or_else(|| self.one.to.clone())
    }

    /// Who called and who was called: the users alone, where the addresses have one.
    pub(super) fn callers(&self) -> Option<(Text, Text)> {
        let user = |address: &Text| {
            let address = address.raw();
            kept(address.split_once('@').map_or(address, |(user, _)| user))
        };
        let (from, to) = (user(&self.from()), user(&self.to()));
        (!from.is_empty() && !to.is_empty()).then_some((from, to))
    }

    pub(super) fn media(&self) -> Vec<SdpMedia> {
        sdp::media(self.body)
    }

    fn or(&self, long: &str, short: &str, recorded: &Text) -> Text {
        let told = self.header(long, short).map(|value| kept(&value));
        told.unwrap_or_else(|| recorded.clone())
    }

    /// The first value of a header, by its long or its compact name (RFC 3261 §7.3.3), with the lines that it goes on in (§7.3.1).
    fn header(&self, long: &str, short: &str) -> Option<String> {
        let mut lines = self.head.lines();
        let found = lines.by_ref().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = name.trim_end();
            let is = |wanted: &str| !wanted.is_empty() && name.eq_ignore_ascii_case(wanted);
            (is(long) || is(short)).then(|| value.trim().to_owned())
        });
        let mut value = found?;
        for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
            if value.len() > LONGEST {
                break;
            }
            value.push(' ');
            value.push_str(line.trim());
        }
        Some(value)
    }
}

/// What stands before the first empty line, and what behind it.
fn halves(text: &str) -> (&str, &str) {
    // A message without headers begins with its empty line.
    for begin in ["\r\n", "\n"] {
        if let Some(body) = text.strip_prefix(begin) {
            return ("", body);
        }
    }
    let ends = ["\r\n\r\n", "\n\n"].into_iter();
    let ends = ends.filter_map(|end| text.split_once(end));
    ends.min_by_key(|(head, _)| head.len())
        .unwrap_or((text, ""))
}

/// The address of a From or To: `user@host` without name, scheme and parameters (RFC 3261 §20.10).
fn address(value: &str) -> String {
    let (rest, ends): (&str, &[char]) = match value.rsplit_once('<') {
        Some((_, rest)) => (rest, &['>', ';', '?']),
        None => (value, &[';']),
    };
    let bare = rest.split(ends).next().unwrap_or_default().trim();
    let schemes = ["sip:", "sips:", "tel:"].into_iter();
    let mut bares = schemes.filter_map(|scheme| {
        let begins = bare.get(..scheme.len())?;
        begins
            .eq_ignore_ascii_case(scheme)
            .then(|| &bare[scheme.len()..])
    });
    bares.next().unwrap_or(bare).to_owned()
}

/// A field, as much of it as is kept.
fn kept(field: &str) -> Text {
    if field.len() <= LONGEST {
        return Text::from(field);
    }
    Text::from(fit(field, LONGEST).into_owned())
}
