//! The lists that have no figures of their own: users, edges, trunks, probes, queues. What they are is said where their
//! kinds are described; their detail is every column.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related, places};
use super::{Abroad, Desk, Focus, Scene, trail};
use crate::effect::Effect;
use crate::flow::Order;
use crate::flow::phone::{Deed, PhoneOrder};
use crate::form::Plan;
use crate::kind::Kind as _;
use crate::kind::edges::{self, Edges};
use crate::kind::probes::Probes;
use crate::kind::queues::{self, Queues};
use crate::kind::trunks::{self, Trunks};
use crate::kind::users::{self, Users};
use crate::model::EdgeId;
use crate::model::api::Capabilities;
use crate::model::finding::{Finding, Grade};
use crate::model::registration::State;
use crate::model::trail::TrailOf;
use crate::model::trunk::Standing;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::store::probes::Probed;
use crate::ui::bar::Bar;
use crate::ui::detail::Panel;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// Users with a device.
pub type UsersPane = ListPane<Users>;
/// Edges.
pub type EdgesPane = ListPane<Edges>;
/// Trunks.
pub type TrunksPane = ListPane<Trunks>;
/// Probes.
pub type ProbesPane = ListPane<Probes>;
/// Queues.
pub type QueuesPane = ListPane<Queues>;

/// The share of what trunks can carry from which on they are nearly full, in percent.
const NEARLY_FULL: f64 = 90.0;

/// What can be done where nothing but reading again can.
const READ: &[Action] = &[Action::Detail, Action::Filter, Action::Sort, Action::Reread];

/// How many there are, and how many of them are in trouble.
fn figures(bar: &mut Bar, tab: &Tab, scene: &Scene<'_>) {
    let role = match tab.trouble {
        0 => Role::Dim,
        _ => Role::Bad,
    };
    let count = tab.count.unwrap_or_default();
    let name = tab.title.to_lowercase();
    bar.left(0, scene.theme.style(Role::Text), format!(" {name} {count}"));
    bar.left(
        0,
        scene.theme.style(role),
        format!("in trouble {}", tab.trouble),
    );
}

/// Why there is nothing, where it comes with another read.
fn awaited(reading: &Reading, what: &str, scene: &Scene<'_>) -> Vec<String> {
    match (reading, scene.trouble) {
        (Reading::Failed { why, .. }, _) => {
            vec![format!("The {what} could not be read:"), why.to_string()]
        }
        (Reading::Read(_), _) => vec![format!(
            "The organisation tells of no {what}, or this client may see none of them."
        )],
        (Reading::Paused, _) => {
            vec![format!(
                "Paused before the {what} were read. :resume continues."
            )]
        }
        (Reading::Awaited, Some(trouble)) => {
            vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()]
        }
        (Reading::Awaited, None) => vec![format!("Signing in and reading the {what} …")],
    }
}

fn reread(effect: Effect, what: &str, desk: &mut Desk<'_>) {
    desk.effects.push(effect);
    let text = format!("reading the {what} again");
    desk.messages.say(Weight::Note, text, desk.now);
}

impl Listing for Users {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = READ;
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the user's id")];

    fn tab(&self, _: &Store) -> Tab {
        Tab {
            title: "Users",
            short: "User",
            // Who has a device is known when it is looked at: counting them is looking at every row.
            count: None,
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let counts = scene.reading.counts;
        let (registered, lost) = (counts.of(State::Ok), counts.of(State::Lost));
        let text = format!(" devices registered {registered}");
        bar.left(0, scene.theme.style(Role::Text), text);
        let role = if lost > 0 { Role::Bad } else { Role::Dim };
        bar.left(0, scene.theme.style(role), format!("lost {lost}"));
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        match scene.trouble {
            Some(trouble) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
            None => vec!["No user with a device is known yet.".to_owned()],
        }
    }

    fn abroad(&self, line: &users::UserLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let read = Abroad::read(&["users", line.row.user_id().raw()]);
        let read = can.stations.then_some(read);
        read.into_iter().collect()
    }

    fn copy(&self, line: &users::UserLine<'_>, what: &str) -> Option<(&'static str, String)> {
        let id = line.row.user_id().raw();
        (what == "id").then(|| ("user id", id.to_owned()))
    }

    fn related(&self, line: &users::UserLine<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let user = line.row.user_id().raw();
        let mut related = vec![
            Related::new("Registrations", "userId", user),
            Related::new("Alerts", "user", user),
        ];
        related.extend(places::related(line.row.site(), &[], desk));
        let site = line.row.site();
        related.extend(site.map(|site| Related::new("Sites", "site", site.raw())));
        related
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            let users = on.ids();
            let text = format!("reading {} users again", users.len());
            desk.effects.push(Effect::Reread(users));
            desk.messages.say(Weight::Note, text, desk.now);
        }
        action == Action::Reread
    }
}

impl Listing for Edges {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Filter,
        Action::Sort,
        Action::Reread,
        Action::Reboot,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the edge's id")];

    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Edges",
            short: "Edge",
            count: Some(store.edges.len()),
            trouble: store.edges.suffering(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        figures(bar, &self.tab(scene.store), scene);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.trunks {
            return vec!["Edges are not available from the API of this organisation.".to_owned()];
        }
        awaited(scene.store.carriers.reading(), "edges", scene)
    }

    fn panel(&self, panel: &mut Panel<'_>, line: &edges::EdgeLine<'_>, scene: &Scene<'_>) {
        panel.put(&self.detail(line, scene));
        let of = TrailOf::Edge(Self::id(line));
        panel.put(&trail::lines(&of, scene.now, scene));
    }

    fn focus(&self, id: &EdgeId, open: bool, _: &Store) -> Focus {
        Focus {
            trail: open.then(|| TrailOf::Edge(id.clone())),
            ..Focus::default()
        }
    }

    fn abroad(&self, line: &edges::EdgeLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let id = line.row.edge.id.raw();
        let read = Abroad::read(&["telephony", "providers", "edges", id]);
        can.trunks.then_some(read).into_iter().collect()
    }

    fn copy(&self, line: &edges::EdgeLine<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("edge id", line.row.edge.id.raw().to_owned()))
    }

    fn related(&self, line: &edges::EdgeLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let edge = &line.row.edge;
        let mut related = vec![Related::new("Trunks", "edgeId", edge.id.raw())];
        if !edge.site.is_empty() {
            let panes = ["Registrations", "Sites"].into_iter();
            related.extend(panes.map(|pane| Related::new(pane, "site", edge.site.raw())));
        }
        related
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        match action {
            Action::Reread => reread(Effect::RereadCarriers, "edges", desk),
            Action::Reboot => reboot(on, desk),
            _ => return false,
        }
        true
    }
}

/// Offers to start the edge under the cursor anew; one at a time, for whatever goes over it ends.
fn reboot(on: &Picked<'_, Edges>, desk: &mut Desk<'_>) {
    let ids = on.ids();
    let row = match ids.as_slice() {
        [id] => desk.store.edges.get(id),
        [] => None,
        _ => {
            let text = "edges are rebooted one at a time: unmark the others";
            return desk.messages.say(Weight::Warning, text, desk.now);
        }
    };
    let Some(row) = row else { return };
    let edge = &row.edge;
    let calls = match edge.conversations {
        Some(calls) => format!("{calls} conversations on it end"),
        None => "conversations on it end".to_owned(),
    };
    let affects = format!("Reboots the edge {}: {calls}.", edge.title());
    let deed = Deed::RebootEdge {
        edge: edge.id.clone(),
        name: edge.title().clone(),
    };
    let order = Order::Phone(PhoneOrder::Deeds(vec![deed]));
    let undo =
        "This cannot be undone; the edge is back by itself, and the phones that it serves with it.";
    let plan = Plan::of(order, vec![affects], undo);
    desk.propose(plan.map(|plan| plan.confirmed_by(Some("reboot".to_owned()))));
}

impl Listing for Trunks {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = READ;
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the trunk's id")];

    fn tab(&self, store: &Store) -> Tab {
        let trunks = || store.carriers.iter().flat_map(|row| &row.carrier().trunks);
        let down = trunks().filter(|trunk| trunk.standing() <= Standing::Partly);
        Tab {
            title: "Trunks",
            short: "Trnk",
            count: Some(trunks().count()),
            trouble: down.count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        figures(bar, &self.tab(scene.store), scene);
        for (place, row) in scene.store.capacity.rows() {
            let usage = row.now.usage().unwrap_or_default();
            let most = row.high.0.usage().unwrap_or_default();
            let at = row.high.1.clock(scene.zone, scene.now);
            let text = format!("{place} {usage:.0} % full, most {most:.0} % at {at}");
            let role = if usage >= NEARLY_FULL {
                Role::Bad
            } else {
                Role::Text
            };
            bar.left(1, scene.theme.style(role), text);
        }
        if let Reading::Failed { .. } = scene.store.capacity.reading() {
            let text = "capacity not readable".to_owned();
            bar.left(1, scene.theme.style(Role::Stale), text);
        }
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.trunks {
            return vec!["Trunks are not available from the API of this organisation.".to_owned()];
        }
        awaited(scene.store.carriers.reading(), "trunks", scene)
    }

    fn abroad(&self, line: &trunks::TrunkLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let id = line.trunk.id.raw();
        let read = Abroad::read(&["telephony", "providers", "edges", "trunks", id]);
        let page = Abroad::Page("admin/telephony/phoneTrunks".to_owned());
        [read, page].into_iter().filter(|_| can.trunks).collect()
    }

    fn copy(&self, line: &trunks::TrunkLine<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("trunk id", line.trunk.id.raw().to_owned()))
    }

    fn related(&self, line: &trunks::TrunkLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let carrier = line.carrier.carrier().id.raw();
        let mut related = vec![Related::new("Carriers", "id", carrier)];
        let edge = line.trunk.edge.as_ref();
        related.extend(edge.map(|edge| Related::new("Edges", "id", edge.raw())));
        related
    }

    fn act(&mut self, action: Action, _: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            reread(Effect::RereadCarriers, "trunks", desk);
        }
        action == Action::Reread
    }
}

impl Listing for Probes {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] =
        &[Action::Detail, Action::Probe, Action::Filter, Action::Sort];
    const COPIES: &'static [(&'static str, &'static str)] = &[("target", "what is probed")];

    fn tab(&self, store: &Store) -> Tab {
        let bad = |probed: &&Probed| {
            let grade = probed.finding().map(Finding::grade);
            grade.is_some_and(|grade| grade < Grade::Warning)
        };
        Tab {
            title: "Probes",
            short: "Prob",
            count: Some(store.probes.iter().count()),
            trouble: store.probes.iter().filter(bad).count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        figures(bar, &self.tab(scene.store), scene);
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec![
            "Nothing is probed: the profile names no SIP proxy, no STUN and no TURN server."
                .to_owned(),
            "Add [profiles.NAME.carriers] or [profiles.NAME.probes].".to_owned(),
        ]
    }

    fn copy(&self, probed: &&Probed, what: &str) -> Option<(&'static str, String)> {
        let target = probed.target().to_string();
        (what == "target").then_some(("target of the probe", target))
    }

    fn related(&self, probed: &&Probed, _: &Desk<'_>) -> Vec<Related> {
        let carriers = probed.carriers();
        carriers
            .map(|id| Related::new("Carriers", "id", id.raw()))
            .collect()
    }

    fn more(&self, probed: &&Probed, _: &Store) -> String {
        let past = probed.past();
        let past = past.map(|one| format!("{}  {}  {} ms\n", one.at, one.word, one.took_ms));
        "probes (newest first)\n".to_owned() + &past.collect::<String>()
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Probe {
            desk.probe.extend(on.ids());
        }
        action == Action::Probe
    }
}

impl Listing for Queues {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = READ;
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the queue's id")];

    fn tab(&self, store: &Store) -> Tab {
        let full = |row: &&crate::store::queues::QueueRow| {
            row.queue.room().is_some_and(|room| room.left() == 0)
        };
        Tab {
            title: "Queues",
            short: "Queu",
            count: Some(store.queues.len()),
            trouble: store.queues.iter().filter(full).count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let tab = self.tab(scene.store);
        let count = tab.count.unwrap_or_default();
        bar.left(0, scene.theme.style(Role::Text), format!(" queues {count}"));
        let role = if tab.trouble > 0 {
            Role::Warn
        } else {
            Role::Dim
        };
        bar.left(0, scene.theme.style(role), format!("full {}", tab.trouble));
        let queues = &scene.store.queues;
        let loads = || queues.iter().filter_map(|row| queues.load(&row.queue.id));
        if loads().next().is_some() {
            let waiting: u64 = loads().filter_map(|load| load.waiting).sum();
            let stuck = loads().filter(|load| load.is_stuck()).count();
            let text = format!("waiting {waiting}");
            bar.left(0, scene.theme.style(Role::Text), text);
            let role = if stuck > 0 { Role::Bad } else { Role::Dim };
            bar.left(0, scene.theme.style(role), format!("nobody free {stuck}"));
        }
        super::numbers::age(queues.loaded(), queues.load_awaited().is_some(), bar, scene);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        awaited(scene.store.queues.reading(), "queues", scene)
    }

    fn abroad(&self, line: &queues::QueueLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let id = line.row.queue.id.raw();
        vec![if can.reservations {
            Abroad::read(&["queues", id])
        } else {
            Abroad::read(&["routing", "queues", id])
        }]
    }

    fn copy(&self, line: &queues::QueueLine<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("queue id", line.row.queue.id.raw().to_owned()))
    }

    fn related(&self, line: &queues::QueueLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let id = line.row.queue.id.raw();
        vec![
            Related::new("Callbacks", "queueId", id),
            Related::new("Transfers", "queueId", id),
        ]
    }

    fn act(&mut self, action: Action, _: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            reread(Effect::RereadCallbacks, "queues", desk);
        }
        action == Action::Reread
    }
}
