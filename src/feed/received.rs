//! What frames came to beside their news: counted for the header, and the odd ones kept for inspection.

use bytes::Bytes;

use super::shared::Shared;
use crate::text::Text;

/// Frames of one turn that are kept for inspection; what is kept of all streams is bounded elsewhere.
const KEPT: usize = 4;

/// The frames of one turn at a socket.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub frames: u64,
    /// Those that ask for nothing.
    pub ignored: u64,
    undecodable: u64,
    kept: Vec<(Text, Bytes)>,
}

impl Received {
    /// One of them could not be understood.
    pub fn puzzle(&mut self, reason: Text, frame: Bytes) {
        self.undecodable += 1;
        if self.kept.len() < KEPT {
            self.kept.push((reason, frame));
        }
    }

    /// Notes them; `stream` is how samples call where they came from.
    pub fn note(self, shared: &Shared, stream: impl FnOnce() -> Text) {
        if self.frames == 0 {
            return;
        }
        shared.tally.note(|notes| {
            notes.received += self.frames;
            notes.undecodable += self.undecodable;
            notes.ignored += self.ignored;
        });
        if self.kept.is_empty() {
            return;
        }
        let stream = stream();
        for (reason, frame) in self.kept {
            shared.keep_sample(&stream, reason, &frame);
        }
    }
}
