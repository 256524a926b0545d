//! Changes: what others changed in telephony lately.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related};
use super::numbers::{age, unread};
use super::{Desk, Scene};
use crate::effect::Effect;
use crate::kind::changes::Changes;
use crate::model::change::Change;
use crate::model::inquiry::Inquiry;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// What others changed.
pub type ChangesPane = ListPane<Changes>;

/// Why there is nothing to read where the API has none.
const ABSENT: &str = "the organisation's own audit is not available from its API";

impl Listing for Changes {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Related,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[
        ("id", "the change's id"),
        ("thing", "the id of what was changed"),
    ];

    fn tab(&self, store: &Store) -> Tab {
        let read = matches!(store.changed.reading(), Reading::Read(_));
        Tab {
            title: "Changes",
            short: "Chng",
            count: read.then(|| store.changed.iter().count()),
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let changed = &scene.store.changed;
        if *changed.reading() == Reading::Awaited {
            return;
        }
        let count = changed.iter().count();
        let text = format!(" changes of two hours {count}");
        bar.left(0, scene.theme.style(Role::Text), text);
        if !changed.faults().is_empty() {
            let text = format!("not readable {}", changed.faults().len());
            bar.left(0, scene.theme.style(Role::Warn), text);
        }
        age(changed.reading(), changed.awaited().is_some(), bar, scene);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.quality {
            return vec![format!("Not available: {ABSENT}.")];
        }
        let changed = &scene.store.changed;
        match changed.reading() {
            Reading::Read(_) => {
                vec!["Nothing was changed in telephony within two hours.".to_owned()]
            }
            reading => unread(reading, "changes", changed.awaited().is_some(), scene),
        }
    }

    fn copy(&self, one: &&Change, what: &str) -> Option<(&'static str, String)> {
        let thing = one.thing.as_ref();
        match what {
            "id" => Some(("id of the change", one.id.raw().to_owned())),
            "thing" => thing.map(|id| ("id of what was changed", id.raw().to_owned())),
            _ => None,
        }
    }

    fn related(&self, one: &&Change, _: &Desk<'_>) -> Vec<Related> {
        let Some(id) = &one.thing else {
            return Vec::new();
        };
        let (pane, field) = match one.sort.raw().to_ascii_lowercase() {
            sort if sort.contains("phone") => ("Registrations", "deviceId"),
            sort if sort.contains("trunkbase") => ("Carriers", "id"),
            sort if sort.contains("trunk") => ("Trunks", "id"),
            sort if sort.contains("edge") => ("Edges", "id"),
            _ => return Vec::new(),
        };
        vec![Related::new(pane, field, id.raw())]
    }

    fn act(&mut self, action: Action, _: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            if desk.can.quality {
                desk.effects
                    .push(Effect::Inquire(Inquiry::Changes, Vec::new()));
                let text = "reading the changes again";
                desk.messages.say(Weight::Note, text, desk.now);
            } else {
                desk.messages.say(Weight::Note, ABSENT, desk.now);
            }
        }
        action == Action::Reread
    }
}
