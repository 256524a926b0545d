//! What a client books, and every rule that it keeps (contract §10).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::org::queues::Queue;
use crate::org::reply::Refusal;
use crate::org::rules::{self, Breaches};

/// The most slots of one callback; the contract sets no limit, and memory does.
const MOST_SLOTS: usize = 100;

/// The longest callback id and reason, in characters; beyond the contract.
const LONGEST_ID: usize = 128;
const LONGEST_REASON: usize = 1_000;

/// The digits of an E.164 number, after the plus.
const DIGITS: std::ops::RangeInclusive<usize> = 2..=15;

/// A callback as a client asks for it. Fields beyond these are ignored and not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::org) struct Body {
    pub(in crate::org) callback_id: String,
    pub(in crate::org) callback_number: String,
    pub(in crate::org) time_slot_matrix: Vec<TimeSlot>,
    pub(in crate::org) channel_preferences: ChannelPreferences,
    pub(in crate::org) queue_id: String,
    #[serde(default)]
    pub(in crate::org) reason: String,
    pub(in crate::org) concurrency_limit: u32,
}

/// A stretch of time, as the client wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::org) struct TimeSlot {
    pub(in crate::org) start: String,
    pub(in crate::org) end: String,
}

/// How the customer is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::org) struct ChannelPreferences {
    pub(in crate::org) primary: ContactChannel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::org) fallback: Option<ContactChannel>,
    #[serde(default)]
    pub(in crate::org) allow_sms: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::org) enum ContactChannel {
    Voice,
    Sms,
    Email,
    Chat,
}

/// What a reschedule may change.
#[derive(Debug, Deserialize)]
pub(in crate::org) struct Reschedule {
    pub(in crate::org) time_slot_matrix: Vec<TimeSlot>,
    pub(in crate::org) reason: Option<String>,
}

impl Body {
    pub(in crate::org) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        rules::read(bytes)
    }

    /// Checks every rule but that of the queue's room; a refusal names every field that is wrong.
    pub(in crate::org) fn check(
        &self,
        queue: Option<&Queue>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut breaches = Breaches::default();
        breaches.length("callback_id", &self.callback_id, 1, LONGEST_ID);
        breaches.check(
            is_e164(&self.callback_number),
            "callback_number",
            "an E.164 number, as +14155550199",
        );
        breaches.check(
            queue.is_some(),
            "queue_id",
            format_args!("there is no queue {:?}", self.queue_id),
        );
        check_slots(&self.time_slot_matrix, queue, now, &mut breaches);
        self.channel_preferences.check(&mut breaches);
        breaches.length("reason", &self.reason, 0, LONGEST_REASON);
        breaches.check(
            (1..=50).contains(&self.concurrency_limit),
            "concurrency_limit",
            format_args!("1 to 50, not {}", self.concurrency_limit),
        );
        breaches.verdict()
    }
}

impl Reschedule {
    pub(in crate::org) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        rules::read(bytes)
    }

    /// Checks the rules that new slots can break.
    pub(in crate::org) fn check(
        &self,
        queue: Option<&Queue>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut breaches = Breaches::default();
        check_slots(&self.time_slot_matrix, queue, now, &mut breaches);
        if let Some(reason) = &self.reason {
            breaches.length("reason", reason, 0, LONGEST_REASON);
        }
        breaches.verdict()
    }
}

impl ChannelPreferences {
    fn check(&self, breaches: &mut Breaches) {
        breaches.check(
            self.fallback != Some(self.primary),
            "channel_preferences.fallback",
            "differs from primary",
        );
        let used = [("primary", Some(self.primary)), ("fallback", self.fallback)];
        for (field, channel) in used {
            breaches.check(
                self.allow_sms || channel != Some(ContactChannel::Sms),
                format_args!("channel_preferences.{field}"),
                "sms needs allow_sms",
            );
        }
    }
}

/// When the earliest slot starts, as the client wrote it.
pub(in crate::org) fn earliest(slots: &[TimeSlot]) -> &str {
    let starts = slots.iter().map(|slot| slot.start.as_str());
    starts
        .min_by_key(|start| start.parse::<Timestamp>().ok())
        .unwrap_or_default()
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    DIGITS.contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0')
}

fn check_slots(slots: &[TimeSlot], queue: Option<&Queue>, now: Timestamp, breaches: &mut Breaches) {
    breaches.check(
        (1..=MOST_SLOTS).contains(&slots.len()),
        "time_slot_matrix",
        format_args!("1 to {MOST_SLOTS} slots"),
    );
    let mut spans = Vec::new();
    for (index, slot) in slots.iter().take(MOST_SLOTS).enumerate() {
        let field = format!("time_slot_matrix[{index}]");
        let mut time = |end, text: &str| {
            let time = text.parse::<Timestamp>();
            let rule = format_args!("a time by RFC 3339, not {text:?}");
            breaches.check(time.is_ok(), format_args!("{field}.{end}"), rule);
            time.ok()
        };
        let (start, end) = (time("start", &slot.start), time("end", &slot.end));
        if let (Some(start), Some(end)) = (start, end) {
            check_span(&field, (start, end), queue, now, breaches);
            spans.push((start, end, index));
        }
    }
    spans.sort_unstable();
    for pair in spans.windows(2) {
        let [(_, end, one), (start, _, other)] = pair else {
            continue;
        };
        breaches.check(
            start >= end,
            format_args!("time_slot_matrix[{other}]"),
            format_args!("overlaps time_slot_matrix[{one}]"),
        );
    }
}

fn check_span(
    field: &str,
    (start, end): (Timestamp, Timestamp),
    queue: Option<&Queue>,
    now: Timestamp,
    breaches: &mut Breaches,
) {
    breaches.check(
        start > now,
        format_args!("{field}.start"),
        "lies in the future",
    );
    breaches.check(
        start < end,
        format_args!("{field}.end"),
        "comes after the start",
    );
    if let Some(queue) = queue.filter(|_| start < end) {
        let (open, id) = (queue.is_open(start, end), &queue.id);
        let hours = queue.hours_in_words(start);
        let rule = format_args!("outside the hours of {id}, which is {hours}");
        breaches.check(open, field, rule);
    }
}
