//! What a client books, and the rules that the Platform API has for it.

use std::collections::BTreeMap;

use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::org::callbacks::beyond::Booking;
use crate::org::callbacks::book::CallbackBook;
use crate::org::queues::Queue;
use crate::org::reply::Refusal;

/// How far ahead a callback may be scheduled, in days.
const FARTHEST: i64 = 30;

/// How far in the past a scheduled time may lie: clocks differ.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

/// The most numbers of one callback; the published document sets no limit, and memory does.
const MOST_NUMBERS: usize = 10;

/// Entries of `data` that are kept.
const MOST_SAID: usize = 50;

/// The longest name or reason that is kept, in characters.
const LONGEST: usize = 1_000;

/// The digits of a number that is validated, after the plus (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// The body of a booking (`CreateCallbackCommand`), as far as it means something here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateCallback {
    queue_id: Option<String>,
    routing_data: Option<RoutingData>,
    callback_user_name: Option<String>,
    #[serde(default)]
    callback_numbers: Vec<String>,
    callback_scheduled_time: Option<String>,
    #[serde(default)]
    validate_callback_numbers: bool,
    #[serde(default)]
    data: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoutingData {
    queue_id: Option<String>,
}

impl CreateCallback {
    /// Checks every rule that the published document has a code for, and where the callback goes.
    pub(super) fn check(self, book: &CallbackBook, now: Timestamp) -> Result<Booking, Refusal> {
        check_numbers(&self.callback_numbers, self.validate_callback_numbers)?;
        let routed = self.routing_data.and_then(|data| data.queue_id);
        let queue = self.queue_id.or(routed).filter(|id| !id.is_empty());
        let queue = queue.ok_or_else(|| {
            bad(
                "callback.error.missing.queue.id",
                "Callback missing queue ID",
            )
        })?;
        let at = self.callback_scheduled_time.as_deref();
        let text = |name: &str| self.data.get(name).and_then(Value::as_str);
        Ok(Booking {
            queue: known_queue(book, &queue)?,
            at: at.map_or(Ok(now), |at| moment(at, now))?,
            numbers: self.callback_numbers,
            user_name: self.callback_user_name.as_deref().map(shortened),
            reason: text("reason").map(shortened).unwrap_or_default(),
            data: more(&self.data),
            key: format!("conversation-{}", Uuid::new_v4()),
        })
    }
}

/// What a booking says beside its reason, as far as it is kept.
fn more(data: &Map<String, Value>) -> BTreeMap<String, String> {
    let more = data.iter().filter(|(key, _)| *key != "reason");
    let said = more.filter_map(|(key, value)| Some((shortened(key), shortened(value.as_str()?))));
    said.take(MOST_SAID).collect()
}

/// At least one, and each of digits when they are to be validated.
pub(super) fn check_numbers(numbers: &[String], validate: bool) -> Result<(), Refusal> {
    let present = numbers.iter().any(|number| !number.trim().is_empty());
    if !present {
        let message = "Callback numbers missing";
        return Err(bad("callback.error.missing.callback.numbers", message));
    }
    if numbers.len() > MOST_NUMBERS {
        let message = format!("at most {MOST_NUMBERS} callback numbers");
        return Err(bad("invalid.value", message));
    }
    let odd = numbers.iter().find(|number| validate && !is_number(number));
    match odd {
        Some(odd) => {
            let message = format!("{odd:?} is no telephone number");
            Err(bad("invalid.value", message).param("field", "callbackNumbers"))
        }
        None => Ok(()),
    }
}

fn is_number(text: &str) -> bool {
    let bare = text.trim().trim_start_matches("tel:");
    let digits = bare.strip_prefix('+').unwrap_or(bare);
    DIGITS.contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// A queue that there is.
pub(super) fn known_queue(book: &CallbackBook, id: &str) -> Result<Queue, Refusal> {
    book.queue(id).cloned().ok_or_else(|| {
        let message = "Interaction cannot be transferred to a queue that does not exist.";
        bad("conversations.error.queue.not.found", message).param("queueId", id)
    })
}

/// A time to call at: not before now, and not too far ahead.
pub(super) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    let at = text.parse::<Timestamp>().map_err(|_| {
        let message = format!("{text:?} is no time by ISO 8601");
        bad("invalid.date", message).param("field", "callbackScheduledTime")
    })?;
    if at.duration_since(now) > SignedDuration::from_hours(24 * FARTHEST) {
        let message = "Callback is scheduled to far in the future.";
        return Err(bad(
            "callback.error.scheduled.time.too.far.in.future",
            message,
        ));
    }
    if now.duration_since(at) > SLACK {
        let message = format!("{text} lies in the past");
        return Err(bad("invalid.date", message).param("field", "callbackScheduledTime"));
    }
    Ok(at)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn bad(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}
