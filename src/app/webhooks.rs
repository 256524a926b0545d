//! Webhooks in the loop: when their list is read, and what becomes known of them. Their receivers are looked at in the turns of
//! the routes' destinations.

use super::App;
use super::duty::Duty;
use super::sent::Back;
use crate::effect::Effect;
use crate::flow::webhook::{WebhookNews, WebhookOrder};
use crate::model::flow::FlowId;
use crate::model::webhook::{NewWebhook, Webhook};
use crate::pane::Made;
use crate::store::carriers::Reading;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::command::TITLES;
use crate::vocabulary::news::Link;

/// Between connecting and the first read: what a person looks at first is read before it.
const FIRST_MS: i64 = 20_000;

/// Between two reads of the list while somebody looks at it.
const SHOWN_MS: i64 = 60_000;

/// Between two reads of the list while nobody does.
const EVERY_MS: i64 = 300_000;

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookAnswer {
    /// Every webhook of both kinds, and what of the lists could not be read.
    Read(Vec<Webhook>, Vec<Text>),
    /// They could not be read, and why.
    Unread(Text),
}

/// When the list is read.
#[derive(Debug, Default)]
pub(super) struct WebhookWatch {
    /// Since when there is something to read it with.
    opened: Option<Millis>,
    /// When it was last read, or could not be.
    read: Option<Millis>,
    /// It is being read.
    reads: bool,
}

/// The list is read.
pub(super) const DUTY: Duty = Duty {
    due: App::webhooks_deadline,
    tick: App::watch_webhooks,
};

impl App {
    /// The console has connected.
    pub(super) fn open_webhooks(&mut self) {
        self.webhook_watch = WebhookWatch {
            opened: Some(self.now),
            ..WebhookWatch::default()
        };
    }

    fn webhooks_deadline(&self) -> Option<Millis> {
        let watch = &self.webhook_watch;
        let opened = watch.opened.filter(|_| !watch.reads && !self.is_past())?;
        let can = self.can();
        if !can.job_webhooks && !can.callback_webhooks || self.heard.status.link == Link::Paused {
            return None;
        }
        let shown = TITLES.get(self.active) == Some(&"Webhooks");
        match (shown, watch.read) {
            (true, None) => Some(opened),
            (true, Some(read)) => Some(read.plus(SHOWN_MS)),
            // Whoever reads for this console has them in his own list.
            (false, _) if self.is_attached() => None,
            (false, None) => Some(opened.plus(FIRST_MS)),
            (false, Some(read)) => Some(read.plus(EVERY_MS)),
        }
    }

    fn watch_webhooks(&mut self) {
        if self.webhooks_deadline().is_some_and(|due| self.now >= due) {
            self.webhook_watch.reads = true;
            let urgent = *self.store.webhooks.reading() == Reading::Awaited;
            self.effects.push(Effect::ReadWebhooks { urgent });
        }
    }

    /// Takes in what was answered.
    pub(super) fn webhooks_told(&mut self, told: WebhookAnswer) {
        (self.webhook_watch.reads, self.webhook_watch.read) = (false, Some(self.now));
        match told {
            WebhookAnswer::Read(all, faults) => {
                self.store.webhooks.read(all, faults, self.now);
                self.schedule_destinations();
            }
            WebhookAnswer::Unread(why) => self.store.webhooks.read_failed(why, self.now),
        }
        self.vitals.touch();
    }

    /// Takes in what a flow has done to one.
    pub(super) fn webhook_news(&mut self, flow: FlowId, news: WebhookNews) {
        let back = match news {
            WebhookNews::Registered(webhook) => {
                self.made(&Made::Webhook(webhook.id.clone()));
                self.store.webhooks.registered(webhook.clone());
                WebhookOrder::Remove(webhook)
            }
            WebhookNews::Removed(webhook) => {
                let own = self.store.webhooks.is_own(&webhook);
                self.store.webhooks.removed(&webhook.id);
                WebhookOrder::Add(NewWebhook::again(&webhook, own))
            }
        };
        self.outbox.leads_back(flow, Back::Webhook(Box::new(back)));
        self.schedule_destinations();
        self.vitals.touch();
    }
}
