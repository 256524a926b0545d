//! A chain as it was sent: untrusted input, read only to say what is wrong with it.

use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::X509Name;

use crate::time::Millis;

/// Certificates above the first that are looked at; real chains have two or three.
const MOST: usize = 16;

/// Signature algorithms that were given up, by their object identifiers (RFC 8017, RFC 3279).
const WEAK: [(&str, &str); 5] = [
    ("1.2.840.113549.1.1.4", "MD5"),
    ("1.2.840.113549.1.1.5", "SHA-1"),
    ("1.2.840.10045.4.1", "SHA-1"),
    ("1.2.840.10040.4.3", "DSA"),
    ("1.2.840.113549.1.1.2", "MD2"),
];

/// What a server sent: its own certificate, and those above it in the order in which each issued the one before.
pub(super) struct Chain<'a> {
    pub(super) leaf: SentCertificate<'a>,
    above: Vec<SentCertificate<'a>>,
}

/// One certificate.
pub(super) struct SentCertificate<'a> {
    der: &'a [u8],
    parsed: X509Certificate<'a>,
}

impl<'a> Chain<'a> {
    /// None when the first is no X.509. Certificates that belong to no chain from it are left out.
    pub(super) fn read(
        leaf: &'a CertificateDer<'_>,
        sent: &'a [CertificateDer<'_>],
    ) -> Option<Self> {
        let leaf = SentCertificate::read(leaf)?;
        let mut sent: Vec<_> = sent
            .iter()
            .take(MOST)
            .filter_map(|der| SentCertificate::read(der))
            .collect();
        let mut above: Vec<SentCertificate<'_>> = Vec::new();
        loop {
            let top = above.last().unwrap_or(&leaf);
            if top.names_itself() {
                break;
            }
            let issuer = top.parsed.issuer().as_raw();
            let next = sent
                .iter()
                .position(|one| one.parsed.subject().as_raw() == issuer);
            let Some(next) = next else { break };
            above.push(sent.swap_remove(next));
        }
        Some(Self { leaf, above })
    }

    /// Where it ends.
    pub(super) fn top(&self) -> &SentCertificate<'a> {
        self.above.last().unwrap_or(&self.leaf)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &SentCertificate<'a>> {
        std::iter::once(&self.leaf).chain(&self.above)
    }
}

impl<'a> SentCertificate<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(der).ok()?;
        Some(Self { der, parsed })
    }

    pub(super) const fn der(&self) -> &[u8] {
        self.der
    }

    pub(super) fn subject(&self) -> String {
        self.parsed.subject().to_string()
    }

    pub(super) fn issuer(&self) -> String {
        self.parsed.issuer().to_string()
    }

    pub(super) fn names_itself(&self) -> bool {
        self.parsed.subject().as_raw() == self.parsed.issuer().as_raw()
    }

    /// Whether it vouches for itself: it names itself as its issuer, and its own key signed it.
    pub(super) fn self_signed(&self) -> bool {
        self.names_itself() && self.parsed.verify_signature(None).is_ok()
    }

    pub(super) fn is_authority(&self) -> bool {
        self.parsed.is_ca()
    }

    /// The names and addresses in its subjectAltName.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.parsed.subject_alternative_name().ok().flatten();
        let names = names.into_iter().flat_map(|san| &san.value.general_names);
        names
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                GeneralName::IPAddress(bytes) => {
                    match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
                        (Ok(v4), _) => Some(std::net::Ipv4Addr::from(v4).to_string()),
                        (_, Ok(v6)) => Some(std::net::Ipv6Addr::from(v6).to_string()),
                        _ => None,
                    }
                }
                _ => None,
            })
            .collect()
    }

    pub(super) fn common_name(&self) -> Option<String> {
        let name = self.parsed.subject().iter_common_name().next()?;
        name.as_str().ok().map(ToOwned::to_owned)
    }

    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self.parsed.public_key().parsed().ok()? {
            PublicKey::RSA(key) => Some(key.key_size()),
            _ => None,
        }
    }

    /// What signed it, where that is given up.
    pub(super) fn weak_algorithm(&self) -> Option<&'static str> {
        let oid = self.parsed.signature_algorithm.algorithm.to_id_string();
        let found = WEAK.iter().find(|(known, _)| *known == oid);
        found.map(|(_, name)| *name)
    }

    /// Its first moment, in seconds of Unix time.
    pub(super) fn from(&self) -> i64 {
        self.parsed.validity().not_before.timestamp()
    }

    /// Its last.
    pub(super) fn until(&self) -> i64 {
        self.parsed.validity().not_after.timestamp()
    }

    pub(super) fn first_day(&self) -> String {
        day(self.from())
    }

    pub(super) fn last_day(&self) -> String {
        day(self.until())
    }
}

fn day(seconds: i64) -> String {
    let at = Millis(seconds.saturating_mul(1000)).timestamp();
    at.strftime("%Y-%m-%d").to_string()
}

/// A distinguished name in its binary form, as a person reads it.
pub(super) fn name(der: &[u8]) -> Option<String> {
    let (_, name) = X509Name::from_der(der).ok()?;
    Some(name.to_string())
}
