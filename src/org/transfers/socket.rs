//! `wss://HOST/api/v2/websocket`: the socket that transfers go through (contract §8).

use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::Receipt;
use super::destination::{Behaviour, Destination};
use super::frame::{TransferAnswer, TransferFrame};
use super::settle::{frame_of, settle};
use crate::org::operation::{Answer, Call, Operation, websocket};
use crate::org::shared::Shared;
use crate::org::streams::crowded;
use crate::org::text_socket::{Push, SocketHandler, TextSocket};
use crate::org::upgrade::{self, Handoff};

/// The close code of a client that is over its limit (RFC 6455 §7.4.1, "policy violation").
const POLICY_VIOLATION: u16 = 1008;

/// How often one of an interaction's transfers is turned away by a destination that does so.
const TURNED_AWAY: u32 = 2;

const TOO_MANY: &str = "too many transfers, try again later";

/// The operations of this room.
#[rustfmt::skip] // A table: one a line.
pub(in crate::org) const OPERATIONS: &[Operation] = &[
    websocket("websocket", &["websocket:use", "interaction:transfer"], open),
];

/// Answers an upgrade with 101 and leaves the session in `handoff`.
fn open(call: &Call<'_>, handoff: &Handoff, mut request: Request<Incoming>) -> Answer {
    let (upgrade, reply) = upgrade::handshake(&mut request, None)?;
    let shared = call.shared;
    let place = shared.sockets().join(call.holder.id).ok_or_else(crowded)?;
    let socket = TransferSocket {
        shared: Arc::clone(shared),
        number: place.number,
        pushes: place.pushes,
    };
    handoff.put(TextSocket::new(shared, upgrade, place.queue, socket).run());
    Ok(reply)
}

/// A client at its socket.
struct TransferSocket {
    shared: Arc<Shared>,
    number: u64,
    pushes: mpsc::Sender<Push>,
}

impl Drop for TransferSocket {
    fn drop(&mut self) {
        self.shared.sockets().leave(self.number);
    }
}

impl SocketHandler for TransferSocket {
    fn hear(&mut self, message: Message) {
        if let Message::Text(text) = message {
            match TransferFrame::parse(&text) {
                Ok(frame) => self.take(&frame),
                Err(answer) => self.say(&answer),
            }
        }
    }
}

impl TransferSocket {
    fn take(&self, frame: &TransferFrame) {
        let mut log = self.shared.transfers();
        let receipt = log.receive(frame, &self.pushes);
        drop(log);
        match receipt {
            Receipt::Waits | Receipt::Known(None) => {}
            Receipt::Known(Some(answer)) => self.say(&answer),
            Receipt::New => match self.turns_away(frame) {
                Some(push) => self.turn_away(frame, push),
                None => self.begin(frame),
            },
        }
    }

    /// What a frame is turned away with, when it is.
    fn turns_away(&self, frame: &TransferFrame) -> Option<Push> {
        let manner = Destination::of(&frame.destination_uri).map(|destination| destination.manner);
        let faults = self.shared.faults();
        let again = || {
            let log = self.shared.transfers();
            log.turned_away(&frame.interaction_id, &frame.destination_uri) < TURNED_AWAY
        };
        let close = manner == Some(Behaviour::Closes) && again();
        if close || self.shared.chance(faults.transfer_close) {
            return Some(Push::Close(POLICY_VIOLATION));
        }
        let limit = manner == Some(Behaviour::Limited) && again();
        if limit || self.shared.chance(faults.transfer_limit) {
            return frame_of(&TransferAnswer::refused(frame, "rate_limited", TOO_MANY));
        }
        None
    }

    fn turn_away(&self, frame: &TransferFrame, push: Push) {
        let reason = match push {
            Push::Close(_) => "closed with 1008",
            _ => "rate limited",
        };
        self.shared.transfers().turn_away(&frame.id, reason);
        self.push(push);
    }

    fn begin(&self, frame: &TransferFrame) {
        let course = settle(Arc::clone(&self.shared), frame.clone());
        if !self.shared.errands.begin(course) {
            let busy = TransferAnswer::refused(frame, "rate_limited", TOO_MANY);
            if let Some(push) = frame_of(&busy) {
                self.turn_away(frame, push);
            }
        }
    }

    fn say(&self, answer: &TransferAnswer) {
        if let Some(push) = frame_of(answer) {
            self.push(push);
        }
    }

    /// A client that does not read until its queue is full is cut by the deadline of writes.
    fn push(&self, push: Push) {
        let _ = self.pushes.try_send(push);
    }
}
