//! What is new in a still since the one before: most rows are as they were, and of most others few columns differ.
//!
//! Users and rows follow each other as they did, so that of each it is enough to know how far it is from the one that should come;
//! what has no number in a column (its name, why it is as it is) makes it a new one where it changes. Of a column, the places are
//! kept at which it says something else.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::planes::Planes;
use super::{Still, StillTable, count, later};
use crate::time::Millis;

/// What a still was, as far as the next one is told by it. Ids, which are most of what it holds, are left out.
#[derive(Debug)]
pub struct Before {
    /// Of each user and each row what it is, by a hash that nobody outside can guess.
    users: Vec<u64>,
    rows: Vec<u64>,
    table: StillTable,
    hasher: RandomState,
}

/// A still, told by the one before it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Delta<'a> {
    /// Which of its users and rows each one is, as [`steps`].
    users: Planes,
    rows: Planes,
    user_columns: [Differing; 3],
    row_columns: [Differing; 6],
    /// So many of its flaps, oldest first, are over.
    flaps_over: u32,
    /// What is new, and whatever is no registration.
    still: Still<'a>,
}

/// The places at which a column says something else than before, each by how many are between it and the last one; and what.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Differing {
    gaps: Planes,
    values: Planes,
}

impl Before {
    /// What it was.
    #[must_use]
    pub fn of(still: &Still<'_>, earlier: Option<&Self>) -> Self {
        let hasher = earlier.map(|earlier| earlier.hasher.clone());
        let hasher = hasher.unwrap_or_default();
        let table = &still.registrations;
        let mut rows = Vec::with_capacity(table.devices.len());
        let mut users = Vec::with_capacity(table.users.len());
        let mut devices = table.devices.iter();
        let (mut why, mut labels) = (Sparse(&table.why), Sparse(&table.labels));
        let (mut traits, mut obstacles) = (Sparse(&table.traits), Sparse(&table.obstacles));
        for (place, (user, name)) in table.users.iter().zip(&table.names).enumerate() {
            users.push(hasher.hash_one((user, name)));
            for device in devices.by_ref().take(table.rows.size(place)) {
                let place = count(rows.len());
                let told = (why.at(place), labels.at(place));
                let known = (traits.at(place), obstacles.at(place));
                rows.push(hasher.hash_one((user, device, told, known)));
            }
        }
        let columns = StillTable {
            base: table.base,
            sites: table.sites.clone(),
            standing: table.standing.clone(),
            rows: table.rows.clone(),
            marks: table.marks.clone(),
            since: table.since.clone(),
            changed: table.changed.clone(),
            checked: table.checked.clone(),
            codecs: table.codecs.clone(),
            last: table.last.clone(),
            flap_steps: table.flap_steps.clone(),
            flaps: table.flaps.clone(),
            ..StillTable::default()
        };
        Self {
            users,
            rows,
            table: columns,
            hasher,
        }
    }
}

/// A list of what few places have, read from place to place.
struct Sparse<'a, T>(&'a [(u32, T)]);

impl<'a, T> Sparse<'a, T> {
    fn at(&mut self, place: u32) -> Option<&'a T> {
        let ((of, what), rest) = self.0.split_first()?;
        (*of == place).then(|| {
            self.0 = rest;
            what
        })
    }
}

impl Still<'_> {
    /// It, by the one before it.
    #[must_use]
    pub fn since(&self, before: &Before, is: &Before) -> Delta<'_> {
        let table = &self.registrations;
        let users = found(&is.users, &before.users);
        let rows = found(&is.rows, &before.rows);
        let user_columns = Differing::of(
            table.user_columns(),
            before.table.user_columns(),
            &users,
            [0; 3],
        );
        let row_columns = Differing::of(
            table.row_columns(),
            before.table.row_columns(),
            &rows,
            aged(before.table.base, table.base),
        );
        let flaps: Vec<_> = table.flaps().collect();
        let earlier = moved(before.table.flaps(), &inverse(&rows, before.rows.len()));
        let same = |over: &usize| flaps.starts_with(earlier.get(*over..).unwrap_or_default());
        let over = earlier.iter().position(|flap| Some(flap) == flaps.first());
        let over = over.filter(same).unwrap_or(earlier.len());
        let kept = earlier.len() - over;
        let mut fresh = StillTable {
            base: table.base,
            users: fresh(&table.users, &users),
            names: fresh(&table.names, &users),
            devices: fresh(&table.devices, &rows),
            site_names: table.site_names.clone(),
            site_dates: table.site_dates.clone(),
            codec_names: table.codec_names.clone(),
            reason_names: table.reason_names.clone(),
            why: of_fresh(&table.why, &rows),
            labels: of_fresh(&table.labels, &rows),
            traits: of_fresh(&table.traits, &rows),
            obstacles: of_fresh(&table.obstacles, &rows),
            ..StillTable::default()
        };
        fresh.set_flaps(flaps.into_iter().skip(kept));
        Delta {
            user_columns,
            row_columns,
            users: steps(&users),
            rows: steps(&rows),
            flaps_over: count(over),
            still: Still {
                registrations: fresh,
                carriers: Cow::Borrowed(&self.carriers),
                edges: Cow::Borrowed(&self.edges),
                premises: Cow::Borrowed(&self.premises),
                queues: Cow::Borrowed(&self.queues),
                callbacks: Cow::Borrowed(&self.callbacks),
                transfers: Cow::Borrowed(&self.transfers),
                alerts: Cow::Borrowed(&self.alerts),
                vendor: Cow::Borrowed(&self.vendor),
            },
        }
    }
}

impl Delta<'static> {
    /// The last still again: by the first one, and each that follows by the one before it. None where they cannot have been told by
    /// each other.
    #[must_use]
    pub fn again(first: Still<'static>, deltas: Vec<Self>) -> Option<Still<'static>> {
        let mut still = first;
        let mut table = std::mem::take(&mut still.registrations);
        if !table.fits() {
            return None;
        }
        let mut flaps: Vec<_> = table.flaps().collect();
        for mut delta in deltas {
            delta.put(&mut table, &mut flaps)?;
            still = delta.still;
        }
        table.set_flaps(flaps);
        still.registrations = table;
        Some(still)
    }

    fn put(&mut self, table: &mut StillTable, flaps: &mut Vec<(Millis, i64)>) -> Option<()> {
        let fresh = std::mem::take(&mut self.still.registrations);
        let users = Places::of(&self.users, table.users.len(), fresh.users.len())?;
        let rows = Places::of(&self.rows, table.devices.len(), fresh.devices.len())?;
        rows.flaps(flaps);
        flaps.drain(..flaps.len().min(self.flaps_over as usize));
        flaps.extend(fresh.flaps());
        let columns = table.user_columns_mut().into_iter();
        for (column, differing) in columns.zip(&self.user_columns) {
            users.column(column);
            differing.put(column, 0)?;
        }
        // What is new is counted from its own moment, what is there from that of the first one.
        let aged = aged(fresh.base, table.base);
        let columns = table.row_columns_mut().into_iter();
        for ((column, differing), elapsed) in columns.zip(&self.row_columns).zip(aged) {
            rows.column(column);
            differing.put(column, elapsed)?;
        }
        users.list(&mut table.users, fresh.users)?;
        users.list(&mut table.names, fresh.names)?;
        rows.list(&mut table.devices, fresh.devices)?;
        rows.sparse(&mut table.why, fresh.why);
        rows.sparse(&mut table.labels, fresh.labels);
        rows.sparse(&mut table.traits, fresh.traits);
        rows.sparse(&mut table.obstacles, fresh.obstacles);
        (table.site_names, table.site_dates) = (fresh.site_names, fresh.site_dates);
        (table.codec_names, table.reason_names) = (fresh.codec_names, fresh.reason_names);
        Some(())
    }
}

impl Differing {
    /// What is different in columns of which each value was at that place, and is so much later.
    fn of<const N: usize>(
        is: [&Planes; N],
        was: [&Planes; N],
        from: &[Option<usize>],
        elapsed: [i64; N],
    ) -> [Self; N] {
        let mut columns = is.iter().zip(was).zip(elapsed);
        std::array::from_fn(|_| {
            let mut differing = Self::default();
            let Some(((is, was), elapsed)) = columns.next() else {
                return differing;
            };
            let mut gap = 0;
            for (value, from) in is.iter().zip(from) {
                let was = from.and_then(|place| was.get(place));
                if was.map(|was| later(was, elapsed)) == Some(value) {
                    gap += 1;
                } else {
                    differing.gaps.push(gap);
                    differing.values.push(value);
                    gap = 0;
                }
            }
            differing
        })
    }

    /// Puts it into a column, so much later; none where it is of another one.
    fn put(&self, column: &mut Planes, elapsed: i64) -> Option<()> {
        let mut place = 0_usize;
        for (gap, value) in self.gaps.iter().zip(self.values.iter()) {
            place = place.checked_add(usize::try_from(gap).ok()?)?;
            column.set(place, later(value, elapsed))?;
            place += 1;
        }
        Some(())
    }
}

/// How much later the times of rows are by then; the other columns say nothing of when.
fn aged(then: Millis, now: Millis) -> [i64; 6] {
    let ms = now.0.saturating_sub(then.0);
    [ms, ms, ms, 0, 0, 0]
}

/// At which place of before each one was.
enum Places {
    /// Each at its own.
    Same,
    /// None is new.
    Moved {
        from: Vec<Option<usize>>,
        /// The other way round.
        now: Vec<Option<u32>>,
    },
}

impl Places {
    /// By their [`steps`]; none where there were fewer, or not so many are new.
    fn of(steps: &Planes, were: usize, new: usize) -> Option<Self> {
        if steps.len() > were.saturating_add(new) {
            return None;
        }
        if steps.len() == were && steps.is_zero() {
            return Some(Self::Same);
        }
        let mut next = 0_i64;
        let place = |step: i64| {
            if step == 1 {
                return Some(None);
            }
            let place = next.checked_add(step >> 1)?;
            next = place.checked_add(1)?;
            let place = usize::try_from(place).ok();
            place.filter(|place| *place < were).map(Some)
        };
        let from: Vec<Option<usize>> = steps.iter().map(place).collect::<Option<_>>()?;
        let now = inverse(&from, were);
        Some(Self::Moved { from, now })
    }

    /// Numbers in their new places, 0 for what is new.
    fn column(&self, column: &mut Planes) {
        if let Self::Moved { from, .. } = self {
            let of = |from: &Option<usize>| from.and_then(|place| column.get(place));
            *column = from.iter().map(|from| of(from).unwrap_or(0)).collect();
        }
    }

    /// All of them in order: what was there, each once, and all that is new; else none.
    fn list<T>(&self, list: &mut Vec<T>, new: Vec<T>) -> Option<()> {
        let mut new = new.into_iter();
        if let Self::Moved { from, .. } = self {
            let mut before: Vec<_> = std::mem::take(list).into_iter().map(Some).collect();
            let merged = from.iter().map(|from| match from {
                Some(place) => before.get_mut(*place).and_then(Option::take),
                None => new.next(),
            });
            *list = merged.collect::<Option<Vec<T>>>()?;
        }
        new.next().is_none().then_some(())
    }

    /// What rows had that are as they were, and what is new.
    fn sparse<T>(&self, of_rows: &mut Vec<(u32, T)>, new: Vec<(u32, T)>) {
        let Self::Moved { now, .. } = self else {
            return;
        };
        let before = std::mem::replace(of_rows, new);
        of_rows.extend(before.into_iter().filter_map(|(place, what)| {
            let place = now.get(place as usize).copied().flatten();
            Some((place?, what))
        }));
        of_rows.sort_unstable_by_key(|(place, _)| *place);
    }

    /// Leaves the flaps of rows that are still there.
    fn flaps(&self, flaps: &mut Vec<(Millis, i64)>) {
        if let Self::Moved { now, .. } = self {
            *flaps = moved(std::mem::take(flaps), now);
        }
    }
}

/// At which place each was before; none is new.
fn found(is: &[u64], was: &[u64]) -> Vec<Option<usize>> {
    let places: HashMap<u64, usize> = was.iter().copied().zip(0..).collect();
    is.iter().map(|key| places.get(key).copied()).collect()
}

/// Of each place how far it was from the one behind that of the last, twice: 0 for most. What is new is 1.
fn steps(from: &[Option<usize>]) -> Planes {
    let mut next = 0;
    let step = |from: &Option<usize>| match from {
        Some(place) => {
            let place = i64::from(count(*place));
            let step = place - next;
            next = place + 1;
            step << 1
        }
        None => 1,
    };
    from.iter().map(step).collect()
}

/// At which place each of before is now.
fn inverse(from: &[Option<usize>], were: usize) -> Vec<Option<u32>> {
    let mut now = vec![None; were];
    for (place, from) in (0..).zip(from) {
        if let Some(found) = from.and_then(|from| now.get_mut(from)) {
            *found = Some(place);
        }
    }
    now
}

/// The flaps of rows that are still there.
fn moved(
    flaps: impl IntoIterator<Item = (Millis, i64)>,
    now: &[Option<u32>],
) -> Vec<(Millis, i64)> {
    let flaps = flaps.into_iter().filter_map(|(at, place)| {
        let place = now.get(usize::try_from(place).ok()?).copied().flatten();
        Some((at, place?.into()))
    });
    flaps.collect()
}

/// What is not of before.
fn fresh<T: Clone>(all: &[T], from: &[Option<usize>]) -> Vec<T> {
    let new = all.iter().zip(from).filter(|(_, from)| from.is_none());
    new.map(|(what, _)| what.clone()).collect()
}

/// What rows have that are not of before.
fn of_fresh<T: Clone>(all: &[(u32, T)], from: &[Option<usize>]) -> Vec<(u32, T)> {
    let is_new = |place: u32| matches!(from.get(place as usize), Some(None));
    let new = all.iter().filter(|(place, _)| is_new(*place));
    new.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::registration::Device;
    use crate::store::{Changes, Store};

    /// Or each jump into the past would put everything known together anew.
    #[test]
    fn where_nobody_comes_or_goes_nothing_is_moved() {
        let (mut store, mut changes) = (Store::default(), Changes::default());
        let mut read = |store: &mut Store, n: usize, at: i64, registered: bool| {
            let device = |d: usize| Device {
                id: format!("d-{n}-{d}").as_str().into(),
                registered: registered || d > 0,
                codec: None,
            };
            let user = format!("u-{n}").as_str().into();
            let devices = vec![device(0), device(1)];
            let table = &mut store.registrations;
            table.snapshot(&user, devices, &[], true, Millis(at), &mut changes);
        };
        for n in 0..50 {
            read(&mut store, n, 1, true);
        }
        let before = Before::of(&store.still(Millis(2)), None);
        for n in (0..50).rev().step_by(3) {
            read(&mut store, n, 3, n % 2 > 0);
        }
        let still = store.still(Millis(4));
        let delta = still.since(&before, &Before::of(&still, Some(&before)));
        assert!(delta.users.is_zero() && delta.rows.is_zero());
        assert_eq!(
            delta.row_columns[0].gaps.len(),
            8,
            "and as many differ as changed"
        );
    }
}
