//! Writes on their way, as the state knows them.

use super::App;
use crate::effect::Effect;
use crate::flow::{FlowNews, Order, route};
use crate::model::flow::{Flow, FlowId, Outcome};
use crate::model::job::JobEvent;
use crate::pane::Made;
use crate::vocabulary::messages::Weight;

impl App {
    /// Begins a flow; its number is what the progress layer shows.
    pub(crate) fn begin_flow(&mut self, order: Box<Order>) -> FlowId {
        let id = self.store.flows.next_id();
        let flow = Flow::new(id, order.kind(), order.title(), self.now);
        self.store.flows.begin(flow);
        self.effects.push(Effect::Flow(id, order));
        self.dirty = true;
        id
    }

    /// The cursor of a list goes to what was made in it.
    pub(super) fn made(&mut self, made: &Made) {
        for pane in &mut self.panes {
            pane.seek(made);
        }
    }

    /// Takes in what happened in a flow.
    pub(super) fn flow_news(&mut self, id: FlowId, news: FlowNews) {
        match news {
            // It is known since it was ordered.
            FlowNews::Began { .. } | FlowNews::Answered(_) => {}
            FlowNews::Step { number, step } => {
                if let Some(flow) = self.store.flows.get_mut(id) {
                    flow.step(number, step);
                }
            }
            FlowNews::Ended { outcome, at } => {
                self.store.jobs.released(id);
                self.unresolved(id, &outcome);
                self.booking_ended(id, &outcome, at);
                self.sent_ended(id, &outcome);
                if let Some(flow) = self.store.flows.get_mut(id) {
                    let text = format!("{} {}: {outcome}", flow.kind.action(), flow.title);
                    flow.end = Some((outcome.clone(), at));
                    self.messages.say(weight(&outcome), text, self.now);
                }
            }
            FlowNews::Found(finding) => self.found(*finding),
            FlowNews::Job(key, event) => {
                if matches!(event, JobEvent::Submitting { .. }) {
                    self.made(&Made::Job(key.clone()));
                }
                self.job_event(id, &key, event);
            }
            FlowNews::Route(news) => {
                if let route::RouteNews::Ended(ending) = &news
                    && let route::Ending::Deployed { known, .. } = ending.as_ref()
                {
                    self.made(&Made::Route(known.id.clone()));
                }
                self.sent_route(id, &news);
                self.route_news(id, news);
            }
            FlowNews::Webhook(news) => self.webhook_news(id, news),
            FlowNews::Queue(queue) => {
                let changes = &mut self.changes;
                self.store.queues.read(*queue, self.now, changes);
                self.spread();
            }
            FlowNews::Callback(callback) => {
                self.made(&Made::Callback(callback.id.clone()));
                self.sent_callback(id, &callback.id);
                let changes = &mut self.changes;
                self.store.callbacks.answered(*callback, self.now, changes);
                self.spread();
            }
            FlowNews::LeftAlone(kind, until) => {
                self.store.flows.leave_alone(kind, until);
                let seconds = until.since(self.now).div_ceil(1_000);
                let text = format!(
                    "{} has failed too often in a row and is left alone for {seconds} s",
                    kind.action()
                );
                self.messages.say(Weight::Warning, text, self.now);
            }
            FlowNews::Waiting(waiting) => {
                self.store.callbacks.wait(waiting.count, waiting.next);
                self.changes.callbacks = true;
                self.spread();
            }
            FlowNews::Unmasked { until } => {
                self.store.callbacks.unmask(until, &mut self.changes);
                self.spread();
            }
            FlowNews::Interaction(one) => self.store.transfers.seen(*one, self.now),
            FlowNews::Transfer(id, happening) => self.transfer_happened(id, *happening),
        }
    }
}

/// How loudly an outcome is told.
const fn weight(outcome: &Outcome) -> Weight {
    match outcome {
        Outcome::Done(_) | Outcome::Cancelled(_) => Weight::Note,
        Outcome::Refused(_) => Weight::Error,
        Outcome::Unknown { .. } => Weight::Warning,
    }
}
