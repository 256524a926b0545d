//! Where a transfer or a consultation is to go: a person, a queue, or a number outside.

use hyper::StatusCode;
use serde::Deserialize;

use crate::org::interactions::{AGENT, Interaction};
use crate::org::platform::Call;
use crate::org::reply::Refusal;
use crate::org::state::user_id;
use crate::org::transfers::{Behaviour, Destination};

/// The parts of a request that name where to go; the variants of each operation have some of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetFields {
    user_id: Option<String>,
    user_name: Option<String>,
    queue_id: Option<String>,
    queue_name: Option<String>,
    address: Option<String>,
}

/// A place that is there.
#[derive(Clone, Debug)]
pub(super) struct TransferTarget {
    /// As the log of transfers writes it.
    pub(super) uri: String,
    pub(super) destination: Destination,
}

impl TargetFields {
    /// What is asked for, when it is there; none when nothing is.
    pub(super) fn find(&self, call: &Call<'_>) -> Result<Option<TransferTarget>, Refusal> {
        let user = self.user_id.as_ref().or(self.user_name.as_ref());
        if let Some(asked) = user.filter(|asked| !asked.is_empty()) {
            return user_target(call, asked).map(Some);
        }
        let queue = self.queue_id.as_ref().or(self.queue_name.as_ref());
        if let Some(asked) = queue.filter(|asked| !asked.is_empty()) {
            return queue_target(call, asked).map(Some);
        }
        let address = self.address.as_deref().unwrap_or_default().trim();
        if address.is_empty() {
            return Ok(None);
        }
        outside(address).map(Some)
    }
}

/// By id, name or address of electronic mail. Places that misbehave are there without being people.
fn user_target(call: &Call<'_>, asked: &str) -> Result<TransferTarget, Refusal> {
    let bare = asked.strip_suffix("@org.example").unwrap_or(asked);
    let world = call.shared.world();
    let by_name = || {
        world
            .people
            .iter()
            .position(|person| person.name() == asked)
    };
    let found = world.find(bare).or_else(by_name);
    let known = found.and_then(|place| Some((user_id(place), world.people.get(place)?.name())));
    drop(world);
    let uri = match &known {
        Some((id, _)) => format!("genesys://user/{id}"),
        None => format!("genesys://user/{bare}"),
    };
    let destination = Destination::of(&uri);
    let misbehaves = |destination: &Destination| destination.manner != Behaviour::Usual;
    match (known, destination) {
        (Some((_, name)), Some(mut destination)) => {
            destination.to = destination.to.named(name);
            Ok(TransferTarget { uri, destination })
        }
        (None, Some(destination)) if misbehaves(&destination) => {
            Ok(TransferTarget { uri, destination })
        }
        _ => {
            let message = format!("Unable to find the user {asked}.");
            Err(Refusal::not_found(message).param("userId", asked))
        }
    }
}

fn queue_target(call: &Call<'_>, asked: &str) -> Result<TransferTarget, Refusal> {
    let book = call.shared.book();
    let known = book.queues.iter();
    let mut known = known.filter(|queue| queue.id == asked || queue.name == asked);
    let id = known.next().map(|queue| queue.id.to_string());
    drop(book);
    let uri = format!("genesys://queue/{}", id.as_deref().unwrap_or(asked));
    let destination = Destination::of(&uri);
    let there = |destination: &Destination| id.is_some() || destination.manner != Behaviour::Usual;
    let destination = destination.filter(there).ok_or_else(|| {
        let message = "Interaction cannot be transferred to a queue that does not exist.";
        bad("conversations.error.queue.not.found", message).param("queueId", asked)
    })?;
    Ok(TransferTarget { uri, destination })
}

/// A number, `tel:` or `sip:`.
fn outside(address: &str) -> Result<TransferTarget, Refusal> {
    let bare = address.strip_prefix("tel:").unwrap_or(address);
    let uri = match bare {
        sip if sip.starts_with("sip:") || sip.starts_with("sips:") => {
            format!("sip:{}", sip.split_once(':').map_or("", |(_, rest)| rest))
        }
        sip if sip.contains('@') => format!("sip:{sip}"),
        number => format!("tel:{number}"),
    };
    let number = uri.strip_prefix("tel:").unwrap_or("+1");
    let digits = number.strip_prefix('+').unwrap_or(number);
    let dialled = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let destination = Destination::of(&uri).filter(|_| dialled).ok_or_else(|| {
        let message = format!("{address} is neither a telephone number nor a SIP address.");
        bad("postino.error.bad.request", message)
    })?;
    Ok(TransferTarget { uri, destination })
}

impl TransferTarget {
    /// Whether somebody of the conversation is there already.
    pub(super) fn is_party(&self, of: &Interaction) -> bool {
        let to = &self.destination.to;
        of.legs
            .live()
            .any(|leg| leg.who.id == to.id && leg.who.purpose == to.purpose)
    }

    /// Whether it is that person.
    pub(super) fn is_user(&self, id: &str) -> bool {
        self.destination.to.purpose == AGENT && self.destination.to.id == id
    }
}

/// A refusal with status 400.
pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}
