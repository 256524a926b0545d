//! SIP carriers: what the organisation says of each, what a probe of its proxy saw, and where the two disagree. Below them
//! the edges that their trunks run on, where the organisation tells of those, and the STUN and TURN servers.

mod detail;
mod trunks;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::source::Arranged;
use super::list::{self, ListPane, Listing, Picked, Related, section};
use super::{Abroad, Desk, Focus, Scene, trail};
use crate::effect::Effect;
use crate::kind::Kind as _;
use crate::kind::carriers::{CarrierLine, Carriers};
use crate::kind::column::Wish;
use crate::kind::edges::Edges;
use crate::kind::probes::Probes;
use crate::model::CarrierId;
use crate::model::api::Capabilities;
use crate::model::carrier::{Accord, Health};
use crate::model::finding::TlsVerdict;
use crate::model::trail::TrailOf;
use crate::store::Store;
use crate::store::carriers::{CarrierRow, Reading};
use crate::store::probes::Probed;
use crate::ui::bar::Bar;
use crate::ui::detail::Panel;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type CarriersPane = ListPane<Carriers>;

/// What is said of the STUN and TURN servers.
const SERVERS: [(&str, &str); 3] = [
    ("result", "PROBE"),
    ("target", "STUN AND TURN SERVERS"),
    ("found", "FOUND"),
];

impl Listing for Carriers {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Probe,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the carrier's id")];
    const SORT: Option<&'static str> = Some("health");

    fn tab(&self, store: &Store) -> Tab {
        let lines = store.carriers.iter().map(|row| CarrierLine::of(row, store));
        let trouble = |line: &CarrierLine<'_>| {
            line.row.carrier().health.suffers() || line.accord() == Accord::Contradiction
        };
        Tab {
            title: "Carriers",
            short: "Carr",
            count: Some(store.carriers.shown().count()),
            trouble: lines.filter(trouble).count() + store.edges.suffering(),
        }
    }

    /// What is well in plain, what is not in its colour and always in words.
    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let theme = scene.theme;
        let carriers = &scene.store.carriers;
        let edges = &scene.store.edges;
        let lines = || carriers.iter().map(|row| CarrierLine::of(row, scene.store));
        let contradictions = lines().filter(|l| l.accord() == Accord::Contradiction);
        let verdicts = |wanted: fn(TlsVerdict) -> bool| {
            let found = lines().filter_map(|line| Some(line.finding()?.tls()?.verdict));
            found.filter(|verdict| wanted(*verdict)).count()
        };
        let figures = [
            (0, Role::Text, "healthy", carriers.count(Health::Healthy)),
            (0, Role::Bad, "down", carriers.count(Health::Down)),
            (0, Role::Warn, "degraded", carriers.count(Health::Degraded)),
            (1, Role::Unknown, "unknown", carriers.count(Health::Unknown)),
            (0, Role::Bad, "contradictions", contradictions.count()),
            (
                2,
                Role::Bad,
                "expired",
                verdicts(|v| v == TlsVerdict::Expired),
            ),
            (
                2,
                Role::Warn,
                "expiring",
                verdicts(|v| v == TlsVerdict::Expiring),
            ),
            (3, Role::Warn, "unreadable", carriers.faults().len()),
            (1, Role::Bad, "edges in trouble", edges.suffering()),
            (
                3,
                Role::Warn,
                "left out",
                carriers.refused() + edges.refused(),
            ),
        ];
        for (n, (spare, role, word, count)) in figures.into_iter().enumerate() {
            let role = if count > 0 { role } else { Role::Dim };
            if count > 0 || n < 3 {
                let lead = if n == 0 { " " } else { "" };
                bar.left(spare, theme.style(role), format!("{lead}{word} {count}"));
            }
        }
        let remembered = carriers.shown().filter(|row| row.remembered());
        list::remembered(bar, scene, remembered.map(CarrierRow::since));
        if let Some((role, words)) = staleness(carriers.reading(), scene) {
            bar.left(0, theme.style(role), words);
        }
    }

    fn widen(&self, column: &str, wish: Wish, scene: &Scene<'_>) -> Wish {
        let mut rows = scene.store.carriers.shown();
        list::for_remembered(wish, column == "health" && rows.any(CarrierRow::remembered))
    }

    fn detail(
        &self,
        line: &CarrierLine<'_>,
        scene: &Scene<'_>,
    ) -> Vec<ratatui::text::Line<'static>> {
        detail::lines(line, scene)
    }

    fn panel(&self, panel: &mut Panel<'_>, line: &CarrierLine<'_>, scene: &Scene<'_>) {
        panel.put(&self.detail(line, scene));
        let of = TrailOf::Carrier(Self::id(line));
        panel.put(&trail::lines(&of, scene.now, scene));
    }

    fn focus(&self, id: &CarrierId, open: bool, _: &Store) -> Focus {
        Focus {
            trail: open.then(|| TrailOf::Carrier(id.clone())),
            ..Focus::default()
        }
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let carriers = &scene.store.carriers;
        match (carriers.reading(), scene.trouble) {
            (Reading::Failed { why, .. }, _) => {
                vec![
                    "The carriers could not be read:".to_owned(),
                    why.to_string(),
                ]
            }
            (Reading::Read(_), _) => {
                let mut lines = vec!["The organisation has no carriers.".to_owned()];
                lines.extend(carriers.faults().iter().map(ToString::to_string));
                lines
            }
            (Reading::Paused, _) => {
                vec!["Paused before the carriers were read. :resume continues.".to_owned()]
            }
            (Reading::Awaited, Some(trouble)) => {
                vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()]
            }
            (Reading::Awaited, None) => vec!["Signing in and reading the carriers …".to_owned()],
        }
    }

    fn abroad(&self, _: &CarrierLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let carriers = ["telephony", "providers", "carriers"];
        let read = (!can.trunks).then(|| Abroad::read(&carriers));
        read.into_iter().collect()
    }

    fn copy(&self, line: &CarrierLine<'_>, what: &str) -> Option<(&'static str, String)> {
        let id = line.row.carrier().id.raw();
        (what == "id").then(|| ("carrier id", id.to_owned()))
    }

    fn more(&self, line: &CarrierLine<'_>, _: &Store) -> String {
        let mut text = "health (newest first)\n".to_owned();
        let turns = line.row.past();
        text.extend(turns.map(|turn| format!("{}  {}\n", turn.at, turn.to.word())));
        if let Some(proxy) = line.proxy {
            text += "\nprobes (newest first)\n";
            let past = proxy.past();
            text.extend(
                past.map(|probe| format!("{}  {}  {} ms\n", probe.at, probe.word, probe.took_ms)),
            );
            // What came from a server that was probed is safe text already.
            let finding = serde_json::to_string_pretty(&proxy.finding()).unwrap_or_default();
            text += "\nthe newest probe\n";
            text.extend(finding.lines().map(|line| crate::text::safe(line) + "\n"));
        }
        text
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        match (action, on.row) {
            (Action::Probe, Some(line)) => probe(line, desk),
            (Action::Probe, None) => {}
            (Action::Reread, _) => {
                desk.effects.push(Effect::RereadCarriers);
                let text = "reading the carriers again";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            _ => return false,
        }
        true
    }

    fn related(&self, line: &CarrierLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let id = line.row.carrier().id.raw();
        vec![
            Related::new("Trunks", "carrierId", id),
            Related::new("Alerts", "carrier", id),
            Related::new("Probes", "carriers", id),
        ]
    }

    fn below(&self, area: Rect, rows: usize, buf: &mut Buffer, scene: &Scene<'_>) -> Rect {
        let edges = Edges::rows(scene.store, scene.now);
        let servers: Vec<&Probed> = scene.store.probes.servers().collect();
        let [rows, machines, below] = share(area, rows, [edges.len(), servers.len()]);
        section::render::<Edges>(machines, buf, scene, &edges, None);
        section::render::<Probes>(below, buf, scene, &servers, Some(&SERVERS));
        rows
    }
}

fn probe(line: CarrierLine<'_>, desk: &mut Desk<'_>) {
    let Some(proxy) = line.proxy else {
        let text = format!(
            "the profile names no SIP proxy of {}: add [profiles.NAME.carriers.{:?}] with a host",
            line.row.name(),
            line.row.carrier().id.to_string()
        );
        return desk.messages.say(Weight::Warning, text, desk.now);
    };
    desk.probe.push(proxy.target().clone());
}

/// Why what is shown may be out of date.
fn staleness(reading: &Reading, scene: &Scene<'_>) -> Option<(Role, String)> {
    match reading {
        Reading::Failed { since, .. } if !scene.store.carriers.is_empty() => {
            let since = since.clock(scene.zone, scene.now);
            Some((Role::Stale, format!("stale since {since}: not readable")))
        }
        Reading::Paused => Some((Role::Stale, "stale: paused".to_owned())),
        _ => None,
    }
}

/// Room for the carriers, and below them for the edges, as many as fit, and for the servers when all of them do.
fn share(area: Rect, carriers: usize, [edges, servers]: [usize; 2]) -> [Rect; 3] {
    let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    // A blank line and a heading above each.
    let wanted = |n: usize| if n > 0 { clamp(n).saturating_add(2) } else { 0 };
    // An empty table needs room to say why.
    let spare = area.height.saturating_sub(clamp(carriers.max(4)));
    let edges = wanted(edges).min(spare);
    let edges = if edges < 3 { 0 } else { edges };
    let servers = Some(wanted(servers)).filter(|servers| *servers <= spare - edges);
    let servers = servers.unwrap_or(0);
    let part = |y, height| Rect { y, height, ..area };
    let rows = part(area.y, area.height - edges - servers);
    let edges = part(rows.bottom(), edges);
    [rows, edges, part(edges.bottom(), servers)]
}
