//! The table. A sentence begins with the thing and says its fault, an action begins with what to do.

use super::Row;
use super::Step::{self, Tls};
use super::Who::{self, Server};

const fn row(who: Who, step: Step, sentence: &'static str, action: &'static str) -> Row {
    Row {
        who,
        step,
        sentence,
        action,
    }
}

/// One list, of which the names, their documentation, and the rows are made.
macro_rules! causes {
    ($($name:ident: $who:expr, $step:expr, $sentence:literal, $action:literal;)+) => {
        /// An entry of the table, named by what was seen.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause {
            $(#[doc = concat!("`", $sentence, "`")] $name,)+
        }

        impl Cause {
            /// Every entry.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Who spoke, at which step, what is said of it and what to do.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => row($who, $step, $sentence, $action),)+
                }
            }
        }
    };
}

causes! {
    // The certificate itself.
    CertificateExpired: Server, Tls,
        "the certificate of {at} expired on {day}",
        "Renew it, or check this machine's clock.";
    ChainExpired: Server, Tls,
        "a certificate above that of {at}, {name}, expired on {day}",
        "The server must send a chain that is still valid; check this machine's clock too.";
    CertificateNotYetValid: Server, Tls,
        "the certificate of {at} is not valid yet, but from {day} on",
        "Check this machine's clock.";
    CertificateOfAnother: Server, Tls,
        "the certificate of {at} is not for {host}, but for {names}",
        "Check the host name; something else may be answering in its place.";
    CertificateNamesNobody: Server, Tls,
        "the certificate of {at} is not for {host}: it names no host at all (no subjectAltName)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateNameInCommonName: Server, Tls,
        "the certificate of {at} has its name only in the common name (CN), where no client looks any more (RFC 9525)",
        "Have it issued again with {host} as a subjectAltName.";
    CertificateSelfSigned: Server, Tls,
        "the certificate of {at} is self-signed: nobody else vouches for it",
        "Most likely the server lacks its real certificate; if it is meant to be, {trust}.";
    CertificateSelfSignedAuthority: Server, Tls,
        "the certificate of {at} is self-signed and marked as an authority (CA:TRUE, which openssl does by default), so that it cannot stand for a server, whether or not ca_file names it",
        "Make it again with CA:FALSE, or have it issued by an authority.";
    CertificateOfAnAuthority: Server, Tls,
        "the certificate that {at} shows as its own, {name}, is an authority's (CA:TRUE), and cannot stand for a server",
        "Give the server a certificate of its own, issued by that authority.";
    CertificateNotForServers: Server, Tls,
        "the certificate of {at} is not made for servers (its extended key usage lacks serverAuth)",
        "Have it issued again for serverAuth.";
    CertificateWeakSignature: Server, Tls,
        "the certificate {name} in the chain of {at} is signed by {algorithm}, which is accepted no longer",
        "Have it issued again, signed with SHA-256 or better.";
    CertificateWeakKey: Server, Tls,
        "the certificate {name} in the chain of {at} has an RSA key of {bits} bits, which is too short to be accepted",
        "Have it issued again with a key of 2048 bits or more.";
    CertificateRevoked: Server, Tls,
        "the certificate of {at} is revoked",
        "Have a new one issued, and find out why.";
    CertificateUnfit: Server, Tls,
        "the certificate of {at} is damaged or breaks the rules for certificates (RFC 5280)",
        "Have it issued again; `openssl verify` says what is wrong with it.";
    // The chain above it.
    IssuerNotSent: Server, Tls,
        "{at} sends its own certificate alone, without that of its issuer, {issuer}: an intermediate is missing from the chain, or {issuer} is a root that is not trusted here",
        "Have the server send the intermediate too (the full chain); if {issuer} is a root of your own, {trust}.";
    ChainEndsInNothing: Server, Tls,
        "the chain of {at} ends at {name}, whose issuer, {issuer}, is neither sent nor trusted here",
        "If {issuer} is a root of your own, {trust}; else a further intermediate is missing, and the server must send it.";
    RootUnknown: Server, Tls,
        "the chain of {at} ends at the root {name}, which is not trusted here",
        "If it is your own, {trust}; else something may be answering in its place.";
    IssuerOfThatNameHasAnotherKey: Server, Tls,
        "the certificate of {at} is issued in the name of {issuer} and not by the key of the authority of that name that is trusted here",
        "If the authority was made again, put its new certificate into ca_file; else something may be answering in its place.";
    // The client's own certificate.
    ClientCertificateDemanded: Server, Tls,
        "the server {at} demands a client certificate, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe; whoever runs the server issues it.";
    ClientCertificateDemandedFrom: Server, Tls,
        "the server {at} demands a client certificate, issued by {issuers}, and there is none to show",
        "Name one with client_cert_file and client_key_file in the profile, or --client-cert and --client-key of a probe.";
    ClientCertificateRefused: Server, Tls,
        "the server {at} refused the client certificate that was shown (alert {alert})",
        "Check that it is still valid; ask whoever runs the server which authorities it accepts.";
    // The handshake.
    TlsTooOld: Server, Tls,
        "{at} offers nothing newer than TLS 1.1; TLS 1.2 or newer is needed",
        "Upgrade or reconfigure it.";
    TlsNameUnknown: Server, Tls,
        "{at} does not know the name {host}",
        "Check the host name, or have it added there.";
    TlsRefused: Server, Tls,
        "{at} ended the TLS handshake with the alert {alert}",
        "It may want a client certificate, another name, or have no cipher suite in common; its own log says which.";
    TlsNothingInCommon: Server, Tls,
        "{at} speaks TLS, and no version, cipher suite or signature could be agreed on",
        "Allow it TLS 1.2 with ECDHE and AES-GCM, or TLS 1.3.";
    TlsSpokenWrongly: Server, Tls,
        "{at} broke the rules of TLS in the handshake",
        "Check what stands there; a device in between may be meddling.";
    NotTls: Server, Tls,
        "{at} answered with something that is not TLS",
        "Check the port; another protocol may live there.";
    TlsBroken: Server, Tls,
        "{at} took the connection and broke it during the TLS handshake",
        "It may not speak TLS on this port; its own log says why.";
    TlsStalled: Server, Tls,
        "{at} took the connection and did not finish the TLS handshake within {seconds} s",
        "It may not speak TLS on this port, or is stalled.";
    TlsOther: Server, Tls,
        "the TLS handshake with {at} failed",
        "TLS 1.2 or newer with a valid certificate is needed; the log of this console has the details.";
}

/// What `{trust}` says where a profile names no authority.
pub const NAME_IT: &str = "name it with ca_file in the profile";

/// What `{trust}` says where it does.
pub const ADD_IT: &str = "add it to ca_file, which does not hold it";
