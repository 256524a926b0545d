//! What the listener asks of the loop, and what it is told.

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::export::calendar;
use crate::flow::route::{Ending, Refused};
use crate::model::callback::Update;
use crate::model::finding::Grade;
use crate::model::job::Word;
use crate::model::report::FullReport;
use crate::model::requester::Requester;
use crate::model::route::Route;
use crate::model::vendor::VendorState;
use crate::store::{Counts, Dropped, RowId};
use crate::store::{callbacks, jobs, transfers};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::Status;

/// Questions that may wait for the loop; a connection asks one at a time.
const WAITING: usize = 64;

/// Something the listener wants to know. The sender is the way back; nobody may be there any more.
#[derive(Debug)]
pub enum Question {
    /// Everything but the rows.
    Overview(oneshot::Sender<Box<Overview>>),
    /// Deploy a route for somebody; the answer comes when its pipeline has ended.
    Resolve(Box<Route>, Requester, oneshot::Sender<Box<Ending>>),
    /// Put on record that something was refused; the answer comes when it is.
    Refused(Box<Refused>, oneshot::Sender<Box<Ending>>),
    /// Say something to whoever is at the console.
    Notice(String),
    /// The organisation has told of a job; answered once it is taken in.
    Delivered(Box<Word>, oneshot::Sender<()>),
    /// The organisation has told of a callback; answered once it is taken in.
    Updated(Box<Update>, oneshot::Sender<()>),
    /// Every reservation, for a calendar.
    Reservations(oneshot::Sender<Reservations>),
    /// Rows from that number on.
    Rows {
        /// The first number.
        from: RowId,
        /// How many at most.
        most: usize,
        /// The way back.
        to: oneshot::Sender<DevicePage>,
    },
}

/// Figures that have a series for each site, each trunk and each trouble. Names are safe to show.
#[derive(Clone, Debug, Default)]
pub struct TelephonyFigures {
    /// Sites, each with how many of its devices are in which state.
    pub sites: Vec<(String, Vec<(&'static str, u32)>)>,
    /// Trunks of which calls are told.
    pub trunks: Vec<TrunkCalls>,
    /// How many phones cannot be called, by what keeps calls from them; empty where the organisation does not tell.
    pub contradictions: Vec<(&'static str, u32)>,
    /// Which share of what can be carried is in use, at each place.
    pub capacity: Vec<(&'static str, f64)>,
}

/// Calls over one trunk.
#[derive(Clone, Debug)]
pub struct TrunkCalls {
    /// Whose it is.
    pub carrier: String,
    /// Where it runs.
    pub edge: String,
    /// The trunk.
    pub trunk: String,
    /// Calls over it, in and out.
    pub calls: u64,
}

/// The figures at one moment.
#[derive(Clone, Debug)]
pub struct Overview {
    /// What `trunkline report` tells.
    pub report: FullReport,
    /// The newest finding of each target of the profile.
    pub probes: Vec<ProbeLine>,
    /// Destinations of routes, as they were found at their last looks.
    pub destinations: Vec<DestinationLine>,
    /// Rows by state.
    pub counts: Counts,
    /// Asynchronous jobs.
    pub jobs: JobFigures,
    /// Callback reservations.
    pub callbacks: CallbackFigures,
    /// How the feeds are doing.
    pub status: Status,
    /// What the vendor's status page says; none where none is asked or it does not answer.
    pub vendor: Option<VendorState>,
    /// Updates dropped because the mailbox was full.
    pub mailbox_dropped: u64,
    /// What the store left out.
    pub store_dropped: Dropped,
    /// What transfers come to.
    pub transfers: transfers::TransferFigures,
    /// What telephony comes to, by site, by trunk and by trouble.
    pub telephony: TelephonyFigures,
    /// Whether the connection allows what is shown to be relied on.
    pub ready: Result<(), NotReady>,
    /// How much of it is sure.
    pub coverage: Coverage,
}

/// How much is known of what is watched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Users there are, as far as they are listed.
    pub users: u32,
    /// Those of them that have not been read yet.
    pub awaited: u32,
    /// Rows that are as they were last said to be.
    pub sure: u32,
    /// Rows whose feed has had a gap since.
    pub stale: u32,
    /// Rows of which nothing is known.
    pub unknown: u32,
    /// Milliseconds that one round of polls takes.
    pub round_ms: u64,
    /// What cannot be read now, and why.
    pub missing: Vec<(&'static str, Text)>,
}

impl Coverage {
    /// The share that is sure, 0 to 1. Of whom nothing has been read yet one row is expected; 1 where there is nothing to
    /// know.
    #[must_use]
    pub fn share(&self) -> f64 {
        let unsure = u64::from(self.stale) + u64::from(self.unknown) + u64::from(self.awaited);
        match u64::from(self.sure) + unsure {
            0 => 1.0,
            all => f64::from(self.sure) / all as f64,
        }
    }
}

/// How callbacks do.
#[derive(Clone, Debug, Default)]
pub struct CallbackFigures {
    /// How many are in which status, for every status.
    pub statuses: Vec<(&'static str, usize)>,
    /// What was counted of the stream.
    pub figures: callbacks::CallbackFigures,
    /// Whether the stream carries what happens.
    pub live: bool,
    /// Bookings that wait.
    pub waiting: usize,
}

/// The reservations at a moment.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    /// Those with a time.
    pub entries: Vec<calendar::CalendarEntry>,
    /// The profile's name.
    pub profile: String,
    /// The moment.
    pub now: Millis,
}

/// How jobs do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobFigures {
    /// How many are in which state, for every state.
    pub states: Vec<(&'static str, usize)>,
    /// Success and latency.
    pub figures: jobs::JobFigures,
}

/// What the newest probe of a target found.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeLine {
    /// What was probed, as people write it.
    pub target: String,
    /// How good the finding is.
    pub grade: Grade,
    /// How long the probe took, in milliseconds.
    pub took_ms: u64,
    /// Whole days until the peer's certificate ends, negative once it has; none for a probe that sees none.
    pub days_left: Option<i64>,
}

/// A destination of routes.
#[derive(Clone, Debug, PartialEq)]
pub struct DestinationLine {
    /// Its address, the values of its query masked.
    pub uri: String,
    /// Whether the newest look reached it.
    pub reachable: bool,
    /// The share of the last looks that did, 0 to 1.
    pub rate: f64,
}

/// Why what is shown cannot be relied on yet, or any more.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotReady {
    /// No profile names an organisation.
    #[error("there is no profile to read from")]
    NoProfile,
    /// The list of users is not whole.
    #[error("the list of users has not been read yet{}", because(.0.as_ref()))]
    Unlisted(Option<Text>),
    /// Nothing is connected at the moment.
    #[error("the organisation is not connected now{}", because(.0.as_ref()))]
    Unconnected(Option<Text>),
    /// Too little of what is watched is sure.
    #[error(
        "{sure} rows are sure, {stale} stale, {unknown} unknown and {awaited} users not read yet: that is under the {percent} % of ready_at"
    )]
    Coverage {
        /// Rows that are sure.
        sure: u32,
        /// Rows that are stale.
        stale: u32,
        /// Rows that are unknown.
        unknown: u32,
        /// Users who have not been read.
        awaited: u32,
        /// What the profile asks for, in percent.
        percent: f64,
    },
    /// Nothing has worked since that moment.
    #[error("the organisation has been out of reach since {since}{}", because(.why.as_ref()))]
    Offline {
        /// Since when.
        since: Millis,
        /// The newest trouble.
        why: Option<Text>,
    },
}

fn because(why: Option<&Text>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

/// Some rows, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct DevicePage {
    /// In the order of their numbers.
    pub entries: Vec<DeviceEntry>,
    /// The number to go on from; none at the end.
    pub next: Option<RowId>,
}

/// One device as the dashboard lists it (contract §6).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceEntry {
    /// Whose device.
    pub user_id: Text,
    /// Which device.
    pub device_id: Text,
    /// Whether it was registered when it was last spoken of: how old that is, `last_checked` tells.
    pub registered: bool,
    /// Its codec; `unknown` without one (contract §3).
    pub codec: Text,
    /// When a read or a frame last spoke of it.
    #[serde(serialize_with = "crate::time::rfc3339")]
    pub last_checked: Millis,
}

/// The side that asks.
#[derive(Clone, Debug)]
pub struct Asker(mpsc::Sender<Question>);

/// The side that the loop listens on.
pub type Questions = mpsc::Receiver<Question>;

/// Both sides.
#[must_use]
pub fn desk() -> (Asker, Questions) {
    let (ask, questions) = mpsc::channel(WAITING);
    (Asker(ask), questions)
}

/// For a loop without a listener: nothing is ever asked.
#[must_use]
pub fn nobody() -> Questions {
    desk().1
}

/// The loop has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the console is ending")]
pub struct LoopEnded;

impl Asker {
    /// The figures as they are now.
    pub async fn overview(&self) -> Result<Box<Overview>, LoopEnded> {
        let (to, answer) = oneshot::channel();
        self.0
            .send(Question::Overview(to))
            .await
            .map_err(|_| LoopEnded)?;
        answer.await.map_err(|_| LoopEnded)
    }

    /// Deploys a route for somebody (contract §9); returns when its pipeline has ended.
    pub async fn resolve(&self, route: Route, by: Requester) -> Result<Box<Ending>, LoopEnded> {
        let (to, answer) = oneshot::channel();
        let question = Question::Resolve(Box::new(route), by, to);
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        answer.await.map_err(|_| LoopEnded)
    }

    /// Has it put on record that something was refused; returns when it is, or cannot be.
    pub async fn refused(&self, refused: Refused) -> Result<(), LoopEnded> {
        let (to, answer) = oneshot::channel();
        let question = Question::Refused(Box::new(refused), to);
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        answer.await.map(drop).map_err(|_| LoopEnded)
    }

    /// Says something to whoever is at the console, unless there is more to do already.
    pub fn notice(&self, notice: String) {
        let _ = self.0.try_send(Question::Notice(notice));
    }

    /// Hands on what the organisation told of a callback; returns once it is taken in.
    pub async fn deliver_update(&self, update: Box<Update>) -> Result<(), LoopEnded> {
        let (to, taken) = oneshot::channel();
        let question = Question::Updated(update, to);
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        taken.await.map_err(|_| LoopEnded)
    }

    /// Every reservation.
    pub async fn reservations(&self) -> Result<Reservations, LoopEnded> {
        let (to, answer) = oneshot::channel();
        let question = Question::Reservations(to);
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        answer.await.map_err(|_| LoopEnded)
    }

    /// Hands on what the organisation told of a job; returns once it is taken in.
    pub async fn deliver(&self, word: Word) -> Result<(), LoopEnded> {
        let (to, taken) = oneshot::channel();
        let question = Question::Delivered(Box::new(word), to);
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        taken.await.map_err(|_| LoopEnded)
    }

    /// At most `most` rows from that number on.
    pub async fn rows(&self, from: RowId, most: usize) -> Result<DevicePage, LoopEnded> {
        let (to, answer) = oneshot::channel();
        let question = Question::Rows { from, most, to };
        self.0.send(question).await.map_err(|_| LoopEnded)?;
        answer.await.map_err(|_| LoopEnded)
    }
}
