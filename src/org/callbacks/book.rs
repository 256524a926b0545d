//! The queues, what is booked in them, and what became of it.

use std::collections::{BTreeMap, HashMap};

use compact_str::{CompactString, format_compact};
use hyper::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::beyond::PlatformFields;
use super::body::{Body, Reschedule, TimeSlot, earliest};
use super::hooks::CallbackWebhooks;
use super::log::UpdateLog;
use crate::org::platform::callbacks::tell;
use crate::org::platform::topics::Topics;
use crate::org::queues::{Queue, QueueEntity, seeds};
use crate::org::reply::Refusal;

/// The most callbacks that are kept; past it the oldest that is over is forgotten.
const MOST: usize = 10_000;

/// How far a callback is (contract §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::org) enum CallbackStatus {
    Scheduled,
    Dialing,
    Connected,
    Completed,
    Failed,
    Cancelled,
}

impl CallbackStatus {
    /// Whether it takes room in its queue.
    pub(in crate::org) const fn is_live(self) -> bool {
        matches!(self, Self::Scheduled | Self::Dialing | Self::Connected)
    }
}

/// One callback, as the wire shows it: the contract's fields first, what was booked and more after them.
#[derive(Clone, Debug, Serialize)]
pub(in crate::org) struct Callback {
    pub(in crate::org) id: CompactString,
    #[serde(rename = "callback_number")]
    pub(in crate::org) number: String,
    #[serde(rename = "callback_time")]
    pub(super) starts: String,
    pub(in crate::org) queue_id: CompactString,
    pub(in crate::org) reason: String,
    pub(in crate::org) status: CallbackStatus,
    /// The client's own name for it.
    #[serde(rename = "callback_id")]
    key: String,
    pub(super) time_slot_matrix: Vec<TimeSlot>,
    channel_preferences: super::body::ChannelPreferences,
    concurrency_limit: u32,
    pub(in crate::org) created: Timestamp,
    pub(in crate::org) updated: Timestamp,
    #[serde(skip)]
    asked: Body,
    /// What the Platform API shows of it, and the direct one does not.
    #[serde(skip)]
    pub(in crate::org) beyond: PlatformFields,
}

/// What a change tells, on the stream and to webhooks (contract §10).
#[derive(Serialize)]
struct UpdatePayload<'a> {
    id: &'a str,
    status: CallbackStatus,
    callback_number: &'a str,
    callback_time: &'a str,
    queue_id: &'a str,
    reason: &'a str,
    correlation_id: &'a str,
}

/// Everything about callbacks. Each change of one is an update in the log.
pub(in crate::org) struct CallbackBook {
    pub(in crate::org) queues: Vec<Queue>,
    /// In the order they were booked.
    callbacks: BTreeMap<u64, Callback>,
    by_id: HashMap<CompactString, u64>,
    by_callback_id: HashMap<String, u64>,
    booked: u64,
    pub(in crate::org) log: UpdateLog,
    pub(super) hooks: CallbackWebhooks,
    /// Where changes are told over the Platform API's channels.
    pub(in crate::org) topics: Topics,
    /// How many people dial callbacks, in turn.
    pub(in crate::org) agents: usize,
}

/// What a booking came to.
pub(super) enum BookingOutcome {
    /// It is new.
    New(CompactString),
    /// The same callback id with the same body was booked before.
    Before(CompactString),
}

impl Default for CallbackBook {
    fn default() -> Self {
        Self {
            queues: seeds::queues(),
            callbacks: BTreeMap::new(),
            by_id: HashMap::new(),
            by_callback_id: HashMap::new(),
            booked: 0,
            log: UpdateLog::default(),
            hooks: CallbackWebhooks::default(),
            topics: Topics::default(),
            agents: 1,
        }
    }
}

impl CallbackBook {
    pub(in crate::org) fn all(&self) -> impl DoubleEndedIterator<Item = &Callback> {
        self.callbacks.values()
    }

    pub(in crate::org) fn get(&self, id: &str) -> Result<&Callback, Refusal> {
        let number = self.by_id.get(id);
        let callback = number.and_then(|number| self.callbacks.get(number));
        callback.ok_or_else(|| Refusal::not_found(format!("there is no callback {id:?}")))
    }

    pub(in crate::org) fn queue(&self, id: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == id)
    }

    /// Callbacks that take room in a queue: those here, and those of other systems.
    pub(super) fn scheduled(&self, queue: &Queue) -> u32 {
        queue.others.saturating_add(self.live(&queue.id))
    }

    fn live(&self, queue: &str) -> u32 {
        let live = self.all();
        let live = live.filter(|one| one.queue_id == queue && one.status.is_live());
        u32::try_from(live.count()).unwrap_or(u32::MAX)
    }

    pub(in crate::org) fn queue_entity<'a>(&self, queue: &'a Queue) -> QueueEntity<'a> {
        queue.entity(self.scheduled(queue))
    }

    /// Sets how many callbacks a queue holds, as if other systems had filled or emptied it; no fewer than those here.
    pub(in crate::org) fn fill(
        &mut self,
        id: &str,
        scheduled: Option<u32>,
        most: Option<u32>,
    ) -> bool {
        let live = self.live(id);
        let Some(queue) = self.queues.iter_mut().find(|queue| queue.id == id) else {
            return false;
        };
        if let Some(scheduled) = scheduled {
            queue.others = scheduled.saturating_sub(live);
        }
        queue.most = most.unwrap_or(queue.most);
        true
    }

    /// Books a callback that keeps every rule, when there is room.
    pub(super) fn book(&mut self, body: Body, now: Timestamp) -> Result<BookingOutcome, Refusal> {
        let before = self.by_callback_id.get(&body.callback_id);
        if let Some(before) = before.and_then(|number| self.callbacks.get(number)) {
            return before.repeated(&body);
        }
        let queue = self.queue(&body.queue_id);
        body.check(queue, now)?;
        if let Some(queue) = queue {
            self.check_room(queue)?;
        }
        self.make_room()?;
        let id = self.place(body, CallbackStatus::Scheduled, now);
        self.note(&id, now);
        Ok(BookingOutcome::New(id))
    }

    fn check_room(&self, queue: &Queue) -> Result<(), Refusal> {
        let (scheduled, most, id) = (self.scheduled(queue), queue.most, &queue.id);
        if scheduled < most {
            return Ok(());
        }
        let message = format!("queue_id: {id} is full, with {scheduled} of {most} callbacks");
        Err(Refusal::new(StatusCode::CONFLICT, "queue.full", message))
    }

    pub(super) fn make_room(&mut self) -> Result<(), Refusal> {
        if self.callbacks.len() < MOST {
            return Ok(());
        }
        let mut callbacks = self.callbacks.iter();
        let over = callbacks.find(|(_, callback)| !callback.status.is_live());
        let Some(number) = over.map(|(number, _)| *number) else {
            let message = format!("an organisation holds at most {MOST} callbacks");
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "too.many.callbacks",
                message,
            ));
        };
        if let Some(callback) = self.callbacks.remove(&number) {
            self.by_id.remove(&callback.id);
            self.by_callback_id.remove(&callback.key);
        }
        Ok(())
    }

    /// Puts a callback into the book as it is, without an update.
    pub(super) fn place(
        &mut self,
        body: Body,
        status: CallbackStatus,
        now: Timestamp,
    ) -> CompactString {
        self.booked += 1;
        let random = Uuid::new_v4().simple().to_string();
        let id = format_compact!("cb_{}-{}", &random[..8], &random[8..16]);
        let callback = Callback {
            id: id.clone(),
            number: body.callback_number.clone(),
            starts: earliest(&body.time_slot_matrix).to_owned(),
            queue_id: body.queue_id.as_str().into(),
            reason: body.reason.clone(),
            status,
            key: body.callback_id.clone(),
            time_slot_matrix: body.time_slot_matrix.clone(),
            channel_preferences: body.channel_preferences.clone(),
            concurrency_limit: body.concurrency_limit,
            created: now,
            updated: now,
            asked: body,
            beyond: PlatformFields::of_agent(self.booked, self.agents, status, now),
        };
        self.by_id.insert(id.clone(), self.booked);
        self.by_callback_id
            .insert(callback.key.clone(), self.booked);
        self.callbacks.insert(self.booked, callback);
        id
    }

    /// Gives a callback other slots; only one that nobody dials yet.
    pub(super) fn reschedule(
        &mut self,
        id: &str,
        change: Reschedule,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let callback = self.get(id)?;
        change.check(self.queue(&callback.queue_id), now)?;
        if callback.status != CallbackStatus::Scheduled {
            return Err(callback.too_late("rescheduled"));
        }
        if let Some(callback) = self.find(id) {
            earliest(&change.time_slot_matrix).clone_into(&mut callback.starts);
            callback.time_slot_matrix = change.time_slot_matrix;
            callback.reason = change.reason.unwrap_or_else(|| callback.reason.clone());
            callback.updated = now;
        }
        self.note(id, now);
        Ok(())
    }

    /// Cancels a callback that is not connected yet; one that is cancelled stays so.
    pub(super) fn cancel(&mut self, id: &str, now: Timestamp) -> Result<(), Refusal> {
        let callback = self.get(id)?;
        match callback.status {
            CallbackStatus::Cancelled => {}
            CallbackStatus::Scheduled | CallbackStatus::Dialing => {
                self.set(id, CallbackStatus::Cancelled, now);
            }
            _ => return Err(callback.too_late("cancelled")),
        }
        Ok(())
    }

    /// Moves a callback from one stage to another; false when it is elsewhere by now.
    pub(super) fn advance(
        &mut self,
        id: &str,
        from: CallbackStatus,
        to: CallbackStatus,
        now: Timestamp,
    ) -> bool {
        let there = self.get(id).is_ok_and(|callback| callback.status == from);
        if there {
            self.set(id, to, now);
        }
        there
    }

    /// Moves a callback to a stage, wherever it is.
    pub(in crate::org) fn set(&mut self, id: &str, status: CallbackStatus, now: Timestamp) {
        if let Some(callback) = self.find(id) {
            callback.status = status;
            callback.updated = now;
            callback.beyond.reach(status, now);
        }
        self.note(id, now);
    }

    pub(super) fn find(&mut self, id: &str) -> Option<&mut Callback> {
        self.callbacks.get_mut(self.by_id.get(id)?)
    }

    /// Makes an update of a callback as it is now.
    pub(super) fn note(&mut self, id: &str, now: Timestamp) {
        let number = self.by_id.get(id);
        if let Some(callback) = number.and_then(|number| self.callbacks.get(number)) {
            self.log
                .push(&callback.id, callback.status, now, |correlation_id| {
                    serde_json::to_vec(&callback.payload(correlation_id))
                });
            tell(&self.topics, callback);
        }
    }
}

impl Callback {
    fn payload<'a>(&'a self, correlation_id: &'a str) -> UpdatePayload<'a> {
        UpdatePayload {
            id: &self.id,
            status: self.status,
            callback_number: &self.number,
            callback_time: &self.starts,
            queue_id: &self.queue_id,
            reason: &self.reason,
            correlation_id,
        }
    }

    /// A callback id that comes again is the same booking when its body is the same, and a mistake otherwise.
    fn repeated(&self, body: &Body) -> Result<BookingOutcome, Refusal> {
        if self.asked == *body {
            return Ok(BookingOutcome::Before(self.id.clone()));
        }
        let message = format!(
            "callback_id: {:?} is {} with another body",
            self.key, self.id
        );
        Err(Refusal::new(
            StatusCode::CONFLICT,
            "callback.conflict",
            message,
        ))
    }

    fn too_late(&self, to_be: &str) -> Refusal {
        let message = format!(
            "{} is {:?} and can no longer be {to_be}",
            self.id, self.status
        );
        Refusal::new(
            StatusCode::CONFLICT,
            "callback.too.late",
            message.to_lowercase(),
        )
    }

    /// When its earliest slot starts.
    pub(in crate::org) fn time(&self) -> Option<Timestamp> {
        self.starts.parse().ok()
    }
}
