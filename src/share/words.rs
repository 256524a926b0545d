//! What reader and viewer say to each other.

use serde::{Deserialize, Serialize};

use crate::model::UserId;
use crate::model::bookmark::Bookmark;
use crate::record::{Moment, SCHEMA};
use crate::text::Text;
use crate::time::Millis;
use crate::vocabulary::news::{AlertAsk, PinAsk, Status, WriteLine};
use crate::vocabulary::problem::Problem;

/// What a reader says first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of what is said here.
    pub share: u32,
    /// The version of what rows look like ([`SCHEMA`]).
    pub schema: u32,
    /// The reader's version.
    pub version: Text,
    /// Its profile, by the name that it has there.
    pub profile: Text,
    /// `direct` or `platform`.
    pub api: Text,
    /// The base URL of the organisation.
    pub organisation: Text,
    /// The machine.
    pub host: Text,
    /// When it began to read, in milliseconds: a later reader has a larger one.
    pub epoch: u64,
}

impl Hello {
    /// Why these two do not understand each other, or do not speak of the same; a sentence.
    pub(super) fn differs(&self, own: &Self) -> Option<String> {
        if (self.share, self.schema) != (own.share, own.schema) {
            return Some(format!(
                "the reader is of another version: trunkline {} there, {} here",
                self.version, own.version
            ));
        }
        if (&self.api, &self.organisation) != (&own.api, &own.organisation) {
            return Some(format!(
                "the reader reads another organisation: {} by the {} API",
                self.organisation, self.api
            ));
        }
        None
    }

    pub(super) fn versions(self) -> Self {
        Self {
            share: super::VERSION,
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").into(),
            ..self
        }
    }
}

/// What a viewer says first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guest {
    pub(super) hello: Hello,
    /// Who is at the console.
    pub(super) operator: Text,
    /// Only asks how it goes, and leaves.
    pub(super) looks: bool,
}

/// A console that is attached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who is at it.
    pub operator: Text,
    /// The user of this machine that it runs as.
    pub uid: u32,
    /// Its process.
    pub pid: Option<i32>,
    /// Since when.
    pub since: Millis,
}

/// What a reader tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Said {
    /// What it was told, when it was.
    Told(Moment),
    /// Trouble with its own connection.
    Problem(Problem),
    /// Something that a person should know.
    Notice(Text),
    /// Somebody writes.
    Wrote(Box<WriteLine>),
    /// The bookmarks that it keeps, after what was done about them.
    Pins(Vec<Bookmark>, Option<Text>),
    /// It lives, and this is how it does.
    Beat(Box<Beat>),
}

/// A reader's sign of life.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Beat {
    /// The reader's epoch.
    pub epoch: u64,
    /// Its feeds.
    pub status: Status,
    /// Consoles that are attached.
    pub attached: u32,
    /// Who they are; only for whoever asks.
    pub viewers: Vec<Viewer>,
    /// The last line of each audit that was told, one of each run of a console; only for whoever asks.
    pub heads: Vec<WriteLine>,
    /// Connections refused since it began, and viewers dropped because they took too little.
    pub refused: u64,
    /// See [`Self::refused`].
    pub dropped: u64,
}

/// What a viewer asks of the reader, and what the share asks of the loop that reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareAsk {
    /// A turn of the loop.
    Turn,
    /// Everything, once more.
    Keyframe,
    /// These users are to be read again now.
    Reread(Vec<UserId>),
    /// The carriers are.
    Carriers,
    /// The callbacks and their queues are.
    Callbacks,
    /// The interactions are.
    Interactions,
    /// Something is to be done about alerts.
    Alerts(Box<AlertAsk>),
    /// Something was written.
    Wrote(Box<WriteLine>),
    /// Something is to be done about bookmarks.
    Pins(PinAsk),
}
