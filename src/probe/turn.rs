//! The TURN probe: an allocation with long-term credentials (RFC 8656 §7), shown and released.

use secrecy::ExposeSecret as _;
use stun_proto::auth::{LongTermClientAuth, LongTermClientValidation};
use stun_proto::types::attribute::{AttributeType, ErrorCode, Realm, XorMappedAddress};
use stun_proto::types::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageWriteVec, Method,
};
use stun_proto::types::prelude::*;
use turn_types::attribute::{Lifetime, RequestedTransport, XorRelayedAddress};
use turn_types::message::{ALLOCATE, REFRESH};

use super::stun::exchange::{Exchange, StunReply};
use super::stun::failed::Failed;
use super::stun::{realm, refused, software};
use super::trust::Trust;
use super::{Deadline, TurnUser, micros};
use crate::cause::Cause;
use crate::model::finding::{ProbeOutcome, Target, TurnAnswer};
use crate::text::{Text, fit};

/// Rounds of "here is a nonce, ask again": the first challenge, and a nonce that went stale at once.
const MOST_ROUNDS: u32 = 4;

/// How an answer is signed (RFC 8489 §14.5 and §14.6).
const MESSAGE_INTEGRITY: AttributeType = AttributeType::new(0x0008);
const MESSAGE_INTEGRITY_SHA256: AttributeType = AttributeType::new(0x001C);

/// Allocates a relay address on a target and gives it back.
pub(super) async fn probe(
    target: &Target,
    trust: &Trust,
    users: &[TurnUser],
    until: Deadline,
) -> ProbeOutcome {
    let user = users.iter().find(|user| user.server.same_server(target));
    match allocate(target, trust, user, until).await {
        Ok(turn) => ProbeOutcome::Turn(turn),
        Err(failed) => failed.outcome("TURN", target),
    }
}

async fn allocate(
    target: &Target,
    trust: &Trust,
    user: Option<&TurnUser>,
    until: Deadline,
) -> Result<TurnAnswer, Failed> {
    let mut auth = LongTermClientAuth::new();
    auth.add_supported_integrity(IntegrityAlgorithm::Sha256);
    if let Some(user) = user {
        let password = user.password.as_ref();
        let password = password.map_err(|why| Failed::Setup(why.clone()))?;
        let password = password.expose_secret().to_owned();
        auth.set_credentials(LongTermCredentials::new(user.username.clone(), password));
    }
    let mut session = Session {
        exchange: Exchange::open(target, trust, until).await?,
        auth,
        realm: None,
        until,
    };
    let allocation = RequestedTransport::new(RequestedTransport::UDP);
    let reply = match session.ask(ALLOCATE, &allocation).await {
        Ok(reply) => reply,
        Err(failed) => {
            // An allocation whose answer cannot be believed may be there all the same.
            if failed.may_have_been_granted() {
                let _released = session.ask(REFRESH, &Lifetime::new(0)).await;
            }
            return Err(failed);
        }
    };
    let message = reply.message()?;
    let relayed = message
        .attribute::<XorRelayedAddress>()
        .map_err(|_| Failed::nonsense("its answer has no XOR-RELAYED-ADDRESS"))?;
    let id = message.transaction_id();
    let mapped = message.attribute::<XorMappedAddress>().ok();
    let mut turn = TurnAnswer {
        peer: session.exchange.peer(),
        relayed: relayed.addr(id),
        mapped: mapped.map(|mapped| mapped.addr(id)),
        lifetime_s: message.attribute::<Lifetime>().map_or(0, |l| l.seconds()),
        released: false,
        rtt_us: micros(reply.rtt),
        requests: 0,
        realm: session.realm.clone().unwrap_or_default(),
        software: software(&message),
    };
    // A lifetime of 0 is how an allocation is deleted (RFC 8656 §8).
    turn.released = session.ask(REFRESH, &Lifetime::new(0)).await.is_ok();
    turn.requests = session.exchange.requests();
    Ok(turn)
}

struct Session {
    exchange: Exchange,
    auth: LongTermClientAuth,
    realm: Option<Text>,
    until: Deadline,
}

impl Session {
    /// Asks, and asks again with what the server's challenge wants; ends in a verified success or a reason.
    async fn ask(
        &mut self,
        method: Method,
        attribute: &dyn AttributeWrite,
    ) -> Result<StunReply, Failed> {
        for _ in 0..MOST_ROUNDS {
            let mut request = Message::builder_request(method, MessageWriteVec::new());
            request.add_attribute(attribute)?;
            let request = self.auth.sign_outgoing_message(request)?;
            let reply = self.exchange.ask(request.finish(), self.until).await?;
            let message = reply.message()?;
            if let Ok(realm) = message.attribute::<Realm>() {
                self.realm = Some(realm.realm().into());
            }
            let judged = self.auth.validate_incoming_message(&message);
            if matches!(judged, Ok(LongTermClientValidation::ResendRequest(_))) {
                continue;
            }
            if let Ok(error) = message.attribute::<ErrorCode>() {
                return Err(self.refused(&error, &message));
            }
            if judged.is_err() {
                return Err(Failed::Answered(unproven(&message).told()));
            }
            return Ok(reply);
        }
        let told = Cause::TurnAsksAgain.told();
        Err(Failed::Answered(
            told.with("rounds", MOST_ROUNDS.to_string()),
        ))
    }

    fn refused(&self, error: &ErrorCode, message: &Message<'_>) -> Failed {
        if error.code() != ErrorCode::UNAUTHORIZED {
            return refused(error, message);
        }
        let realm = match realm(message) {
            Ok(realm) => realm,
            Err(fault) => return fault,
        };
        let realm = realm.fit(80).to_string();
        let told = match self.auth.credentials() {
            None => Cause::TurnCredentialsMissing.told(),
            Some(user) => Cause::TurnCredentialsRefused
                .told()
                .with("user", fit(user.username(), 80)),
        };
        Failed::Answered(told.with("realm", realm))
    }
}

/// Why a success cannot be believed: once it has taken credentials, a server signs whatever it answers, and a client throws away
/// what is not signed by them (RFC 8489 §9.2.4 and §9.2.5).
fn unproven(message: &Message<'_>) -> Cause {
    let signed = [MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256]
        .iter()
        .any(|kind| message.raw_attribute(*kind).is_some());
    if signed {
        Cause::TurnSignedByAnother
    } else {
        Cause::TurnUnsigned
    }
}
