//! The line of figures: what is well in plain, what is not in its colour and always in words.

use crate::kind::callbacks::CallbackLine;
use crate::model::callback::{Status, Stream};
use crate::pane::{Scene, list};
use crate::store::callbacks::CallbackRow;
use crate::store::carriers::Reading;
use crate::ui::bar::Bar;
use crate::vocabulary::role::Role;

/// Fills the line.
pub(super) fn fill(bar: &mut Bar, scene: &Scene<'_>) {
    let theme = scene.theme;
    let callbacks = &scene.store.callbacks;
    let count = |status| {
        let of = callbacks
            .iter()
            .filter(|row| row.callback().status == status);
        of.count()
    };
    let figures = [
        (0, Role::Text, "scheduled", count(Status::Scheduled)),
        (0, Role::Accent, "dialing", count(Status::Dialing)),
        (0, Role::Accent, "connected", count(Status::Connected)),
        (1, Role::Dim, "completed", count(Status::Completed)),
        (0, Role::Bad, "failed", count(Status::Failed)),
        (3, Role::Dim, "cancelled", count(Status::Cancelled)),
        (2, Role::Unknown, "unknown", count(Status::Unknown)),
        (3, Role::Warn, "unreadable", callbacks.faults().len()),
        (
            3,
            Role::Warn,
            "left out",
            usize::try_from(callbacks.refused()).unwrap_or(usize::MAX),
        ),
    ];
    for (n, (spare, role, word, count)) in figures.into_iter().enumerate() {
        let role = if count > 0 { role } else { Role::Dim };
        if count > 0 || n < 5 {
            let lead = if n == 0 { " " } else { "" };
            bar.left(spare, theme.style(role), format!("{lead}{word} {count}"));
        }
    }
    let remembered = callbacks.shown().filter(|row| row.remembered());
    list::remembered(bar, scene, remembered.map(CallbackRow::since));
    if let Some((role, words)) = stream(callbacks.stream(), scene) {
        bar.left(0, theme.style(role), words);
    }
    if let (count @ 1.., due) = callbacks.waiting() {
        let from = due.map_or(String::new(), |due| {
            format!(", from {}", due.clock(scene.zone, scene.now))
        });
        let text = format!("waiting to be booked {count}{from}");
        bar.left(0, theme.style(Role::Warn), text);
    }
    if callbacks.unmasked(scene.now) {
        bar.left(0, theme.style(Role::Warn), "numbers unmasked");
    }
    if let Some(next) = next(scene) {
        bar.right(2, theme.style(Role::Dim), next);
    }
}

/// The countdown to the next slot.
fn next(scene: &Scene<'_>) -> Option<String> {
    let lines = scene.store.callbacks.iter();
    let lines = lines.map(|row| CallbackLine::of(row, scene.store, scene.now));
    let ahead = lines.filter(|line| line.ahead().is_some_and(|ahead| ahead >= 0));
    let next = ahead.min_by_key(CallbackLine::ahead)?;
    Some(format!("next {} ", next.countdown()))
}

/// Why what is shown may be out of date.
fn stream(stream: &Stream, scene: &Scene<'_>) -> Option<(Role, String)> {
    if scene.store.callbacks.is_empty() {
        return None;
    }
    match stream {
        Stream::Live => None,
        Stream::Polled(queues) if queues.is_empty() => Some((Role::Dim, read_at("polled", scene))),
        Stream::Polled(queues) => {
            let queues = match queues.len() {
                1 => "1 queue polled".to_owned(),
                many => format!("{many} queues polled"),
            };
            Some((Role::Dim, read_at(&queues, scene)))
        }
        Stream::Connecting => Some((Role::Stale, "stale: opening the stream".to_owned())),
        Stream::Paused => Some((Role::Stale, "stale: paused".to_owned())),
        Stream::Waiting { at, attempt, .. } => {
            let at = at.clock(scene.zone, scene.now);
            Some((
                Role::Stale,
                format!("stale: no stream, attempt {attempt} failed, next at {at}"),
            ))
        }
    }
}

/// What is polled, and as of when.
fn read_at(what: &str, scene: &Scene<'_>) -> String {
    match scene.store.callbacks.reading() {
        Reading::Read(at) => format!("{what}, as of {}", at.clock(scene.zone, scene.now)),
        _ => what.to_owned(),
    }
}
