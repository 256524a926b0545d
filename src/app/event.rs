//! What happens, in one type: everything that can change the state comes in as an [`Event`].

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::config::Loaded;
use crate::flow;
use crate::model::audit::{Chain, Record};
use crate::model::finding::{Finding, Target};
use crate::model::flow::FlowId;
use crate::model::hook::Hook;
use crate::model::interaction::Interaction;
use crate::model::job::Job;
use crate::model::person::Person;
use crate::model::provision::Surroundings;
use crate::model::registration::closeup::Closeup;
use crate::model::sip::Ladder;
use crate::model::softphone::found::Survey;
use crate::model::{DeviceId, InteractionId, UserId};
use crate::record::RecorderNews;
use crate::shelf;
use crate::store::metrics::Figures;
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::News;
use crate::vocabulary::problem::Problem;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted; it is as untrusted as the wire.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// What the feeds tell.
    Feed {
        /// In order.
        news: Vec<News>,
        /// Users of whom updates were dropped because the mailbox was full; a re-read must follow their gap.
        overflowed: Vec<UserId>,
        /// Updates dropped since the start.
        dropped: u64,
    },
    /// An effect has come to its end.
    Done(Done),
    /// Time has passed; the moment is the `now` that every update is given.
    Tick,
    /// The program is asked to end with this exit code.
    End(u8),
}

/// How an effect ended.
#[derive(Debug)]
pub enum Done {
    /// The feeds run.
    Connected,
    /// The feeds could not be started at all.
    NotConnected(Problem),
    /// A probe has ended.
    Found(Box<Finding>),
    /// What became of alerts.
    Alerts(Box<crate::alert::AlertNews>),
    /// What happened in a flow.
    Flow(FlowId, Box<flow::FlowNews>),
    /// Jobs of earlier runs were read; with what is wrong with their file, if anything.
    JobsRead(Vec<Job>, Option<String>),
    /// The listener runs: whether job events can be delivered to it, where it is, and where the tokens of its own are.
    Listening(Hook, String, Vec<String>),
    /// The audit was read: its newest lines, and whether it is as it was written.
    AuditRead(Vec<Record>, Chain),
    /// An interaction that a form names, or why it cannot be transferred.
    LookedUp(InteractionId, Box<Result<Interaction, Text>>),
    /// What is around an endpoint, as far as the organisation tells.
    Surrounded(Box<Surroundings>),
    /// A phone was read with its stations, or why it cannot be.
    Surveyed(Box<Result<Survey, Text>>),
    /// A phone was looked at closely; none when the organisation has it no more. Else why it could not be.
    Closeup(DeviceId, Box<Result<Option<Closeup>, Text>>),
    /// What was said over SIP for a call, with what could not be used of it; or why it could not be read.
    Ladder(InteractionId, Box<Result<(Ladder, Vec<Text>), Text>>),
    /// What a path of the API answered, line by line, or why it could not be read; with the path.
    Raw(String, Result<Vec<String>, Text>),
    /// What came of reading the interactions.
    Interactions(Box<super::transfers::ListedInteractions>),
    /// What somebody looks at was read, or could not be.
    Inquired(Box<super::inquiries::InquiryAnswer>),
    /// The audit has another line.
    Audited(Box<Record>),
    /// Somebody has signed in, or is signed in no more.
    Person(Person),
    /// A sign-in has got further.
    SignIn(Box<super::person::SignInNews>),
    /// On what the budget goes.
    Budget(Box<super::person::BudgetSheet>),
    /// Something was learnt of routes.
    Routes(super::routes::RouteAnswer),
    /// The webhooks were read, or could not be.
    Webhooks(super::webhooks::WebhookAnswer),
    /// A probe could not be made at all.
    NotProbed {
        /// Of what.
        target: Target,
        /// What was tried, why it failed and what to do.
        why: String,
    },
    /// An editor has ended, with the text it left or why there is none.
    Edited(Result<String, String>),
    /// What is on the shelf of the forms.
    Shelf(Box<shelf::ShelfNews>),
    /// The end of the log, newest line first and safe to show, with its file; or why there is none.
    Log(Result<(PathBuf, Vec<String>), String>),
    /// Something was copied; the sentence says what and where to.
    Copied(String),
    /// Something was written to this file; the count is of rows.
    Exported(PathBuf, usize),
    /// The configuration or a theme changed on disk, and is this now.
    Reloaded(Box<Loaded>),
    /// A moment of the past was read, or why it was not.
    Past(Box<super::past::PastNews>),
    /// What was told after it was read.
    Ahead(Box<super::past::AheadNews>),
    /// What happened in a stretch of time was put together, or why it was not.
    Digest(Box<super::digest::DigestNews>),
    /// A packet was written; the sentence says where, and with which sum.
    Packed(String),
    /// What became of a row over the recorded days, as far as it was read.
    Trail(Box<super::trail::TrailNews>),
    /// What was recorded for the charts of the last day, in order.
    Figures(Vec<(Millis, Figures)>),
    /// What became of recording.
    Recorder(RecorderNews),
    /// What those who share this reading ask of it.
    Share(crate::share::ShareAsk),
    /// An effect failed; the sentence says what was tried, why it failed and what to do.
    Failed(String),
}
