//! What a TLS handshake showed of its peer (contract §4).

use serde::{Serialize, Serializer};

use super::Grade;
use crate::text::Text;
use crate::time::Millis;

/// A handshake and the certificates that were shown in it, accepted or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// What to make of it.
    pub verdict: TlsVerdict,
    /// The verdict as a sentence: what was tried, on what, why, and what to do.
    pub reason: Text,
    /// The address that was connected to; none when there was no connection.
    pub peer: Option<std::net::SocketAddr>,
    /// The protocol that was agreed on, such as `TLS 1.3`; none when the handshake did not get that far.
    pub version: Option<Text>,
    /// The cipher suite that was agreed on, by its IANA name; none when the handshake did not get that far.
    pub cipher: Option<Text>,
    /// Whole days until the peer's own certificate ends, at the time of the probe; negative once it has.
    pub days_left: Option<i64>,
    /// The peer's own certificate, then what it sent of those above it; reported also when it is refused.
    pub chain: Vec<Certificate>,
    /// Certificates that were sent beyond those kept in [`Self::chain`].
    pub chain_dropped: usize,
}

impl Tls {
    /// The peer's own certificate.
    #[must_use]
    pub fn leaf(&self) -> Option<&Certificate> {
        self.chain.first()
    }
}

/// What to make of a peer, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVerdict {
    /// No connection, or nothing there that speaks TLS.
    Unreachable,
    /// Its certificate's time is over.
    Expired,
    /// Its certificate cannot be believed.
    Untrusted(Distrust),
    /// It speaks nothing newer than TLS 1.1.
    ProtocolTooOld,
    /// It ended the handshake itself, for example because it wants a client certificate.
    Refused,
    /// Accepted, and within the threshold of its end, or with a certificate above it whose time is over.
    Expiring,
    /// Accepted.
    Valid,
}

/// Why a certificate cannot be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distrust {
    /// Issued by an authority that neither the machine nor the profile trusts.
    UnknownCa,
    /// Trusted, and for somebody else.
    WrongName,
    /// Vouched for by nobody but itself.
    SelfSigned,
    /// Sent alone, without that of its issuer, which is not trusted either.
    IssuerNotSent,
    /// An authority's certificate in a server's place.
    AuthoritysOwn,
    /// Anything else; the reason says what.
    Other,
}

impl TlsVerdict {
    /// Every verdict, worst first.
    pub const ALL: [Self; 12] = [
        Self::Unreachable,
        Self::Expired,
        Self::Untrusted(Distrust::UnknownCa),
        Self::Untrusted(Distrust::WrongName),
        Self::Untrusted(Distrust::SelfSigned),
        Self::Untrusted(Distrust::IssuerNotSent),
        Self::Untrusted(Distrust::AuthoritysOwn),
        Self::Untrusted(Distrust::Other),
        Self::ProtocolTooOld,
        Self::Refused,
        Self::Expiring,
        Self::Valid,
    ];

    /// The word on screen, in filters and in exports; distrust is told with its kind by [`Self::detail`].
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Expired => "expired",
            Self::Untrusted(_) => "untrusted",
            Self::ProtocolTooOld => "protocol too old",
            Self::Refused => "refused",
            Self::Expiring => "expiring",
            Self::Valid => "valid",
        }
    }

    /// The word with the kind of distrust, such as `untrusted: wrong name`.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Untrusted(Distrust::UnknownCa) => "untrusted: unknown CA",
            Self::Untrusted(Distrust::WrongName) => "untrusted: wrong name",
            Self::Untrusted(Distrust::SelfSigned) => "untrusted: self-signed",
            Self::Untrusted(Distrust::IssuerNotSent) => "untrusted: issuer not sent",
            Self::Untrusted(Distrust::AuthoritysOwn) => "untrusted: CA as server",
            other => other.word(),
        }
    }

    /// Whether the standard verifier accepted the peer in a full handshake.
    #[must_use]
    pub const fn accepted(self) -> bool {
        matches!(self, Self::Valid | Self::Expiring)
    }

    pub(super) const fn grade(self) -> Grade {
        match self {
            Self::Unreachable => Grade::Unreachable,
            Self::Expiring => Grade::Warning,
            Self::Valid => Grade::Good,
            _ => Grade::Bad,
        }
    }
}

impl Serialize for TlsVerdict {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.detail())
    }
}

/// One X.509 certificate, as far as an operator needs it (RFC 5280).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Whom it is for, as a distinguished name.
    pub subject: Text,
    /// Who issued it.
    pub issuer: Text,
    /// The names and addresses it is good for.
    pub sans: Vec<Text>,
    /// Further names that were not kept.
    pub sans_dropped: usize,
    /// The first moment of its validity.
    #[serde(serialize_with = "crate::time::rfc3339")]
    pub not_before: Millis,
    /// The last.
    #[serde(serialize_with = "crate::time::rfc3339")]
    pub not_after: Millis,
    /// SHA-256 of the whole certificate, in hexadecimal pairs with colons, as `openssl x509 -fingerprint` prints it.
    pub sha256: String,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Certificate {
    /// Whole days until it ends; negative once it has.
    #[must_use]
    pub const fn days_left(&self, now: Millis) -> i64 {
        self.not_after.0.saturating_sub(now.0).div_euclid(DAY_MS)
    }
}
