//! Why a phone is lost: who went with it, what of its user, its site and its carriers is in trouble, and what to do next.
//!
//! It says what is known and no more: what stands beside each other within a minute has not caused each other.

use ratatui::text::{Line, Span};

use crate::kind::carriers::CarrierLine;
use crate::model::alert::{Alert, Subject};
use crate::model::finding::Grade;
use crate::model::interaction::Interaction;
use crate::model::registration::State;
use crate::pane::Scene;
use crate::store::Row;
use crate::store::carriers::Reading;
use crate::text::{Text, grouped};
use crate::ui::detail;
use crate::vocabulary::role::Role;

/// What was lost so many milliseconds before or after went with it.
const TOGETHER: u64 = 60_000;

/// Others that are named.
const NAMED: usize = 3;

/// From so many on, what was lost together has a cause in common.
const MANY: usize = 3;

/// The longest name of a site that is said again.
const SHORT: usize = 40;

/// What was found out.
struct Found {
    /// Others of its site that were lost within a minute, by name.
    here: Vec<String>,
    /// Others elsewhere.
    elsewhere: usize,
    /// What the phone has that others have as well, and how many of those that have it were lost within the same minute.
    common: Vec<(Common, usize)>,
    /// The other phones of its user, each with its state.
    others: Vec<(String, State)>,
    /// Edges of its site that are in trouble.
    edges: Vec<String>,
    /// Carriers that are in trouble; where none is, of how many that is known.
    carriers: String,
}

/// The lines; none for a phone that is not lost.
pub fn lines(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    if row.state() != State::Lost {
        return Vec::new();
    }
    let found = Found::of(row, scene);
    let pairs = |pairs: &[(&str, String)]| detail::pairs(scene.theme, pairs);
    let next = Span::styled(found.next(row), scene.theme.style(Role::Accent));
    let mut lines = vec![pairs(&[("same minute", found.together(row, scene))])];
    if !found.common.is_empty() {
        let common = found.common.iter();
        let common = common.map(|(of, lost)| format!("{} {}", grouped(*lost), of.name));
        let common = common.collect::<Vec<_>>().join(", ");
        lines.push(pairs(&[("also lost", common)]));
    }
    let mut beside = vec![
        ("user's others", found.phones()),
        ("user's calls", calls(row, scene)),
        ("alert", alert(row, scene)),
    ];
    if !found.edges.is_empty() {
        beside.push(("edges", found.edges.join(", ")));
    }
    beside.push(("carriers", found.carriers.clone()));
    lines.extend([
        pairs(&beside),
        Line::from(vec![
            Span::styled("next step ", scene.theme.style(Role::Dim)),
            next,
        ]),
    ]);
    lines
}

/// Something that phones have in common.
struct Common {
    /// What it is, by name.
    name: String,
    /// Whether two have it in common.
    has: fn(&Row<'_>, &Row<'_>) -> bool,
}

fn network<'a>(row: &Row<'a>) -> Option<&'a Text> {
    row.traits()?.network.as_ref()
}

fn agent<'a>(row: &Row<'a>) -> Option<&'a Text> {
    row.traits()?.agent.as_ref()
}

/// What of a phone others may have as well, as far as it is told: its edge, its network, its firmware.
fn common(row: &Row<'_>, scene: &Scene<'_>) -> Vec<Common> {
    let edge = row.edge().map(|edge| {
        let known = scene.store.edges.get(edge).map(|known| known.edge.title());
        Common {
            name: format!("on edge {}", known.unwrap_or(&edge.0).fit(SHORT)),
            has: |one, other| one.edge() == other.edge(),
        }
    });
    let network = network(row).map(|is| Common {
        name: format!("in network {}", is.fit(SHORT)),
        has: |one, other| network(one) == network(other),
    });
    let agent = agent(row).map(|is| Common {
        name: format!("with {}", is.fit(SHORT)),
        has: |one, other| agent(one) == agent(other),
    });
    edge.into_iter().chain(network).chain(agent).collect()
}

impl Found {
    fn of(row: &Row<'_>, scene: &Scene<'_>) -> Self {
        let table = &scene.store.registrations;
        let mut found = Self {
            here: Vec::new(),
            elsewhere: 0,
            common: common(row, scene).into_iter().map(|of| (of, 0)).collect(),
            others: Vec::new(),
            edges: Vec::new(),
            carriers: String::new(),
        };
        // Only rows in trouble are looked at: there may be a million others.
        let troubled = table.troubled().filter_map(|id| table.row(id));
        for other in troubled.filter(|other| other.id() != row.id() && other.state() == State::Lost)
        {
            let apart = other.since().0.abs_diff(row.since().0);
            if apart > TOGETHER {
                continue;
            }
            for (of, lost) in &mut found.common {
                *lost += usize::from((of.has)(&other, row));
            }
            if row.site().is_some() && other.site() == row.site() {
                found.here.push(format!(
                    "{} ({})",
                    other.user().fit(24),
                    other.label().fit(24)
                ));
            } else {
                found.elsewhere += 1;
            }
        }
        // Rows in trouble come in no order, and names that change places say that something has changed.
        found.here.sort_unstable();
        let of_user = table
            .of_user(row.user_id())
            .filter(|other| other.id() != row.id());
        found.others = of_user
            .map(|other| (other.label().to_string(), other.state()))
            .collect();
        let edges = scene.store.edges.worst_first();
        let at_site = edges.iter().filter(|it| row.site() == Some(&it.edge.site));
        let bad = at_site.filter(|it| it.edge.state().suffers());
        found.edges = bad.map(|it| it.edge.title().to_string()).collect();
        let carriers = scene.store.carriers.iter();
        let mut lines: Vec<_> = carriers
            .map(|it| CarrierLine::of(it, scene.store))
            .collect();
        lines.sort_by_key(CarrierLine::urgency);
        found.carriers = match in_trouble(&lines).as_slice() {
            [] => well(&lines),
            some => some.join(", "),
        };
        found
    }

    /// Who else was lost within a minute, here and elsewhere.
    fn together(&self, row: &Row<'_>, scene: &Scene<'_>) -> String {
        let site = row.site().map(ToString::to_string);
        let site = site.filter(|site| site.len() <= SHORT);
        let at = match row.site() {
            Some(_) => site.as_deref().unwrap_or("its site"),
            None => "its site (not known)",
        };
        let mut sites = scene.store.registrations.sites();
        let site = sites.find(|site| site.name.is_some() && site.name == row.site());
        let of_all = site.map_or(String::new(), |site| {
            format!(
                " ({} of {} there are lost now)",
                grouped(site.of(State::Lost) as usize),
                grouped(site.devices() as usize)
            )
        });
        let elsewhere = match self.elsewhere {
            0 => String::new(),
            n => format!("; {} elsewhere", grouped(n)),
        };
        if self.here.is_empty() {
            return format!("no other phone at {at}{of_all}{elsewhere}");
        }
        let mut named = self.here.iter().take(NAMED).cloned().collect::<Vec<_>>();
        if self.here.len() > NAMED {
            named.push(format!("+{} more", self.here.len() - NAMED));
        }
        format!(
            "{} at {at}: {}{of_all}{elsewhere}",
            self.here.len(),
            named.join(", ")
        )
    }

    fn phones(&self) -> String {
        let phone = |(name, state): &(String, State)| format!("{name} {}", state.word());
        match self.others.as_slice() {
            [] => "none".to_owned(),
            some => some.iter().map(phone).collect::<Vec<_>>().join(", "),
        }
    }

    /// What a person would do next, the widest cause first.
    fn next(&self, row: &Row<'_>) -> String {
        let well = |state: State| matches!(state, State::Ok);
        if let Some(edge) = self.edges.first() {
            return format!("look at the edge {edge} of its site: > Edges");
        }
        if self.here.len() >= MANY {
            let phones = self.here.len() + 1;
            return format!(
                "{phones} phones of one site at once: check the site's network before any phone (> Sites)"
            );
        }
        if self.elsewhere >= MANY * 3 {
            return "many sites at once: check the organisation and its carriers (> Carriers)"
                .to_owned();
        }
        if !self.others.is_empty() && self.others.iter().all(|(_, state)| !well(*state)) {
            return "all phones of this user are away: check the user's network or power"
                .to_owned();
        }
        if row.flapping() || row.flaps() > 1 {
            return format!(
                "{} changes in an hour: check its cable, Wi-Fi or switch port",
                row.flaps()
            );
        }
        // An edge tells its reach of browsers alone, and those have neither a cable nor a switch port.
        let next = match row.edge_reach() {
            Some(_) => "this browser alone: r reads it again; have its tab reloaded",
            None => "this phone alone: r reads it again; check power and cable, reboot",
        };
        next.to_owned()
    }
}

/// What of the interactions is its user's, by the last read of them: they are read while somebody looks at Transfers.
fn calls(row: &Row<'_>, scene: &Scene<'_>) -> String {
    let Reading::Read(at) = scene.store.transfers.reading() else {
        return "not read (> Transfers)".to_owned();
    };
    let has = |one: &&Interaction| {
        let mut participants = one.participants.iter();
        !one.standing.over() && participants.any(|who| who.user == row.user_id().0)
    };
    let theirs = scene.store.transfers.interactions().filter(has);
    let named: Vec<String> = theirs
        .take(NAMED)
        .map(|one| one.id.0.fit(24).to_string())
        .collect();
    let named = if named.is_empty() {
        "none".to_owned()
    } else {
        named.join(", ")
    };
    let left_out = match scene.store.transfers.left_out() {
        0 => String::new(),
        more => format!(" ({} were not listed)", grouped(more)),
    };
    let at = at.clock(scene.zone, scene.now);
    format!("{named}, as read at {at}{left_out}")
}

/// What is wrong with carriers, the worst first: each that suffers by the organisation's word; and of those of which only a probe
/// says that their proxy or their certificate is not in order the first, and how many more.
fn in_trouble(lines: &[CarrierLine<'_>]) -> Vec<String> {
    let found = |line: &CarrierLine<'_>| {
        let found = line.finding().filter(|found| found.grade() != Grade::Good);
        found.map(|found| format!(", probe: {}", found.word()))
    };
    let named = |line: &CarrierLine<'_>| {
        let (name, probe) = (line.row.name().fit(SHORT), found(line).unwrap_or_default());
        format!("{name} {}{probe}", line.health())
    };
    let suffers = |line: &&CarrierLine<'_>| line.row.carrier().health.suffers();
    let mut words: Vec<String> = lines.iter().filter(suffers).map(named).collect();
    let rest = lines.iter().filter(|line| !suffers(line));
    let mut rest = rest.filter(|line| found(line).is_some());
    words.extend(rest.next().map(named));
    let more = rest.count();
    words.extend((more > 0).then(|| format!("+{more} more")));
    words
}

/// That no carrier is in trouble, and of how many it is known: who was not read, or not probed, may be.
fn well(lines: &[CarrierLine<'_>]) -> String {
    if lines.is_empty() {
        return "not read".to_owned();
    }
    let all = lines.len();
    let stale = lines.iter().any(|line| line.stale);
    let when = if stale { " when last read" } else { "" };
    let known = lines.iter().filter(|line| line.finding().is_some()).count();
    let probes = match known {
        n if n == all => String::new(),
        n => format!(", {n} probed"),
    };
    format!("none of {all} in trouble{when}{probes}")
}

/// The open alert about the phone.
fn alert(row: &Row<'_>, scene: &Scene<'_>) -> String {
    let about = |alert: &&Alert| match &alert.subject {
        Subject::Device { device, .. } => alert.is_open() && *device == *row.device(),
        Subject::Storm { site, .. } => {
            alert.is_open() && site.is_some() && site.as_ref() == row.site()
        }
        _ => false,
    };
    match scene.store.alerts.iter().find(about) {
        None if scene.store.alerts.is_unsure() => "not known".to_owned(),
        None => "none".to_owned(),
        Some(alert) => {
            let word = alert.standing().word();
            let unsure = scene.store.alerts.is_unsure();
            let when = if unsure { " (when last told)" } else { "" };
            format!("{word}: {}{when}", alert.what())
        }
    }
}
