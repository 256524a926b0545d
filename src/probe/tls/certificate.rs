//! X.509 to what an operator reads of it. The certificate is untrusted input until something else has verified it.

use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::model::finding::Certificate;
use crate::text::Text;
use crate::time::Millis;

/// Names of one certificate that are kept; large shared ones carry hundreds.
const MOST_NAMES: usize = 64;

/// Bytes of a name that are kept.
const LONGEST: usize = 512;

/// Reads a certificate; none when it is no X.509.
pub(super) fn read(der: &CertificateDer<'_>) -> Option<Certificate> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.map_or(&[][..], |san| &san.value.general_names);
    let validity = parsed.validity();
    Some(Certificate {
        subject: cut(parsed.subject().to_string()),
        issuer: cut(parsed.issuer().to_string()),
        sans: names.iter().take(MOST_NAMES).map(name).collect(),
        sans_dropped: names.len().saturating_sub(MOST_NAMES),
        not_before: moment(validity.not_before),
        not_after: moment(validity.not_after),
        sha256: fingerprint(der),
    })
}

fn name(name: &GeneralName<'_>) -> Text {
    match name {
        GeneralName::DNSName(name) | GeneralName::URI(name) | GeneralName::RFC822Name(name) => {
            cut((*name).to_owned())
        }
        GeneralName::IPAddress(bytes) => {
            match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
                (Ok(v4), _) => std::net::Ipv4Addr::from(v4).to_string().into(),
                (_, Ok(v6)) => std::net::Ipv6Addr::from(v6).to_string().into(),
                _ => "an address of an unknown kind".into(),
            }
        }
        other => cut(other.to_string()),
    }
}

fn cut(mut text: String) -> Text {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text.into()
}

fn moment(time: ASN1Time) -> Millis {
    Millis(time.timestamp().saturating_mul(1000))
}

fn fingerprint(der: &[u8]) -> String {
    let pairs: Vec<String> = Sha256::digest(der)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    fn made(names: Vec<String>, common: &str) -> Vec<u8> {
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, common);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn names_addresses_and_dates_are_read() {
        let der = made(
            vec!["sip.example.com".into(), "127.0.0.1".into(), "::1".into()],
            "edge",
        );
        let read = read(&CertificateDer::from(der)).unwrap();
        let sans: Vec<&str> = read.sans.iter().map(Text::raw).collect();
        assert_eq!(sans, ["sip.example.com", "127.0.0.1", "::1"]);
        assert_eq!(read.subject.raw(), "CN=edge");
        assert_eq!(read.subject, read.issuer);
        assert_eq!(read.sha256.len(), 32 * 3 - 1);
        assert!(read.not_before < read.not_after);
    }

    #[test]
    fn a_crowd_of_names_is_cut_and_counted() {
        let names = (0..100).map(|i| format!("n{i}.example.com")).collect();
        let read = read(&CertificateDer::from(made(names, &"x".repeat(2000)))).unwrap();
        assert_eq!((read.sans.len(), read.sans_dropped), (64, 36));
        assert!(read.subject.raw().len() <= LONGEST + '…'.len_utf8());
    }

    proptest! {
        #[test]
        fn damaged_certificates_never_panic(at in 0usize..400, to in any::<u8>(), cut in 0usize..400) {
            let mut der = made(vec!["a.example".into()], "edge");
            let (len, at) = (der.len(), at % der.len());
            der[at] = to;
            der.truncate(len - cut.min(len));
            let _ = read(&CertificateDer::from(der));
        }
    }
}
