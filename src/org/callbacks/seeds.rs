//! Callbacks that others booked: those an organisation starts with, and those that come.

use compact_str::CompactString;
use jiff::{SignedDuration, Timestamp};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::body::{Body, ChannelPreferences, ContactChannel, TimeSlot};
use super::book::{CallbackBook, CallbackStatus};
use crate::org::queues::Queue;

/// Callbacks to come that there are from the start, in each queue that has room.
const TO_COME: usize = 8;

/// Callbacks that are over at the start, in each queue.
const OVER: usize = 2;

/// How long a slot is.
const MINUTES: i64 = 15;

const REASONS: [&str; 8] = [
    "Technical support escalation",
    "Invoice question",
    "Order status",
    "New handset does not register",
    "Number porting",
    "Contract renewal",
    "Voicemail is full",
    "Outage report",
];

/// Numbers that are kept free for fiction, but for their last three digits.
const PREFIXES: [&str; 4] = ["+14155550", "+442079460", "+493023125", "+61491570"];

/// Fills the queues; nobody is told.
pub(in crate::org) fn place(book: &mut CallbackBook, now: Timestamp, rng: &mut ChaCha8Rng) {
    for queue in book.queues.clone() {
        for _ in 0..OVER {
            let before =
                quarter(now) - SignedDuration::from_mins(MINUTES * rng.random_range(2..16));
            let over = [
                CallbackStatus::Completed,
                CallbackStatus::Failed,
                CallbackStatus::Cancelled,
            ];
            let status = over[rng.random_range(0..over.len())];
            book.place(body(&queue, before, rng), status, before);
        }
        for _ in 0..TO_COME {
            if book.scheduled(&queue) >= queue.most {
                break;
            }
            if let Some(body) = draw_in(&queue, now, rng) {
                book.place(body, CallbackStatus::Scheduled, now);
            }
        }
    }
}

/// A callback in any of the queues, within its next hours or the day after them.
pub(super) fn draw(queues: &[Queue], now: Timestamp, rng: &mut ChaCha8Rng) -> Option<Body> {
    let queue = queues.get(rng.random_range(0..queues.len().max(1)))?;
    draw_in(queue, now, rng)
}

fn draw_in(queue: &Queue, now: Timestamp, rng: &mut ChaCha8Rng) -> Option<Body> {
    let first = queue.next_open(now, MINUTES)?;
    let from = first + SignedDuration::from_mins(rng.random_range(0..9 * 60));
    let start = queue.next_open(from, MINUTES)?;
    Some(body(queue, start, rng))
}

/// The last quarter of an hour.
fn quarter(time: Timestamp) -> Timestamp {
    let past = SignedDuration::from_secs(time.as_second().rem_euclid(15 * 60));
    Timestamp::from_second((time - past).as_second()).unwrap_or(time)
}

fn body(queue: &Queue, start: Timestamp, rng: &mut ChaCha8Rng) -> Body {
    let end = start + SignedDuration::from_mins(MINUTES);
    let local = |time: Timestamp| {
        let time = time.to_zoned(queue.zone.clone());
        time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let prefix = PREFIXES[rng.random_range(0..PREFIXES.len())];
    Body {
        callback_id: format!("cb_{:08x}", rng.random::<u32>()),
        callback_number: format!("{prefix}{}", rng.random_range(100..200)),
        time_slot_matrix: vec![TimeSlot {
            start: local(start),
            end: local(end),
        }],
        channel_preferences: ChannelPreferences {
            primary: ContactChannel::Voice,
            fallback: rng.random::<bool>().then_some(ContactChannel::Email),
            allow_sms: false,
        },
        queue_id: queue.id.to_string(),
        reason: REASONS[rng.random_range(0..REASONS.len())].to_owned(),
        concurrency_limit: 10,
    }
}

/// Places many callbacks whatever the room, for a stream to be tested with, and answers their ids.
pub(super) fn place_many(
    book: &mut CallbackBook,
    count: usize,
    now: Timestamp,
    rng: &mut ChaCha8Rng,
) -> Vec<CompactString> {
    let queues = book.queues.clone();
    let drawn = (0..count).filter_map(|_| {
        let body = draw(&queues, now, rng)?;
        Some(book.place(body, CallbackStatus::Scheduled, now))
    });
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn what_others_book_keeps_the_rules() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let now = Timestamp::now();
        let mut book = CallbackBook::default();
        place(&mut book, now, &mut rng);
        let to_come = book
            .all()
            .filter(|one| one.status == CallbackStatus::Scheduled);
        assert_eq!(
            to_come.count(),
            TO_COME * (book.queues.len() - 1),
            "one queue is full"
        );
        for _ in 0..200 {
            let body = draw(&book.queues, now, &mut rng).unwrap();
            body.check(book.queue(&body.queue_id), now).unwrap();
        }
    }
}
