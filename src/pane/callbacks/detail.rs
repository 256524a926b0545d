//! The panel under the rows: one reservation, its queue, and every update with its acknowledgement.

use ratatui::text::{Line as Shown, Span};

use crate::kind::callbacks::{CallbackLine, role};
use crate::model::callback::Channel;
use crate::model::hours::Stretch;
use crate::model::queue::{Queue, Room};
use crate::pane::Scene;
use crate::store::callbacks::{TakenUpdate, UpdateDelivery};
use crate::text::Text;
use crate::time::Millis;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// The lines of a reservation.
pub fn lines(line: &CallbackLine<'_>, scene: &Scene<'_>) -> Vec<Shown<'static>> {
    let theme = scene.theme;
    let mut lines = vec![what(line, scene), when(line, scene)];
    lines.push(match line.queue {
        Some(queue) => self::queue(queue, scene),
        None => Shown::styled(
            "The organisation lists no such queue, so its hours and its clock are not known.",
            theme.style(Role::Warn),
        ),
    });
    if line.row.past().next().is_none() {
        let text = if line.row.remembered() {
            "It is of the last run and has not been read yet: its number is masked for good, its reason was not kept."
        } else if scene.store.callbacks.polled(line.row.callback()) {
            "Its queue is polled: no stream speaks of it, and what is shown is from the last read."
        } else {
            "The stream has not spoken of it yet; what is shown is from a read."
        };
        lines.push(Shown::styled(text, theme.style(Role::Dim)));
    }
    lines.extend(line.row.past().map(|told| update(told, scene)));
    if line.row.forgotten() > 0 {
        let text = format!("{} older updates are not kept", line.row.forgotten());
        lines.push(Shown::styled(text, theme.style(Role::Dim)));
    }
    lines
}

fn what(line: &CallbackLine<'_>, scene: &Scene<'_>) -> Shown<'static> {
    let callback = line.row.callback();
    let reason = match &callback.reason {
        None => "not available".to_owned(),
        Some(reason) if reason.is_empty() => "none given".to_owned(),
        Some(reason) => reason.to_string(),
    };
    let was = match callback.status {
        status if line.row.remembered() => format!(" (was {})", status.word()),
        _ => String::new(),
    };
    let mut spans = vec![
        Span::styled(line.status(), scene.theme.style(role(line))),
        Span::styled(was, scene.theme.style(Role::Dim)),
        Span::styled("   ", scene.theme.style(Role::Text)),
    ];
    let mut rest = vec![("number", line.number())];
    rest.extend(
        callback
            .caller
            .as_ref()
            .map(|caller| ("of", caller.to_string())),
    );
    rest.extend(
        callback
            .agent
            .as_ref()
            .map(|agent| ("with", agent.to_string())),
    );
    let channel = callback.channel.map_or("not available", Channel::word);
    rest.extend([
        ("by", channel.to_owned()),
        ("reason", reason),
        ("id", callback.id.to_string()),
    ]);
    let rest = pairs(scene.theme, &rest);
    spans.extend(rest.spans);
    Shown::from(spans)
}

fn when(line: &CallbackLine<'_>, scene: &Scene<'_>) -> Shown<'static> {
    let here = line
        .row
        .callback()
        .time
        .map_or("not available".to_owned(), |time| {
            time.day(scene.zone, scene.now)
        });
    let ahead = Some(line.countdown()).filter(|told| told != "-");
    let mut told = vec![("slot there", line.slot()), ("here", here)];
    told.extend(ahead.map(|ahead| ("", ahead)));
    let first = moment(line.row.first_seen(), scene.zone);
    let remembered = line.row.remembered();
    told.push((
        if remembered {
            "as of"
        } else {
            "first heard of"
        },
        first,
    ));
    pairs(scene.theme, &told)
}

fn queue(queue: &Queue, scene: &Scene<'_>) -> Shown<'static> {
    let now = scene.now.timestamp();
    let open = queue.calendar.as_ref().map(|calendar| {
        let today = now.to_zoned(calendar.zone.clone()).date();
        let open: Vec<_> = calendar
            .open_on(today)
            .iter()
            .map(Stretch::to_string)
            .collect();
        if open.is_empty() {
            "closed".to_owned()
        } else {
            open.join(" and ")
        }
    });
    let read = scene.store.queues.get(&queue.id).map(|row| row.read);
    let read = read.map_or(String::new(), |at| at.clock(scene.zone, scene.now));
    let room = queue.room().as_ref().map(Room::to_string);
    let mut told = vec![
        ("queue", queue.label().to_string()),
        ("zone", self::told(&queue.zone_name)),
        (
            "open today",
            open.unwrap_or_else(|| "not available".to_owned()),
        ),
    ];
    let untold = scene.can.reservations.then(|| "capacity n/a".to_owned());
    told.extend(room.or(untold).map(|room| ("", room)));
    told.push(("as of", read));
    let mode = queue.mode.as_ref();
    told.extend(mode.map(|mode| ("calls", self::told(mode))));
    pairs(scene.theme, &told)
}

/// A word of the organisation's, or that there is none.
fn told(text: &Text) -> String {
    if text.is_empty() {
        "not available".to_owned()
    } else {
        text.to_string()
    }
}

fn update(told: &TakenUpdate, scene: &Scene<'_>) -> Shown<'static> {
    let theme = scene.theme;
    let mut spans = vec![
        Span::styled(told.at.clock(scene.zone, scene.now), theme.style(Role::Dim)),
        Span::styled(
            format!("  {:<10}", told.status.word()),
            theme.style(Role::Text),
        ),
    ];
    if let Some(delivery) = &told.delivery {
        spans.extend(delivered(delivery, told.at, scene));
    }
    Shown::from(spans)
}

fn delivered(delivery: &UpdateDelivery, came: Millis, scene: &Scene<'_>) -> Vec<Span<'static>> {
    let theme = scene.theme;
    let (role, acknowledged) = match delivery.acknowledged {
        Some(at) => (
            Role::Dim,
            format!("acknowledged after {} ms", at.since(came)),
        ),
        None => (Role::Warn, "not acknowledged yet".to_owned()),
    };
    let mut spans = vec![
        Span::styled(
            format!("{:<38}", delivery.correlation),
            theme.style(Role::Dim),
        ),
        Span::styled(acknowledged, theme.style(role)),
    ];
    if delivery.deliveries > 1 {
        let text = format!(", delivered {} times", delivery.deliveries);
        spans.push(Span::styled(text, theme.style(Role::Dim)));
    }
    if delivery.overtaken {
        spans.push(Span::styled(
            ", overtaken by a newer one",
            theme.style(Role::Warn),
        ));
    }
    spans
}
