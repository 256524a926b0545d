//! The only `select!`: signals, then input, then the ends of effects, then a bounded batch of the mailbox, then questions
//! of the listener, then time.
//!
//! A frame is drawn at once after a key, and otherwise on the leading edge of a change and then at most every
//! 33 ms. While the terminal does not take the last frame none is made, and everything else goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::App;
use super::event::{Done, Event};
use super::perform::{Performer, ShareWay};
use super::share;
use super::tape::Tape;
use crate::effect::{Effect, PastAsk};
use crate::environment::Environment;
use crate::feed::Source;
use crate::feed::mailbox::{CAPACITY, Mailbox};
use crate::listen::{Question, Questions};
use crate::memory::Memory;
use crate::record::RecordFolder;
use crate::record::digest::Beside;
use crate::share::Desk;
use crate::text::Text;
use crate::time::Clock;

/// Messages taken from the mailbox before anything else gets a turn.
const BATCH: usize = 512;
/// The least time between two frames that no key asked for.
const FRAME: Duration = Duration::from_millis(33);
/// The longest sleep: a wall clock that was set is noticed after this at the latest.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// What shows the state and hears the operator: a terminal, a test's buffer, or nothing.
pub trait Screen {
    /// The next thing the operator did; also returns, with none, when the terminal has taken the last frame while
    /// `awaiting` it. Cancel-safe.
    fn next(&mut self, awaiting: bool) -> impl Future<Output = Option<Event>>;
    /// Whether a frame can be drawn now.
    fn free(&self) -> bool;
    /// Draws the state.
    fn draw(&mut self, app: &mut App) -> Result<(), String>;
    /// Carries out what only the terminal can do. Gives the effect back when it is not the terminal's.
    fn perform(&mut self, effect: Effect) -> impl Future<Output = Result<Option<Event>, Effect>>;
}

/// Everything the loop listens to and acts through.
pub struct Runner<S> {
    /// The state.
    pub app: App,
    /// Where it shows.
    pub screen: S,
    /// What the feeds post.
    pub mailbox: Arc<Mailbox>,
    /// Carries out effects.
    pub performer: Performer,
    /// Their ends, and what is reloaded.
    pub done: mpsc::UnboundedReceiver<Done>,
    /// What the listener asks; answered between two events, as a frame is drawn.
    pub questions: Questions,
    /// Where the time comes from.
    pub clock: Clock,
    /// Records what is told.
    tape: Option<Tape>,
    /// Where what is told is handed over to those who share it.
    desk: Option<Desk>,
}

impl<S> Runner<S> {
    /// The loop around an application: a mailbox, a performer and the way of its ends back in.
    #[must_use]
    pub fn new(app: App, screen: S, environment: Environment, questions: Questions) -> Self {
        let mailbox = Mailbox::new(CAPACITY);
        let (done_to, done) = mpsc::unbounded_channel();
        let profile = app.profile();
        Self {
            performer: Performer::new(profile, environment, Arc::clone(&mailbox), done_to),
            app,
            screen,
            mailbox,
            done,
            questions,
            clock: Clock::Real,
            tape: None,
            desk: None,
        }
    }

    /// Makes alerts, lets writes through and counts by the hour, and keeps the records of it under this directory: for a
    /// process that stays.
    #[must_use]
    pub fn keeping(mut self, state_dir: PathBuf) -> Self {
        // What somebody else looks at is counted there.
        if !self.app.is_attached() {
            self.app.count_by_hour();
        }
        Self {
            performer: self.performer.keeping(state_dir),
            ..self
        }
    }

    /// Records what is told under this directory, as the configuration wants it; the loop waits for no disk.
    #[must_use]
    pub fn recording(mut self, state_dir: &Path) -> Self {
        self.tape = Tape::start(&self.app, state_dir, self.performer.ends());
        let profile = self.app.profile();
        match profile.map(|profile| RecordFolder::of(state_dir, &profile.name)) {
            Some(folder) => {
                // The charts of the present begin with what was recorded.
                self.app.effects.push(Effect::Past(PastAsk::Figures));
                self.rewinding(folder)
            }
            None => self,
        }
    }

    /// Reads the past there.
    #[must_use]
    pub fn rewinding(self, folder: RecordFolder) -> Self {
        Self {
            performer: self.performer.rewinding(folder),
            ..self
        }
    }

    /// Tells beside the past what came with it, and nothing of this machine.
    #[must_use]
    pub fn told_beside(self, beside: Arc<Beside>) -> Self {
        Self {
            performer: self.performer.told_beside(beside),
            ..self
        }
    }

    /// Hands over there what is told, while somebody shares it.
    #[must_use]
    pub fn sharing(mut self, desk: Desk) -> Self {
        self.desk = Some(desk);
        self
    }

    /// Attaches to whoever reads there, and hands over what is told once this console reads itself.
    #[must_use]
    pub fn attaching(mut self, way: ShareWay, operator: Text) -> Self {
        self.app.attach(operator);
        let desk = way.desk.clone();
        Self {
            performer: self.performer.attaching(way),
            ..self
        }
        .sharing(desk)
    }

    /// Ends what is recorded in order, once nothing is told any more.
    pub fn close(&mut self) {
        if let Some(tape) = self.tape.take() {
            tape.close(self.clock.now());
        }
    }

    /// Follows this source instead of the organisation of the profile.
    #[must_use]
    pub fn following(self, source: Arc<dyn Source>) -> Self {
        Self {
            performer: self.performer.following(source),
            ..self
        }
    }

    /// Keeps the last known rows there, for the next run.
    #[must_use]
    pub fn remembering(self, memory: Memory) -> Self {
        Self {
            performer: self.performer.remembering(memory),
            ..self
        }
    }
}

impl<S: Screen> Runner<S> {
    /// Runs until the state says that it has ended or `until` holds; returns the exit code.
    pub async fn run(&mut self, until: impl Fn(&App) -> bool) -> Result<u8, String> {
        let mut last_frame: Option<Instant> = None;
        self.settle(Event::Tick).await;
        while self.app.ended().is_none() && !until(&self.app) {
            let mut frame_due = None;
            if self.app.dirty() && self.screen.free() {
                let due = last_frame
                    .map(|at| at + FRAME)
                    .filter(|due| !self.app.urgent() && *due > Instant::now());
                if due.is_none() {
                    self.screen.draw(&mut self.app)?;
                    last_frame = Some(Instant::now());
                }
                frame_due = due;
            }
            let wake = self.wake(frame_due);
            let event = self.hear(wake).await;
            self.settle(event).await;
        }
        Ok(self.app.ended().unwrap_or(0))
    }

    /// When the loop must wake even if nothing happens.
    fn wake(&self, frame_due: Option<Instant>) -> Instant {
        let sleep = self.app.deadline().map_or(LONGEST_SLEEP, |due| {
            Duration::from_millis(due.since(self.clock.now())).min(LONGEST_SLEEP)
        });
        let wake = Instant::now() + sleep;
        frame_due.map_or(wake, |due| due.min(wake))
    }

    async fn hear(&mut self, wake: Instant) -> Event {
        let awaiting = self.app.dirty() && !self.screen.free();
        let mail = self.mailbox.ready();
        tokio::select! {
            biased;
            heard = self.screen.next(awaiting) => heard.unwrap_or(Event::Tick),
            Some(done) = self.done.recv() => Event::Done(done),
            () = mail => {
                // One of each a turn: neither a storm of events nor one of questions can starve the other.
                if let Ok(question) = self.questions.try_recv() {
                    self.answer(question);
                }
                self.mail()
            }
            Some(question) = self.questions.recv() => {
                self.answer(question);
                Event::Tick
            }
            () = tokio::time::sleep_until(wake) => Event::Tick,
        }
    }

    fn answer(&mut self, question: Question) {
        self.app.answer(question, self.clock.now());
    }

    fn mail(&self) -> Event {
        let mut news = Vec::with_capacity(BATCH);
        let overflowed = self.mailbox.drain(BATCH, &mut news).overflowed;
        Event::Feed {
            news,
            overflowed,
            dropped: self.mailbox.counters().dropped,
        }
    }

    async fn settle(&mut self, event: Event) {
        let mut next = Some(event);
        while let Some(event) = next.take() {
            let now = self.clock.now();
            let told = self.tape.as_mut().is_none_or(|tape| tape.hear(&event, now));
            if let Some(desk) = &self.desk {
                share::hand_over(desk, &event, now);
            }
            self.app.update(event, now);
            if let Some(desk) = &self.desk {
                desk.look(&self.app.store, self.app.status(), now);
            }
            let tape = self.tape.as_mut().filter(|_| told);
            if !tape.is_none_or(|tape| tape.look(&self.app, now)) || !told {
                self.tape = None;
            }
            for effect in self.app.take_effects() {
                match self.screen.perform(effect).await {
                    Ok(None) => {}
                    Ok(Some(answer)) => self.app.update(answer, self.clock.now()),
                    Err(effect) => self.performer.perform(effect),
                }
            }
        }
    }
}
