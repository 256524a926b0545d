//! What the reader of a share tells beside the organisation's news, and how the share itself does.

use bytes::Bytes;

use crate::model::alert::AlertBook;
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

/// Something that became known of a share.
#[derive(Clone, Debug)]
pub enum ShareNews {
    /// Everything that the reader knows: what was known here before is forgotten.
    Keyframe {
        /// As of when.
        at: Millis,
        /// As the reader packed it; the store's own, and opaque here.
        packed: Bytes,
    },
    /// Alerts and silences, as the reader has them.
    Alerts(Box<AlertBook>),
    /// A read of the interactions that the reader made: all of them.
    Interactions {
        /// Those that could be read.
        interactions: Vec<Interaction>,
        /// Entries that could not.
        faults: Vec<Text>,
    },
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
