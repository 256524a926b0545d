//! The rules of a booking (contract §10): one function for the form, for a file and for a list of many.

#[cfg(test)]
mod tests;

use super::{Booking, Channel, Slot};
use crate::model::hours::Written;
use crate::model::payload::Fault;
use crate::model::queue::Queue;
use crate::time::Millis;

/// The most callbacks at a time that a booking may ask for.
const CONCURRENCY: std::ops::RangeInclusive<u32> = 1..=50;

/// Characters of an id; it goes into URLs.
const ID: usize = 128;

/// Slots of one booking; more than four days of quarter hours is no preference any more.
const SLOTS: usize = 96;

/// Why short messages are not to be sent.
const FORBIDDEN: &str = "sms needs allow_sms: the caller must have agreed to short messages";

/// What a booking is held against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment it is.
    pub now: Millis,
    /// The queues as they were last read; none have been read yet, so nothing about them can be said.
    pub queues: Option<&'a dyn Queues>,
}

/// Where queues are looked up, so that the rules need not know who keeps them.
pub trait Queues: std::fmt::Debug + Sync {
    /// The queue of that id.
    fn queue(&self, id: &str) -> Option<&Queue>;
}

impl Queues for Queue {
    fn queue(&self, id: &str) -> Option<&Queue> {
        (self.id.raw() == id).then_some(self)
    }
}

impl Booking {
    /// Everything that is wrong with it, in the order of its fields.
    #[must_use]
    pub fn faults(&self, context: &Context<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        id(&self.callback_id, "callback_id", &mut faults);
        if let Err(fault) = self.callback_number.country() {
            faults.push(Fault::new("callback_number", fault.to_string()));
        }
        let queue = on_queue(&self.queue_id, "queue_id", context, &mut faults);
        slots(&self.time_slot_matrix, queue, context.now, &mut faults);
        self.channels(&mut faults);
        if !CONCURRENCY.contains(&self.concurrency_limit) {
            let message = format!("{} is not from 1 to 50", self.concurrency_limit);
            faults.push(Fault::new("concurrency_limit", message));
        }
        faults
    }

    /// What is wrong with slots on a queue, whatever else was booked with them.
    #[must_use]
    pub fn slot_faults(wanted: &[Slot], queue: &str, context: &Context<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let queue = context.queues.and_then(|queues| queues.queue(queue));
        slots(wanted, queue, context.now, &mut faults);
        faults
    }

    fn channels(&self, faults: &mut Vec<Fault>) {
        let channels = &self.channel_preferences;
        let mut fault = |field: &str, message: &str| {
            faults.push(Fault::new(format!("channel_preferences.{field}"), message));
        };
        if channels.fallback == Some(channels.primary) {
            fault(
                "fallback",
                "the fallback is the primary channel: choose another, or none",
            );
        }
        if channels.allow_sms {
            return;
        }
        if channels.primary == Channel::Sms {
            fault("primary", FORBIDDEN);
        }
        if channels.fallback == Some(Channel::Sms) && channels.primary != Channel::Sms {
            fault("fallback", FORBIDDEN);
        }
    }
}

/// The queue of that id, once it is one that takes another callback.
pub(super) fn on_queue<'a>(
    queue: &str,
    path: &str,
    context: &Context<'a>,
    faults: &mut Vec<Fault>,
) -> Option<&'a Queue> {
    if !id(queue, path, faults) {
        return None;
    }
    let queues = context.queues?;
    let Some(found) = queues.queue(queue) else {
        let shown = crate::text::fit(queue, 40);
        let message = format!("there is no queue {shown}: trunkline callback queues lists them");
        faults.push(Fault::new(path, message));
        return None;
    };
    if let Some(room) = found.room().filter(|room| room.left() == 0) {
        let message = format!("{} is {room}", found.label().fit(40));
        faults.push(Fault::new(path, message));
    }
    Some(found)
}

/// An id that URLs and logs can carry.
pub(super) fn id(id: &str, path: &str, faults: &mut Vec<Fault>) -> bool {
    let wrong = match id {
        "" => "it is empty",
        "." | ".." => "no URL can carry it",
        long if long.len() > ID => "it is longer than 128 bytes",
        odd if odd.chars().any(char::is_control) => "it has a control character in it",
        _ => return true,
    };
    faults.push(Fault::new(path, wrong));
    false
}

fn slots(slots: &[Slot], queue: Option<&Queue>, now: Millis, faults: &mut Vec<Fault>) {
    const PATH: &str = "time_slot_matrix";
    if slots.is_empty() {
        faults.push(Fault::new(PATH, "at least one slot is needed"));
    }
    if slots.len() > SLOTS {
        let message = format!("{} slots; {SLOTS} are the most", slots.len());
        return faults.push(Fault::new(PATH, message));
    }
    let mut good: Vec<(usize, Written, Written)> = Vec::new();
    for (n, slot) in slots.iter().enumerate() {
        let path = format!("{PATH}[{n}]");
        if let Some((start, end)) = times(slot, &path, faults)
            && sound(start, end, now, &path, faults)
            && within(start, end, queue, &path, faults)
        {
            good.push((n, start, end));
        }
    }
    good.sort_by_key(|(_, start, _)| start.at);
    for pair in good.windows(2) {
        let [(earlier, _, end), (later, start, _)] = pair else {
            continue;
        };
        if start.at < end.at {
            let (first, second) = (earlier.min(later), earlier.max(later));
            let message = format!("it overlaps with {PATH}[{first}]");
            faults.push(Fault::new(format!("{PATH}[{second}]"), message));
        }
    }
}

/// Both ends as moments.
fn times(slot: &Slot, path: &str, faults: &mut Vec<Fault>) -> Option<(Written, Written)> {
    let mut read = |text: &str, field: &str| {
        let read = Written::read(text);
        if read.is_none() {
            let shown = crate::text::fit(text, 40);
            let message = format!(
                "{shown:?} is no time with an offset (RFC 3339), such as 2030-06-15T14:00:00-04:00"
            );
            faults.push(Fault::new(format!("{path}.{field}"), message));
        }
        read
    };
    let (start, end) = (read(&slot.start, "start"), read(&slot.end, "end"));
    Some((start?, end?))
}

fn sound(start: Written, end: Written, now: Millis, path: &str, faults: &mut Vec<Fault>) -> bool {
    let wrong = if start.at.as_millisecond() <= now.0 {
        ("start", "it is not in the future")
    } else if start.at >= end.at {
        ("end", "the slot ends before it starts, or at once")
    } else {
        return true;
    };
    faults.push(Fault::new(format!("{path}.{}", wrong.0), wrong.1));
    false
}

/// Whether the queue is open all through the slot. Of a queue whose hours are not known nothing is said: the
/// organisation, which knows them, refuses what is wrong.
pub(super) fn within(
    start: Written,
    end: Written,
    queue: Option<&Queue>,
    path: &str,
    faults: &mut Vec<Fault>,
) -> bool {
    let Some((queue, calendar)) = queue.and_then(|queue| Some((queue, queue.calendar.as_ref()?)))
    else {
        return true;
    };
    let before = faults.len();
    for (written, field) in [(start, "start"), (end, "end")] {
        if let Some(gap) = written.gap(&calendar.zone) {
            let sentence = gap.sentence(written.wall, &queue.zone_name.fit(40));
            faults.push(Fault::new(format!("{path}.{field}"), sentence));
        }
    }
    if faults.len() == before
        && start.at < end.at
        && let Err(closed) = calendar.covers(start.at, end.at)
    {
        faults.push(Fault::new(path, closed.to_string()));
    }
    faults.len() == before
}
