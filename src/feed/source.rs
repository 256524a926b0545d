//! Where news come from. The loop knows no more of it than this: the organisation behind an API today; a recording, the socket
//! of another console or several organisations at once are sources too, and neither the store nor a pane would know.

use std::sync::Arc;

use super::Mailbox;
use crate::model::UserId;
use crate::vocabulary::news::{AlertAsk, PinAsk, Taken, WriteLine};

/// Something that tells news.
pub trait Source: Send + Sync {
    /// Starts telling through the mailbox, on the current runtime; returns at once.
    fn start(&self, mailbox: Arc<Mailbox>) -> Box<dyn Running>;
}

/// A source that has been started. Dropping this ends it at once.
pub trait Running: Send + Sync {
    /// Takes an instruction. A source that cannot follow it goes on as it is: what it tells then shows that.
    fn instruct(&self, instruction: Instruction);
}

/// What the loop asks of a running source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// These users matter more than others from now on, in that order: what is of them comes first.
    Attend(Vec<UserId>),
    /// These users are to be read again now.
    Reread(Vec<UserId>),
    /// The carriers are to be read again now.
    RereadCarriers,
    /// The callbacks and their queues are to be read again now.
    RereadCallbacks,
    /// These updates of callbacks have been taken in.
    Acknowledge(Taken),
    /// The interactions are to be read again now: only somebody else's reading is asked for them.
    RereadInteractions,
    /// Something is to be done about alerts, where somebody else makes them.
    Alerts(Box<AlertAsk>),
    /// Something is to be done about bookmarks, where somebody else keeps them.
    Pins(PinAsk),
    /// Something was written from here, for those who share the reading to see.
    Wrote(Box<WriteLine>),
    /// Everything known is to be told once more, where somebody else's reading is followed.
    Keyframe,
    /// Quiet is asked for, or no longer: meanwhile nothing is told, and every row is a gap.
    Pause(bool),
    /// A person wants the organisation itself to be read, and not to follow somebody else's reading any more.
    Direct,
}
