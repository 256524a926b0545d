//! Event routes: where events go, whether they get there, and whether what runs is what we deployed.

mod detail;

use ratatui::text::Line;

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked};
use super::{Abroad, Desk, Focus, Made, Scene, breaker};
use crate::effect::{Effect, RouteAsk};
use crate::form::Opening;
use crate::form::route::plans;
use crate::kind::routes::{Routes, astray, trouble, unreachable};
use crate::model::RouteId;
use crate::model::api::Capabilities;
use crate::model::finding::{Protocol, Target};
use crate::model::route::Kind;
use crate::model::write::WriteKind;
use crate::store::carriers::Reading;
use crate::store::routes::{Drift, Presence, RouteRow};
use crate::store::{self, Store};
use crate::ui::bar::Bar;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type RoutesPane = ListPane<Routes>;

/// The writes that begin here.
const WRITES: [WriteKind; 4] = [
    WriteKind::RouteTrial,
    WriteKind::RouteCreate,
    WriteKind::RouteUpdate,
    WriteKind::RouteDelete,
];

impl Listing for Routes {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::New,
        Action::Edit,
        Action::Delete,
        Action::Undo,
        Action::Probe,
        Action::Test,
        Action::Filter,
        Action::Clone,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[
        ("id", "the route's id"),
        ("body", "its body, as a file to deploy from"),
    ];

    fn made(&self, made: &Made) -> Option<RouteId> {
        match made {
            Made::Route(id) => Some(id.clone()),
            _ => None,
        }
    }

    fn tab(&self, store: &Store) -> Tab {
        let rows = || store.routes.iter();
        Tab {
            title: "Routes",
            short: "Rout",
            count: Some(rows().filter(|row| row.presence == Presence::There).count()),
            trouble: rows().filter(|row| trouble(row)).count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, routes) = (scene.theme, &scene.store.routes);
        let figures = figures(scene.can, routes);
        for (n, (spare, role, word, count)) in figures.into_iter().enumerate() {
            let role = if count > 0 { role } else { Role::Dim };
            if count > 0 || n < 3 {
                let lead = if n == 0 { " " } else { "" };
                bar.left(spare, theme.style(role), format!("{lead}{word} {count}"));
            }
        }
        breaker::left_alone(bar, scene, &WRITES);
        if let Some((role, words)) = staleness(scene) {
            bar.left(0, theme.style(role), words);
        }
    }

    fn detail(&self, row: &&RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
        detail::lines(row, scene)
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let routes = &scene.store.routes;
        match (routes.reading(), scene.trouble) {
            (Reading::Failed { why, .. }, _) => {
                vec!["The routes could not be read:".to_owned(), why.to_string()]
            }
            (Reading::Read(_), _) if routes.unlisted() => vec![
                "This organisation has no list of routes, and none was deployed from here."
                    .to_owned(),
                "n makes one.".to_owned(),
            ],
            (Reading::Read(_), _) => {
                vec!["The organisation has no routes. n makes one.".to_owned()]
            }
            (Reading::Paused, _) => {
                vec!["Paused before the routes were read. :resume continues.".to_owned()]
            }
            (Reading::Awaited, Some(trouble)) => {
                vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()]
            }
            (Reading::Awaited, None) => vec!["Signing in and reading the routes …".to_owned()],
        }
    }

    fn abroad(&self, row: &&RouteRow, can: &Capabilities) -> Vec<Abroad> {
        let id = row.known.id.raw();
        let read = can
            .counts_deliveries
            .then(|| Abroad::read(&["outbound", "integrations", id]));
        read.into_iter().collect()
    }

    fn copy(&self, row: &&RouteRow, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => Some(("route id", row.known.id.raw().to_owned())),
            "body" => Some(("body of the route", row.known.route.json())),
            _ => None,
        }
    }

    /// The body, its secrets masked.
    fn more(&self, row: &&RouteRow, _: &Store) -> String {
        let body = serde_json::to_string_pretty(&row.known.route.masked()).unwrap_or_default();
        let lines = body.lines().map(crate::text::safe);
        lines.map(|line| line + "\n").collect()
    }

    fn act(&mut self, action: Action, picked: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        match action {
            Action::New => new(desk),
            Action::Reread => {
                let ours = desk.store.routes.ours().cloned().collect();
                desk.effects
                    .push(Effect::Routes(RouteAsk::Read { urgent: true, ours }));
                desk.messages
                    .say(Weight::Note, "reading the routes again", desk.now);
            }
            Action::Edit
            | Action::Clone
            | Action::Delete
            | Action::Undo
            | Action::Probe
            | Action::Test => {
                if let Some(row) = picked.row {
                    on(row, action, desk);
                } else {
                    let text = "there is no route under the cursor";
                    desk.messages.say(Weight::Note, text, desk.now);
                }
            }
            _ => return false,
        }
        true
    }

    fn focus(&self, id: &RouteId, open: bool, _: &Store) -> Focus {
        Focus {
            route: open.then(|| id.clone()),
            ..Focus::default()
        }
    }
}

/// A figure on top: how gladly it is left out, how it looks when there are any, what is counted, how many.
type Figure = (u8, Role, &'static str, usize);

fn figures(can: &Capabilities, routes: &store::routes::Routes) -> Vec<Figure> {
    let count = |wanted: fn(&RouteRow) -> bool| routes.iter().filter(|row| wanted(row)).count();
    let mut figures: Vec<Figure> = if can.route_kinds.contains(&Kind::Webhook) {
        let reachable = count(|row| row.reach.of > 0 && row.reach.reached == row.reach.of);
        vec![
            (0, Role::Text, "reachable", reachable),
            (0, Role::Bad, "not reachable", count(unreachable)),
        ]
    } else {
        vec![
            (0, Role::Text, "on", count(|row| row.state() == "on")),
            (0, Role::Bad, "wrong state", count(astray)),
        ]
    };
    figures.extend([
        (
            0,
            Role::Warn,
            "drift",
            count(|row| matches!(row.drift, Drift::Differs(_) | Drift::Back)),
        ),
        (1, Role::Bad, "gone", count(|row| row.drift == Drift::Gone)),
        (
            1,
            Role::Unknown,
            "unknown",
            count(|row| row.drift == Drift::Unsure),
        ),
        (
            2,
            Role::Text,
            "off",
            count(|row| row.known.enabled == Some(false)),
        ),
        (3, Role::Warn, "unreadable", routes.faults().len()),
        (
            3,
            Role::Warn,
            "not looked at",
            routes.destinations.dropped(),
        ),
    ]);
    figures
}

/// Opens the form of a new route; where there are several kinds, asks which.
fn new(desk: &mut Desk<'_>) {
    match desk.can.route_kinds {
        [only] => desk.fill.push(Opening::new(only.form())),
        several => {
            let choice = |kind: &Kind| Choice {
                value: kind.form().to_owned(),
                label: kind.word().to_owned(),
                note: kind.doc().to_owned(),
                on: false,
            };
            let choices = several.iter().map(choice).collect();
            desk.open
                .push(Layer::Chooser(Chooser::new(Purpose::Form, choices)));
        }
    }
}

/// Does something with one route.
fn on(row: &RouteRow, action: Action, desk: &mut Desk<'_>) {
    let there = row.presence == Presence::There;
    let form = row.known.route.kind().form();
    let asked = match action {
        Action::Clone => {
            let mut body = serde_json::to_value(&row.known.route).unwrap_or_default();
            body["name"] = "".into();
            let body = Some(body);
            desk.fill.push(Opening {
                body,
                ..Opening::new(form)
            });
            Ok(())
        }
        Action::Undo => plans::undo(&desk.store.routes, row).map(|plan| desk.review.push(plan)),
        _ if !there => Err(format!(
            "{} is not there: u undoes what was last done to it",
            row.name()
        )),
        Action::Edit => {
            let about = vec![row.known.id.raw().to_owned()];
            desk.fill.push(Opening {
                about,
                ..Opening::new(form)
            });
            Ok(())
        }
        Action::Delete => {
            let deliveries = desk.store.routes.deliveries(&row.known.id);
            let plan = plans::delete(&row.known, deliveries);
            desk.propose(plan);
            Ok(())
        }
        Action::Test => {
            desk.propose(plans::test(&row.known));
            Ok(())
        }
        _ => {
            let uris = row.known.route.destinations();
            if uris.is_empty() {
                let known = Box::new(row.known.clone());
                desk.effects.push(Effect::Routes(RouteAsk::Look(known)));
            }
            let targets = uris.into_iter();
            desk.probe
                .extend(targets.filter_map(|uri| Target::new(Protocol::Http, uri).ok()));
            Ok(())
        }
    };
    if let Err(why) = asked {
        desk.messages.say(
            Weight::Warning,
            crate::text::safe(&why).into_owned(),
            desk.now,
        );
    }
}

/// Why what is shown may be out of date, or is not all.
fn staleness(scene: &Scene<'_>) -> Option<(Role, String)> {
    let routes = &scene.store.routes;
    match routes.reading() {
        Reading::Failed { since, .. } if !routes.is_empty() => {
            let since = since.clock(scene.zone, scene.now);
            Some((Role::Stale, format!("stale since {since}: not readable")))
        }
        Reading::Paused => Some((Role::Stale, "stale: paused".to_owned())),
        Reading::Read(_) if routes.unlisted() && !routes.is_empty() => Some((
            Role::Dim,
            "no list: only those deployed from here".to_owned(),
        )),
        _ => None,
    }
}
