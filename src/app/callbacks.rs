//! Callbacks in the loop: what the feed tells becomes rows, and what became a row is acknowledged.

use serde_json::Value;

use super::App;
use super::duty::Duty;
use crate::effect::Effect;
use crate::export::calendar;
use crate::flow::callback::{CallbackOrder, direct};
use crate::flow::{Later, Order};
use crate::listen::{CallbackFigures, Reservations};
use crate::model::CallbackId;
use crate::model::audit::Record;
use crate::model::callback::{Status, Update};
use crate::model::flow::{FlowId, Outcome};
use crate::model::write::WriteKind;
use crate::store::callbacks::BookingEnd;
use crate::time::Millis;

/// Bookings of this profile whose reservations are known: more are not heard of in one shift.
const BOOKED_KEPT: usize = 2_000;

/// Bookings that wait are sent when their time has come.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.store.callbacks.waiting().1,
    tick: App::book_waiting,
};

impl App {
    /// What is told of a reservation that was booked here belongs to the record of its booking (contract §11).
    pub(super) fn on_record(&mut self, update: &Update) {
        if let Some(submit) = self.booked.get(&update.callback.id) {
            let (submit, update) = (submit.clone(), Box::new(update.clone()));
            let later = Later::CallbackUpdated { submit, update };
            self.effects.push(Effect::Record(Box::new(later)));
        }
    }

    /// A line of the audit says which reservation a booking became.
    pub(super) fn booking_of_record(&mut self, record: &Record) {
        let ours = record.action.raw() == WriteKind::CallbackBook.action();
        let id = record
            .extra
            .get(direct::RESERVATION)
            .and_then(Value::as_str);
        if let Some(id) = id.filter(|_| ours) {
            if self.booked.len() == BOOKED_KEPT {
                self.booked.pop_first();
            }
            let submit = record.id.clone();
            self.booked.insert(CallbackId::from(id), submit);
        }
    }

    /// The webhook has told of a callback. The stream tells the same, before or after: whoever is second changes nothing.
    pub(super) fn callback_delivered(&mut self, update: Update) {
        let (now, changes) = (self.now, &mut self.changes);
        self.store.callbacks.update(update, now, changes);
        self.spread();
    }

    /// How callbacks do, for the listener.
    pub(super) fn callback_figures(&self) -> CallbackFigures {
        let callbacks = &self.store.callbacks;
        let count = |status| {
            let rows = callbacks.iter();
            rows.filter(|row| row.callback().status == status).count()
        };
        CallbackFigures {
            statuses: Status::ALL
                .map(|status| (status.word(), count(status)))
                .into(),
            figures: callbacks.figures().clone(),
            live: !callbacks.stale(),
            waiting: callbacks.waiting().0,
        }
    }

    /// A flow has ended that may have been a booking: it is counted.
    pub(super) fn booking_ended(&mut self, id: FlowId, outcome: &Outcome, at: Millis) {
        let Some(flow) = self.store.flows.get(id) else {
            return;
        };
        if flow.kind != WriteKind::CallbackBook {
            return;
        }
        let end = match outcome {
            Outcome::Done(_) => BookingEnd::Sent,
            Outcome::Refused(_) => BookingEnd::Refused,
            Outcome::Unknown { .. } => BookingEnd::Failed,
            Outcome::Cancelled(_) => return,
        };
        let took = at.since(flow.began);
        self.store.callbacks.booked(end, took);
    }

    /// Bookings of earlier runs may wait: whoever sends writes finds out.
    pub(super) fn resume_bookings(&mut self) {
        let Some(profile) = &self.profile else { return };
        if profile.api.capabilities().reservations && !profile.read_only {
            self.effects.push(Effect::CountWaiting);
        }
    }

    /// Sends the bookings whose wait is over.
    fn book_waiting(&mut self) {
        let (count, next) = self.store.callbacks.waiting();
        if next.is_some_and(|next| self.now >= next) {
            // Nothing is due until the flow has told how many are left.
            self.store.callbacks.wait(count, None);
            let order = Order::Callback(CallbackOrder::Resume);
            self.begin_flow(Box::new(order));
        }
    }

    /// Every reservation, for a calendar.
    pub(super) fn reservations(&self, now: Millis) -> Reservations {
        let profile = self.profile.as_ref();
        Reservations {
            entries: calendar::entries(&self.store),
            profile: profile.map_or_else(String::new, |profile| profile.name.clone()),
            now,
        }
    }
}
