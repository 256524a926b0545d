//! From how a handshake ended to a verdict and a sentence, told from the error's type rather than from its words.

use std::io;

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible, ProtocolVersion};

use super::super::connect::SHOWN;
use super::Stop;
use crate::model::finding::{Certificate, Distrust, Target, Tls, Verdict};
use crate::text::fit;
use crate::time::Millis;

type Judged = (Verdict, String);

/// The verdict on a handshake that the verifier accepted.
pub(super) fn accepted(target: &Target, found: &Tls, expiring_days: u16) -> Judged {
    let (days, end) = (found.days_left.unwrap_or(0), end(found.leaf()));
    if days < i64::from(expiring_days) {
        let reason = format!(
            "the certificate of {} is valid and ends in {days} days, on {end}. Renew it.",
            target.address()
        );
        return (Verdict::Expiring, reason);
    }
    let reason = format!(
        "the certificate of {} is valid for {days} more days, until {end}.",
        target.address()
    );
    (Verdict::Valid, reason)
}

/// The verdict on one that came to no end, or to a bad one.
pub(super) fn refused(target: &Target, found: &Tls, stop: &Stop, now: Millis) -> Judged {
    match stop {
        Stop::NoWay(why) => (
            Verdict::Unreachable,
            format!("TLS probe of {}: {why}", target.address()),
        ),
        Stop::Setup(why) => (
            Verdict::Unreachable,
            format!("TLS probe of {} could not start: {why}", target.address()),
        ),
        Stop::Slow(peer, slow) => (
            Verdict::Unreachable,
            format!(
                "{peer} took the connection and did not finish the TLS handshake: {slow}. It may not speak TLS on this port, or is stalled."
            ),
        ),
        Stop::Handshake {
            error, self_signed, ..
        } => {
            let (verdict, reason) = handshake(target, error, *self_signed);
            if verdict == Verdict::Expired {
                return (verdict, expired(target, found, now));
            }
            (verdict, reason)
        }
    }
}

/// What a failed handshake means.
pub(super) fn handshake(target: &Target, error: &io::Error, self_signed: bool) -> Judged {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(inner) => tls(target, inner, self_signed),
        None => (
            Verdict::Unreachable,
            format!(
                "{} took the connection and broke it during the TLS handshake ({}). It may not speak TLS on this port.",
                target.address(),
                fit(&error.to_string(), SHOWN)
            ),
        ),
    }
}

/// What a TLS error means.
pub(super) fn tls(target: &Target, error: &Error, self_signed: bool) -> Judged {
    let at = target.address();
    match error {
        Error::InvalidCertificate(why) => certificate(target, why, self_signed),
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => (
            Verdict::ProtocolTooOld,
            format!(
                "{at} offers nothing newer than TLS 1.1; TLS 1.2 or newer is needed. Upgrade or reconfigure it."
            ),
        ),
        Error::AlertReceived(alert) => (
            Verdict::Refused,
            format!(
                "{at} ended the TLS handshake with the alert {alert:?}. It may want a client certificate, another name, or have no cipher suite in common; its own log says which."
            ),
        ),
        Error::PeerIncompatible(why) => (
            Verdict::Refused,
            format!("{at} speaks TLS and nothing in common could be agreed on ({why:?})."),
        ),
        Error::InvalidMessage(_) => (
            Verdict::Unreachable,
            format!(
                "{at} answered with something that is not TLS. Check the port; another protocol may live there."
            ),
        ),
        other => (
            Verdict::Refused,
            format!(
                "the TLS handshake with {at} failed ({}).",
                fit(&other.to_string(), SHOWN)
            ),
        ),
    }
}

fn certificate(target: &Target, why: &CertificateError, self_signed: bool) -> Judged {
    let at = target.address();
    let untrusted = |kind, text: String| (Verdict::Untrusted(kind), text);
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            Verdict::Expired,
            format!("the certificate of {at} has expired."),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            untrusted(
                Distrust::WrongName,
                format!(
                    "the certificate of {at} is not for {}. Check the target; something else may be answering in its place.",
                    target.host()
                ),
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => untrusted(
            Distrust::Other,
            format!("the certificate of {at} is not valid yet. Check this machine's clock."),
        ),
        _ if self_signed => untrusted(
            Distrust::SelfSigned,
            format!(
                "the certificate of {at} is self-signed: nobody else vouches for it. If it is meant to be, name it with ca_file in the profile; most likely the server lacks its real certificate."
            ),
        ),
        // An authority that was made anew has the name of the old one, and the signature is what does not fit.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => untrusted(
            Distrust::UnknownCa,
            format!(
                "the certificate of {at} is issued by an authority that neither this machine nor the profile trusts, or an intermediate is missing from the chain. If the authority is your own, name it with ca_file in the profile."
            ),
        ),
        other => untrusted(
            Distrust::Other,
            format!(
                "the certificate of {at} cannot be accepted ({}).",
                fit(&other.to_string(), SHOWN)
            ),
        ),
    }
}

/// Says which certificate of the chain has ended: it need not be the peer's own.
fn expired(target: &Target, found: &Tls, now: Millis) -> String {
    let ended = found.chain.iter().find(|one| one.not_after < now);
    let whose = match ended {
        Some(one) if found.leaf() != Some(one) => {
            format!(
                "a certificate above that of {}, {},",
                target.address(),
                one.subject.fit(SHOWN)
            )
        }
        _ => format!("the certificate of {}", target.address()),
    };
    format!(
        "{whose} expired on {}. Renew it, or check this machine's clock.",
        end(ended)
    )
}

fn end(certificate: Option<&Certificate>) -> String {
    certificate.map_or_else(
        || "an unknown day".to_owned(),
        |one| one.not_after.timestamp().strftime("%Y-%m-%d").to_string(),
    )
}

/// A protocol version as people write it.
pub(super) fn version(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        // Nothing else is ever agreed on.
        _ => "another version",
    }
}
