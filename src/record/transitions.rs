//! What changed its state, and when: the events of the past, as lists show them.

use std::collections::HashMap;
use std::hash::Hash;

use super::reader::Reel;
use crate::kind::pointer::who;
use crate::kind::{Asked, Kind, Value};
use crate::query::{self, Query};
use crate::store::{Changes, Store};
use crate::time::Millis;

/// A row that appeared, changed its state, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<Id> {
    /// When it became known.
    pub at: Millis,
    /// Which row.
    pub id: Id,
    /// The same for people: what stands in its first columns of text, as it came.
    pub who: String,
    /// Its state before; none for a row that appeared.
    pub from: Option<String>,
    /// Its state since; none for a row that is gone.
    pub to: Option<String>,
}

/// The column that says how a row of a kind is; none where rows of it have no state.
#[must_use]
pub fn state_of<K: Kind>() -> Option<usize> {
    let choice = |column: &crate::kind::Column<K>| matches!(column.kind, query::Kind::Choice(words) if words.len() > 2);
    K::COLUMNS.iter().position(choice)
}

/// What is known of a row of which a turn may come.
struct Known {
    state: String,
    who: String,
    passes: bool,
}

/// The turns of a stretch up to that moment, of rows that the filter shows before it or after it; `see` is given each with
/// everything known then.
pub fn turns<K: Kind>(
    reel: Reel,
    until: Millis,
    query: Option<&Query>,
    mut see: impl FnMut(Turn<K::Id>, &Store),
) -> Store {
    let Reel {
        mut store, moments, ..
    } = reel;
    let mut watch = Watch::<K> {
        rows: HashMap::new(),
        generation: 0,
        query,
    };
    watch.first(&store, reel.from);
    let mut changes = Changes::default();
    for moment in moments {
        let at = moment.at;
        if at > until {
            break;
        }
        moment.happen(&mut store, &mut changes);
        for turn in watch.turns(&store, &changes, at) {
            see(turn, &store);
        }
        changes.clear();
    }
    store
}

struct Watch<'q, K: Kind> {
    rows: HashMap<K::Id, Known>,
    generation: u64,
    query: Option<&'q Query>,
}

impl<K: Kind> Watch<'_, K>
where
    K::Id: Eq + Hash + Clone,
{
    fn first(&mut self, store: &Store, at: Millis) {
        for row in K::rows(store, at) {
            let known = self.known(&row, at);
            self.rows.insert(K::id(&row), known);
        }
        self.generation = K::generation(store);
    }

    fn known(&self, row: &K::Row<'_>, at: Millis) -> Known {
        let state = state_of::<K>().and_then(|state| K::COLUMNS.get(state));
        let state = state.map_or(Value::None, |column| (column.value)(row));
        Known {
            state: state.csv(),
            who: who::<K>(row),
            passes: self
                .query
                .is_none_or(|query| query.matches(&Asked::<K>(row), at).pass),
        }
    }

    fn turns(&mut self, store: &Store, changes: &Changes, at: Millis) -> Vec<Turn<K::Id>> {
        let touched: Vec<_> = changes
            .removed
            .iter()
            .chain(&changes.touched)
            .copied()
            .collect();
        let mut turns = Vec::new();
        if let Some(mut ids) = K::journal(&touched) {
            let mut seen = std::collections::HashSet::new();
            ids.retain(|id| seen.insert(id.clone()));
            for id in ids {
                let row = K::row(store, &id, at);
                turns.extend(self.turn(id, row.as_ref(), at));
            }
            return turns;
        }
        let generation = K::generation(store);
        if generation == self.generation && !K::concerns(changes) {
            return turns;
        }
        self.generation = generation;
        let rows = K::rows(store, at);
        let there: std::collections::HashSet<K::Id> = rows.iter().map(K::id).collect();
        let gone = self.rows.keys().filter(|id| !there.contains(id));
        for id in gone.cloned().collect::<Vec<_>>() {
            turns.extend(self.turn(id, None, at));
        }
        for row in &rows {
            turns.extend(self.turn(K::id(row), Some(row), at));
        }
        turns
    }

    /// Takes in how a row is now, and tells when its state is another one.
    fn turn(&mut self, id: K::Id, row: Option<&K::Row<'_>>, at: Millis) -> Option<Turn<K::Id>> {
        let now = row.map(|row| self.known(row, at));
        let passes = now.as_ref().is_some_and(|now| now.passes);
        let to = now.as_ref().map(|now| now.state.clone());
        let named = now.as_ref().map(|now| now.who.clone());
        let before = match now {
            Some(now) => self.rows.insert(id.clone(), now),
            None => self.rows.remove(&id),
        };
        let had_passed = before.as_ref().is_some_and(|before| before.passes);
        let (from, was) = before.map(|before| (before.state, before.who)).unzip();
        let who = named.or(was).unwrap_or_default();
        ((passes || had_passed) && from != to).then_some(Turn {
            at,
            id,
            who,
            from,
            to,
        })
    }
}
