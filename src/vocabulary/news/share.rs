//! What the reader of a share tells beside the organisation's news, and how the share itself does.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::alert::{AlertBook, AlertId, AlertNews, Scope, Silence};
use crate::model::bookmark::Bookmark;
use crate::model::interaction::Interaction;
use crate::text::Text;
use crate::time::Millis;

/// With whom the one reading of an organisation is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// The machine of the reader.
    pub host: Text,
    /// Consoles that are attached to it, this one included.
    pub attached: u32,
}

/// What has come between the reader and this console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which link, and why: a sentence.
    pub link: Text,
    /// Since when.
    pub since: Millis,
}

/// What is asked of the one who makes the alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertAsk {
    /// Who asks.
    pub by: Text,
    /// What.
    pub what: AlertChange,
}

/// What can be done about alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertChange {
    /// Somebody takes care of it, with a note.
    Acknowledge(AlertId, Text),
    /// Nobody does any more.
    Unacknowledge(AlertId),
    /// What was not delivered is sent again.
    Redeliver(AlertId),
    /// It is not told for so many milliseconds, and why.
    Silence {
        /// What is covered.
        scope: Scope,
        /// For how long.
        ms: i64,
        /// Why.
        reason: Text,
        /// The one that it takes the place of.
        instead: Option<Box<Silence>>,
    },
    /// A silence ends before its time.
    Lift(Box<Silence>),
}

/// What can be done about the bookmarks, which the reader keeps for all who are attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinAsk {
    /// Say which there are.
    List,
    /// Keep one; its number, and who made it, are said there.
    Keep(Box<Bookmark>),
    /// Delete the one of that number.
    Drop(u32),
}

/// One line of a write, as everybody who shares a reading sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteLine {
    /// Who.
    pub operator: Text,
    /// What: `route.update`.
    pub action: Text,
    /// To what, as people call it.
    pub subject: Text,
    /// What came of it: `intent`, `ok`, `refused`, `unknown`.
    pub outcome: Text,
    /// Which run of a console wrote it.
    pub session: Text,
    /// The number of its line in the audit there, and the SHA-256 of the line before, in hex.
    pub line: u64,
    /// See [`Self::line`].
    pub prev: Text,
}

/// Something that became known of a share.
#[derive(Clone, Debug)]
pub enum ShareNews {
    /// Everything that the reader knows.
    Keyframe {
        /// As of when.
        at: Millis,
        /// Whether it has read everyone: then what was known here before is forgotten, and else what it says nothing of stays.
        whole: bool,
        /// As the reader packed it; the store's own, and opaque here.
        packed: Bytes,
    },
    /// Alerts and silences, all of them, as the reader has them.
    Alerts(Box<AlertBook>),
    /// What became of them since.
    AlertsSince(Box<AlertNews>),
    /// A read of the interactions that the reader made: all of them.
    Interactions {
        /// Those that could be read.
        interactions: Vec<Interaction>,
        /// Entries that could not.
        faults: Vec<Text>,
    },
    /// Somebody writes to the organisation.
    Wrote(Box<WriteLine>),
    /// The bookmarks that the reader keeps, after what was done about them, if something was.
    Pins(Vec<Bookmark>, Option<Text>),
    /// This console is attached, and what it is told is as fresh as the reader's.
    Attached(Sharing),
    /// What the reader tells does not arrive: nothing is sure from now on.
    Broken(Broken),
    /// This console reads the organisation itself now, for itself or for others as well.
    Reads {
        /// Whether others can attach to it.
        shared: bool,
    },
}
