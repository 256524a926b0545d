//! Webhooks: who is notified of ends of jobs and of changes of callbacks, whether they can be told, and what can be done about it.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related};
use super::{Abroad, Desk, Made, Scene, breaker};
use crate::effect::Effect;
use crate::form::{Opening, webhook};
use crate::kind::webhooks::{WebhookLine, Webhooks, unreachable};
use crate::model::WebhookId;
use crate::model::api::Capabilities;
use crate::model::finding::{Protocol, Target};
use crate::model::webhook::{NewWebhook, WebhookKind};
use crate::model::write::WriteKind;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type WebhooksPane = ListPane<Webhooks>;

/// The writes that begin here.
const WRITES: [WriteKind; 5] = [
    WriteKind::JobWebhook,
    WriteKind::JobWebhookRemove,
    WriteKind::CallbackWebhook,
    WriteKind::CallbackWebhookRemove,
    WriteKind::WebhookTrial,
];

/// Why there is nothing to do where the API has none.
const ABSENT: &str = "this API has no webhooks of these kinds: topics tell of them";

impl Listing for Webhooks {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::New,
        Action::Test,
        Action::Delete,
        Action::Probe,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the webhook's id")];

    fn made(&self, made: &Made) -> Option<WebhookId> {
        match made {
            Made::Webhook(id) => Some(id.clone()),
            _ => None,
        }
    }

    fn tab(&self, store: &Store) -> Tab {
        let read = *store.webhooks.reading() != Reading::Awaited;
        let lines = <Self as crate::kind::Kind>::rows(store, crate::time::Millis::default());
        Tab {
            title: "Webhooks",
            short: "Hook",
            count: read.then_some(lines.len()),
            trouble: lines.iter().filter(|line| unreachable(line)).count(),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, webhooks) = (scene.theme, &scene.store.webhooks);
        let lines = <Self as crate::kind::Kind>::rows(scene.store, scene.now);
        let count =
            |wanted: fn(&WebhookLine<'_>) -> bool| lines.iter().filter(|line| wanted(line)).count();
        bar.left(
            0,
            theme.style(Role::Text),
            format!(" webhooks {}", lines.len()),
        );
        for (spare, role, word, many) in [
            (0, Role::Bad, "unreachable", count(unreachable)),
            (1, Role::Warn, "double", count(|line| line.double)),
            (
                2,
                Role::Text,
                "off",
                count(|line| line.webhook.enabled == Some(false)),
            ),
            (3, Role::Warn, "unreadable", webhooks.faults().len()),
        ] {
            let role = if many > 0 { role } else { Role::Dim };
            if many > 0 || spare == 0 {
                bar.left(spare, theme.style(role), format!("{word} {many}"));
            }
        }
        breaker::left_alone(bar, scene, &WRITES);
        if let (Reading::Failed { since, .. }, false) = (webhooks.reading(), lines.is_empty()) {
            let since = since.clock(scene.zone, scene.now);
            let text = format!("stale since {since}: not readable");
            bar.left(0, theme.style(Role::Stale), text);
        }
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.job_webhooks && !scene.can.callback_webhooks {
            return vec![format!("Not available: {ABSENT}.")];
        }
        match (scene.store.webhooks.reading(), scene.trouble) {
            (Reading::Failed { why, .. }, _) => {
                vec![
                    "The webhooks could not be read:".to_owned(),
                    why.to_string(),
                ]
            }
            (Reading::Read(_), _) => vec![
                "The organisation has no webhooks: nobody is notified of ends of jobs or of changes of callbacks.".to_owned(),
                "n registers one.".to_owned(),
            ],
            (Reading::Paused, _) => vec!["Paused. :resume continues.".to_owned()],
            (Reading::Awaited, Some(trouble)) => {
                vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()]
            }
            (Reading::Awaited, None) => vec!["Signing in and reading the webhooks …".to_owned()],
        }
    }

    fn abroad(&self, line: &WebhookLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let below = line.webhook.kind.path().iter().skip(2).copied();
        let path: Vec<&str> = below.chain([line.webhook.id.raw()]).collect();
        let read = can.job_webhooks.then(|| Abroad::read(&path));
        read.into_iter().collect()
    }

    fn copy(&self, line: &WebhookLine<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("webhook id", line.webhook.id.raw().to_owned()))
    }

    fn related(&self, line: &WebhookLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        vec![Related::new("Audit", "subject", line.webhook.name.raw())]
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        let absent = !desk.can.job_webhooks && !desk.can.callback_webhooks;
        match (action, &on.row) {
            (Action::New | Action::Reread | Action::Test | Action::Delete | Action::Probe, _)
                if absent =>
            {
                desk.messages.say(Weight::Note, ABSENT, desk.now);
            }
            (Action::New, _) => desk.fill.push(Opening::new(webhook::SPEC.name)),
            (Action::Reread, _) => {
                desk.effects.push(Effect::ReadWebhooks { urgent: true });
                desk.messages
                    .say(Weight::Note, "reading the webhooks again", desk.now);
            }
            (Action::Test, Some(line)) => desk.propose(webhook::test(line.webhook)),
            (Action::Delete, Some(line)) => desk.propose(webhook::remove(line.webhook)),
            (Action::Probe, Some(line)) if line.own => {
                let text = "it delivers to this console's own listener: there is nothing to probe";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            (Action::Probe, Some(line)) => {
                let target = Target::new(Protocol::Http, line.webhook.address.expose());
                desk.probe.extend(target);
            }
            (Action::Test | Action::Delete | Action::Probe, None) => {
                let text = "there is no webhook under the cursor";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            _ => return false,
        }
        true
    }
}

/// Offers to register one of a kind that delivers to this console, or says what is missing for it.
pub(super) fn to_console(kind: WebhookKind, desk: &mut Desk<'_>) {
    let address = match desk.store.jobs.hook.address() {
        Ok(address) => address,
        Err(why) => return desk.messages.say(Weight::Warning, why, desk.now),
    };
    let new = NewWebhook {
        kind,
        name: kind.default_name().to_owned(),
        address,
        ours: true,
    };
    desk.propose(webhook::add(new));
}
