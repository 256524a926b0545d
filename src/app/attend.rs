//! Whom the feeds read first: who is on screen or marked, who alerts, who is lost or keeps coming and going.

use super::App;
use super::duty::Duty;
use crate::effect::Effect;
use crate::model::UserId;
use crate::model::alert::Subject;
use crate::store::RowId;
use crate::time::Millis;

/// Between two tellings, in milliseconds.
const GAP_MS: i64 = 1_000;
/// Users told at most; when more are in trouble, the whole organisation is.
const MOST: usize = 512;

/// What the feeds were told last.
#[derive(Debug, Default)]
pub(super) struct Attended {
    told: Vec<UserId>,
    /// Rows that were on screen or marked when the last frame was drawn.
    rows: Vec<RowId>,
    /// There are feeds to tell.
    connected: bool,
    /// Something that decides it may have changed.
    changed: bool,
    next: Millis,
}

impl Attended {
    /// What is on screen, or who is in trouble, may be others now.
    pub(super) fn may_have_changed(&mut self) {
        self.changed = true;
    }

    /// Whoever was told is gone: new feeds know nothing yet.
    pub(super) fn tell_anew(&mut self) {
        *self = Self {
            changed: true,
            connected: true,
            ..Self::default()
        };
    }
}

/// The feeds are told who matters.
pub(super) const DUTY: Duty = Duty {
    due: App::attend_deadline,
    tick: App::attend,
};

impl App {
    /// When the feeds are to be told; none while nothing has changed.
    fn attend_deadline(&self) -> Option<Millis> {
        let wanted = self.attend.changed && self.attend.connected;
        wanted.then_some(self.attend.next)
    }

    /// A frame was drawn: whether other rows are on screen than in the one before.
    pub(super) fn attend_drawn(&mut self) {
        let rows = self.rows_attended();
        if rows != self.attend.rows {
            self.attend.rows = rows;
            self.attend.may_have_changed();
        }
    }

    fn rows_attended(&self) -> Vec<RowId> {
        // The rows of a pane that shows the past are none of the present's.
        let shown = self.panes.iter().enumerate().filter(|_| !self.is_past());
        let rows = shown.flat_map(|(n, pane)| pane.attended(n == self.active));
        rows.collect()
    }

    /// Tells the feeds who matters most, when that has changed and not too often.
    fn attend(&mut self) {
        // A clock that was set back is no reason to wait.
        let early = self.now < self.attend.next && self.attend.next <= self.now.plus(GAP_MS);
        if !self.attend.changed || !self.attend.connected || early {
            return;
        }
        (self.attend.changed, self.attend.next) = (false, self.now.plus(GAP_MS));
        let users = self.attended();
        if users != self.attend.told {
            self.attend.told.clone_from(&users);
            self.effects.push(Effect::Attend(users));
        }
    }

    fn attended(&self) -> Vec<UserId> {
        let table = &self.store.registrations;
        let shown = self.rows_attended().into_iter();
        let shown = shown.filter_map(|row| Some(table.row(row)?.user_id().clone()));
        let alerts = self.store.alerts.in_order();
        let alerting = alerts
            .take_while(|alert| alert.is_open())
            .filter_map(|alert| match &alert.subject {
                Subject::Device { user, .. } => Some(user.clone()),
                _ => None,
            });
        let troubled = table.troubled();
        let troubled = troubled.filter_map(|row| Some(table.row(row)?.user_id().clone()));
        let mut users: Vec<UserId> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for user in shown.chain(alerting).chain(troubled) {
            if users.len() >= MOST {
                break;
            }
            if known.insert(user.clone()) {
                users.push(user);
            }
        }
        users
    }
}
