//! What time alone changes on screen, and when it next does.

use super::App;
use super::duty::Duty;
use crate::config::ui::ClockStyle;
use crate::time::Millis;
use crate::ui::header::Face;
use crate::vocabulary::news::Link;

/// The clock and countdowns are drawn when they read differently.
pub(super) const DUTY: Duty = Duty {
    due: App::next_clock,
    tick: App::watch_clock,
};

impl App {
    /// How much of the clock shows: seconds only while something else moves, so that quiet costs no bytes.
    pub(crate) fn face(&self) -> Face {
        match self.config.ui.clock {
            ClockStyle::Off => Face::Off,
            ClockStyle::Seconds if self.vitals.lively(self.now) => Face::Seconds,
            ClockStyle::Seconds | ClockStyle::Minutes => Face::Minutes,
        }
    }

    /// Everything on screen that time alone changes, as text: a frame is due when it differs from the one drawn.
    pub(super) fn clock_text(&self) -> String {
        let unit = match self.face() {
            Face::Seconds => 1_000,
            Face::Minutes => 60_000,
            Face::Off => i64::MAX,
        };
        let wait = self
            .countdown()
            .map(|until| until.since(self.now).div_ceil(1_000));
        let turn = self.spinner();
        let past = self.past_face();
        format!("{} {wait:?} {turn:?} {past:?}", self.now.0.div_euclid(unit))
    }

    /// A moment that the header counts down to.
    fn countdown(&self) -> Option<Millis> {
        let status = &self.vitals.shown().status;
        let attempt = match status.link {
            Link::Reconnecting { at, .. } => Some(at),
            _ => None,
        };
        attempt
            .into_iter()
            .chain(status.held_until)
            .filter(|until| *until > self.now)
            .min()
    }

    /// A frame is due when the clock reads otherwise than in the one drawn.
    fn watch_clock(&mut self) {
        let drawn = self.clock_drawn.as_ref();
        self.dirty |= drawn.is_some_and(|drawn| *drawn != self.clock_text());
    }

    fn next_clock(&self) -> Option<Millis> {
        let next = |unit: i64| Millis((self.now.0.div_euclid(unit) + 1) * unit);
        let face = match self.face() {
            Face::Seconds => Some(next(1_000)),
            Face::Minutes => Some(next(60_000)),
            Face::Off => None,
        };
        let countdown = self.countdown().map(|until| {
            let left = i64::try_from(until.since(self.now)).unwrap_or(0);
            self.now.plus((left - 1).rem_euclid(1_000) + 1)
        });
        face.into_iter().chain(countdown).min()
    }
}
