//! Webhooks of the organisation: who is notified of ends of jobs and of changes of callbacks, and whether they can be told.

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::WebhookId;
use crate::model::route::Verdict;
use crate::model::webhook::{Webhook, WebhookKind};
use crate::query::FieldSpec;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::store::routes::{Destination, destinations};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The webhooks.
#[derive(Debug, Default)]
pub struct Webhooks;

/// A webhook with what is known around it.
#[derive(Clone, Copy)]
pub struct WebhookLine<'a> {
    /// As the organisation lists it.
    pub webhook: &'a Webhook,
    /// How its receiver was last found; none of this console's own listener.
    pub receiver: Option<&'a Destination>,
    /// Whether it delivers to this console.
    pub own: bool,
    /// Whether another one delivers the same to the same place.
    pub double: bool,
    /// Whether the list may be out of date.
    pub stale: bool,
}

type Of = Column<Webhooks>;

const COLUMNS: &[Of] = &[
    Of::text(
        "reach",
        "HEALTH",
        "Whether its receiver can be reached from here, or what stops it; this console's own listener is not looked at",
        (12, 12),
        |line| Value::raw(line.reach()),
    )
    .aside()
    .looking(reach_role),
    Of::word(
        "kind",
        "KIND",
        "What it tells of: ends of jobs, or changes of callbacks",
        (9, 9),
        &[WebhookKind::Jobs.word(), WebhookKind::Callbacks.word()],
        |line| Value::Word(line.webhook.kind.word()),
    ),
    Of::text("name", "NAME", "What it is called", (16, 28), |line| {
        (&line.webhook.name).into()
    })
    .looking(|line| if line.stale { Role::Stale } else { Role::Text }),
    Of::text(
        "to",
        "TO",
        "The host that it delivers to; the rest of the address often is its key",
        (20, 40),
        |line| Value::owned(line.webhook.address.host()),
    ),
    Of::flag(
        "enabled",
        "ON",
        "Whether it delivers at all",
        (3, 3),
        |line| line.webhook.enabled.into(),
    )
    .looking(|line| match line.webhook.enabled {
        Some(false) => Role::Warn,
        _ => Role::Text,
    }),
    Of::flag(
        "double",
        "DOUBLE",
        "Whether another one delivers the same to the same place: everything comes twice",
        (6, 6),
        |line| line.double.into(),
    )
    .looking(|line| if line.double { Role::Warn } else { Role::Dim }),
    Of::measure(
        "rate",
        "SUCCESS",
        "Share of the last looks that reached its receiver, 0 to 1",
        (7, 7),
        |line| destinations::rate(line.receiver.into_iter()).into(),
    )
    .ascending(),
    Of::number(
        "days",
        "DAYS",
        "Days until the certificate of its receiver ends",
        (4, 4),
        |line| line.verdict().and_then(|verdict| verdict.days_left).into(),
    )
    .ascending(),
    Of::moment(
        "looked",
        "LOOKED",
        "When its receiver was last looked at",
        (8, 8),
        |line| line.verdict().map(|verdict| verdict.at).into(),
    ),
    Of::text(
        "events",
        "EVENTS",
        "The events that it asked for; a callback's has one kind and names none",
        (12, 44),
        |line| {
            let events = line.webhook.events.iter().map(Text::raw);
            events.collect::<Vec<_>>().join(" ").into()
        },
    )
    .aside(),
    Of::text("id", "ID", "The organisation's id", (14, 24), |line| {
        Value::raw(line.webhook.id.raw())
    }),
    Of::text(
        "why",
        "WHY",
        "Why its receiver cannot be reached",
        (16, 60),
        |line| {
            let failure = line.verdict().and_then(Verdict::failure);
            failure.map(|(_, why)| why.raw().to_owned()).into()
        },
    )
    .aside()
    .hidden(),
];

impl WebhookLine<'_> {
    /// What came of the newest look.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.receiver.and_then(Destination::verdict)
    }

    fn reach(&self) -> &'static str {
        match (self.own, self.verdict()) {
            (true, _) => "this console",
            (false, Some(verdict)) => verdict.word(),
            (false, None) => "awaited",
        }
    }
}

fn reach_role(line: &WebhookLine<'_>) -> Role {
    match line.verdict() {
        None => Role::Dim,
        Some(verdict) if verdict.reachable() => Role::Ok,
        Some(_) => Role::Bad,
    }
}

/// Whether nothing of what it tells may arrive.
#[must_use]
pub fn unreachable(line: &WebhookLine<'_>) -> bool {
    let failed = line.verdict().is_some_and(|verdict| !verdict.reachable());
    failed && line.webhook.enabled != Some(false)
}

fn line<'a>(store: &'a Store, webhook: &'a Webhook) -> WebhookLine<'a> {
    let webhooks = &store.webhooks;
    WebhookLine {
        webhook,
        receiver: webhooks.receiver(webhook),
        own: webhooks.is_own(webhook),
        double: webhooks.is_double(webhook),
        stale: !matches!(webhooks.reading(), Reading::Read(_)),
    }
}

impl Kind for Webhooks {
    type Id = WebhookId;
    type Row<'a> = WebhookLine<'a>;

    const NAME: &'static str = "webhooks";
    const DOC: &'static str =
        "Webhooks of the organisation: who is notified of ends of jobs and of changes of callbacks";
    const TROUBLE: &'static str = "unreachable";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    fn troubled(row: &WebhookLine<'_>) -> bool {
        unreachable(row)
    }

    fn rows(store: &Store, _: Millis) -> Vec<WebhookLine<'_>> {
        let all = store.webhooks.iter();
        all.map(|webhook| line(store, webhook)).collect()
    }

    fn row<'a>(store: &'a Store, id: &WebhookId, _: Millis) -> Option<WebhookLine<'a>> {
        let webhook = store.webhooks.get(id)?;
        Some(line(store, webhook))
    }

    fn id(row: &WebhookLine<'_>) -> WebhookId {
        row.webhook.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.webhooks.generation()
    }
}
