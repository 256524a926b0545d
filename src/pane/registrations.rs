//! Endpoint registrations, live: who is registered, who was lost, who keeps coming and going.

mod calls;
mod closeup;
mod detail;
mod held;
mod page;
mod phones;
mod repair;
pub(super) mod summary;
mod why;

use ratatui::text::Line;

use self::held::Held;
use super::list::{self, ListPane, Listing, Picked, Related, places};
use super::{Abroad, Desk, Focus, Scene};
use crate::effect::Effect;
use crate::form::Opening;
use crate::kind::column::Wish;
use crate::kind::registrations::Registrations;
use crate::model::UserId;
use crate::model::api::Capabilities;
use crate::model::registration::State;
use crate::store::{Row, RowId, Store};
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::detail::Panel;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, RepairWish};
use crate::vocabulary::messages::Weight;

/// The pane.
pub type RegistrationsPane = ListPane<Devices>;

/// The registrations as a list.
#[derive(Debug, Default)]
pub struct Devices {
    /// When the open phone was last wanted anew.
    wanted: Millis,
}

impl Listing for Devices {
    type Kind = Registrations;
    type Source = Held;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Filter,
        Action::Sort,
        Action::New,
        Action::Reread,
        Action::Freeze,
        Action::Reverse,
        Action::Columns,
        Action::Mark,
        Action::Station,
        Action::Reboot,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("id", "the device's id"), ("user", "the user's id")];
    const SORT: Option<&'static str> = Some("state");

    fn tab(&self, store: &Store) -> Tab {
        let counts = store.registrations.counts();
        Tab {
            title: "Registrations",
            short: "Regs",
            count: Some(counts.total as usize),
            trouble: counts.of(State::Lost) as usize,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        summary::fill(bar, scene);
    }

    fn widen(&self, column: &str, wish: Wish, scene: &Scene<'_>) -> Wish {
        let counts = scene.store.registrations.counts();
        list::for_remembered(wish, column == "state" && counts.of(State::Remembered) > 0)
    }

    fn panel(&self, panel: &mut Panel<'_>, row: &Row<'_>, scene: &Scene<'_>) {
        detail::fill(panel, row, scene);
    }

    fn detail(&self, row: &Row<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
        detail::lines(row, scene)
    }

    fn wish(&self, scene: &Scene<'_>) -> Option<u16> {
        Some(detail::wish(scene))
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        let status = &scene.reading.status;
        match scene.trouble {
            Some(trouble) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
            None if status.enumerated && status.users == 0 => {
                vec![
                    "The organisation has no users, or this client may see none of them."
                        .to_owned(),
                ]
            }
            None if status.enumerated && status.read >= status.users => {
                vec![format!("None of the {} users has a device.", status.users)]
            }
            None => vec!["Signing in and reading the first registrations …".to_owned()],
        }
    }

    fn abroad(&self, row: &Row<'_>, can: &Capabilities) -> Vec<Abroad> {
        let (user, phone) = (row.user_id().raw(), row.device().raw());
        vec![if can.stations {
            Abroad::read(&["telephony", "providers", "edges", "phones", phone])
        } else {
            Abroad::read(&["telephony", "users", user, "registrations"])
        }]
    }

    fn copy(&self, row: &Row<'_>, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => Some(("device id", row.device().raw().to_owned())),
            "user" => Some(("user id", row.user_id().raw().to_owned())),
            _ => None,
        }
    }

    fn more(&self, row: &Row<'_>, store: &Store) -> String {
        let mut text = "timeline (newest first)\n".to_owned();
        let timeline = store.registrations.timeline(row.id());
        text.extend(timeline.map(|change| format!("{}  {}\n", change.at, change.what)));
        if let Some(frame) = row.frame() {
            let frame = String::from_utf8_lossy(&frame);
            text.extend(["\nlast frame\n", &crate::text::safe(&frame), "\n"]);
        }
        text
    }

    fn act(
        &mut self,
        action: Action,
        on: &mut Picked<'_, Registrations>,
        desk: &mut Desk<'_>,
    ) -> bool {
        match action {
            Action::New => desk.fill.push(new(on, desk)),
            Action::Reboot => phones::reboot(on, desk),
            Action::Station => phones::station(on.row, desk),
            Action::Delete if desk.can.repairs => repair::propose(&RepairWish::Delete, on, desk),
            Action::Reread => {
                self.wanted = desk.now;
                reread(on, desk);
            }
            _ => return false,
        }
        true
    }

    fn command(
        &mut self,
        command: &Command,
        on: &mut Picked<'_, Registrations>,
        desk: &mut Desk<'_>,
    ) -> bool {
        let Command::Repair(wish) = command else {
            return false;
        };
        repair::propose(wish, on, desk);
        true
    }

    fn related(&self, row: &Row<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let (user, site) = (row.user_id().raw(), row.site());
        let mut related = vec![
            Related::new("Users", "userId", user),
            Related::new("Alerts", "user", user),
        ];
        let alerts = site.map(|site| Related::new("Alerts", "site", site.raw()));
        related.extend(alerts);
        let look = desk.store.closeups.of(row.device());
        let sides = match look.and_then(|look| look.answer.as_ref()) {
            Some((_, Ok(Some(close)))) => [close.primary.as_ref(), close.secondary.as_ref()],
            _ => [None, None],
        };
        let sides = sides.into_iter().flatten();
        let on: Vec<_> = sides.filter_map(|side| side.edge.as_ref()).collect();
        related.extend(places::related(site, &on, desk));
        let same = site.map(|site| {
            ["Registrations", "Sites"].map(|pane| Related::new(pane, "site", site.raw()))
        });
        related.extend(same.into_iter().flatten());
        related
    }

    fn focus(&self, id: &RowId, open: bool, store: &Store) -> Focus {
        let row = store.registrations.row(*id).filter(|_| open);
        Focus {
            phone: row.map(|row| (row.device().clone(), self.wanted)),
            trail: row.map(|row| detail::trail_of(&row)),
            ..Focus::default()
        }
    }

    fn attended(&self, ids: Vec<RowId>) -> Vec<RowId> {
        ids
    }
}

/// A new phone, for whoever has the one under the cursor.
fn new(on: &Picked<'_, Registrations>, desk: &Desk<'_>) -> Opening {
    let person = on.row.as_ref().filter(|_| !desk.can.endpoint_jobs);
    Opening {
        about: person
            .map(|row| row.user_id().raw().to_owned())
            .into_iter()
            .collect(),
        ..Opening::new("provision")
    }
}

/// Reads the users of the marked rows, or of the one under the cursor, again.
fn reread(on: &Picked<'_, Registrations>, desk: &mut Desk<'_>) {
    let table = &desk.store.registrations;
    let rows = on.ids().into_iter().filter_map(|id| table.row(id));
    let mut users: Vec<UserId> = rows.map(|row| row.user_id().clone()).collect();
    users.sort();
    users.dedup();
    let text = match users.as_slice() {
        [] => return,
        [one] => format!("reading {one} again"),
        many => format!("reading {} users again", many.len()),
    };
    desk.messages.say(Weight::Note, text, desk.now);
    desk.effects.push(Effect::Reread(users));
}
