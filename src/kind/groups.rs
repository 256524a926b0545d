//! Alerts folded: what holds, counted by site, by edge, by carrier and by what has happened.

use std::collections::BTreeMap;

use super::column::fields;
use super::{Column, Kind, Value};
use crate::model::alert::{Alert, AlertId, Severity, Subject};
use crate::query::FieldSpec;
use crate::store::Store;
use crate::time::Millis;
use crate::vocabulary::role::Role;

/// The groups of alerts.
#[derive(Debug, Default)]
pub struct Groups;

/// What alerts are grouped by, in this order.
pub const BY: &[&str] = &["site", "edge", "carrier", "alert"];

/// Names a group: what it is grouped by, and of what; none is all of which that is not known.
pub type GroupId = (&'static str, Option<String>);

/// One group: alerts that hold. One that has several edges or carriers is in the group of each.
#[derive(Debug)]
pub struct Group<'a> {
    /// Names it.
    pub id: GroupId,
    /// Its alerts, the worst first.
    pub alerts: Vec<&'a Alert>,
}

impl Group<'_> {
    fn of(&self, severity: Severity) -> usize {
        let mut alerts = self.alerts.iter();
        alerts
            .by_ref()
            .filter(|alert| alert.severity() == severity)
            .count()
    }

    /// How many nobody has acknowledged or silenced.
    #[must_use]
    pub fn unattended(&self) -> usize {
        let free = |alert: &&&Alert| alert.acknowledged.is_none() && alert.silenced_until.is_none();
        self.alerts.iter().filter(free).count()
    }

    fn phones(&self) -> u64 {
        let of = |alert: &&Alert| match alert.subject {
            Subject::Device { .. } | Subject::Storm { .. } => u64::from(alert.away),
            // The edge itself is one of them.
            Subject::Edge(_) => u64::from(alert.away.saturating_sub(1)),
            Subject::Carrier(_) | Subject::Endpoint(_) | Subject::Calls { .. } => 0,
        };
        self.alerts.iter().map(of).sum()
    }

    /// The alerts, by their ids.
    #[must_use]
    pub fn ids(&self) -> Vec<AlertId> {
        self.alerts.iter().map(|alert| alert.id).collect()
    }
}

type Of = Column<Groups>;

const COLUMNS: &[Of] = &[
    Of::word(
        "by",
        "BY",
        "What the alerts are grouped by",
        (7, 8),
        BY,
        |group| Value::Word(group.id.0),
    ),
    Of::text(
        "name",
        "NAME",
        "The site, edge, carrier or what has happened",
        (14, 30),
        |group| group.id.1.clone().into(),
    )
    .or_says("not known")
    .looking(|group| match group.id.1 {
        Some(_) => Role::Text,
        None => Role::Unknown,
    }),
    Of::number("open", "OPEN", "Alerts that hold", (5, 6), |group| {
        group.alerts.len().into()
    })
    .looking(|_| Role::Text),
    Of::number(
        "critical",
        "CRITICAL",
        "Of those: critical",
        (8, 8),
        |group| group.of(Severity::Critical).into(),
    )
    .looking(|group| loud(group.of(Severity::Critical), Role::Bad)),
    Of::number(
        "warning",
        "WARNING",
        "Of those: warnings",
        (7, 7),
        |group| group.of(Severity::Warning).into(),
    )
    .looking(|group| loud(group.of(Severity::Warning), Role::Warn)),
    Of::number(
        "info",
        "INFO",
        "Of those: for information",
        (5, 5),
        |group| group.of(Severity::Info).into(),
    ),
    Of::number(
        "unattended",
        "UNATTENDED",
        "Of those: neither acknowledged nor silenced",
        (10, 10),
        |group| group.unattended().into(),
    )
    .looking(|group| loud(group.unattended(), Role::Bad)),
    Of::number(
        "phones",
        "PHONES",
        "Phones that the alerts are about and that are not back",
        (6, 7),
        |group| group.phones().into(),
    )
    .looking(|_| Role::Text),
    Of::moment(
        "newest",
        "NEWEST",
        "When the newest began",
        (8, 9),
        |group| group.alerts.iter().map(|alert| alert.began).max().into(),
    ),
];

/// None of something is quiet.
const fn loud(count: usize, role: Role) -> Role {
    if count == 0 { Role::Dim } else { role }
}

impl Kind for Groups {
    type Id = GroupId;
    type Row<'a> = Group<'a>;

    const NAME: &'static str = "alert-groups";
    const DOC: &'static str = "Alerts that hold, counted by site, edge, carrier and kind";
    const TROUBLE: &'static str = "unattended";
    const COLUMNS: &'static [Of] = COLUMNS;
    const FIELDS: &'static [FieldSpec] = &fields::<Self, { COLUMNS.len() }>(COLUMNS);

    /// In the order of [`BY`], the most critical first.
    fn rows(store: &Store, _: Millis) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<(usize, Option<String>), Vec<&Alert>> = BTreeMap::new();
        for alert in store.alerts.in_order().filter(|alert| alert.is_open()) {
            for by in 0..BY.len() {
                for name in members(alert, by) {
                    groups.entry((by, name)).or_default().push(alert);
                }
            }
        }
        let groups = groups.into_iter().map(|((by, name), alerts)| Group {
            id: (BY[by], name),
            alerts,
        });
        let mut groups: Vec<Group<'_>> = groups.collect();
        groups.sort_by_cached_key(|group| {
            let by = BY.iter().position(|by| *by == group.id.0);
            let counts = [group.of(Severity::Critical), group.alerts.len()];
            (by, counts.map(std::cmp::Reverse))
        });
        groups
    }

    fn row<'a>(store: &'a Store, id: &GroupId, _: Millis) -> Option<Group<'a>> {
        let by = BY.iter().position(|by| *by == id.0)?;
        let open = store.alerts.in_order().filter(|alert| alert.is_open());
        let alerts: Vec<&Alert> = open
            .filter(|alert| members(alert, by).contains(&id.1))
            .collect();
        let id = id.clone();
        (!alerts.is_empty()).then_some(Group { id, alerts })
    }

    fn id(group: &Group<'_>) -> GroupId {
        group.id.clone()
    }

    fn generation(store: &Store) -> u64 {
        store.alerts.generation()
    }

    fn troubled(group: &Group<'_>) -> bool {
        group.unattended() > 0
    }
}

/// The groups of one grouping that an alert is in.
fn members(alert: &Alert, by: usize) -> Vec<Option<String>> {
    let named: Vec<String> = match BY[by] {
        "site" => alert
            .site()
            .map(|site| site.raw().to_owned())
            .into_iter()
            .collect(),
        "edge" => alert
            .details
            .edges
            .iter()
            .map(|edge| edge.raw().to_owned())
            .collect(),
        "carrier" => alert
            .details
            .carriers
            .iter()
            .map(|name| name.raw().to_owned())
            .collect(),
        _ => vec![alert.title()],
    };
    if named.is_empty() {
        return vec![None];
    }
    named.into_iter().map(Some).collect()
}

/// The filter over alerts that those of a group pass.
#[must_use]
pub fn filter((by, name): &GroupId) -> String {
    let field = match *by {
        "edge" => "edges",
        "carrier" => "carriers",
        "alert" => "title",
        site => site,
    };
    match name {
        Some(name) => {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            // A list of names holds the name; a single one is it.
            let is = if field.ends_with('s') { ':' } else { '=' };
            format!("!state:resolved {field}{is}\"{quoted}\"")
        }
        None => format!("!state:resolved !{field}:/./"),
    }
}
