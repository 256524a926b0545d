//! Rows in the order of a key that changes with the rows: a change takes a row out of one block and into another.

use std::cmp::Ordering;

use super::bits::Bits;
use super::key::Keys;
use super::spine::Spine;

/// Rows a block.
const BLOCK: usize = 256;
/// Rows a block has after a rebuild.
const FILL: usize = BLOCK / 4 * 3;
/// A block with fewer rows joins a neighbour; else a moving order would thin out to a block a row.
const THIN: usize = BLOCK / 4;
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Block {
    keys: Vec<u64>,
    rows: Vec<u32>,
}

/// The rows that pass, with the keys that they were put in by.
#[derive(Debug, Default)]
pub(super) struct Moving {
    blocks: Vec<Block>,
    spine: Spine,
    /// Block by row.
    homes: Vec<u32>,
    /// Rows that are lost, in the order or not.
    lost: Bits,
}

impl Moving {
    /// Takes in all rows at once.
    pub(super) fn fill(&mut self, rows: impl Iterator<Item = u32>, keys: &Keys<'_>) {
        for (place, chunk) in keys.arrange(rows).chunks(FILL).enumerate() {
            let block = self.add_block(place);
            let (keys, rows) = chunk.iter().copied().unzip();
            self.blocks[block] = Block { keys, rows };
            self.settle(block, 0);
            self.spine
                .count(block, i32::try_from(chunk.len()).unwrap_or(0));
            let lost = self.lost.count(&self.blocks[block].rows);
            self.spine.count_lost(block, lost);
        }
    }

    /// Takes note of whether a row is lost, wherever it is.
    pub(super) fn note(&mut self, row: u32, lost: bool) {
        if self.lost.set(row, lost)
            && let Some(&home) = self.homes.get(row as usize)
            && home != NOWHERE
        {
            self.spine
                .count_lost(home as usize, if lost { 1 } else { -1 });
        }
    }

    /// How many of the first rows are lost.
    pub(super) fn lost_among(&self, first: usize) -> usize {
        let Some((place, skip)) = self.spine.find(first) else {
            return self.spine.lost_before(usize::MAX);
        };
        let block = self.spine.sequence()[place] as usize;
        let here = self.lost.count(&self.blocks[block].rows[..skip]);
        self.spine.lost_before(place) + usize::try_from(here).unwrap_or(0)
    }

    /// Rows in the order.
    pub(super) fn len(&self) -> usize {
        self.spine.total()
    }

    /// Leaves a row alone when it is in the order by that key, and takes it out when not. False when it is out.
    pub(super) fn keep_at(&mut self, row: u32, key: Option<u64>) -> bool {
        let Some((block, slot)) = self.spot(row) else {
            return false;
        };
        let stays = key == Some(self.blocks[block].keys[slot]);
        if !stays {
            self.take(block, slot);
        }
        stays
    }

    /// Puts a row where its key says. One that is there already stays.
    pub(super) fn insert(&mut self, row: u32, key: u64, keys: &Keys<'_>) {
        if self.spot(row).is_some() {
            return;
        }
        let compare = |other_key: u64, other: u32| -> Ordering {
            other_key.cmp(&key).then_with(|| keys.order(other, row))
        };
        let starts_before = |of: &Block| compare(of.keys[0], of.rows[0]).is_lt();
        let sequence = self.spine.sequence();
        let place = sequence.partition_point(|&block| starts_before(&self.blocks[block as usize]));
        let mut block = match sequence.get(place.saturating_sub(1)) {
            Some(&block) => block as usize,
            None => self.add_block(0),
        };
        if self.blocks[block].rows.len() == BLOCK {
            let upper = self.split(block);
            if starts_before(&self.blocks[upper]) {
                block = upper;
            }
        }
        let of = &mut self.blocks[block];
        let slot = first_not_before(of, compare);
        of.keys.reserve_exact(BLOCK - of.keys.len());
        of.rows.reserve_exact(BLOCK - of.rows.len());
        of.keys.insert(slot, key);
        of.rows.insert(slot, row);
        self.set_home(row, block);
        self.spine.count(block, 1);
        if self.lost.has(row) {
            self.spine.count_lost(block, 1);
        }
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, row: u32) {
        if let Some((block, slot)) = self.spot(row) {
            self.take(block, slot);
        }
    }

    /// Rows from a position on.
    pub(super) fn from(&self, position: usize) -> impl Iterator<Item = u32> {
        let (place, skip) = self.spine.find(position).unwrap_or((usize::MAX, 0));
        let blocks = self.spine.sequence().get(place..).unwrap_or_default();
        let rows = blocks
            .iter()
            .flat_map(|&block| &self.blocks[block as usize].rows);
        rows.skip(skip).copied()
    }

    /// The position of a row.
    pub(super) fn position(&self, row: u32) -> Option<usize> {
        let (block, slot) = self.spot(row)?;
        Some(self.spine.before(block) + slot)
    }

    fn spot(&self, row: u32) -> Option<(usize, usize)> {
        let home = *self.homes.get(row as usize)?;
        if home == NOWHERE {
            return None;
        }
        let block = self.blocks.get(home as usize)?;
        let slot = block.rows.iter().position(|&other| other == row)?;
        Some((home as usize, slot))
    }

    fn take(&mut self, block: usize, slot: usize) {
        let of = &mut self.blocks[block];
        of.keys.remove(slot);
        let row = of.rows.remove(slot);
        let left = of.rows.len();
        self.homes[row as usize] = NOWHERE;
        self.spine.count(block, -1);
        if self.lost.has(row) {
            self.spine.count_lost(block, -1);
        }
        if left == 0 {
            self.drop_block(block);
        } else if left < THIN {
            self.join(block);
        }
    }

    /// Moves the rows of a thin block to the one before it, when they fit well.
    fn join(&mut self, block: usize) {
        let place = self.spine.place(block);
        let Some(&before) = place
            .checked_sub(1)
            .and_then(|place| self.spine.sequence().get(place))
        else {
            return;
        };
        let before = before as usize;
        let kept = self.blocks[before].rows.len();
        let moved = self.blocks[block].rows.len();
        if kept + moved > FILL {
            return;
        }
        let Block { keys, rows } = std::mem::take(&mut self.blocks[block]);
        self.blocks[before].keys.extend(keys);
        self.blocks[before].rows.extend(rows);
        self.settle(before, kept);
        let lost = self.lost.count(&self.blocks[before].rows[kept..]);
        let moved = i32::try_from(moved).unwrap_or(0);
        self.spine.shift(block, before, moved, lost);
        self.drop_block(block);
    }

    /// Moves the upper half of a full block to a new one after it.
    fn split(&mut self, block: usize) -> usize {
        let upper = self.add_block(self.spine.place(block) + 1);
        let of = &mut self.blocks[block];
        let (keys, rows) = (of.keys.split_off(BLOCK / 2), of.rows.split_off(BLOCK / 2));
        let moved = i32::try_from(rows.len()).unwrap_or(0);
        self.blocks[upper] = Block { keys, rows };
        self.settle(upper, 0);
        let lost = self.lost.count(&self.blocks[upper].rows);
        self.spine.shift(block, upper, moved, lost);
        upper
    }

    fn add_block(&mut self, place: usize) -> usize {
        let block = self.spine.add(place);
        if block == self.blocks.len() {
            self.blocks.push(Block::default());
        }
        block
    }

    fn drop_block(&mut self, block: usize) {
        self.blocks[block] = Block::default();
        self.spine.remove(block);
    }

    fn settle(&mut self, block: usize, from: usize) {
        for slot in from..self.blocks[block].rows.len() {
            self.set_home(self.blocks[block].rows[slot], block);
        }
    }

    fn set_home(&mut self, row: u32, block: usize) {
        let row = row as usize;
        if row >= self.homes.len() {
            self.homes.resize(row + 1, NOWHERE);
        }
        self.homes[row] = u32::try_from(block).unwrap_or(NOWHERE);
    }
}

/// The slot of the first row that does not come before the one compared with.
fn first_not_before(of: &Block, compare: impl Fn(u64, u32) -> Ordering) -> usize {
    let (mut low, mut high) = (0, of.rows.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if compare(of.keys[middle], of.rows[middle]).is_lt() {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
