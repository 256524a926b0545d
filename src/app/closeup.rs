//! Looks closely at the phone whose detail is open, and at no other: each look is two requests of the budget.

use super::App;
use super::duty::Duty;
use crate::effect::Effect;
use crate::model::DeviceId;
use crate::time::Millis;
use crate::vocabulary::news::Link;

/// How long a phone's detail is open before it is looked at, in milliseconds: who only passes by asks for nothing.
const SETTLE_MS: i64 = 300;

/// How long what was learnt is good for, in milliseconds; an answer that takes longer is waited for no more.
const GOOD_MS: i64 = 60_000;

/// The phone whose detail is open.
#[derive(Debug, Default)]
pub(super) struct CloseupReads {
    /// Which, and since when.
    shown: Option<(DeviceId, Millis)>,
    /// When it is to be looked at.
    due: Option<Millis>,
}

/// The open phone is looked at.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.closeup.due,
    tick: App::watch_phone,
};

impl App {
    /// Looks at the open phone when that is due.
    fn watch_phone(&mut self) {
        let now = self.now;
        self.closeup.due = None;
        let open = self.focus().phone;
        let paused = self.heard.status.link == Link::Paused;
        let Some((phone, too_old)) = open.filter(|_| self.can().closeups && !paused) else {
            self.closeup.shown = None;
            return;
        };
        let shown = self.closeup.shown.take();
        let shown = shown.filter(|(before, at)| *before == phone && *at <= now);
        let shown = shown.unwrap_or_else(|| (phone.clone(), now));
        let due = self.look_due(&phone, too_old).max(shown.1.plus(SETTLE_MS));
        self.closeup.shown = Some(shown);
        if now >= due {
            self.store.closeups.asked(phone.clone(), now);
            self.effects.push(Effect::Closeup(phone));
            self.dirty = true;
            self.closeup.due = Some(now.plus(GOOD_MS));
        } else {
            self.closeup.due = Some(due);
        }
    }

    /// When what is known of a phone is good no more.
    fn look_due(&self, phone: &DeviceId, too_old: Millis) -> Millis {
        match self.store.closeups.of(phone) {
            // A clock that was set back makes it due as well.
            Some(look) if look.asked > self.now => self.now,
            Some(look) if look.asked < too_old && !look.reading => self.now,
            Some(look) => look.asked.plus(GOOD_MS),
            None => self.now,
        }
    }
}
