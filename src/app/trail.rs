//! Reads what became of the row whose detail is open over the recorded days, and of no other.

use super::App;
use super::duty::Duty;
use crate::effect::{Effect, PastAsk};
use crate::model::trail::{RecordedTrail, TrailOf};
use crate::time::Millis;

/// How long a detail is open before its past is read, in milliseconds: who only passes by reads nothing.
const SETTLE_MS: i64 = 300;

/// The row whose detail is open.
#[derive(Debug, Default)]
pub(super) struct TrailReads {
    /// Which, and since when.
    shown: Option<(TrailOf, Millis)>,
    due: Option<Millis>,
    /// The number of the last question.
    asks: u64,
}

/// The past of the open row is read.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.row_past.due,
    tick: App::watch_trail,
};

/// What was found so far.
#[derive(Debug)]
pub struct TrailNews {
    /// Which question it answers.
    pub ask: u64,
    /// What the record says.
    pub trail: RecordedTrail,
}

impl App {
    fn watch_trail(&mut self) {
        self.row_past.due = None;
        let open = self.focus().trail;
        let recorded = self.recorder.is_some() || self.replaying.is_some();
        let Some(of) = open.filter(|_| recorded) else {
            self.row_past.shown = None;
            return;
        };
        let shown = self.row_past.shown.take();
        let (of, since) = shown
            .filter(|(before, at)| *before == of && *at <= self.now)
            .unwrap_or((of, self.now));
        let known = self.shown().trail.as_ref();
        if known.is_none_or(|known| known.of != of) {
            let due = since.plus(SETTLE_MS);
            if self.now >= due {
                self.ask_trail(of.clone());
            } else {
                self.row_past.due = Some(due);
            }
        }
        self.row_past.shown = Some((of, since));
    }

    fn ask_trail(&mut self, of: TrailOf) {
        self.row_past.asks += 1;
        let (ask, until) = (self.row_past.asks, self.shown_at());
        self.shown_mut().trail = Some(RecordedTrail {
            of: of.clone(),
            steps: Vec::new(),
            back_to: None,
            reading: true,
        });
        self.effects
            .push(Effect::Past(PastAsk::Trail { ask, of, until }));
        self.dirty = true;
    }

    /// Takes in what was found, unless something else was asked for since.
    pub(super) fn trail_news(&mut self, news: TrailNews) {
        let known = self.shown().trail.as_ref();
        let wanted = known.is_some_and(|known| known.of == news.trail.of);
        if news.ask == self.row_past.asks && wanted {
            self.shown_mut().trail = Some(news.trail);
        }
    }
}
