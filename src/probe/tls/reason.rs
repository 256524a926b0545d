//! From how a handshake ended to a verdict and a sentence.

use rustls::ProtocolVersion;

use super::Stop;
use crate::cause::{Cause, Explanation};
use crate::model::finding::{Certificate, Distrust, Target, Tls, TlsVerdict};
use crate::time::Millis;

type Judged = (TlsVerdict, String);

/// The verdict on a handshake that the verifier accepted.
pub(super) fn accepted(target: &Target, found: &Tls, expiring_days: u16, now: Millis) -> Judged {
    let (days, end) = (found.days_left.unwrap_or(0), end(found.leaf()));
    let address = target.address();
    if days < i64::from(expiring_days) {
        let reason = format!(
            "the certificate of {address} is valid and ends in {days} days, on {end}. Renew it."
        );
        return (TlsVerdict::Expiring, reason);
    }
    let reason =
        format!("the certificate of {address} is valid for {days} more days, until {end}.");
    // The dates of a root that is trusted are nobody's business here; others look at them.
    let above = found.chain.iter().skip(1);
    match above.into_iter().find(|one| one.days_left(now) < 0) {
        None => (TlsVerdict::Valid, reason),
        Some(ended) => {
            let (subject, day) = (&ended.subject, self::end(Some(ended)));
            let more = format!(
                " {subject} expired on {day}, and the chain that is sent has it: other clients may refuse it. Have the server leave it out, or send its renewal."
            );
            (TlsVerdict::Expiring, reason + &more)
        }
    }
}

/// What is added where the server asked for a client certificate and did not refuse.
pub(super) const fn asked(asked: bool, shown: bool) -> &'static str {
    match (asked, shown) {
        (false, _) => "",
        (true, true) => " It asked for a client certificate, was shown one, and did not refuse it.",
        (true, false) => " It asked for a client certificate and goes on without one.",
    }
}

/// The verdict on one that came to no end, or to a bad one.
pub(super) fn refused(target: &Target, stop: &Stop) -> Judged {
    let address = target.address();
    match stop {
        Stop::NoWay(why) => (
            TlsVerdict::Unreachable,
            format!("TLS probe of {address}: {why}"),
        ),
        Stop::Setup(why) => (
            TlsVerdict::Unreachable,
            format!("TLS probe of {address} could not start: {why}"),
        ),
        Stop::Slow(peer, slow) => {
            let told = super::stalled(*peer, *slow);
            (TlsVerdict::Unreachable, told.to_string())
        }
        Stop::Handshake(told) => (verdict(told.cause()), told.to_string()),
    }
}

/// A cause, with the target as whom it is about.
pub(super) fn at(target: &Target, told: Explanation) -> Explanation {
    told.with("at", target.address())
        .with("host", target.host())
}

/// How bad a cause is.
pub(super) const fn verdict(cause: Cause) -> TlsVerdict {
    match cause {
        Cause::CertificateExpired | Cause::ChainExpired => TlsVerdict::Expired,
        Cause::CertificateOfAnother
        | Cause::CertificateNamesNobody
        | Cause::CertificateNameInCommonName => TlsVerdict::Untrusted(Distrust::WrongName),
        Cause::CertificateSelfSigned | Cause::CertificateSelfSignedAuthority => {
            TlsVerdict::Untrusted(Distrust::SelfSigned)
        }
        Cause::CertificateOfAnAuthority => TlsVerdict::Untrusted(Distrust::AuthoritysOwn),
        Cause::IssuerNotSent => TlsVerdict::Untrusted(Distrust::IssuerNotSent),
        Cause::ChainEndsInNothing | Cause::RootUnknown | Cause::IssuerOfThatNameHasAnotherKey => {
            TlsVerdict::Untrusted(Distrust::UnknownCa)
        }
        Cause::CertificateNotYetValid
        | Cause::CertificateNotForServers
        | Cause::CertificateWeakSignature
        | Cause::CertificateWeakKey
        | Cause::CertificateRevoked
        | Cause::CertificateUnfit => TlsVerdict::Untrusted(Distrust::Other),
        Cause::TlsTooOld => TlsVerdict::ProtocolTooOld,
        Cause::NotTls | Cause::TlsBroken | Cause::TlsStalled => TlsVerdict::Unreachable,
        _ => TlsVerdict::Refused,
    }
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
