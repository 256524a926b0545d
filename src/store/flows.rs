//! Writes on their way and the last ones that ended, for the progress layer and for whoever asks before leaving.

use std::collections::{BTreeMap, VecDeque};

use crate::model::flow::{Flow, FlowId};
use crate::model::write::WriteKind;
use crate::time::Millis;

/// Flows kept. Those that still run are never let go.
const KEPT: usize = 256;

/// The flows of this process, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    kept: VecDeque<Flow>,
    last: u64,
    /// Kinds of writes that are left alone, and until when.
    alone: BTreeMap<WriteKind, Millis>,
}

impl Flows {
    /// That kind of write is left alone until then.
    pub fn leave_alone(&mut self, kind: WriteKind, until: Millis) {
        self.alone.insert(kind, until);
    }

    /// Until when any of these kinds of writes is left alone at `now`.
    #[must_use]
    pub fn left_alone(&self, kinds: &[WriteKind], now: Millis) -> Option<Millis> {
        let untils = kinds.iter().filter_map(|kind| self.alone.get(kind));
        untils.copied().filter(|until| *until > now).max()
    }

    /// A number for the next flow.
    pub fn next_id(&mut self) -> FlowId {
        self.last += 1;
        FlowId(self.last)
    }

    /// Takes in a flow that begins.
    pub fn begin(&mut self, flow: Flow) {
        if self.kept.len() >= KEPT
            && let Some(ended) = self.kept.iter().position(|flow| !flow.runs())
        {
            self.kept.remove(ended);
        }
        self.kept.push_back(flow);
    }

    /// The flow of that number, while it is kept.
    #[must_use]
    pub fn get(&self, id: FlowId) -> Option<&Flow> {
        self.kept.iter().rev().find(|flow| flow.id == id)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: FlowId) -> Option<&mut Flow> {
        self.kept.iter_mut().rev().find(|flow| flow.id == id)
    }

    /// Those under way.
    pub fn running(&self) -> impl Iterator<Item = &Flow> {
        self.kept.iter().filter(|flow| flow.runs())
    }

    /// All that are kept, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Flow> {
        self.kept.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::flow::Outcome;

    #[test]
    fn a_kind_is_left_alone_until_its_time_and_no_longer() {
        let mut flows = Flows::default();
        flows.leave_alone(WriteKind::Transfer, Millis(30));
        let of = |flows: &Flows, now| flows.left_alone(&[WriteKind::Transfer], Millis(now));
        assert_eq!((of(&flows, 0), of(&flows, 30)), (Some(Millis(30)), None));
        assert_eq!(flows.left_alone(&[WriteKind::Provision], Millis(0)), None);
    }

    #[test]
    fn what_runs_is_kept_whatever_comes_after_it() {
        let mut flows = Flows::default();
        for number in 0..KEPT * 2 {
            let id = flows.next_id();
            let mut flow = Flow::new(id, WriteKind::Provision, "a".into(), Millis(0));
            if number > 0 {
                flow.end = Some((Outcome::Done("b".into()), Millis(1)));
            }
            flows.begin(flow);
        }
        assert_eq!(flows.newest_first().count(), KEPT);
        assert_eq!(
            flows.running().map(|flow| flow.id.0).collect::<Vec<_>>(),
            [1]
        );
    }
}
