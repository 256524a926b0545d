//! From how a handshake ended to a verdict and a sentence.

use rustls::ProtocolVersion;

use super::Stop;
use crate::cause::{Cause, Told};
use crate::model::finding::{Certificate, Distrust, Target, Tls, Verdict};
use crate::time::Millis;

type Judged = (Verdict, String);

/// The verdict on a handshake that the verifier accepted.
pub(super) fn accepted(target: &Target, found: &Tls, expiring_days: u16, now: Millis) -> Judged {
    let (days, end) = (found.days_left.unwrap_or(0), end(found.leaf()));
    let address = target.address();
    if days < i64::from(expiring_days) {
        let reason = format!(
            "the certificate of {address} is valid and ends in {days} days, on {end}. Renew it."
        );
        return (Verdict::Expiring, reason);
    }
    let reason =
        format!("the certificate of {address} is valid for {days} more days, until {end}.");
    // The dates of a root that is trusted are nobody's business here; others look at them.
    let above = found.chain.iter().skip(1);
    match above.into_iter().find(|one| one.days_left(now) < 0) {
        None => (Verdict::Valid, reason),
        Some(ended) => {
            let (subject, day) = (&ended.subject, self::end(Some(ended)));
            let more = format!(
                " {subject} expired on {day}, and the chain that is sent has it: other clients may refuse it. Have the server leave it out, or send its renewal."
            );
            (Verdict::Expiring, reason + &more)
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
            Verdict::Unreachable,
            format!("TLS probe of {address}: {why}"),
        ),
        Stop::Setup(why) => (
            Verdict::Unreachable,
            format!("TLS probe of {address} could not start: {why}"),
        ),
        Stop::Slow(peer, slow) => {
            let told = super::stalled(*peer, *slow);
            (Verdict::Unreachable, told.to_string())
        }
        Stop::Handshake(told) => (verdict(told.cause()), told.to_string()),
    }
}

/// A cause, with the target as whom it is about.
pub(super) fn at(target: &Target, told: Told) -> Told {
    told.with("at", target.address())
        .with("host", target.host())
}

/// How bad a cause is.
pub(super) const fn verdict(cause: Cause) -> Verdict {
    match cause {
        Cause::CertificateExpired | Cause::ChainExpired => Verdict::Expired,
        Cause::CertificateOfAnother
        | Cause::CertificateNamesNobody
        | Cause::CertificateNameInCommonName => Verdict::Untrusted(Distrust::WrongName),
        Cause::CertificateSelfSigned | Cause::CertificateSelfSignedAuthority => {
            Verdict::Untrusted(Distrust::SelfSigned)
        }
        Cause::CertificateOfAnAuthority => Verdict::Untrusted(Distrust::AuthoritysOwn),
        Cause::IssuerNotSent => Verdict::Untrusted(Distrust::IssuerNotSent),
        Cause::ChainEndsInNothing | Cause::RootUnknown | Cause::IssuerOfThatNameHasAnotherKey => {
            Verdict::Untrusted(Distrust::UnknownCa)
        }
        Cause::CertificateNotYetValid
        | Cause::CertificateNotForServers
        | Cause::CertificateWeakSignature
        | Cause::CertificateWeakKey
        | Cause::CertificateRevoked
        | Cause::CertificateUnfit => Verdict::Untrusted(Distrust::Other),
        Cause::TlsTooOld => Verdict::ProtocolTooOld,
        Cause::NotTls | Cause::TlsBroken | Cause::TlsStalled => Verdict::Unreachable,
        _ => Verdict::Refused,
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
