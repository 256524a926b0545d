//! The past on the screen: the same panes over another store, which the recording fills.
//!
//! What happens in the organisation goes on behind it: news, alerts and everything else is taken in as ever, and is there when
//! the operator comes back. No pane asks whether it is past; what is on the screen is [`App::shown`] at [`App::shown_at`].
//! From the past nothing is sent: what would write says why, and the gate of the flows refuses on its own.

use super::App;
use super::duty::Duty;
use crate::effect::{Effect, PastAsk};
use crate::kind::Name;
use crate::kind::view::Lists;
use crate::record::{Ahead, Look, LookCoverage, Moment, RecordError, when};
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::header::PastFace;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// How fast it can be played.
pub const SPEEDS: [u32; 6] = [1, 5, 15, 60, 300, 600];

/// How often what is played moves on, in milliseconds.
const BEAT: i64 = 100;

const MINUTE: i64 = 60_000;

/// A moment of the past that is on the screen.
#[derive(Debug)]
pub(crate) struct Past {
    store: Store,
    at: Millis,
    /// The question that it answers.
    ask: u64,
    /// What was told from here on; none while it is read.
    ahead: Option<Ahead>,
    coverage: LookCoverage,
    speed: u32,
    playing: bool,
    /// The moment of the present at which it was last moved on.
    played: Millis,
    /// Which of the changes at this moment was stepped to.
    step: Option<usize>,
    /// Something was asked for, and what comes takes the place of this.
    asked: bool,
    changes: Changes,
}

/// What came of asking for a moment of the past.
#[derive(Debug)]
pub struct PastNews {
    /// Which question it answers.
    pub ask: u64,
    /// What was known then, or why it is not shown.
    pub look: Result<Box<Look>, RecordError>,
    /// The change that was stepped to: which of those at its moment, and what it was.
    pub turn: Option<(usize, String)>,
}

/// What comes after a moment that is on the screen.
#[derive(Debug)]
pub struct AheadNews {
    /// The question that the moment answered.
    pub ask: u64,
    /// What was told.
    pub ahead: Ahead,
}

/// The past is played.
pub(super) const DUTY: Duty = Duty {
    due: |app| app.past.as_ref().and_then(|past| past.due()),
    tick: App::play_on,
};

impl Past {
    fn due(&self) -> Option<Millis> {
        let waits = self.asked || self.ahead.is_none();
        (self.playing && !waits).then(|| self.played.plus(BEAT))
    }

    /// Everything known then.
    pub(super) fn known(&self) -> &Store {
        &self.store
    }

    /// Lets everything happen until that moment.
    fn happen(&mut self, until: Millis) {
        let ahead = self.ahead.as_mut().map(|ahead| &mut ahead.moments);
        let happens = |moment: &Moment| moment.at <= until;
        let happened = ahead.into_iter().flat_map(|ahead| {
            let many = ahead.partition_point(happens);
            ahead.drain(..many)
        });
        for moment in happened {
            moment.happen(&mut self.store, &mut self.changes);
        }
        self.store.registrations.tick(until, &mut self.changes);
        (self.at, self.step) = (until, None);
    }
}

impl App {
    /// Everything known of the moment that is on the screen.
    #[must_use]
    pub fn shown(&self) -> &Store {
        self.past.as_ref().map_or(&self.store, |past| &past.store)
    }

    /// The same, where something is learnt of it.
    pub(super) fn shown_mut(&mut self) -> &mut Store {
        match &mut self.past {
            Some(past) => &mut past.store,
            None => &mut self.store,
        }
    }

    /// The moment that is on the screen.
    #[must_use]
    pub fn shown_at(&self) -> Millis {
        self.past.as_ref().map_or(self.now, |past| past.at)
    }

    /// Whether what is on the screen is not the present.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// What the header says of it.
    pub(crate) fn past_face(&self) -> Option<PastFace> {
        let past = self.past.as_ref()?;
        Some(PastFace {
            at: past.at,
            speed: past.playing.then_some(past.speed),
            nothing_since: match past.coverage {
                LookCoverage::Recorded => None,
                LookCoverage::Nothing(since) => Some(since),
            },
        })
    }

    /// Shows a recording and nothing else: nobody is asked for anything, and there is no present to go to.
    pub fn replay(&mut self, at: Millis, speed: u32) {
        self.effects.clear();
        self.replaying = Some(speed);
        self.gate();
        self.ask_past(|ask| PastAsk::At { ask, at });
    }

    /// Goes to a moment that somebody has written.
    pub(super) fn go_to(&mut self, text: &str) {
        match when(text, self.zone(), self.now) {
            Ok(at) => self.go_to_moment(at),
            Err(why) => self.say_past(&why),
        }
    }

    /// Shows a moment of the past.
    pub(super) fn go_to_moment(&mut self, at: Millis) {
        if at <= self.now {
            self.ask_past(|ask| PastAsk::At { ask, at });
        } else {
            self.say_past("that is not past yet");
        }
    }

    /// Carries out what is of the past alone; false leaves it to others.
    pub(super) fn act_past(&mut self, action: Action) -> bool {
        let at = self.shown_at();
        match action {
            Action::Rewind => self.step_past(true),
            Action::Forward => self.step_past(false),
            Action::MinuteBack => {
                let at = at.plus(-MINUTE);
                self.ask_past(|ask| PastAsk::At { ask, at });
            }
            Action::MinuteOn if at.plus(MINUTE) >= self.now => self.go_live(),
            Action::MinuteOn => {
                let at = at.plus(MINUTE);
                self.ask_past(|ask| PastAsk::At { ask, at });
            }
            Action::Live => self.go_live(),
            Action::Play => self.play_or_pause(),
            Action::Faster => self.faster(true),
            Action::Slower => self.faster(false),
            _ => return false,
        }
        true
    }

    /// Goes to the change before or after, of what the list on the screen shows.
    fn step_past(&mut self, back: bool) {
        let Some((kind, filter)) = self.list_shown() else {
            return self.say_past(
                "this pane is no list: there is no change to go to. { goes back a minute",
            );
        };
        let from = self.shown_at();
        let step = self.past.as_ref().and_then(|past| past.step);
        if !back && self.past.is_none() {
            return self.say_past("this is the present");
        }
        self.ask_past(|ask| PastAsk::Step {
            ask,
            from,
            step,
            back,
            kind,
            filter,
        });
    }

    /// What the list under the cursor is a list of, and what it shows of them.
    fn list_shown(&self) -> Option<(Name, String)> {
        let pane = self.panes.get(self.active)?;
        let half = pane.half();
        let view = pane.views().into_iter().nth(half)?;
        let fields = *Lists::named(&view.pane)?.fields.get(half)?;
        let mut names = Name::ALL.iter().copied();
        let kind = names.find(|name| name.fields() == fields)?;
        Some((kind, view.filter))
    }

    fn ask_past(&mut self, ask: impl FnOnce(u64) -> PastAsk) {
        self.past_asks += 1;
        if let Some(past) = &mut self.past {
            past.asked = true;
        }
        self.effects.push(Effect::Past(ask(self.past_asks)));
    }

    /// Takes in what was asked for, unless something else was asked for since.
    pub(super) fn past_news(&mut self, news: PastNews) {
        if news.ask != self.past_asks {
            return;
        }
        if let Some(past) = &mut self.past {
            (past.asked, past.played) = (false, self.now);
        }
        let look = match news.look {
            Ok(mut look) => {
                look.store.audit.follow(&self.store.audit, look.at);
                *look
            }
            Err(why) => {
                if let Some(past) = &mut self.past {
                    past.playing = false;
                }
                return self.say_past(&why.to_string());
            }
        };
        let first = self.past.is_none();
        if first && !self.layers.is_empty() {
            return self.say_past("something was opened meanwhile: close it, and go back again");
        }
        self.say_damage(&look.damage);
        let before = self.past.take();
        let speed = before.as_ref().map(|past| (past.speed, past.playing));
        let (speed, playing) = match (speed, self.replaying) {
            (Some(before), _) => before,
            (None, Some(speed)) => (speed.max(1), speed > 0),
            (None, None) => (1, false),
        };
        self.past = Some(Box::new(Past {
            store: look.store,
            at: look.at,
            ask: news.ask,
            ahead: None,
            coverage: look.coverage,
            speed,
            playing,
            played: self.now,
            step: news.turn.as_ref().map(|(step, _)| *step),
            asked: false,
            changes: Changes::default(),
        }));
        if first {
            self.gate();
        }
        self.turn_panes(before.as_ref().map(|past| &past.store));
        self.point_at_row();
        if let Some((_, text)) = news.turn {
            self.say_past(&text);
        }
    }

    /// Takes in what comes after the moment on the screen.
    pub(super) fn past_ahead(&mut self, news: AheadNews) {
        let past = self.past.as_mut();
        let Some(past) = past.filter(|past| past.ask == news.ask) else {
            return;
        };
        past.played = self.now;
        self.say_damage(&news.ahead.damage);
        if let Some(past) = &mut self.past {
            past.ahead = Some(news.ahead);
        }
    }

    fn say_damage(&mut self, damage: &[String]) {
        for damage in damage {
            let text = format!("the record is damaged, {damage}: rows are stale from there on");
            self.messages.say(Weight::Warning, text, self.now);
        }
    }

    /// Every pane shows another store from here on.
    fn turn_panes(&mut self, before: Option<&Store>) {
        let at = self.shown_at();
        let mut panes = std::mem::take(&mut self.panes);
        for pane in &mut panes {
            pane.turned(before.unwrap_or(&self.store), self.shown(), at);
        }
        self.panes = panes;
        self.vitals.touch();
        self.vitals.hurry();
        self.redraw();
    }

    /// Goes back to the present.
    pub(super) fn go_live(&mut self) {
        // Whatever is on its way is not wanted any more.
        self.past_asks += 1;
        if self.replaying.is_some() {
            return self.say_past("this is a recording: there is no present to go to. q leaves");
        }
        if let Some(past) = self.past.take() {
            self.gate();
            self.turn_panes(Some(&past.store));
        }
    }

    /// Lets no write leave while the past is on the screen.
    fn gate(&mut self) {
        let why = self.not_now();
        self.effects.push(Effect::Gate(why));
    }

    /// Why nothing can be written now: the past is on the screen.
    pub(crate) fn not_now(&self) -> Option<String> {
        if self.replaying.is_some() {
            return Some("this is a recording: nothing is sent from it".to_owned());
        }
        self.past.as_ref().map(|past| {
            let at = past.at.timestamp().strftime("%H:%M:%S UTC");
            format!(
                "the screen shows the past ({at}): nothing is sent from it. :live returns to now"
            )
        })
    }

    /// Says why it is refused, where something would write while the past is on the screen.
    pub(crate) fn refused_as_past(&mut self) -> bool {
        let why = self.not_now();
        if let Some(why) = &why {
            self.messages.say(Weight::Warning, why.clone(), self.now);
            self.redraw();
        }
        why.is_some()
    }

    fn play_or_pause(&mut self) {
        let now = self.now;
        if let Some(past) = &mut self.past {
            (past.playing, past.played) = (!past.playing, now);
            self.redraw();
        }
    }

    fn faster(&mut self, faster: bool) {
        if let Some(past) = &mut self.past {
            let mut speeds = SPEEDS.into_iter();
            let speed = if faster {
                speeds.find(|speed| *speed > past.speed)
            } else {
                speeds.rfind(|speed| *speed < past.speed)
            };
            past.speed = speed.unwrap_or(past.speed);
            self.redraw();
        }
    }

    /// Moves on what is played.
    fn play_on(&mut self) {
        let now = self.now;
        let Some(past) = self
            .past
            .as_mut()
            .filter(|past| past.due().is_some_and(|due| now >= due))
        else {
            return;
        };
        let passed = i64::try_from(now.since(past.played)).unwrap_or(0);
        past.played = now;
        let to = past.at.plus(passed.saturating_mul(i64::from(past.speed)));
        let (next, is_empty) = match &past.ahead {
            Some(ahead) => (ahead.next, ahead.moments.is_empty()),
            None => (None, false),
        };
        match next {
            Some(next) if to >= next => {
                past.happen(next.plus(-1));
                let at = to;
                self.spread_past();
                self.ask_past(|ask| PastAsk::At { ask, at });
            }
            next => {
                let ends = next.is_none() && is_empty && self.replaying.is_some();
                past.happen(to.min(now));
                past.store.audit.follow(&self.store.audit, past.at);
                past.playing &= !ends && to < now;
                if ends {
                    self.say_past("the record ends here");
                }
                self.spread_past();
            }
        }
    }

    /// Tells the panes what has changed in the past that they show.
    fn spread_past(&mut self) {
        let Some(past) = &mut self.past else {
            return;
        };
        for pane in &mut self.panes {
            pane.apply(&past.changes, &past.store, past.at);
            if pane.deadline().is_some_and(|due| past.at >= due) {
                pane.tick(&past.store, past.at);
            }
        }
        past.changes.clear();
        self.vitals.touch();
        self.dirty = true;
    }

    fn say_past(&mut self, text: &str) {
        self.messages.say(Weight::Note, text, self.now);
        self.redraw();
    }

    /// Commands that change what others see or that send: none of them works on the past.
    pub(super) fn writes(command: &Command) -> bool {
        match command {
            Command::Act(action) => action.writes(),
            Command::Acknowledge(_)
            | Command::Silence { .. }
            | Command::Lift(_)
            | Command::Reopen(..)
            | Command::Consult(_)
            | Command::Repair(_)
            | Command::TakeOver(_)
            | Command::PostHandOver(_)
            | Command::Fill(_) => true,
            _ => false,
        }
    }
}
