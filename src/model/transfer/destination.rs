//! Where a transfer goes: `genesys://user|queue|flow/ID`, `sip:` or `tel:` (contract §8).

use std::fmt;

use url::Host;

use crate::text::{fit, is_plain};

/// Characters of a whole destination.
const LONGEST: usize = 512;

/// Columns of a mistaken destination that a message repeats.
const SHOWN: usize = 60;

/// Digits of a telephone number (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 3..=15;

/// Digits of a number that stay readable where it is masked.
const READABLE: usize = 4;

/// What a destination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DestinationKind {
    /// A person of the organisation.
    User,
    /// A queue of the organisation.
    Queue,
    /// A flow of the organisation.
    Flow,
    /// A SIP address.
    Sip,
    /// A telephone number.
    Tel,
}

impl DestinationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::User, Self::Queue, Self::Flow, Self::Sip, Self::Tel];

    /// What a destination of this kind begins with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::User => "genesys://user/",
            Self::Queue => "genesys://queue/",
            Self::Flow => "genesys://flow/",
            Self::Sip => "sip:",
            Self::Tel => "tel:",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Queue => "queue",
            Self::Flow => "flow",
            Self::Sip => "sip",
            Self::Tel => "tel",
        }
    }
}

/// A destination that was checked; safe to show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    kind: DestinationKind,
    uri: String,
}

impl Destination {
    /// Checks a URI; the error says what would be right.
    pub fn parse(uri: &str) -> Result<Self, String> {
        if uri.is_empty() {
            return Err("name the destination: genesys://user/ID, genesys://queue/ID, genesys://flow/ID, sip:… or tel:+…".to_owned());
        }
        if uri.len() > LONGEST {
            return Err(format!("a destination has at most {LONGEST} characters"));
        }
        if !is_plain(uri) || uri.contains(char::is_whitespace) {
            return Err(
                "a destination has no spaces or characters that cannot be shown".to_owned(),
            );
        }
        let known = DestinationKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, uri.strip_prefix(kind.prefix())?)));
        let Some((kind, rest)) = known else {
            return Err(unknown(uri));
        };
        match kind {
            DestinationKind::User | DestinationKind::Queue | DestinationKind::Flow => {
                id(kind, rest)?;
            }
            DestinationKind::Sip => sip(rest)?,
            DestinationKind::Tel => tel(rest)?,
        }
        Ok(Self {
            kind,
            uri: uri.to_owned(),
        })
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> DestinationKind {
        self.kind
    }

    /// As it is sent.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// What follows the kind: the id, the address or the number.
    #[must_use]
    pub fn id(&self) -> &str {
        self.uri.get(self.kind.prefix().len()..).unwrap_or_default()
    }

    /// As logs and the audit may have it: a telephone number, wherever it stands, keeps its last digits only (contract §11).
    #[must_use]
    pub fn masked(&self) -> String {
        let prefix = self.kind.prefix();
        let rest = self.id();
        let (number, after) = match self.kind {
            DestinationKind::Tel => (rest, ""),
            DestinationKind::Sip => {
                let at = rest.find('@').unwrap_or(0);
                rest.split_at_checked(at).unwrap_or((rest, ""))
            }
            _ => return self.uri.clone(),
        };
        if digits(number) <= READABLE {
            return self.uri.clone();
        }
        format!("{prefix}{}{after}", masked(number))
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.uri)
    }
}

fn unknown(uri: &str) -> String {
    let shown = fit(uri, SHOWN);
    if let Some(rest) = uri.strip_prefix("genesys://") {
        let word = rest.split('/').next().unwrap_or_default();
        let word = fit(word, SHOWN);
        return format!(
            "{word:?} is no kind of destination: genesys://user/ID, genesys://queue/ID or genesys://flow/ID"
        );
    }
    format!(
        "{shown:?} is no destination: it begins with genesys://user/, genesys://queue/, genesys://flow/, sip: or tel:"
    )
}

/// The id of somebody or something in the organisation: one segment of a path.
fn id(kind: DestinationKind, id: &str) -> Result<(), String> {
    let word = kind.word();
    if id.is_empty() {
        return Err(format!(
            "the id of the {word} is missing after {}",
            kind.prefix()
        ));
    }
    let fits = |c: char| c.is_alphanumeric() || "-._~%:@+".contains(c);
    match id.chars().find(|c| !fits(*c)) {
        Some(c) => Err(format!("{c:?} cannot stand in the id of a {word}")),
        None => Ok(()),
    }
}

/// `sip:[user@]host[:port]`, with parameters after it (RFC 3261 §19.1.1); no headers and no password.
fn sip(rest: &str) -> Result<(), String> {
    let shape = "write sip:user@host or sip:user@host:port";
    if rest.contains('?') {
        return Err(
            "a SIP destination carries no headers: leave out what follows the ?".to_owned(),
        );
    }
    let (user, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    if user.contains(':') {
        return Err("a SIP destination carries no password".to_owned());
    }
    if rest.starts_with('@') {
        return Err(format!("the user before the @ is missing: {shape}"));
    }
    let address = address.split(';').next().unwrap_or_default();
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !address.ends_with(']') => (host, Some(port)),
        _ => (address, None),
    };
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Err(format!("the port is a number from 1 to 65535: {shape}"));
    }
    match Host::parse(host) {
        Ok(_) => Ok(()),
        Err(_) if host.is_empty() => Err(format!("the host is missing: {shape}")),
        Err(error) => Err(format!(
            "{:?} is not a host ({error}): {shape}",
            fit(host, SHOWN)
        )),
    }
}

/// A global number (RFC 3966 §3): a plus sign and digits, with visual separators.
fn tel(rest: &str) -> Result<(), String> {
    let Some(number) = rest.strip_prefix('+') else {
        return Err("a number begins with + and its country: tel:+14155550199".to_owned());
    };
    if let Some(c) = number
        .chars()
        .find(|c| !c.is_ascii_digit() && !"-.()".contains(*c))
    {
        return Err(format!("{c:?} cannot stand in a number: tel:+14155550199"));
    }
    if !DIGITS.contains(&digits(number)) {
        return Err(format!(
            "a number has {} to {} digits, and this one has {}",
            DIGITS.start(),
            DIGITS.end(),
            digits(number)
        ));
    }
    Ok(())
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Every digit but the last ones as a bullet.
fn masked(number: &str) -> String {
    let mut hide = digits(number).saturating_sub(READABLE);
    let mask = |c: char| {
        if c.is_ascii_digit() && hide > 0 {
            hide -= 1;
            return '•';
        }
        c
    };
    number.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read() {
        for (uri, kind) in [
            ("genesys://user/agent-id-98765", DestinationKind::User),
            ("genesys://queue/7f3a.b~c", DestinationKind::Queue),
            ("genesys://flow/f_1", DestinationKind::Flow),
            ("sip:ana@example.com", DestinationKind::Sip),
            ("sip:example.com:5061;transport=tls", DestinationKind::Sip),
            ("sip:ana@[2001:db8::1]:5061", DestinationKind::Sip),
            ("tel:+1-415-555-0199", DestinationKind::Tel),
        ] {
            let read = Destination::parse(uri).map(|to| to.kind());
            assert_eq!(read, Ok(kind), "{uri}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_message() {
        let mistakes = [
            ("", "name the destination"),
            ("https://example.com", "is no destination"),
            ("genesys://site/x", "\"site\" is no kind"),
            ("genesys://user/", "the id of the user is missing"),
            ("genesys://queue/a/b", "'/' cannot stand"),
            ("sip:", "the host is missing"),
            ("sip:@example.com", "the user before the @"),
            ("sip:ana:secret@example.com", "no password"),
            ("sip:ana@example.com?subject=x", "no headers"),
            ("sip:ana@example.com:0", "the port is"),
            ("sip:ana@exa<mple", "is not a host"),
            ("tel:4155550199", "begins with +"),
            ("tel:+1415555019x", "'x' cannot stand"),
            ("tel:+12", "3 to 15 digits, and this one has 2"),
            ("genesys://user/a b", "no spaces"),
            ("genesys://user/a\u{202e}b", "cannot be shown"),
        ];
        for (uri, words) in mistakes {
            let told = Destination::parse(uri).unwrap_err();
            assert!(told.contains(words), "{uri}: {told}");
        }
        assert!(Destination::parse(&format!("sip:{}", "a".repeat(600))).is_err());
    }

    #[test]
    fn a_number_is_masked_and_an_id_is_not() {
        let masked = |uri: &str| Destination::parse(uri).unwrap().masked();
        assert_eq!(masked("tel:+1-415-555-0199"), "tel:+•-•••-•••-0199");
        assert_eq!(
            masked("sip:+14155550199@example.com"),
            "sip:+•••••••0199@example.com"
        );
        assert_eq!(masked("sip:ana@example.com"), "sip:ana@example.com");
        assert_eq!(masked("genesys://user/98765432"), "genesys://user/98765432");
    }
}
