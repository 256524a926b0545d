//! From a TLS error to its cause, by its type.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use super::client::Asking;
use super::judge::Distrusted;
use crate::cause::{Cause, Explanation};

/// The cause of a handshake's failure; `asked` where it is known what the server asked of the client.
#[must_use]
pub fn told(error: &Error, asked: Option<&Asking>) -> Explanation {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.0.downcast_ref().map_or_else(
                || Cause::CertificateUnfit.told(),
                |Distrusted(told)| told.clone(),
            )
        }
        Error::InvalidCertificate(_) => Cause::CertificateUnfit.told(),
        Error::AlertReceived(alert) => by_alert(*alert, asked),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Cause::TlsTooOld.told(),
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => {
            Cause::TlsNothingInCommon.told()
        }
        Error::InvalidMessage(_) => Cause::NotTls.told(),
        Error::PeerMisbehaved(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::DecryptError
        | Error::PeerSentOversizedRecord
        | Error::NoCertificatesPresented => Cause::TlsSpokenWrongly.told(),
        other => {
            tracing::debug!(error = %other, "a TLS handshake failed");
            Cause::TlsOther.told()
        }
    }
}

/// The same for the error of a connection, within which it may be wrapped.
#[must_use]
pub fn told_io(error: &io::Error, asked: Option<&Asking>) -> Explanation {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match (inner, asked) {
        (Some(inner), asked) => told(inner, asked),
        // Boxes that know no alert for it hang up.
        (None, Some(asked)) => of_client(asked, "none, it hung up"),
        (None, None) => Cause::TlsBroken.told(),
    }
}

fn by_alert(alert: AlertDescription, asked: Option<&Asking>) -> Explanation {
    let word = word(alert);
    match (alert, asked) {
        (AlertDescription::CertificateRequired, None) => Cause::ClientCertificateDemanded.told(),
        (AlertDescription::ProtocolVersion, _) => Cause::TlsTooOld.told(),
        (AlertDescription::UnrecognisedName, _) => Cause::TlsNameUnknown.told(),
        (
            AlertDescription::CertificateRequired
            | AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError,
            Some(asked),
        ) => of_client(asked, &word),
        _ => Cause::TlsRefused.told().with("alert", word),
    }
}

fn of_client(asked: &Asking, alert: &str) -> Explanation {
    if asked.shown {
        return Cause::ClientCertificateRefused.told().with("alert", alert);
    }
    if asked.issuers.is_empty() {
        return Cause::ClientCertificateDemanded.told();
    }
    Cause::ClientCertificateDemandedFrom
        .told()
        .with("issuers", asked.issuers.join(" or "))
}

/// An alert's name as the standard and server logs write it: `certificate_required` (RFC 8446 §6).
fn word(alert: AlertDescription) -> String {
    let mut word = String::new();
    let mut before = 'A';
    for letter in format!("{alert:?}").chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
        before = letter;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_standard() {
        assert_eq!(
            word(AlertDescription::CertificateRequired),
            "certificate_required"
        );
        assert_eq!(word(AlertDescription::UnknownCA), "unknown_ca");
    }

    #[test]
    fn a_refusal_after_asking_for_a_certificate_is_about_that() {
        let failure = Error::AlertReceived(AlertDescription::HandshakeFailure);
        assert_eq!(told(&failure, None).cause(), Cause::TlsRefused);
        let mut asking = Asking::default();
        let by = |asking: &Asking| told(&failure, Some(asking)).cause();
        assert_eq!(by(&asking), Cause::ClientCertificateDemanded);
        asking.issuers.push("CN=Carrier".into());
        assert_eq!(by(&asking), Cause::ClientCertificateDemandedFrom);
        asking.shown = true;
        assert_eq!(by(&asking), Cause::ClientCertificateRefused);
        let gone = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(told_io(&gone, None).cause(), Cause::TlsBroken);
    }

    #[test]
    fn no_words_of_the_library_come_through() {
        let odd = Error::General("Other(OtherError(x))".into());
        assert!(!told(&odd, None).to_string().contains("Other"));
    }
}
