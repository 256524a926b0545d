//! What is few and changes its state: carriers, trunks, edges.

use std::collections::HashMap;

use crate::kind::pointer::{pointer, who};
use crate::kind::{Kind, Value};
use crate::record::transitions::state_of;
use crate::store::{Changes, Store};
use crate::time::Millis;

/// Words of a state that is not known.
const UNSURE: [&str; 3] = ["unknown", "stale", "remembered"];

/// One row that changed its state.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) what: String,
    pub(super) filter: String,
    /// What it was first, and what it was last.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) times: u32,
    pub(super) at: Millis,
}

/// The rows of a kind, by the last state of each that was sure.
#[derive(Debug)]
pub(super) struct Movers<K: Kind> {
    last: HashMap<K::Id, String>,
    generation: u64,
    moved: HashMap<K::Id, Moved>,
}

impl<K: Kind> Movers<K> {
    /// Those of a store, of which nothing has changed yet.
    pub(super) fn new(store: &Store, at: Millis) -> Self {
        let mut movers = Self {
            last: HashMap::new(),
            generation: 0,
            moved: HashMap::new(),
        };
        movers.notice(store, &Changes::default(), at, true);
        movers.moved.clear();
        movers
    }

    /// Takes note of what has changed; all are looked at where the store is another one.
    pub(super) fn notice(&mut self, store: &Store, changes: &Changes, at: Millis, fresh: bool) {
        let generation = K::generation(store);
        if !fresh && generation == self.generation && !K::concerns(changes) {
            return;
        }
        self.generation = generation;
        let state = state_of::<K>().and_then(|state| K::COLUMNS.get(state));
        for row in K::rows(store, at) {
            let state = state
                .map_or(Value::None, |column| (column.value)(&row))
                .csv();
            if UNSURE.contains(&state.as_str()) {
                continue;
            }
            let id = K::id(&row);
            let before = self.last.insert(id.clone(), state.clone());
            let Some(before) = before.filter(|before| *before != state) else {
                continue;
            };
            let moved = self.moved.entry(id).or_insert_with(|| Moved {
                what: who::<K>(&row),
                filter: pointer::<K>(&row),
                from: before,
                to: String::new(),
                times: 0,
                at,
            });
            (moved.to, moved.at) = (state, at);
            moved.times += 1;
        }
    }

    /// Those that changed, the last first.
    pub(super) fn moved(&self) -> Vec<&Moved> {
        let mut moved: Vec<&Moved> = self.moved.values().collect();
        moved.sort_by(|a, b| (b.at, &a.what).cmp(&(a.at, &b.what)));
        moved
    }
}
