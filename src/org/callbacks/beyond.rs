//! Callbacks as the Platform API books them: a moment instead of slots, several numbers, an agent, and no rules about
//! hours or room, which it has not.

use std::collections::BTreeMap;

use compact_str::{CompactString, format_compact};
use jiff::{SignedDuration, Timestamp};

use super::body::{Body, ChannelPreferences, ContactChannel, TimeSlot, earliest};
use super::book::{CallbackBook, CallbackStatus};
use crate::org::queues::Queue;
use crate::org::reply::Refusal;

/// How long the slot of a callback is that has a moment alone, in minutes.
const MINUTES: i64 = 15;

/// What is known of a callback beyond the direct API.
#[derive(Clone, Debug, Default)]
pub(in crate::org) struct PlatformFields {
    /// Whom to ask for.
    pub(in crate::org) user_name: Option<String>,
    /// Further numbers to try.
    pub(in crate::org) more_numbers: Vec<String>,
    /// What the booking said beside its reason.
    pub(in crate::org) data: BTreeMap<String, String>,
    /// Who dials it.
    pub(in crate::org) agent: CompactString,
    pub(in crate::org) dialled: Option<Timestamp>,
    pub(in crate::org) connected: Option<Timestamp>,
    pub(in crate::org) ended: Option<Timestamp>,
}

impl PlatformFields {
    /// The next agent in turn, for a callback that is at a stage already.
    pub(super) fn of_agent(
        number: u64,
        agents: usize,
        status: CallbackStatus,
        now: Timestamp,
    ) -> Self {
        let agents = u64::try_from(agents.max(1)).unwrap_or(1);
        let mut beyond = Self {
            agent: format_compact!("u-{}", number % agents + 1),
            ..Self::default()
        };
        beyond.reach(status, now);
        beyond
    }

    /// Notes when a stage was reached.
    pub(super) fn reach(&mut self, status: CallbackStatus, now: Timestamp) {
        match status {
            CallbackStatus::Scheduled => {
                (self.dialled, self.connected, self.ended) = (None, None, None);
            }
            CallbackStatus::Dialing => self.dialled = Some(now),
            CallbackStatus::Connected => {
                self.dialled.get_or_insert(now);
                self.connected = Some(now);
            }
            CallbackStatus::Completed | CallbackStatus::Failed => {
                self.dialled.get_or_insert(now);
                self.ended = Some(now);
            }
            CallbackStatus::Cancelled => self.ended = Some(now),
        }
    }
}

/// A callback as the Platform API asks for it, its rules kept.
pub(in crate::org) struct Booking {
    pub(in crate::org) queue: Queue,
    pub(in crate::org) at: Timestamp,
    /// The first is dialled; there is one.
    pub(in crate::org) numbers: Vec<String>,
    pub(in crate::org) user_name: Option<String>,
    pub(in crate::org) reason: String,
    /// What else is said of it.
    pub(in crate::org) data: BTreeMap<String, String>,
    /// The client's own name for it.
    pub(in crate::org) key: String,
}

/// What changes of a callback; nothing else does.
#[derive(Debug, Default)]
pub(in crate::org) struct CallbackChange {
    pub(in crate::org) queue: Option<Queue>,
    pub(in crate::org) at: Option<Timestamp>,
    pub(in crate::org) numbers: Option<Vec<String>>,
    pub(in crate::org) agent: Option<CompactString>,
}

impl CallbackBook {
    /// Books a callback at a moment.
    pub(in crate::org) fn schedule(
        &mut self,
        wanted: Booking,
        now: Timestamp,
    ) -> Result<CompactString, Refusal> {
        self.make_room()?;
        let mut numbers = wanted.numbers.into_iter();
        let body = Body {
            callback_id: wanted.key,
            callback_number: numbers.next().unwrap_or_default(),
            time_slot_matrix: vec![slot(&wanted.queue, wanted.at)],
            channel_preferences: ChannelPreferences {
                primary: ContactChannel::Voice,
                fallback: None,
                allow_sms: false,
            },
            queue_id: wanted.queue.id.to_string(),
            reason: wanted.reason,
            concurrency_limit: 1,
        };
        let id = self.place(body, CallbackStatus::Scheduled, now);
        if let Some(callback) = self.find(&id) {
            callback.beyond.user_name = wanted.user_name;
            callback.beyond.data = wanted.data;
            callback.beyond.more_numbers = numbers.collect();
        }
        self.note(&id, now);
        Ok(id)
    }

    /// Changes what is given of a callback that is scheduled; false when it no longer is.
    pub(in crate::org) fn move_to(
        &mut self,
        id: &str,
        moved: CallbackChange,
        now: Timestamp,
    ) -> bool {
        let home = self.get(id).ok().and_then(|one| self.queue(&one.queue_id));
        let queue = moved.queue.or_else(|| home.cloned());
        let Some(callback) = self
            .find(id)
            .filter(|one| one.status == CallbackStatus::Scheduled)
        else {
            return false;
        };
        if let Some(queue) = queue {
            callback.queue_id.clone_from(&queue.id);
            if let Some(at) = moved.at {
                callback.time_slot_matrix = vec![slot(&queue, at)];
                earliest(&callback.time_slot_matrix).clone_into(&mut callback.starts);
            }
        }
        if let Some(numbers) = moved.numbers {
            let mut numbers = numbers.into_iter();
            callback.number = numbers.next().unwrap_or_default();
            callback.beyond.more_numbers = numbers.collect();
        }
        if let Some(agent) = moved.agent {
            callback.beyond.agent = agent;
        }
        callback.updated = now;
        self.note(id, now);
        true
    }

    /// Gives a callback that somebody has to somebody else.
    pub(in crate::org) fn hand_to(&mut self, id: &str, agent: CompactString, now: Timestamp) {
        if let Some(callback) = self.find(id) {
            callback.beyond.agent = agent;
            callback.updated = now;
        }
        self.note(id, now);
    }

    /// Ends a callback wherever it is; one that is over stays so.
    pub(in crate::org) fn disconnect(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        match self.get(id)?.status {
            CallbackStatus::Scheduled | CallbackStatus::Dialing => {
                self.set(id, CallbackStatus::Cancelled, now);
            }
            CallbackStatus::Connected => self.set(id, CallbackStatus::Completed, now),
            CallbackStatus::Completed | CallbackStatus::Failed | CallbackStatus::Cancelled => {}
        }
        Ok(())
    }
}

/// The slot that begins at a moment, as the queue's wall clock has it.
fn slot(queue: &Queue, at: Timestamp) -> TimeSlot {
    let local = |time: Timestamp| {
        let time = time.to_zoned(queue.zone.clone());
        time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let end = at.checked_add(SignedDuration::from_mins(MINUTES));
    TimeSlot {
        start: local(at),
        end: local(end.unwrap_or(at)),
    }
}
