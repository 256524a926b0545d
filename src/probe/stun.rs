//! The STUN probe: one Binding request (RFC 8489) over UDP, TCP or TLS.

pub(super) mod exchange;
pub(super) mod failed;
mod stream;

use stun_proto::types::attribute::{ErrorCode, Software, XorMappedAddress};
use stun_proto::types::message::{BINDING, Message, MessageWriteVec};
use stun_proto::types::prelude::*;

use self::exchange::Exchange;
use self::failed::Failed;
use super::trust::Trust;
use super::{Deadline, micros};
use crate::model::finding::{Outcome, Stun, Target};
use crate::text::{Text, fit};

/// Asks a target how it sees this machine.
pub(super) async fn probe(target: &Target, trust: &Trust, until: Deadline) -> Outcome {
    match ask(target, trust, until).await {
        Ok(stun) => Outcome::Stun(stun),
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
    if let Ok(error) = message.attribute::<ErrorCode>() {
        return Err(Failed::Said(said(&error)));
    }
    let mapped = message
        .attribute::<XorMappedAddress>()
        .map_err(|_| Failed::Nonsense("its answer has no XOR-MAPPED-ADDRESS".to_owned()))?;
    Ok(Stun {
        peer: exchange.peer(),
        local: exchange.local(),
        mapped: mapped.addr(message.transaction_id()),
        rtt_us: micros(reply.rtt),
        requests: exchange.requests(),
        software: software(&message),
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
