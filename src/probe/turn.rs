//! The TURN probe: an allocation with long-term credentials (RFC 8656 §7), shown and released.

use secrecy::ExposeSecret as _;
use stun_proto::auth::{LongTermClientAuth, LongTermClientValidation};
use stun_proto::types::attribute::{ErrorCode, Realm, XorMappedAddress};
use stun_proto::types::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageWriteVec, Method,
};
use stun_proto::types::prelude::*;
use turn_types::attribute::{Lifetime, RequestedTransport, XorRelayedAddress};
use turn_types::message::{ALLOCATE, REFRESH};

use super::stun::exchange::{Exchange, Reply};
use super::stun::failed::Failed;
use super::stun::{realm, refused, software};
use super::trust::Trust;
use super::{Deadline, TurnUser, micros};
use crate::model::finding::{Outcome, Target, Turn};
use crate::text::{Text, fit};

/// Rounds of "here is a nonce, ask again": the first challenge, and a nonce that went stale at once.
const MOST_ROUNDS: u32 = 4;

/// Allocates a relay address on a target and gives it back.
pub(super) async fn probe(
    target: &Target,
    trust: &Trust,
    users: &[TurnUser],
    until: Deadline,
) -> Outcome {
    let user = users.iter().find(|user| user.server.same_server(target));
    match allocate(target, trust, user, until).await {
        Ok(turn) => Outcome::Turn(turn),
        Err(failed) => failed.outcome("TURN", target),
    }
}

async fn allocate(
    target: &Target,
    trust: &Trust,
    user: Option<&TurnUser>,
    until: Deadline,
) -> Result<Turn, Failed> {
    let mut auth = LongTermClientAuth::new();
    auth.add_supported_integrity(IntegrityAlgorithm::Sha256);
    if let Some(user) = user {
        let password = user.password.as_ref();
        let password = password.map_err(|why| Failed::Setup(format!("{why}.")))?;
        let password = password.expose_secret().to_owned();
        auth.set_credentials(LongTermCredentials::new(user.username.clone(), password));
    }
    let mut session = Session {
        exchange: Exchange::open(target, trust, until).await?,
        auth,
        realm: None,
        until,
    };
    let reply = session
        .ask(ALLOCATE, &RequestedTransport::new(RequestedTransport::UDP))
        .await?;
    let message = reply.message()?;
    let relayed = message
        .attribute::<XorRelayedAddress>()
        .map_err(|_| Failed::Nonsense("its answer has no XOR-RELAYED-ADDRESS".to_owned()))?;
    let id = message.transaction_id();
    let mapped = message.attribute::<XorMappedAddress>().ok();
    let mut turn = Turn {
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
    ) -> Result<Reply, Failed> {
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
                let why = "its answer is not signed with the user's password";
                return Err(Failed::Nonsense(why.to_owned()));
            }
            return Ok(reply);
        }
        Err(Failed::Nonsense(format!(
            "it asked for the credentials anew {MOST_ROUNDS} times"
        )))
    }

    fn refused(&self, error: &ErrorCode, message: &Message<'_>) -> Failed {
        if error.code() != ErrorCode::UNAUTHORIZED {
            return refused(error, message);
        }
        let realm = match realm(message) {
            Ok(realm) => realm,
            Err(fault) => return fault,
        };
        let realm = realm.fit(80);
        Failed::Refused(match self.auth.credentials() {
            None => format!(
                "the server wants credentials (realm {realm}) and there are none. Name the server with its username and password under probes.turn in the profile; a STUN probe needs none."
            ),
            Some(user) => format!(
                "the server refused the user {} (realm {realm}). Check the username and password under probes.turn in the profile; a time-limited password may have run out.",
                fit(user.username(), 80)
            ),
        })
    }
}
