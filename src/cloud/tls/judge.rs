//! Why a certificate is refused, in terms that whoever runs the server can act on.
//!
//! The decision is rustls's and is never changed here. Its errors know one certificate at a time; what is wrong with a chain
//! shows only to somebody who sees all of it, and nobody below the handshake does but the verifier.

use std::sync::Arc;

use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::{CertificateError, Error, OtherError};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::chain::{Chain, SentCertificate};
use super::signatures_by;
use crate::cause::{ADD_IT, Cause, Explanation, NAME_IT};

/// Names of a certificate that a sentence repeats.
const MOST_NAMES: usize = 3;

/// RSA keys below this are not accepted by the verifier's cryptography.
const LEAST_RSA_BITS: usize = 2048;

/// A verifier whose refusals say why.
#[derive(Debug)]
pub(super) struct Judge {
    decides: Arc<dyn ServerCertVerifier>,
    /// Whether the profile names authorities of its own: then nobody is advised to do so.
    own: bool,
}

/// What is carried through the libraries' own errors.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Distrusted(pub(super) Explanation);

impl Judge {
    pub(super) fn new(decides: Arc<dyn ServerCertVerifier>, own: bool) -> Self {
        Self { decides, own }
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let decided = self.decides.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        decided.map_err(|error| {
            let Error::InvalidCertificate(why) = &error else {
                return error;
            };
            let host = server_name.to_str();
            let told = Chain::read(end_entity, intermediates).map_or_else(
                || Cause::CertificateUnfit.told(),
                |chain| judged(why, &chain, &host, now),
            );
            let trust = if self.own { ADD_IT } else { NAME_IT };
            let told = told
                .with("at", host.clone())
                .with("host", host)
                .with("trust", trust);
            CertificateError::Other(OtherError(Arc::new(Distrusted(told)))).into()
        })
    }

    signatures_by!(decides);
}

fn judged(why: &CertificateError, chain: &Chain<'_>, host: &str, now: UnixTime) -> Explanation {
    let leaf = &chain.leaf;
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => expired(chain, now),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            let early = chain.all().find(|one| one.from() > seconds(now));
            let day = early.unwrap_or(leaf).first_day();
            Cause::CertificateNotYetValid.told().with("day", day)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            misnamed(leaf, host)
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Cause::CertificateNotForServers.told()
        }
        CertificateError::Revoked => Cause::CertificateRevoked.told(),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            unknown(chain, matches!(why, CertificateError::BadSignature))
        }
        _ if leaf.is_authority() && leaf.self_signed() => {
            Cause::CertificateSelfSignedAuthority.told()
        }
        _ if leaf.is_authority() => Cause::CertificateOfAnAuthority
            .told()
            .with("name", leaf.subject()),
        _ => chain
            .all()
            .find_map(|one| Some((one, one.weak_algorithm()?)))
            .map_or_else(
                || Cause::CertificateUnfit.told(),
                |(one, algorithm)| {
                    Cause::CertificateWeakSignature
                        .told()
                        .with("name", one.subject())
                        .with("algorithm", algorithm)
                },
            ),
    }
}

/// Which certificate of the chain has ended: it need not be the server's own.
fn expired(chain: &Chain<'_>, now: UnixTime) -> Explanation {
    let ended = chain.all().find(|one| one.until() < seconds(now));
    match ended {
        Some(above) if above.der() != chain.leaf.der() => Cause::ChainExpired
            .told()
            .with("name", above.subject())
            .with("day", above.last_day()),
        _ => Cause::CertificateExpired
            .told()
            .with("day", chain.leaf.last_day()),
    }
}

fn misnamed(leaf: &SentCertificate<'_>, host: &str) -> Explanation {
    let names = leaf.names();
    if !names.is_empty() {
        let mut shown: Vec<_> = names.iter().take(MOST_NAMES).cloned().collect();
        if let Some(more) = names.len().checked_sub(MOST_NAMES).filter(|more| *more > 0) {
            shown.push(format!("{more} more"));
        }
        return Cause::CertificateOfAnother
            .told()
            .with("names", shown.join(", "));
    }
    let common = leaf.common_name().unwrap_or_default();
    if common.eq_ignore_ascii_case(host) {
        return Cause::CertificateNameInCommonName.told();
    }
    Cause::CertificateNamesNobody.told()
}

/// Nobody who is trusted has issued it; `forged` where somebody of the issuer's name is trusted and its key does not fit.
fn unknown(chain: &Chain<'_>, forged: bool) -> Explanation {
    let leaf = &chain.leaf;
    if leaf.self_signed() {
        let marked = leaf.is_authority();
        return if marked {
            Cause::CertificateSelfSignedAuthority.told()
        } else {
            Cause::CertificateSelfSigned.told()
        };
    }
    let short = |one: &SentCertificate<'_>| one.rsa_bits().filter(|bits| *bits < LEAST_RSA_BITS);
    if let Some((one, bits)) = chain.all().find_map(|one| Some((one, short(one)?))) {
        return Cause::CertificateWeakKey
            .told()
            .with("name", one.subject())
            .with("bits", bits.to_string());
    }
    let top = chain.top();
    if forged {
        return Cause::IssuerOfThatNameHasAnotherKey
            .told()
            .with("issuer", top.issuer());
    }
    if top.names_itself() {
        return Cause::RootUnknown.told().with("name", top.subject());
    }
    if top.der() == leaf.der() {
        return Cause::IssuerNotSent.told().with("issuer", top.issuer());
    }
    Cause::ChainEndsInNothing
        .told()
        .with("name", top.subject())
        .with("issuer", top.issuer())
}

fn seconds(now: UnixTime) -> i64 {
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}
