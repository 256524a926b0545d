//! What the loop does as time passes: one table, read for when something is next due and for what is done then, so that
//! the two cannot disagree.

use super::{
    App, alerts, attend, budget, callbacks, clock, closeup, forms, hourly, inquiries, jobs,
    lookout, memory, past, person, routes, trail, transfers, webhooks,
};
use crate::time::Millis;

/// One department's share of a turn of the loop.
pub(super) struct Duty {
    /// When time alone asks for a turn; none while only events do.
    pub due: fn(&App) -> Option<Millis>,
    /// Its share of every turn: it looks itself whether there is anything to do, and leaves nothing due.
    pub tick: fn(&mut App),
}

/// All of them, in the order of a turn: rows age before alerts are judged by them, and what is shown comes last.
const DUTIES: [Duty; 22] = [
    REGISTRATIONS,
    lookout::DUTY,
    routes::DUTY,
    webhooks::DUTY,
    PANES,
    alerts::DUTY,
    jobs::DUTY,
    transfers::DUTY,
    callbacks::DUTY,
    inquiries::DUTY,
    closeup::DUTY,
    trail::DUTY,
    attend::DUTY,
    budget::DUTY,
    person::DUTY,
    memory::DUTY,
    hourly::DUTY,
    forms::DUTY,
    past::DUTY,
    MESSAGES,
    SUMMARY,
    clock::DUTY,
];

const REGISTRATIONS: Duty = Duty {
    due: |app| app.store.registrations.next_deadline(),
    tick: |app| {
        let due = app.store.registrations.next_deadline();
        if due.is_some_and(|due| app.now >= due) {
            app.store.registrations.tick(app.now, &mut app.changes);
            app.spread();
        }
        app.pin();
    },
};

const PANES: Duty = Duty {
    // In the past time stands still, or moves on with what is played.
    due: |app| {
        let panes = app.panes.iter().filter(|_| !app.is_past());
        panes.filter_map(|pane| pane.deadline()).min()
    },
    tick: |app| {
        if app.is_past() {
            return;
        }
        for pane in &mut app.panes {
            if pane.deadline().is_some_and(|due| app.now >= due) {
                pane.tick(&app.store, app.now);
                app.vitals.touch();
            }
        }
    },
};

const MESSAGES: Duty = Duty {
    due: |app| app.messages.deadline(),
    tick: |app| app.dirty |= app.messages.tick(app.now),
};

const SUMMARY: Duty = Duty {
    due: |app| app.vitals.deadline(),
    tick: |app| {
        app.beat();
        let store = app.past.as_ref().map_or(&app.store, |past| past.known());
        let pane = app.panes.get_mut(app.active);
        if pane.is_some_and(|pane| pane.moved(store)) {
            app.vitals.moved(app.now);
            app.dirty = true;
        }
    },
};

impl App {
    /// When time alone changes something that is kept or shown.
    #[must_use]
    pub fn deadline(&self) -> Option<Millis> {
        DUTIES.iter().filter_map(|duty| (duty.due)(self)).min()
    }

    pub(super) fn tick(&mut self) {
        for duty in &DUTIES {
            (duty.tick)(self);
        }
    }
}
