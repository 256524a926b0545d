//! What an application of news did: for the views, and for whoever acts on a change of state.

use super::RowId;
use crate::model::carrier::Health;
use crate::model::finding::Target;
use crate::model::registration::State;
use crate::model::{CarrierId, EdgeId};
use crate::time::Millis;

/// A row's state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Which row.
    pub row: RowId,
    /// The state before; none for a row that appeared.
    pub from: Option<State>,
    /// The state since.
    pub to: State,
    /// When.
    pub at: Millis,
}

/// A carrier appeared, changed its health, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierTransition {
    /// Which carrier.
    pub carrier: CarrierId,
    /// The health before; none for a carrier that appeared.
    pub from: Option<Health>,
    /// The health since; none for a carrier that is gone.
    pub to: Option<Health>,
    /// When.
    pub at: Millis,
}

/// What changed since it was last cleared. One buffer is used again and again, so that a batch allocates nothing.
///
/// A row number may be in `removed` and, used again, in `touched`: take the removals first, then read the touched
/// rows as they are now.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Rows of which something that is shown changed, the new ones included; may repeat.
    pub touched: Vec<RowId>,
    /// Rows whose user changed name or site; in `touched` as well.
    pub renamed: Vec<RowId>,
    /// Rows that were confirmed as they are: only the moment of the last check moved.
    pub confirmed: Vec<RowId>,
    /// Rows that are gone.
    pub removed: Vec<RowId>,
    /// Changes of state, in order.
    pub transitions: Vec<Transition>,
    /// Edges that appeared, are gone, or are in another state, or of which that is sure or unsure now.
    pub edges: Vec<EdgeId>,
    /// Changes of carriers, in order.
    pub carriers: Vec<CarrierTransition>,
    /// Whether anything shown of the carriers or of the edges changed, their health or anything else.
    pub carriers_shown: bool,
    /// Targets with a new finding, in order.
    pub findings: Vec<Target>,
    /// Whether anything of callbacks changed.
    pub callbacks: bool,
    /// Whether anything of queues changed.
    pub queues: bool,
}

impl Changes {
    /// Empties the buffer and keeps its memory.
    pub fn clear(&mut self) {
        self.touched.clear();
        self.renamed.clear();
        self.confirmed.clear();
        self.removed.clear();
        self.transitions.clear();
        self.edges.clear();
        self.carriers.clear();
        self.carriers_shown = false;
        self.findings.clear();
        self.callbacks = false;
        self.queues = false;
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
            && self.confirmed.is_empty()
            && self.removed.is_empty()
            && !self.carriers_shown
            && self.findings.is_empty()
            && !self.callbacks
            && !self.queues
    }
}
