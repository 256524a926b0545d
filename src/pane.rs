//! What a pane is: a view of one kind of thing. A pane keeps view state only; what it shows belongs to the store.

pub mod alerts;
pub mod audit;
mod breaker;
pub mod callbacks;
pub mod carriers;
pub mod changes;
pub mod contradictions;
pub mod cursor;
pub mod endpoints;
pub mod estate;
pub mod filter;
pub mod jobs;
pub mod ladder;
pub mod list;
pub mod numbers;
pub mod pulse;
pub mod quality;
pub mod registrations;
pub mod routes;
pub mod sites;
mod trail;
pub mod transfers;
pub mod webhooks;

use std::cell::RefCell;

use crossterm::event::MouseEvent;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Theme;
use crate::effect::Effect;
use crate::flow::Order;
use crate::form::{Opening, Plan};
use crate::kind::view::View;
use crate::model::alert::AlertId;
use crate::model::api::Capabilities;
use crate::model::finding::Target;
use crate::model::job::JobKey;
use crate::model::payload;
use crate::model::region::Region;
use crate::model::trail::TrailOf;
use crate::model::{CallbackId, DeviceId, RouteId, WebhookId};
use crate::store::{Changes, RowId, Store};
use crate::term::glyphs::Glyphs;
use crate::term::hyperlink::Hyperlink;
use crate::time::Millis;
use crate::ui::filter::FilterFault;
use crate::ui::layer::Layer;
use crate::ui::reading::Reading;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::{Messages, Weight};

/// Every pane, in the order of the tabs. A new one is a line here and its title in [`TITLES`](crate::vocabulary::command::TITLES).
#[must_use]
pub fn all() -> Vec<Box<dyn Pane>> {
    vec![
        Box::new(registrations::RegistrationsPane::default()),
        Box::new(carriers::CarriersPane::default()),
        Box::new(transfers::TransfersPane::default()),
        Box::new(routes::RoutesPane::default()),
        Box::new(callbacks::CallbacksPane::default()),
        Box::new(jobs::JobsPane::default()),
        Box::new(alerts::AlertsPane::default()),
        Box::new(audit::AuditPane::default()),
        Box::new(pulse::PulsePane::default()),
        Box::new(estate::UsersPane::default()),
        Box::new(sites::SitesPane::default()),
        Box::new(estate::EdgesPane::default()),
        Box::new(estate::TrunksPane::default()),
        Box::new(estate::ProbesPane::default()),
        Box::new(estate::QueuesPane::default()),
        Box::new(endpoints::EndpointsPane::default()),
        Box::new(webhooks::WebhooksPane::default()),
        Box::new(contradictions::ContradictionsPane::default()),
        Box::new(numbers::NumbersPane::default()),
        Box::new(quality::QualityPane::default()),
        Box::new(changes::ChangesPane::default()),
    ]
}

/// Something that this console has made: the cursor of its list goes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// A callback was booked.
    Callback(CallbackId),
    /// A route was deployed.
    Route(RouteId),
    /// A job was submitted.
    Job(JobKey),
    /// A webhook was registered.
    Webhook(WebhookId),
}

/// Where something is with the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Abroad {
    /// What it is read from: the path below the API's address.
    Read(Vec<String>),
    /// Its page for administrators: what follows `https://apps.DOMAIN/directory/#/`.
    Page(String),
}

impl Abroad {
    /// What is read below `api/v2`.
    #[must_use]
    pub fn read(path: &[&str]) -> Self {
        let path = ["api", "v2"].iter().chain(path);
        Self::Read(path.map(|part| (*part).to_owned()).collect())
    }
}

/// What a pane works with while it carries something out.
pub struct Desk<'a> {
    /// Everything known.
    pub store: &'a Store,
    /// The moment it is.
    pub now: Millis,
    /// The zone that times are shown in.
    pub zone: &'a TimeZone,
    /// How things look.
    pub theme: &'a Theme,
    /// Where effects go.
    pub effects: &'a mut Vec<Effect>,
    /// Where the operator is told.
    pub messages: &'a mut Messages,
    /// Layers to open.
    pub open: &'a mut Vec<Layer>,
    /// What to probe now.
    pub probe: &'a mut Vec<Target>,
    /// Forms to open: `desk.fill.push(Opening::new("provision"))`.
    pub fill: &'a mut Vec<Opening>,
    /// Writes that need no form, to be reviewed and sent: what is deleted, undone or cancelled.
    pub review: &'a mut Vec<Plan>,
    /// Flows that need neither: they read, or tell once more what was done.
    pub flow: &'a mut Vec<Order>,
    /// Where rows are with the organisation: an address of each is copied, by who knows the hosts.
    pub abroad: &'a mut Vec<Abroad>,
    /// What the organisation's API offers.
    pub can: &'static Capabilities,
}

impl Desk<'_> {
    /// Has a plan reviewed, or says why there is none.
    pub fn propose(&mut self, plan: Result<Plan, Vec<payload::Fault>>) {
        match plan {
            Ok(plan) => self.review.push(plan),
            Err(faults) => {
                let text = payload::sentence(&faults);
                self.messages.say(Weight::Error, text, self.now);
            }
        }
    }
}

/// What a pane draws with.
pub struct Scene<'a> {
    /// Everything known.
    pub store: &'a Store,
    /// The moment it is.
    pub now: Millis,
    /// How things look.
    pub theme: &'a Theme,
    /// The zone that times are shown in.
    pub zone: &'a TimeZone,
    /// Counts on a calm beat.
    pub reading: &'a Reading,
    /// Why there may be nothing to show: the connection's newest trouble.
    pub trouble: Option<&'a str>,
    /// Whether there is a profile to connect with.
    pub connected: bool,
    /// What the organisation's API offers; what is absent says so in its place.
    pub can: &'static Capabilities,
    /// The region whose web application has pages of rows; none where the profile has hosts of its own.
    pub region: Option<Region>,
    /// What was drawn that leads there.
    pub links: &'a RefCell<Vec<Hyperlink>>,
    /// What the terminal can show. Every glyph has an ASCII form of its own; only a picture made of many needs to know.
    pub glyphs: Glyphs,
}

/// What a pane is about: what is read for it while it is shown, and what a command acts on that names nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Focus {
    /// The alert under the cursor.
    pub alert: Option<AlertId>,
    /// The filter that the alerts of the group under the cursor pass.
    pub alerts: Option<String>,
    /// The route whose detail is open: its deliveries are read while it is.
    pub route: Option<RouteId>,
    /// The phone whose detail is open: it is looked at closely while it is. What was learnt before the moment with it is too
    /// old.
    pub phone: Option<(DeviceId, Millis)>,
    /// The row whose detail is open, where its past is recorded: what became of it is read while it is.
    pub trail: Option<TrailOf>,
    /// The interactions are on the screen, so that they should be read.
    pub interactions: bool,
}

/// One pane. The application holds them in the order of their tabs.
pub trait Pane {
    /// What its tab says.
    fn tab(&self, store: &Store) -> Tab;
    /// What can be done here, the most wanted first: footer, help and palette list these.
    fn actions(&self) -> Vec<Action>;
    /// Fields that filters know here, with what they mean.
    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }
    /// Takes note of what changed in the store.
    fn apply(&mut self, _changes: &Changes, _store: &Store, _now: Millis) {}
    /// Another store is shown from here on, as of that moment: what is under the cursor stays, where it is there as well.
    fn turned(&mut self, _before: &Store, _store: &Store, _now: Millis) {}
    /// Lets time-dependent filters catch up.
    fn tick(&mut self, _store: &Store, _now: Millis) {}
    /// When time alone can change what is shown.
    fn deadline(&self) -> Option<Millis> {
        None
    }
    /// Carries out a command; false when it is none of this pane's.
    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool;
    /// Hands over a mouse event inside the pane.
    fn mouse(&mut self, _mouse: MouseEvent, _desk: &mut Desk<'_>) {}
    /// Leaves an inner layer (the detail, marks, a freeze); false when there was none.
    fn back(&mut self, _desk: &mut Desk<'_>) -> bool {
        false
    }
    /// The filter in force; empty shows everything.
    fn filter(&self) -> &str {
        <&str>::default()
    }
    /// What each of its lists shows, and how; nothing where there is no list.
    fn views(&self) -> Vec<View> {
        Vec::new()
    }
    /// Which of them the cursor is in.
    fn half(&self) -> usize {
        0
    }
    /// Shows a view in one of its lists; the others share the filter. False when the filter cannot be read, and nothing has
    /// changed then.
    fn show(&mut self, _half: usize, _view: &View, _desk: &mut Desk<'_>) -> bool {
        false
    }
    /// What is wrong with the filter being typed.
    fn fault(&self) -> Option<FilterFault> {
        None
    }
    /// What it is about at this moment.
    fn focus(&self, _store: &Store) -> Focus {
        Focus::default()
    }
    /// Rows of registrations that an operator has to do with here: those that are shown, where `shown` says that the pane is,
    /// and those that are marked.
    fn attended(&self, _shown: bool) -> Vec<RowId> {
        Vec::new()
    }
    /// The alerts that are marked here, or that are under the cursor as a group.
    fn marked_alerts(&self, _store: &Store) -> Vec<AlertId> {
        Vec::new()
    }
    /// What is marked has served.
    fn unmark(&mut self) {}
    /// Filters that were typed here, the oldest first.
    fn filters(&self) -> &[String] {
        &[]
    }
    /// Takes the filters that were typed in an earlier run.
    fn recall_filters(&mut self, _filters: Vec<String>) {}
    /// Whether the rows are held.
    fn frozen(&self) -> bool {
        false
    }
    /// Something is asked about the row under the cursor, or no longer: what comes of it is done to that row.
    fn pin(&mut self, _fast: bool) {}
    /// Puts the cursor on what was made as soon as it is listed, unless a person has moved on by then.
    fn seek(&mut self, _made: &Made) {}
    /// The row under the cursor: a filter that it passes and hardly another one, and what people call it.
    fn pointed(&self, _store: &Store, _now: Millis) -> Option<(String, String)> {
        None
    }
    /// Puts the cursor on the first row that passes a filter, where there is one.
    fn point(&mut self, _filter: &str, _desk: &mut Desk<'_>) {}
    /// Whether what is visible differs from what was drawn last.
    fn moved(&mut self, store: &Store) -> bool;
    /// Draws the pane.
    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>);
}
