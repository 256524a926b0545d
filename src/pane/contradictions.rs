//! Contradictions: who is there by every sign of the phone, and cannot be called.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Related, places};
use super::registrations::summary;
use super::{Abroad, Desk, Scene};
use crate::effect::Effect;
use crate::kind::Kind as _;
use crate::kind::contradictions::{ContradictionLine, Contradictions};
use crate::model::api::Capabilities;
use crate::pane::list::Picked;
use crate::store::{RowId, Store};
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// Phones that are there and cannot be called.
pub type ContradictionsPane = ListPane<Contradictions>;

impl Listing for Contradictions {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Related,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("id", "the user's id"), ("device", "the phone's id")];

    fn tab(&self, store: &Store) -> Tab {
        let lines = || {
            let rows = store.registrations.obstructed();
            rows.filter_map(|row| Self::row(store, &row.id(), crate::time::Millis::default()))
        };
        Tab {
            title: "Contradictions",
            short: "Ctra",
            count: Some(lines().count()),
            // Those that are lost as well stand at the registrations already; a folded row of tabs would count them twice.
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let rows = || Self::rows(scene.store, scene.now).into_iter();
        let troubled = rows().filter(Self::troubled).count();
        let role = if troubled > 0 { Role::Bad } else { Role::Dim };
        let text = format!(" cannot take calls {troubled}");
        bar.left(0, scene.theme.style(role), text);
        let unsure = rows().filter(|line| !line.is_sure()).count();
        if unsure > 0 {
            let text = format!("may be out of date {unsure}");
            bar.left(0, scene.theme.style(Role::Stale), text);
        }
        if let Some(progress) = scene.reading.progress {
            summary::reads(bar, scene, progress);
        }
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let status = &scene.reading.status;
        if !scene.can.conditions {
            return vec![
                "Presence, routing and stations are not available from the API of this organisation."
                    .to_owned(),
            ];
        }
        match scene.trouble {
            Some(trouble) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
            None if status.enumerated && status.read >= status.users => vec![
                "No phone's signs contradict each other: whoever is on queue can be called."
                    .to_owned(),
                "Desk phones are judged by their registration alone.".to_owned(),
            ],
            None => vec!["Signing in and reading the first registrations …".to_owned()],
        }
    }

    fn abroad(&self, line: &ContradictionLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let user = line.row.user_id().raw();
        let read = Abroad::read(&["users", user]);
        can.stations.then_some(read).into_iter().collect()
    }

    fn copy(&self, line: &ContradictionLine<'_>, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => Some(("user id", line.row.user_id().raw().to_owned())),
            "device" => Some(("phone id", line.row.device().raw().to_owned())),
            _ => None,
        }
    }

    fn related(&self, line: &ContradictionLine<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let user = line.row.user_id().raw();
        let mut related = vec![
            Related::new("Registrations", "userId", user),
            Related::new("Alerts", "user", user),
        ];
        related.extend(places::related(line.row.site(), &[], desk));
        related
    }

    fn attended(&self, ids: Vec<RowId>) -> Vec<RowId> {
        ids
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            let rows = on.ids();
            let rows = rows
                .iter()
                .filter_map(|id| desk.store.registrations.row(*id));
            let users: Vec<_> = rows.map(|row| row.user_id().clone()).collect();
            let text = format!("reading {} users again", users.len());
            desk.effects.push(Effect::Reread(users));
            desk.messages.say(Weight::Note, text, desk.now);
        }
        action == Action::Reread
    }
}
