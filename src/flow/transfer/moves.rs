//! What is to be transferred, as it was reviewed: a frame of the direct API, or a replacement of the Platform API.

use super::replace::Replace;
use super::{masked, write};
use crate::model::payload::Fault;
use crate::model::transfer::{Limits, Request, Wish};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;
use crate::time::Millis;

/// Transfers to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfers {
    /// One or several; several go to the same place.
    pub moves: Vec<Move>,
    /// Whether those that have not begun are left alone once one was not done.
    pub stop_on_failure: bool,
}

/// One transfer: what is asked, and what makes its write the one that was reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A frame over the transfer socket (contract §8).
    Frame {
        /// What is asked.
        request: Request,
        /// The id of its first frame.
        frame: String,
        /// The time in its frames.
        timestamp: Millis,
    },
    /// Somebody takes the place of whoever has the call (Platform API).
    Replace(Replace),
}

impl Move {
    /// A transfer by a frame, with an id of its own.
    #[must_use]
    pub fn new(request: Request, timestamp: Millis) -> Self {
        Self::Frame {
            request,
            frame: super::frame_id(),
            timestamp,
        }
    }

    /// What is moved.
    #[must_use]
    pub fn interaction(&self) -> &str {
        match self {
            Self::Frame { request, .. } => &request.interaction_id,
            Self::Replace(replace) => &replace.handover.interaction_id,
        }
    }

    /// Where to.
    #[must_use]
    pub fn destination_uri(&self) -> &str {
        match self {
            Self::Frame { request, .. } => &request.destination_uri,
            Self::Replace(replace) => &replace.handover.destination_uri,
        }
    }

    /// Whether its write can be made: a hand-over of what nobody has can not.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        match self {
            Self::Frame { .. } => true,
            Self::Replace(replace) => !replace.participant.is_empty(),
        }
    }

    /// What is asked for.
    #[must_use]
    pub fn wish(&self) -> Wish {
        match self {
            Self::Frame { request, .. } => request.clone().into(),
            Self::Replace(replace) => replace.handover.clone().into(),
        }
    }

    /// Everything wrong with it.
    #[must_use]
    pub fn faults(&self, limits: &Limits) -> Vec<Fault> {
        match self {
            Self::Frame { request, .. } => request.faults(limits),
            Self::Replace(replace) => replace.handover.faults(),
        }
    }

    /// The write that it comes to, or what is wrong with it.
    pub fn write(&self, limits: &Limits) -> Result<Write, Vec<Fault>> {
        match self.faults(limits) {
            none if none.is_empty() => self.written(),
            faults => Err(faults),
        }
    }

    /// The write by which it is on record, also where it cannot be made.
    pub(super) fn on_record(&self) -> Write {
        self.written().unwrap_or_else(|_| {
            let subject = crate::text::safe(self.interaction()).into_owned();
            Write::bare(WriteKind::Transfer, Method::Post, &[], subject)
        })
    }

    /// The write of what has been judged.
    fn written(&self) -> Result<Write, Vec<Fault>> {
        let write = match self {
            Self::Frame {
                request,
                frame,
                timestamp,
            } => write(request, frame, *timestamp),
            Self::Replace(replace) => replace.write(),
        };
        write.map_err(|why| vec![Fault::new("", why)])
    }
}

impl Transfers {
    /// The writes, one for each.
    pub(in crate::flow) fn writes(&self) -> Result<Vec<Write>, Vec<Fault>> {
        self.moves.iter().map(Move::written).collect()
    }

    /// What is transferred, and to where, as people call it; no full telephone number.
    #[must_use]
    pub fn title(&self) -> Text {
        let Some(first) = self.moves.first() else {
            return Text::default();
        };
        let to = masked(first.destination_uri());
        Text::from(match &self.moves[..] {
            [one] => format!("{} to {to}", one.interaction()),
            many => format!("{} interactions to {to}", many.len()),
        })
    }
}
