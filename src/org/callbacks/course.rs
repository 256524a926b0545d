//! What becomes of callbacks: each is dialled, connected and over, in time-lapse; others are booked by other clients;
//! and as many updates as a test wants.

use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;

use super::book::CallbackStatus;
use super::seeds;
use crate::org::shared::Shared;

/// How many registration events there are for each thing that happens to callbacks by itself.
const SELDOM: f64 = 30.0;

/// The most that happens by itself, per second.
const FASTEST: f64 = 20.0;

/// The longest wait for the next thing.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// How often a burst adds updates.
const TICK: Duration = Duration::from_millis(10);

/// How often it is looked whether a slot has begun.
const LOOK: Duration = Duration::from_secs(1);

/// Dials callbacks when their slots begin, for ever. What is over when it is looked at first was kept while nobody looked.
pub(in crate::org) async fn keep_time(shared: Arc<Shared>) {
    let mut begun = std::collections::HashSet::new();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = Timestamp::now();
        let book = shared.book();
        let due = |one: &&super::book::Callback| {
            one.status == CallbackStatus::Scheduled && one.time().is_some_and(|time| time <= now)
        };
        let due: Vec<CompactString> = book.all().filter(due).map(|one| one.id.clone()).collect();
        drop(book);
        begun.retain(|id| due.contains(id));
        for id in due {
            if begun.insert(id.clone()) {
                dial(&shared, id);
            }
        }
    }
}

/// A callback was booked: in a hurry it is dialled after a while, whatever its slot.
pub(in crate::org) fn follow(shared: &Arc<Shared>, id: CompactString) {
    if shared.fast_forward {
        dial(shared, id);
    }
}

/// Dials a callback after a stage and follows it to its end; not when `callback-ms` is 0.
fn dial(shared: &Arc<Shared>, id: CompactString) {
    let stage = shared.faults().callback_ms;
    if stage.is_zero() {
        return;
    }
    let last = if shared.chance(shared.faults().callback_fail) {
        CallbackStatus::Failed
    } else {
        CallbackStatus::Completed
    };
    let there = Arc::clone(shared);
    let course = async move {
        for (from, to) in [
            (CallbackStatus::Scheduled, CallbackStatus::Dialing),
            (CallbackStatus::Dialing, CallbackStatus::Connected),
            (CallbackStatus::Connected, last),
        ] {
            tokio::time::sleep(stage).await;
            if !there.book().advance(&id, from, to, Timestamp::now()) {
                return;
            }
        }
    };
    if !shared.errands.begin(course) {
        tracing::warn!("too many errands: a callback is not dialled");
    }
}

/// Makes things happen for ever: another client books, or the next callback of another client is dialled.
pub(in crate::org) async fn play(shared: Arc<Shared>, rate: f64, seed: u64) {
    // Another stream of the seed than those of people, registrations, carriers and events.
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(4);
    let rate = (rate / SELDOM).min(FASTEST);
    loop {
        let gap = -(1.0 - rng.random::<f64>()).ln() / rate;
        let gap = Duration::try_from_secs_f64(gap).unwrap_or(LONGEST_WAIT);
        tokio::time::sleep(gap.min(LONGEST_WAIT)).await;
        if rng.random() {
            book_another(&shared, &mut rng);
        } else {
            dial_next(&shared);
        }
    }
}

fn book_another(shared: &Shared, rng: &mut ChaCha8Rng) {
    let now = Timestamp::now();
    let mut book = shared.book();
    let Some(body) = seeds::draw(&book.queues, now, rng) else {
        return;
    };
    // A queue that is full, or a slot that has just begun, is the other client's trouble.
    let _ = book.book(body, now);
}

/// In a hurry, dials whichever callback comes first and is not under way.
fn dial_next(shared: &Arc<Shared>) {
    if !shared.fast_forward {
        return;
    }
    let book = shared.book();
    let waiting = book
        .all()
        .filter(|one| one.status == CallbackStatus::Scheduled);
    let next = waiting.min_by_key(|one| one.time());
    let id = next.map(|one| one.id.clone());
    drop(book);
    if let Some(id) = id {
        follow(shared, id);
    }
}

/// Books `callbacks` callbacks and moves them on in turn, `per_second` updates a second, `updates` in all.
pub(in crate::org) async fn burst(
    shared: Arc<Shared>,
    callbacks: usize,
    updates: u64,
    per_second: f64,
) {
    let mut rng = ChaCha8Rng::seed_from_u64(shared.seed);
    rng.set_stream(5);
    let ids = seeds::place_many(&mut shared.book(), callbacks, Timestamp::now(), &mut rng);
    let began = Instant::now();
    let mut made = 0;
    while made < updates && !ids.is_empty() {
        let due = due(began.elapsed(), per_second).min(updates);
        move_on(&shared, &ids, made..due);
        made = due;
        tokio::time::sleep(TICK).await;
    }
}

/// Moves each of these callbacks on in its turn.
fn move_on(shared: &Shared, ids: &[CompactString], turns: std::ops::Range<u64>) {
    const COURSE: [CallbackStatus; 4] = [
        CallbackStatus::Dialing,
        CallbackStatus::Connected,
        CallbackStatus::Completed,
        CallbackStatus::Scheduled,
    ];
    let now = Timestamp::now();
    let mut book = shared.book();
    for turn in turns {
        let turn = usize::try_from(turn).unwrap_or(usize::MAX);
        let status = COURSE[(turn / ids.len()) % COURSE.len()];
        book.set(&ids[turn % ids.len()], status, now);
    }
}

/// How many updates there are to be by now.
fn due(passed: Duration, per_second: f64) -> u64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast saturates, and the number of updates is bounded by its caller"
    )]
    let due = (passed.as_secs_f64() * per_second).ceil() as u64;
    due
}
