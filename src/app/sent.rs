//! What was sent from here in this run: what came of it, how it is undone, and the form that comes back when it was refused.

use std::collections::VecDeque;

use serde_json::json;

use super::App;
use crate::effect::Effect;
use crate::flow::Order;
use crate::flow::callback::CallbackOrder;
use crate::flow::route::{Ending, RouteNews};
use crate::flow::webhook::WebhookOrder;
use crate::form::{Opening, Plan, route::plans, webhook};
use crate::model::flow::{FlowId, Outcome};
use crate::model::{CallbackId, RouteId};
use crate::pane::callbacks::cancelling;
use crate::shelf::ShelfOrder;
use crate::text::safe;
use crate::time::Millis;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::form::FormView;
use crate::ui::layer::Layer;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, Half};
use crate::vocabulary::messages::Weight;

/// Writes that are remembered; a person undoes one of the last few.
const KEPT: usize = 50;

/// The value of the choice that is about the row under the cursor.
const ROW: &str = "row";

/// The writes of this run, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    writes: VecDeque<SentWrite>,
}

/// One write that was reviewed and sent.
#[derive(Debug)]
struct SentWrite {
    flow: FlowId,
    at: Millis,
    /// What it does, to what.
    what: String,
    /// How it is undone, or that it cannot be, as the review said.
    undo: String,
    /// What undoes it from here.
    back: Option<Back>,
    /// The form that it was filled in with, until it is known to be done.
    form: Option<Box<FormView>>,
    end: Option<Outcome>,
}

/// What undoes a write.
#[derive(Clone, Debug)]
pub(super) enum Back {
    /// The route has what it was before.
    Route(RouteId),
    /// What was booked is cancelled.
    Cancel(CallbackId),
    /// A webhook is removed, or registered again.
    Webhook(Box<WebhookOrder>),
    /// A form that is filled in with what was there.
    Fill(Opening),
}

impl SentWrite {
    /// Whether there may be something to undo.
    fn counts(&self) -> bool {
        !matches!(self.end, Some(Outcome::Refused(_) | Outcome::Cancelled(_)))
    }
}

impl Outbox {
    fn get_mut(&mut self, flow: FlowId) -> Option<&mut SentWrite> {
        self.writes.iter_mut().find(|write| write.flow == flow)
    }

    /// Something was made or changed by a flow that is undone so.
    pub(super) fn leads_back(&mut self, flow: FlowId, back: Back) {
        if let Some(write) = self.get_mut(flow) {
            write.back = Some(back);
        }
    }
}

impl App {
    /// A plan is being sent, with the form that it came of.
    pub(super) fn sent(&mut self, flow: FlowId, plan: &Plan, form: Option<Box<FormView>>) {
        let order = plan.order();
        let write = SentWrite {
            flow,
            at: self.now,
            what: format!(
                "{} {}",
                order.kind().action().replace('.', " "),
                order.title()
            ),
            undo: plan.undo.clone(),
            back: self.back_to(order),
            form,
            end: None,
        };
        let writes = &mut self.outbox.writes;
        if writes.len() == KEPT {
            writes.pop_front();
        }
        writes.push_back(write);
    }

    /// The form that leads back to what is there now.
    fn back_to(&self, order: &Order) -> Option<Back> {
        let Order::Callback(order) = order else {
            return None;
        };
        let (id, form) = match order {
            CallbackOrder::Reschedule(change) => (change.id.clone(), "callback-move"),
            CallbackOrder::Move(moved) => {
                let id = CallbackId::from(moved.change.conversation_id.as_str());
                (id, "callback-retime")
            }
            _ => return None,
        };
        let callback = self.store.callbacks.get(&id)?.callback();
        let start = callback.time?;
        let body = match order {
            CallbackOrder::Reschedule(change) => {
                let slot = change.slots.first()?;
                let read = |at: &str| at.parse::<jiff::Timestamp>().ok();
                let lasts = read(&slot.end)?.duration_since(read(&slot.start)?);
                let end = start.timestamp().checked_add(lasts).ok()?;
                let slot = json!({"start": start.timestamp().to_string(), "end": end.to_string()});
                json!({"time_slot_matrix": [slot]})
            }
            _ => json!({
                "conversationId": id.raw(),
                "agentId": callback.agent.as_ref().map_or("", |agent| agent.raw()),
                "callbackScheduledTime": start.timestamp().to_string(),
            }),
        };
        Some(Back::Fill(Opening {
            about: vec![id.raw().to_owned()],
            body: Some(body),
            ..Opening::new(form)
        }))
    }

    /// A callback was booked or changed by a flow.
    pub(super) fn sent_callback(&mut self, flow: FlowId, id: &CallbackId) {
        let write = self.outbox.get_mut(flow);
        // What was there before is gone back to by its form; what is new is cancelled.
        if write.is_some_and(|write| write.back.is_none()) {
            self.outbox.leads_back(flow, Back::Cancel(id.clone()));
        }
    }

    /// A route was deployed or deleted by a flow.
    pub(super) fn sent_route(&mut self, flow: FlowId, news: &RouteNews) {
        let RouteNews::Ended(ending) = news else {
            return;
        };
        if let Ending::Deployed { known, .. } | Ending::Deleted { known, .. } = ending.as_ref() {
            let back = Back::Route(known.id.clone());
            self.outbox.leads_back(flow, back);
        }
    }

    /// A flow has ended: what was refused can be edited again, what is done needs its draft no more.
    pub(super) fn sent_ended(&mut self, flow: FlowId, outcome: &Outcome) {
        let Some(write) = self.outbox.get_mut(flow) else {
            return;
        };
        write.end = Some(outcome.clone());
        match outcome {
            Outcome::Refused(why) => {
                if let Some(form) = &mut write.form {
                    form.form_mut().refused(&why.to_string());
                }
            }
            // A form of what may have been done is not sent a second time from here.
            Outcome::Done(_) | Outcome::Unknown { .. } => {
                if let Some(form) = write.form.take() {
                    let order = ShelfOrder::Discard(Half::Drafts, form.draft().to_owned());
                    self.effects.push(Effect::Shelf(order));
                }
            }
            Outcome::Cancelled(_) => {}
        }
    }

    /// Opens the form of a refused write again, as it was sent, with what was said at its field.
    pub(super) fn edit_again(&mut self) {
        let Some(Layer::Progress(progress)) = self.layers.last() else {
            return;
        };
        let write = self.outbox.get_mut(progress.flow());
        let Some(form) = write
            .filter(|write| !write.counts())
            .and_then(|write| write.form.take())
        else {
            let text = "there is no form to edit: it was not refused, or it was sent without one";
            return self.messages.say(Weight::Note, text, self.now);
        };
        self.layers.pop();
        self.layers.push(Layer::Form(form));
        self.typed();
    }

    /// Undoes the last write, or says why it cannot be undone.
    pub(super) fn undo(&mut self) {
        let mut writes = self.outbox.writes.iter().rev();
        match writes.find(|write| write.counts()).map(|write| write.flow) {
            Some(flow) => self.undo_write(flow),
            None if self.undo_row() => {}
            None => {
                let text = "nothing has been sent in this run: there is nothing to undo";
                self.messages.say(Weight::Note, text, self.now);
            }
        }
    }

    /// What the row under the cursor has had done to it is undone, where its pane knows how.
    fn undo_row(&mut self) -> bool {
        let mut known = false;
        let command = Command::Act(Action::Undo);
        self.with_pane(|pane, desk| known = pane.run(&command, desk));
        known
    }

    /// Undoes one write, which is named.
    fn undo_write(&mut self, flow: FlowId) {
        let (zone, now) = (self.zone().clone(), self.now);
        let Some(write) = self.outbox.get_mut(flow) else {
            return;
        };
        let what = format!("{} ({})", write.what, write.at.clock(&zone, now));
        if write.end.is_none() {
            let text = format!("not undone: {what} is still under way");
            return self.messages.say(Weight::Warning, text, now);
        }
        let Some(back) = write.back.clone() else {
            let text = format!("not undone: {what}. {}", write.undo);
            return self.messages.say(Weight::Warning, text, now);
        };
        match self.go_back(back, &what) {
            Ok(()) => self
                .messages
                .say(Weight::Note, format!("undo: {what}"), now),
            Err(why) => {
                let text = format!("not undone: {what}. {why}");
                self.messages.say(Weight::Warning, text, now);
            }
        }
    }

    /// Opens what undoes a write: a review, or the form with what was there.
    fn go_back(&mut self, back: Back, what: &str) -> Result<(), String> {
        let mut plan = match back {
            Back::Fill(opening) => {
                self.open_form(opening);
                return Ok(());
            }
            Back::Route(id) => {
                let row = self.store.routes.get(&id);
                let row = row.ok_or("The route is not listed any more.")?;
                plans::undo(&self.store.routes, row)?
            }
            Back::Webhook(order) => webhook::undo(&order)?,
            Back::Cancel(id) => {
                let row = self.store.callbacks.get(&id);
                let row = row.ok_or("The callback is not listed any more.")?;
                if row.callback().status.over() {
                    let word = row.callback().status.word();
                    return Err(format!("The callback is {word} already."));
                }
                cancelling(&[row], &self.store, self.can(), self.now)
                    .map_err(|faults| crate::model::payload::sentence(&faults))?
            }
        };
        plan.affects.insert(0, format!("Undoes: {}.", safe(what)));
        self.open_review(plan, &[]);
        Ok(())
    }

    /// Lists what was sent, to undo one of it.
    pub(super) fn list_sent(&mut self) {
        let (zone, now) = (self.zone().clone(), self.now);
        let row = self.panes.get(self.active).map(|pane| pane.actions());
        let row = row.is_some_and(|actions| actions.contains(&Action::Undo));
        let of_row = row.then(|| Choice {
            value: ROW.to_owned(),
            label: "the row under the cursor".to_owned(),
            note: "the last deployment of it, of whatever run".to_owned(),
            on: false,
        });
        let choice = |write: &SentWrite| {
            let how = match (&write.end, &write.back) {
                (None, _) => "under way".to_owned(),
                (Some(Outcome::Refused(_)), _) => "refused: nothing to undo".to_owned(),
                (Some(Outcome::Cancelled(_)), _) => "cancelled: nothing to undo".to_owned(),
                (_, Some(_)) => "can be undone".to_owned(),
                _ => crate::text::fit(&write.undo, 60).into_owned(),
            };
            Choice {
                value: write.flow.0.to_string(),
                label: crate::text::fit(&write.what, 40).into_owned(),
                note: format!("{}  {how}", write.at.clock(&zone, now)),
                on: false,
            }
        };
        let sent = self.outbox.writes.iter().rev().map(choice);
        let choices: Vec<Choice> = of_row.into_iter().chain(sent).collect();
        if choices.is_empty() {
            let text = "nothing has been sent in this run: there is nothing to undo";
            return self.messages.say(Weight::Note, text, self.now);
        }
        let chooser = Chooser::new(Purpose::Undo, choices);
        self.layers.push(Layer::Chooser(chooser));
    }

    /// Undoes what was chosen of the list.
    pub(super) fn undo_chosen(&mut self, value: &str) {
        match value.parse() {
            Ok(flow) => self.undo_write(FlowId(flow)),
            Err(_) => {
                self.undo_row();
            }
        }
    }
}
