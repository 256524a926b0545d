//! A look at an edge that is told to be away: it may have failed, be switched off, or be no more.

use std::sync::Arc;

use tokio::task::JoinError;
use tokio::time::timeout;

use super::{EstateFeed, LOOK, LOOKS};
use crate::cloud::{Error, Urgency};
use crate::model::EdgeId;
use crate::model::edge::Edge;
use crate::text::Text;
use crate::time::{Clock, Millis};

/// The topic's word for an edge that the cloud does not reach.
pub(super) const OFFLINE: &str = "OFFLINE";

/// What a look found.
pub(super) struct EdgeLook {
    edge: EdgeId,
    /// When it was told to be away, where it was.
    told: Option<Millis>,
    /// None where the organisation did not answer in time; an edge that is no more is none within.
    found: Option<Result<Option<Edge>, Error>>,
}

impl EstateFeed {
    /// Looks at an edge that may be away; `told` is when it was told to be, where it was. Where many are, all are read instead.
    pub(super) fn look(&mut self, edge: EdgeId, told: Option<Millis>) {
        if self.looks.len() >= LOOKS {
            self.believe(&edge, told);
            self.hurry(super::GATHER);
            return;
        }
        let shared = Arc::clone(&self.shared);
        self.looks.spawn(async move {
            let read = async {
                let platform = shared.client.platform()?;
                platform.machine(&edge, Urgency::Reread).await
            };
            let found = timeout(LOOK, read).await.ok();
            EdgeLook { edge, told, found }
        });
    }

    /// Takes in what a look found.
    pub(super) fn looked(&mut self, look: Result<EdgeLook, JoinError>) {
        // One that did not end is the runtime's, which ends as a whole.
        let Ok(EdgeLook { edge, told, found }) = look else {
            return;
        };
        // Where an edge is gone its successor is there; others may go meanwhile.
        let wait = self.shared.poll;
        match found {
            Some(Ok(Some(read))) => {
                if read.state().is_away() {
                    self.hurry(wait);
                }
                self.estate.edge_read(read, Clock::Real.now());
                self.untold = true;
            }
            Some(Ok(None)) => {
                self.estate.edge_gone(&edge);
                self.hurry(wait);
                self.untold = true;
            }
            // Nobody says better: it is as it was told.
            Some(Err(_)) | None => self.believe(&edge, told),
        }
    }

    fn believe(&mut self, edge: &EdgeId, told: Option<Millis>) {
        let Some(at) = told else { return };
        let word = Some(Text::from(OFFLINE));
        self.untold |= self.estate.edge_seen(edge, word, at);
    }
}
