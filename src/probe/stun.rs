//! The STUN probe: one Binding request (RFC 8489) over UDP, TCP or TLS.

pub(super) mod exchange;
pub(super) mod failed;
mod stream;

use std::net::SocketAddr;

use stun_proto::types::attribute::{
    AlternateServer, AttributeType, ErrorCode, MappedSocketAddr, Realm, Software, XorMappedAddress,
};
use stun_proto::types::message::{BINDING, Message, MessageWriteVec};
use stun_proto::types::prelude::*;

use self::exchange::Exchange;
use self::failed::Failed;
use super::trust::Trust;
use super::{Deadline, micros};
use crate::cause::Cause;
use crate::model::finding::{ProbeOutcome, Stun, Target};
use crate::text::{Text, fit};

/// What RFC 3489 had in the place of XOR-MAPPED-ADDRESS (RFC 8489 §14.1).
const MAPPED_ADDRESS: AttributeType = AttributeType::new(0x0001);

/// Asks a target how it sees this machine.
pub(super) async fn probe(target: &Target, trust: &Trust, until: Deadline) -> ProbeOutcome {
    match ask(target, trust, until).await {
        Ok(stun) => ProbeOutcome::Stun(stun),
        Err(failed) => failed.outcome("STUN", target),
    }
}

async fn ask(target: &Target, trust: &Trust, until: Deadline) -> Result<Stun, Failed> {
    let mut exchange = Exchange::open(target, trust, until).await?;
    let mut request = Message::builder_request(BINDING, MessageWriteVec::new());
    // RFC 8489 §7: a server behind another service of the same port may need it.
    request.add_fingerprint()?;
    let reply = exchange.ask(request.finish(), until).await?;
    let message = reply.message()?;
    let (mut mapped, mut wants) = (None, None);
    match message.attribute::<ErrorCode>() {
        Ok(error) if error.code() == ErrorCode::UNAUTHORIZED => {
            wants = Some(realm(&message)?);
        }
        Ok(error) => return Err(refused(&error, &message)),
        Err(_) => mapped = Some(seen(&message)?),
    }
    Ok(Stun {
        peer: exchange.peer(),
        local: exchange.local(),
        mapped,
        wants,
        rtt_us: micros(reply.rtt),
        requests: exchange.requests(),
        software: software(&message),
    })
}

/// This machine as the server sees it. Servers of RFC 3489 say it plainly.
fn seen(message: &Message<'_>) -> Result<SocketAddr, Failed> {
    if let Ok(mapped) = message.attribute::<XorMappedAddress>() {
        return Ok(mapped.addr(message.transaction_id()));
    }
    let plain = message.raw_attribute(MAPPED_ADDRESS);
    let plain = plain.and_then(|raw| MappedSocketAddr::from_raw(&raw).ok());
    plain.map(|mapped| mapped.addr()).ok_or_else(|| {
        Failed::nonsense("its answer has no XOR-MAPPED-ADDRESS, and no MAPPED-ADDRESS either")
    })
}

/// What a server that wants credentials wants them for. One that does not say cannot be given any (RFC 8489 §9.2.4).
pub(super) fn realm(message: &Message<'_>) -> Result<Text, Failed> {
    match message.attribute::<Realm>() {
        Ok(realm) => Ok(realm.realm().into()),
        Err(_) => Err(Failed::Answered(Cause::StunRealmMissing.told())),
    }
}

/// An error that a server answered with. One that sends its clients elsewhere is named with where (RFC 8489 §10).
pub(super) fn refused(error: &ErrorCode, message: &Message<'_>) -> Failed {
    if error.code() != ErrorCode::TRY_ALTERNATE {
        return Failed::Answered(Cause::StunError.told().with("error", said(error)));
    }
    Failed::Answered(match message.attribute::<AlternateServer>() {
        Ok(other) => Cause::StunAlternate
            .told()
            .with("alternate", other.server().to_string()),
        Err(_) => Cause::StunAlternateUnnamed.told(),
    })
}

/// A server's error, as `401 (Unauthorized)`.
pub(super) fn said(error: &ErrorCode) -> String {
    format!("{} ({})", error.code(), fit(error.reason(), 80))
}

/// What the server calls itself.
pub(super) fn software(message: &Message<'_>) -> Option<Text> {
    let software = message.attribute::<Software>().ok()?;
    Some(software.software().into())
}
