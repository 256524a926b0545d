//! The transfers: what came through the transfer sockets, what became of each, and what was answered (contract §8).
//!
//! A frame is known by its `id`. One that comes again is counted and not done again: it is answered as the first was,
//! now or when the first one's time comes. Only frames that were turned away, or whose codec did not fit, may be tried
//! again under the same id. What a frame does happens when its time is over, whether or not its socket still stands.

mod blind;
mod destination;
mod frame;
mod settle;
mod socket;

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Instant;

pub(super) use self::destination::{Behaviour, Destination, help};
use self::frame::{TransferAnswer, TransferFrame};
pub(super) use self::settle::duration;
pub(super) use self::socket::OPERATIONS;
use super::text_socket::Push;

/// The most transfers that are remembered.
const KEPT: usize = 10_000;

/// The most sockets that wait for one answer; a client has one, and another after each reconnect.
const MOST_WAITING: usize = 8;

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// It was taken, and its time is not over.
    Pending,
    /// The interaction is where it was to go.
    Transferred,
    /// The other side has not the codec; nothing happened.
    Unsupported,
    /// Nothing happened, for a reason that was told.
    Rejected,
    /// It was turned away by the rate limit or a close 1008; nothing happened.
    TurnedAway,
    /// Nothing happened, and nothing was said.
    Ignored,
}

impl Outcome {
    /// Whether a frame of the same id is a new attempt, as nothing came of this one.
    const fn may_be_tried_again(self) -> bool {
        matches!(self, Self::Unsupported | Self::TurnedAway)
    }
}

/// One transfer, as the control surface shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TransferEntry {
    at: Timestamp,
    id: String,
    interaction_id: String,
    destination: String,
    /// The audio codec that was asked for; the Platform API asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    codec: Option<String>,
    outcome: Outcome,
    /// The audio codec that was settled on.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How often a frame of this id came.
    received: u32,
    /// How often one was turned away.
    turned_away: u32,
    /// How often it was answered, heard or not.
    answered: u32,
    /// From the receipt that was taken to the outcome, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<f64>,
    #[serde(skip)]
    taken: Instant,
    #[serde(skip)]
    answer: Option<TransferAnswer>,
    #[serde(skip)]
    waiting: Vec<mpsc::Sender<Push>>,
}

impl TransferEntry {
    /// A transfer that came now, and nothing is known of it but where it is to go.
    fn new(id: &str, interaction: &str, destination: &str) -> Self {
        Self {
            at: Timestamp::now(),
            id: id.to_owned(),
            interaction_id: interaction.to_owned(),
            destination: destination.to_owned(),
            codec: None,
            outcome: Outcome::Pending,
            settled: None,
            reason: None,
            received: 1,
            turned_away: 0,
            answered: 0,
            ms: None,
            taken: Instant::now(),
            answer: None,
            waiting: Vec::new(),
        }
    }
}

/// What is to be done with a frame that came.
enum Receipt {
    /// It is new, or may be tried again.
    New,
    /// It is known, and answered when its time comes.
    Waits,
    /// It is known, and was answered so; nothing where nothing was said.
    Known(Option<TransferAnswer>),
}

/// The last transfers.
#[derive(Default)]
pub(super) struct TransferLog {
    entries: HashMap<String, TransferEntry>,
    /// Ids in the order they came first.
    order: VecDeque<String>,
    dropped: u64,
}

impl TransferLog {
    /// Counts a frame that came through a socket.
    fn receive(&mut self, frame: &TransferFrame, from: &mpsc::Sender<Push>) -> Receipt {
        let Some(entry) = self.entries.get_mut(&frame.id) else {
            self.add(frame, from);
            return Receipt::New;
        };
        entry.received = entry.received.saturating_add(1);
        if entry.outcome.may_be_tried_again() {
            entry.outcome = Outcome::Pending;
            entry.taken = Instant::now();
            entry.codec = Some(frame.media.audio.codec.clone());
            entry.waiting = vec![from.clone()];
            return Receipt::New;
        }
        if entry.outcome != Outcome::Pending {
            entry.answered = entry
                .answered
                .saturating_add(u32::from(entry.answer.is_some()));
            return Receipt::Known(entry.answer.clone());
        }
        let here = entry.waiting.iter().any(|other| other.same_channel(from));
        if !here && entry.waiting.len() < MOST_WAITING {
            entry.waiting.push(from.clone());
        }
        Receipt::Waits
    }

    fn add(&mut self, frame: &TransferFrame, from: &mpsc::Sender<Push>) {
        self.keep(TransferEntry {
            codec: Some(frame.media.audio.codec.clone()),
            waiting: vec![from.clone()],
            ..TransferEntry::new(&frame.id, &frame.interaction_id, &frame.destination_uri)
        });
    }

    fn keep(&mut self, entry: TransferEntry) {
        if self.order.len() >= KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
            self.dropped += 1;
        }
        self.order.push_back(entry.id.clone());
        self.entries.insert(entry.id.clone(), entry);
    }

    /// How often transfers of an interaction to a destination were turned away.
    fn turned_away(&self, interaction: &str, destination: &str) -> u32 {
        let same = |entry: &&TransferEntry| {
            entry.interaction_id == interaction && entry.destination == destination
        };
        let entries = self.entries.values().filter(same);
        entries.map(|entry| entry.turned_away).sum()
    }

    fn turn_away(&mut self, id: &str, reason: &str) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.outcome = Outcome::TurnedAway;
            entry.reason = Some(reason.to_owned());
            entry.turned_away = entry.turned_away.saturating_add(1);
            entry.waiting.clear();
        }
    }

    /// Notes what became of a transfer, and hands out the sockets that wait to hear of it.
    fn settle(
        &mut self,
        id: &str,
        outcome: Outcome,
        answer: Option<TransferAnswer>,
    ) -> Vec<mpsc::Sender<Push>> {
        let Some(entry) = self.entries.get_mut(id) else {
            return Vec::new();
        };
        entry.outcome = outcome;
        entry.ms = Some(entry.taken.elapsed().as_secs_f64() * 1000.0);
        if let Some(answer) = &answer {
            entry.settled = answer.codec;
            entry.reason.clone_from(&answer.reason);
            entry.answered = entry.answered.saturating_add(1);
        }
        entry.answer = answer;
        std::mem::take(&mut entry.waiting)
    }

    /// Notes the codec of a transfer that nothing is said about.
    fn settle_quietly(&mut self, id: &str, codec: &'static str) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.settled = Some(codec);
        }
    }

    /// Oldest first, and how many are forgotten.
    pub(super) fn shown(&self) -> serde_json::Value {
        let entries: Vec<&TransferEntry> = self
            .order
            .iter()
            .filter_map(|id| self.entries.get(id))
            .collect();
        serde_json::json!({"transfers": entries, "dropped": self.dropped})
    }
}
