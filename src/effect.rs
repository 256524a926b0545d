//! What `update` asks the outside world for. Effects run as tasks; their ends come back as events.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::alert::Orders;
use crate::flow::Order;
use crate::kind::Name;
use crate::model::bookmark::PacketOf;
use crate::model::digest::DigestFor;
use crate::model::finding::Target;
use crate::model::flow::FlowId;
use crate::model::inquiry::Inquiry;
use crate::model::job::Job;
use crate::model::person::Pasted;
use crate::model::raw::RawCall;
use crate::model::route::Known;
use crate::model::sip::SipAsk;
use crate::model::trail::TrailOf;
use crate::model::{DeviceId, InteractionId, QueueId, RouteId, UserId};
use crate::shelf;
use crate::time::Millis;
use crate::vocabulary::news::{AlertAsk, PinAsk, Taken, WriteLine};

/// One thing to do outside the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Sign in and start the feeds of the profile.
    Connect,
    /// Stop the feeds, or let them go on.
    Pause(bool),
    /// Read these users' registrations again, before any background poll.
    Reread(Vec<UserId>),
    /// These users matter more than others from now on, in that order: they are read first.
    Attend(Vec<UserId>),
    /// Read the carriers again, before any background poll.
    RereadCarriers,
    /// Read the interactions that can be transferred; they come back as [`crate::app::event::Done::Interactions`].
    ReadInteractions,
    /// Read what somebody looks at; it comes back as [`crate::app::event::Done::Inquired`]. The queues are those of which it is asked
    /// how busy they are; none is all that are known when it goes out.
    Inquire(Inquiry, Vec<QueueId>),
    /// Read the callbacks and their queues again.
    RereadCallbacks,
    /// Ask whoever reads for this console to read the interactions again.
    RereadInteractions,
    /// Ask whoever makes the alerts to do something about them.
    AskAlerts(Box<AlertAsk>),
    /// Have the reader of the share do something about bookmarks; what came of it comes as news.
    AskPins(PinAsk),
    /// Tell those who share the reading what was written from here.
    TellWrite(Box<WriteLine>),
    /// Ask whoever reads for this console for everything once more.
    Keyframe,
    /// Read the organisation from here, and follow nobody any more.
    Direct,
    /// Acknowledge what the table of callbacks has taken in.
    Acknowledge(Taken),
    /// Read an interaction that a form names; it comes back as [`crate::app::event::Done::LookedUp`].
    LookUp(InteractionId),
    /// Read what is around an endpoint that a form is about; it comes back as [`crate::app::event::Done::Surrounded`].
    ReadSurroundings,
    /// Read a phone with its stations; it comes back as [`crate::app::event::Done::Surveyed`].
    Survey(DeviceId),
    /// Look at a phone closely; it comes back as [`crate::app::event::Done::Closeup`].
    Closeup(DeviceId),
    /// Read a path of the API as somebody typed it; it comes back as [`crate::app::event::Done::Raw`].
    ReadRaw(Box<RawCall>),
    /// Read what was said over SIP for a call; it comes back as [`crate::app::event::Done::Ladder`].
    Ladder(SipAsk),
    /// Probe this now; the finding comes back as [`crate::app::event::Done::Found`].
    Probe(Target),
    /// Carry out a write from its first check to its end; what happens comes back as [`crate::app::event::Done::Flow`].
    Flow(FlowId, Box<Order>),
    /// Count the bookings that wait on disk.
    CountWaiting,
    /// Put on record what was learnt of a write after its flow had ended.
    Record(Box<crate::flow::Later>),
    /// Read the newest lines of the audit and verify it; [`crate::app::event::Done::AuditRead`] tells.
    ReadAudit,
    /// Read the jobs that earlier runs have written down.
    ReadJobs,
    /// Write down jobs that have got further.
    KeepJobs(Vec<Job>),
    /// Stop a flow before it has sent anything, or stop following what it has sent.
    StopFlow(FlowId),
    /// Read routes, or look at a destination; the answer comes back as [`crate::app::event::Done::Routes`].
    Routes(RouteAsk),
    /// Read the webhooks of both kinds; they come back as [`crate::app::event::Done::Webhooks`].
    ReadWebhooks {
        /// Whether somebody waits for it.
        urgent: bool,
    },
    /// Sign a person in or out; what happens comes back as [`crate::app::event::Done::SignIn`].
    SignIn(SignInAsk),
    /// Read on what the budget goes; it comes back as [`crate::app::event::Done::Budget`].
    ReadBudget,
    /// Keep what is known for the next run to remember.
    Remember(crate::memory::Draft),
    /// Read a moment of the past; it comes back as [`crate::app::event::Done::Past`].
    Past(PastAsk),
    /// Tell what happened in a stretch of time; it comes back as [`crate::app::event::Done::Digest`].
    Digest(DigestAsk),
    /// Write a packet.
    Packet(PacketAsk),
    /// Let no write leave that is begun from here on, for this reason; none lets them.
    Gate(Option<String>),
    /// Keep what was counted by the hour.
    KeepHours(crate::model::hourly::Counted),
    /// Put `text` on the clipboard of the operator's terminal.
    Copy {
        /// What it is, for the toast: `device id`, `row as JSON`.
        what: &'static str,
        /// The text, byte-true.
        text: String,
    },
    /// Write an export.
    Export {
        /// What the rows are, for the name of the file: `registrations`, `carriers`.
        kind: &'static str,
        /// Where; none picks a name in the working directory.
        path: Option<PathBuf>,
        /// The file's ending: `csv`, `json` or `md`.
        ending: &'static str,
        /// What to write.
        body: String,
        /// Rows in it.
        rows: usize,
    },
    /// Read what is known of alerts from before, and start to deliver.
    OpenAlerts,
    /// Write down and deliver what is told.
    Alerts(Box<Orders>),
    /// Call the operator's attention through the terminal, whatever window is in front of it.
    Notify {
        /// Ring its bell.
        bell: bool,
        /// Show this as a notification of the desktop (OSC 9); safe to show.
        osc9: Option<String>,
    },
    /// Read the end of the log; it comes back as [`crate::app::event::Done::Log`].
    ReadLog,
    /// Show text in `$PAGER`.
    Page(String),
    /// Let the operator edit JSON in `$EDITOR`; it comes back as [`crate::app::event::Done::Edited`].
    Edit(String),
    /// Keep, list or load payloads of forms; what is asked for comes back as [`crate::app::event::Done::Shelf`].
    Shelf(shelf::ShelfOrder),
    /// Paint every cell again.
    Redraw,
    /// Stop like any other program under job control.
    Suspend,
}

/// Something that is asked of the world about routes.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteAsk {
    /// What was deployed before, and which kinds of events there are.
    Open,
    /// The list, or these where the organisation has none.
    Read {
        /// Whether somebody waits for it.
        urgent: bool,
        /// Routes that are known by their ids.
        ours: Vec<RouteId>,
    },
    /// How the events of a route go.
    Deliveries(RouteId),
    /// Whether a destination can be reached.
    Check(String),
    /// What the organisation says of a route that has no address.
    Look(Box<Known>),
}

/// What is asked for of a sign-in.
#[derive(Clone, Debug, PartialEq)]
pub enum SignInAsk {
    /// Begin to sign in; an older attempt ends.
    Begin,
    /// This is what the browser came back with.
    Bring(Pasted),
    /// Give it up.
    GiveUp,
    /// Sign out.
    Leave,
}

/// A packet to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketAsk {
    /// Of what.
    pub of: PacketOf,
    /// Where it goes.
    pub to: PathBuf,
    /// Whether callers are masked.
    pub masked: bool,
    /// The zone that its page for people is written in.
    pub zone: TimeZone,
}

/// A question for what happened. Only the answer to the newest is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestAsk {
    /// The number of the question.
    pub ask: u64,
    /// From one moment to another.
    pub span: (Millis, Millis),
    /// For whom.
    pub whom: DigestFor,
}

/// Something that is asked of the past. Each question has a number: only the answer to the newest is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastAsk {
    /// The figures of the last day, for the charts of the present; they come back as
    /// [`Done::Figures`](crate::app::event::Done::Figures).
    Figures,
    /// A moment.
    At {
        /// The number of the question.
        ask: u64,
        /// When.
        at: Millis,
    },
    /// What became of a row over the recorded days; it comes back as [`Done::Trail`](crate::app::event::Done::Trail), the
    /// newest first and the rest later.
    Trail {
        /// The number of the question.
        ask: u64,
        /// Which row.
        of: TrailOf,
        /// Until this moment.
        until: Millis,
    },
    /// The moment of the change before or after, of rows that a filter shows.
    Step {
        /// The number of the question.
        ask: u64,
        /// From this moment.
        from: Millis,
        /// Which of the changes at it is the last that was seen; none is all of them.
        step: Option<usize>,
        /// The one before, and not the one after.
        back: bool,
        /// Rows of what.
        kind: Name,
        /// Which of them.
        filter: String,
    },
}
