//! Alerts: what holds now, what is over, how far the telling has come, and who has taken notice.
//!
//! Silences are written in these fields too.

use jiff::tz::TimeZone;

use super::column::fields;
use super::{Asked, Column, Kind, Value};
use crate::model::alert::target::Slowest;
use crate::model::alert::{
    Alert, AlertBook, AlertId, AlertStanding, PostDelivery, Scope, Severity, Silence, Subject,
};
use crate::query::{FieldSpec, Query};
use crate::store::Store;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The alerts.
#[derive(Debug, Default)]
pub struct Alerts;

type Of = Column<Alerts>;

const COLUMNS: &[Of] = &[
    Of::word(
        "state",
        "STATE",
        "What the alert is now",
        (11, 12),
        STATES,
        |alert| Value::Word(alert.standing().word()),
    )
    .shown_as(|alert, _| {
        let flaps = if alert.flapping { "~" } else { "" };
        format!("{flaps}{}", alert.standing().word())
    })
    .looking(|alert| role(alert.standing())),
    Of::word(
        "severity",
        "SEVERITY",
        "How bad it is",
        (8, 8),
        Severity::WORDS,
        |alert| Value::Word(alert.severity().word()),
    )
    .looking(|alert| match (alert.is_open(), alert.severity()) {
        (false, _) => Role::Dim,
        (true, severity) => grave(severity),
    }),
    Of::text("title", "ALERT", "What has happened", (17, 23), |alert| {
        alert.title().into()
    })
    .looking(|row| text_of(row)),
    Of::text(
        "what",
        "WHAT",
        "What it is about, as shown",
        (14, 26),
        |alert| alert.thing().into(),
    )
    .looking(|row| text_of(row)),
    Of::moment("began", "SINCE", "When it began", (8, 9), |alert| {
        alert.began.into()
    }),
    Of::number(
        "lasted",
        "LASTED",
        "How long it lasted, in milliseconds; none while it holds",
        (8, 9),
        |alert| {
            let ended = alert.ended.map(|end| end.since(alert.began));
            ended.map_or(Value::None, Value::Span)
        },
    )
    // An age would have to be drawn again as it grows.
    .shown_as(|alert, _| {
        let ended = alert.ended.map(|end| lasted(end.since(alert.began)));
        ended.unwrap_or_default()
    })
    .hidden(),
    Of::text(
        "by",
        "ACK BY",
        "Who has acknowledged it",
        (6, 12),
        |alert| alert.acknowledged.as_ref().map(|ack| &ack.by).into(),
    )
    .shown_as(|alert, _| {
        let by = alert.acknowledged.as_ref().map(|ack| ack.by.to_string());
        by.unwrap_or_default()
    }),
    // Last, because a reason takes what room there is.
    Of::word(
        "delivery",
        "DELIVERY",
        "How far the telling of it has come; with several targets, where it is least far",
        (11, 40),
        &[
            "none",
            "elsewhere",
            "withheld",
            "queued",
            "retrying",
            "sent",
            "undelivered",
        ],
        |alert| Value::Word(alert.slowest().delivery.word()),
    )
    .shown_as(|alert, look| told(alert, look.zone, look.now))
    .looking(|alert| match alert.standing() {
        AlertStanding::Undelivered => Role::Bad,
        _ => Role::Dim,
    }),
    Of::text(
        "user",
        "USER",
        "The id of the device's user",
        (12, 36),
        |alert| match &alert.subject {
            Subject::Device { user, .. } => Value::raw(user.raw()),
            _ => Value::None,
        },
    )
    .hidden(),
    Of::text(
        "device",
        "DEVICE",
        "The device id",
        (12, 36),
        |alert| match &alert.subject {
            Subject::Device { device, .. } => Value::raw(device.raw()),
            _ => Value::None,
        },
    )
    .hidden(),
    Of::text(
        "kind",
        "KIND",
        "The alertType of the webhook, or the name of the rule",
        (14, 20),
        |alert| Value::raw(alert.kind.wire()),
    )
    .hidden(),
    Of::text("site", "SITE", "Where it is", (8, 16), |alert| {
        alert.site().into()
    })
    .hidden(),
    Of::text(
        "edges",
        "EDGES",
        "The edges of its site (Platform API)",
        (12, 30),
        |alert| names(&alert.details.edges).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "carriers",
        "CARRIERS",
        "The carriers whose trunks run on those edges (Platform API), or the carrier itself",
        (12, 30),
        |alert| names(&alert.details.carriers).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "carrier",
        "CARRIER",
        "The carrier's id, or the SIP proxy",
        (12, 36),
        |alert| match &alert.subject {
            Subject::Carrier(id) => Value::raw(id.raw()),
            Subject::Endpoint(host) => Value::raw(host.raw()),
            _ => Value::None,
        },
    )
    .hidden(),
    Of::text(
        "edge",
        "EDGE",
        "The edge's id; of a device, that of the edge that serves it, where that is known",
        (12, 36),
        |alert| match &alert.subject {
            Subject::Edge(id) => Value::raw(id.raw()),
            _ => match &alert.details.edge {
                Some(edge) => Value::raw(edge.raw()),
                None => Value::None,
            },
        },
    )
    .hidden(),
    Of::flag(
        "flapping",
        "FLAPPING",
        "More than three changes in five minutes",
        (8, 8),
        |alert| alert.flapping.into(),
    )
    .hidden(),
    Of::moment("ended", "ENDED", "When it ended", (8, 9), |alert| {
        alert.ended.into()
    })
    .hidden(),
    Of::text(
        "reason",
        "REASON",
        "Why, as the organisation or a probe says",
        (16, 60),
        |alert| (&alert.details.reason).into(),
    )
    .aside()
    .hidden(),
    Of::text(
        "note",
        "NOTE",
        "The note of the acknowledgement",
        (16, 40),
        |alert| alert.acknowledged.as_ref().map(|ack| &ack.note).into(),
    )
    .aside()
    .hidden(),
    Of::moment(
        "silencedUntil",
        "SILENCED",
        "Until when its notifications are silenced",
        (8, 9),
        |alert| alert.silenced_until.into(),
    )
    .hidden(),
    Of::number("id", "ID", "Its number in this console", (6, 8), |alert| {
        alert.id.0.into()
    })
    .hidden(),
];

/// Every word of a state, what needs somebody first.
const STATES: &[&str] = &[
    "undelivered",
    "open",
    "acknowledged",
    "silenced",
    "resolved",
];

impl Kind for Alerts {
    type Id = AlertId;
    type Row<'a> = &'a Alert;

    const NAME: &'static str = "alerts";
    const DOC: &'static str = "Alerts: what holds now and what is over";
    const TROUBLE: &'static str = "open";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(alert: &&Alert) -> bool {
        alert.standing() == AlertStanding::Open
    }

    /// What is open first, the worst of it first.
    fn rows(store: &Store, _: Millis) -> Vec<&Alert> {
        store.alerts.in_order().collect()
    }

    fn row<'a>(store: &'a Store, id: &AlertId, _: Millis) -> Option<&'a Alert> {
        store.alerts.get(*id)
    }

    fn id(alert: &&Alert) -> AlertId {
        alert.id
    }

    fn generation(store: &Store) -> u64 {
        store.alerts.generation()
    }
}

/// Whether a silence covers an alert at this moment.
///
/// Its filter is read each time: alerts are few, because storms are folded, and a filter takes microseconds.
#[must_use]
pub fn covers(silence: &Silence, alert: &Alert, now: Millis) -> bool {
    let in_scope = || match &silence.scope {
        Scope::All => true,
        Scope::This { kind, subject } => alert.kind == *kind && alert.subject.same(subject),
        Scope::Matching(filter) => passes(filter, alert, now),
    };
    now < silence.until && in_scope()
}

/// Whether an alert passes a filter at this moment; none passes what cannot be read.
#[must_use]
pub fn passes(filter: &str, alert: &Alert, now: Millis) -> bool {
    let query = Query::parse(filter, Alerts::FIELDS);
    query.is_ok_and(|query| query.matches(&Asked::<Alerts>(&alert), now).pass)
}

/// Until when an alert is silenced; none when nothing covers it.
#[must_use]
pub fn silenced_until(book: &AlertBook, alert: &Alert, now: Millis) -> Option<Millis> {
    let silences = book.silences().iter();
    let covering = silences.filter(|silence| covers(silence, alert, now));
    covering.map(|silence| silence.until).max()
}

/// How bad an alert is: as the first of these filters that it passes says, else as what reported it says.
#[must_use]
pub fn graded(grades: &[(String, Severity)], alert: &Alert, now: Millis) -> Severity {
    let mut grades = grades.iter();
    let grade = grades.find(|(filter, _)| passes(filter, alert, now));
    grade.map_or(alert.severity(), |(_, severity)| *severity)
}

/// How a severity looks.
#[must_use]
pub const fn grave(severity: Severity) -> Role {
    match severity {
        Severity::Critical => Role::Bad,
        Severity::Warning => Role::Warn,
        Severity::Info => Role::Text,
    }
}

/// Names in one cell.
fn names(of: &[Text]) -> String {
    let of: Vec<&str> = of.iter().map(Text::raw).collect();
    of.join(", ")
}

/// What is over is quiet.
fn text_of(alert: &Alert) -> Role {
    if alert.is_open() {
        Role::Text
    } else {
        Role::Dim
    }
}

/// How a standing looks.
#[must_use]
pub fn role(standing: AlertStanding) -> Role {
    match standing {
        AlertStanding::Undelivered | AlertStanding::Open => Role::Bad,
        AlertStanding::Acknowledged => Role::Warn,
        AlertStanding::Silenced | AlertStanding::Resolved => Role::Dim,
    }
}

/// How far a POST has come, in words that are safe to show.
#[must_use]
pub fn delivery(delivery: &PostDelivery, zone: &TimeZone, now: Millis) -> String {
    match delivery {
        PostDelivery::NoWebhook => "no webhook".to_owned(),
        PostDelivery::Elsewhere => "by another console".to_owned(),
        PostDelivery::Withheld => "withheld".to_owned(),
        PostDelivery::Queued => "queued".to_owned(),
        PostDelivery::Retrying { failed, why } => format!("retrying {failed}: {why}"),
        PostDelivery::Sent { at } => format!("sent {}", at.clock(zone, now)),
        PostDelivery::Undelivered { why, .. } => format!("undelivered: {why}"),
    }
}

/// How far the telling of an alert has come where it is least far, and with whom that is, where several are told.
#[must_use]
pub fn told(alert: &Alert, zone: &TimeZone, now: Millis) -> String {
    let Slowest {
        target,
        delivery: least,
        as_far,
        told,
    } = alert.slowest();
    let words = delivery(least, zone, now);
    let trouble = matches!(
        least,
        PostDelivery::Retrying { .. } | PostDelivery::Undelivered { .. }
    );
    match target {
        _ if matches!(least, PostDelivery::Sent { .. }) && told > 1 => format!("{words} to {told}"),
        Some(name) if as_far > 1 => format!("{name} +{} {words}", as_far - 1),
        Some(name) => format!("{name} {words}"),
        None if trouble && as_far > 1 => format!("webhook +{} {words}", as_far - 1),
        None if trouble && told > 1 => format!("webhook {words}"),
        None => words,
    }
}

/// A length of time in the two largest units that it has.
#[must_use]
pub fn lasted(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_its_two_largest_units() {
        let seconds = [9, 75, 3_600, 90_061].map(|s| lasted(s * 1_000));
        assert_eq!(seconds, ["9s", "1m15s", "1h00m", "1d01h"]);
    }

    #[test]
    fn every_standing_has_its_word() {
        assert_eq!(STATES, AlertStanding::ALL.map(AlertStanding::word));
    }
}
