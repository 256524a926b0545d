//! The application: one state, one [`App::update`], no I/O and no clock.
//!
//! Everything that happens is an [`event::Event`]; what it asks of the world are [`Effect`]s. The console
//! ([`run`] with a terminal), the headless commands ([`run`] without one) and the tests differ only in where events
//! come from and where effects go.

mod act;
mod alerts;
mod answer;
mod arrive;
mod attend;
mod audit;
mod bookmarks;
mod budget;
mod callbacks;
mod clock;
mod closeup;
pub mod coverage;
pub mod digest;
mod done;
mod duty;
pub mod event;
mod flows;
mod forms;
mod hourly;
mod input;
pub mod inquiries;
pub mod jobs;
mod ladder;
mod lookout;
pub mod memory;
mod news;
pub mod past;
pub mod perform;
pub mod person;
mod phones;
pub mod probes;
mod raw;
mod ready;
mod recall;
pub mod routes;
pub mod run;
mod sent;
mod share;
mod tape;
pub mod trail;
pub mod transfers;
mod views;
pub mod vitals;
pub mod webhooks;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use jiff::tz::TimeZone;

pub use self::arrive::Next;
use self::event::Event;
use self::lookout::Lookout;
use self::vitals::{Freshness, Vitals};
use crate::config::{Config, Loaded, Profile, Theme, Themes};
use crate::effect::Effect;
use crate::model::api::{Api, Capabilities};
use crate::model::ids::Ids;
use crate::pane::{self, Focus, Pane};
use crate::record::RecorderNews;
use crate::shelf;
use crate::store::{Changes, RowId, Store};
use crate::text::Text;
use crate::time::Millis;
use crate::ui::Places;
use crate::ui::layer::Layer;
use crate::ui::reading::Reading;
use crate::ui::vendor;
use crate::vocabulary::messages::{Messages, Weight};
use crate::vocabulary::news::Status;
use crate::vocabulary::problem::Problem;

/// Frames that could not be understood, kept for `:frames`.
const FRAMES_KEPT: usize = 64;

/// Lines of the palette that are remembered.
const LINES: usize = 100;

/// Points of the registered share that are shown.
const HISTORY: usize = 12;

/// A frame that could not be understood.
#[derive(Clone, Debug)]
pub struct BadFrame {
    /// When it came.
    pub at: Millis,
    /// On which stream: a user's id, or what else the stream is of.
    pub stream: Text,
    /// Why.
    pub reason: Text,
    /// Its first bytes.
    pub sample: Bytes,
}

/// What the feeds have said of themselves, and not of the organisation.
#[derive(Debug, Default)]
struct Heard {
    status: Status,
    /// Updates that were dropped because the mailbox was full.
    dropped: u64,
    /// The newest trouble with the connection, until something succeeds again.
    problem: Option<Problem>,
    /// Answers of which a part could not be used.
    left_out: Vec<Problem>,
    /// Why a user could not be read when that was last so.
    read_failure: Option<Problem>,
    /// Why the carriers could not be read, when they could not.
    lacking: Option<Problem>,
    /// Everyone has been read once, or has failed for good.
    all_read: bool,
}

/// The whole state of the program.
pub struct App {
    /// Everything known of the organisation.
    pub store: Store,
    lookout: Lookout,
    pub(crate) config: Config,
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) theme: Theme,
    pub(crate) themes: Themes,
    pub(crate) panes: Vec<Box<dyn Pane>>,
    pub(crate) active: usize,
    pub(crate) layers: Vec<Layer>,
    pub(crate) messages: Messages,
    /// The end of the sign-in that was last warned of.
    sign_in_warned: Option<Millis>,
    pub(crate) frames: VecDeque<BadFrame>,
    pub(crate) vitals: Vitals,
    pub(crate) places: Places,
    pub(crate) now: Millis,
    zone: TimeZone,
    /// The zone of the second clock; none shows UTC alone.
    pub(crate) second: Option<TimeZone>,
    heard: Heard,
    changes: Changes,
    /// Where what is drawn here comes from: `update` itself asks no machine for it.
    ids: Ids,
    effects: Vec<Effect>,
    clock_drawn: Option<String>,
    dirty: bool,
    urgent: bool,
    ended: Option<u8>,
    journal: Option<Vec<RowId>>,
    alarm: Option<alerts::Alarm>,
    resume: jobs::Resume,
    /// Reservations that were booked with this profile, and the ids of their bookings in the audit.
    booked: std::collections::BTreeMap<crate::model::CallbackId, crate::text::Text>,
    route_watch: routes::RouteWatch,
    /// When the webhooks are read.
    webhook_watch: webhooks::WebhookWatch,
    inquiries: inquiries::InquiryWatch,
    interactions: transfers::InteractionReads,
    budget: budget::BudgetReads,
    bench: forms::Bench,
    outbox: sent::Outbox,
    /// Lines that were carried out from the palette, the oldest first.
    typed_lines: VecDeque<String>,
    /// What to go on with once this has ended.
    next: Option<Next>,
    /// Whether a configuration was read.
    configured: bool,
    arrival: recall::Arrival,
    closeup: closeup::CloseupReads,
    trail: views::Trail,
    memory: memory::MemoryWrites,
    hourly: hourly::HourlyWrites,
    attend: attend::Attended,
    coverage: coverage::Coverage,
    row_past: trail::TrailReads,
    /// What became of recording; none where nothing was to be recorded.
    recorder: Option<RecorderNews>,
    /// The moment of the past that is on the screen; none shows the present.
    past: Option<Box<past::Past>>,
    /// Questions that were asked of the past.
    past_asks: u64,
    /// A recording is shown and nothing else, begun at this speed.
    replaying: Option<u32>,
    digests: digest::Digests,
    bookmarks: bookmarks::Bookmarks,
    /// The API that a recording is of, where there is no profile of it.
    given_api: Option<Api>,
    reader: share::Whose,
    /// How the audit calls this run, once it has written a line.
    session: Option<Text>,
}

impl App {
    /// The state before anything has happened. With a profile it connects at its first update.
    #[must_use]
    pub fn new(loaded: Loaded) -> Self {
        let arrival = recall::Arrival::of(&loaded);
        let Loaded {
            config,
            profile,
            theme,
            themes,
            warnings,
            source,
            ..
        } = loaded;
        let profile = profile.map(Arc::new);
        let second = profile
            .as_ref()
            .and_then(|p| p.time_zone.clone())
            .or_else(|| config.ui.time_zone.clone());
        let mut messages = Messages::default();
        for warning in warnings {
            messages.tell(Weight::Warning, warning, Millis::default());
        }
        let effects = if profile.is_some() {
            vec![
                Effect::Connect,
                Effect::OpenAlerts,
                Effect::ReadJobs,
                Effect::ReadAudit,
                Effect::Shelf(shelf::ShelfOrder::Views),
                Effect::Shelf(shelf::ShelfOrder::Recall),
            ]
        } else {
            Vec::new()
        };
        let mut store = Store::default();
        let lookout = Lookout::new(profile.as_deref(), &mut store);
        Self {
            store,
            lookout,
            config,
            profile,
            theme,
            themes,
            panes: pane::all(),
            active: 0,
            layers: Vec::new(),
            messages,
            frames: VecDeque::new(),
            sign_in_warned: None,
            vitals: Vitals::default(),
            places: Places::default(),
            now: Millis::default(),
            zone: second.clone().unwrap_or(TimeZone::UTC),
            second,
            heard: Heard::default(),
            changes: Changes::default(),
            ids: Ids::new(),
            effects,
            clock_drawn: None,
            dirty: true,
            urgent: true,
            ended: None,
            journal: None,
            alarm: None,
            resume: jobs::Resume::default(),
            booked: std::collections::BTreeMap::new(),
            route_watch: routes::RouteWatch::default(),
            webhook_watch: webhooks::WebhookWatch::default(),
            inquiries: inquiries::InquiryWatch::default(),
            interactions: transfers::InteractionReads::default(),
            budget: budget::BudgetReads::default(),
            bench: forms::Bench::default(),
            outbox: sent::Outbox::default(),
            typed_lines: VecDeque::new(),
            next: None,
            configured: source.is_some(),
            arrival,
            closeup: closeup::CloseupReads::default(),
            trail: views::Trail::default(),
            memory: memory::MemoryWrites::default(),
            hourly: hourly::HourlyWrites::default(),
            attend: attend::Attended::default(),
            coverage: coverage::Coverage::default(),
            row_past: trail::TrailReads::default(),
            recorder: None,
            past: None,
            past_asks: 0,
            replaying: None,
            digests: digest::Digests::default(),
            bookmarks: bookmarks::Bookmarks::default(),
            given_api: None,
            reader: share::Whose::default(),
            session: None,
        }
    }

    /// Draws what it draws from this seed, so that the run can be repeated.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self {
            ids: Ids::seeded(seed),
            ..self
        }
    }

    /// What the organisation's API offers; the direct one's without a profile.
    #[must_use]
    pub fn can(&self) -> &'static Capabilities {
        let api = self.profile.as_ref().map(|profile| profile.api);
        api.or(self.given_api).unwrap_or_default().capabilities()
    }

    /// Turns what happened into state and effects.
    pub fn update(&mut self, event: Event, now: Millis) {
        self.now = now;
        match event {
            Event::Key(key) => self.followed(|app| app.key(key)),
            Event::Paste(text) => self.followed(|app| app.paste(&text)),
            Event::Mouse(mouse) => self.followed(|app| app.mouse(mouse)),
            Event::Resize(..) => self.redraw(),
            Event::Feed {
                news,
                overflowed,
                dropped,
            } => {
                self.heard.dropped = dropped;
                self.feed(news, overflowed);
            }
            Event::Done(done) => self.done(done),
            Event::End(code) => self.ended = Some(code),
            Event::Tick => {}
        }
        self.tick();
    }

    /// What the world is asked to do since the last call.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether the screen shows something else than the state.
    #[must_use]
    pub fn dirty(&self) -> bool {
        self.dirty
    }

    /// Whether the operator is waiting for the next frame.
    #[must_use]
    pub fn urgent(&self) -> bool {
        self.urgent
    }

    /// The exit code, once the program is to end.
    #[must_use]
    pub fn ended(&self) -> Option<u8> {
        self.ended
    }

    /// How the feeds are doing.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.heard.status
    }

    /// The newest trouble with the connection, until something succeeds again.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.heard.problem.as_ref()
    }

    /// Answers of which a part could not be used, since the start: what is shown is not all there is.
    #[must_use]
    pub fn left_out(&self) -> &[Problem] {
        &self.heard.left_out
    }

    /// Why a user could not be read, when that was last so.
    #[must_use]
    pub fn read_failure(&self) -> Option<&Problem> {
        self.heard.read_failure.as_ref()
    }

    /// Why the carriers could not be read, when they could not.
    #[must_use]
    pub fn lacking(&self) -> Option<&Problem> {
        self.heard.lacking.as_ref()
    }

    /// Opens the pane of that title.
    pub fn look_at(&mut self, title: &str) {
        self.followed(|app| app.open_titled(title));
    }

    /// The profile in use.
    #[must_use]
    pub fn profile(&self) -> Option<Arc<Profile>> {
        self.profile.clone()
    }

    /// Whether anything lies over the panes.
    #[must_use]
    pub fn has_layers(&self) -> bool {
        !self.layers.is_empty()
    }

    /// What was said, newest first.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.messages.newest_first().map(|said| said.text.as_str())
    }

    /// The moment of the last update.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Keeps a journal of the rows that change, for a command that writes them out.
    pub fn keep_journal(&mut self) {
        self.journal = Some(Vec::new());
    }

    /// The rows that changed since the last call, each once, in the order of their first change.
    pub fn take_journal(&mut self) -> Vec<RowId> {
        let mut rows = self
            .journal
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default();
        let mut seen = HashSet::new();
        rows.retain(|row| seen.insert(*row));
        rows
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The state is on screen now.
    pub(crate) fn drawn(&mut self) {
        (self.dirty, self.urgent) = (false, false);
        self.clock_drawn = Some(self.clock_text());
        self.attend_drawn();
    }

    pub(crate) fn redraw(&mut self) {
        (self.dirty, self.urgent) = (true, true);
    }

    /// What the pane on screen is about.
    fn focus(&self) -> Focus {
        // What is read is of the present: nothing of the past asks for it.
        let pane = self.panes.get(self.active).filter(|_| !self.is_past());
        pane.map_or_else(Focus::default, |pane| pane.focus(&self.store))
    }

    /// While anything lies over a pane, what it does is done to the row that was under the cursor. A filter that is
    /// typed asks nothing of a row.
    fn pin(&mut self) {
        let asked = self.layers.last();
        let fast = asked.is_some_and(|layer| !matches!(layer, Layer::Filter(_)));
        if let Some(pane) = self.panes.get_mut(self.active) {
            pane.pin(fast);
        }
    }

    /// Takes a new reading of the vitals when the beat says so.
    fn beat(&mut self) {
        let at = self.shown_at();
        let share = self.shared();
        let Self {
            vitals,
            store,
            past,
            panes,
            heard,
            now,
            coverage,
            ..
        } = self;
        let now = *now;
        let store = past.as_ref().map_or(&*store, |past| past.known());
        let freshness = vitals.refresh(now, || Reading {
            status: heard.status,
            counts: store.registrations.counts(),
            dropped: heard.dropped,
            progress: coverage.now(),
            history: history(store, at),
            tabs: panes.iter().map(|pane| pane.tab(store)).collect(),
            share,
            cloud: vendor::in_header(&store.vendor, now),
            ..Reading::default()
        });
        self.dirty |= freshness != Freshness::Same;
        if freshness == Freshness::News {
            self.vitals.moved(now);
        }
    }

    /// Tells every pane what has changed.
    fn spread(&mut self) {
        if self.changes.is_empty() {
            return;
        }
        self.notice();
        self.memory_aged();
        if !(self.changes.transitions.is_empty() && self.changes.removed.is_empty()) {
            self.attend.may_have_changed();
        }
        // Panes that show the past are told of what happened there.
        let panes = self.panes.iter_mut().filter(|_| self.past.is_none());
        for pane in panes {
            pane.apply(&self.changes, &self.store, self.now);
        }
        if let Some(journal) = &mut self.journal {
            journal.extend(&self.changes.touched);
            self.dirty = true;
        }
        self.changes.clear();
        self.vitals.touch();
    }
}

/// The registered share over the last minutes, 0..=1, oldest first.
fn history(store: &Store, now: Millis) -> Vec<f32> {
    let metrics = store.registrations.metrics();
    metrics
        .recent(HISTORY, now)
        .filter_map(|figures| figures.share)
        .map(|share| f32::from(share) / 10_000.0)
        .collect()
}
