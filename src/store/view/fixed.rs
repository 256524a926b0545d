//! Rows in an order that hardly ever changes, each with a mark whether it passes: marking touches one bit.

use super::bits::Bits;
use super::key::Keys;
use super::spine::Spine;

/// Rows a block: room for new rows without moving many.
const BLOCK: usize = 256;
/// Rows a block has after a rebuild.
const FILL: usize = BLOCK / 4 * 3;
const WORDS: usize = BLOCK / 64;
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Default)]
struct Block {
    rows: Vec<u32>,
    marks: [u64; WORDS],
}

impl Block {
    fn marked(&self, slot: usize) -> bool {
        self.marks[slot / 64] >> (slot % 64) & 1 == 1
    }

    fn set(&mut self, slot: usize, on: bool) {
        let bit = 1 << (slot % 64);
        let word = &mut self.marks[slot / 64];
        *word = if on { *word | bit } else { *word & !bit };
    }

    /// Slots of marked rows, in order.
    fn slots(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|&slot| self.marked(slot))
    }

    /// Marked rows before a slot.
    fn before(&self, slot: usize) -> usize {
        let whole: u32 = self.marks[..slot / 64]
            .iter()
            .map(|word| word.count_ones())
            .sum();
        let rest = self.marks[slot / 64] & ((1 << (slot % 64)) - 1);
        (whole + rest.count_ones()) as usize
    }
}

/// Every row of the table in order, marked or not.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    blocks: Vec<Block>,
    spine: Spine,
    /// Block and slot by row.
    spots: Vec<u32>,
    /// What a batch of rows was looked up as; kept for its memory.
    found: Vec<u32>,
    /// Rows that are lost, marked or not.
    lost: Bits,
}

impl Fixed {
    /// Takes in all rows at once.
    pub(super) fn fill(&mut self, rows: impl Iterator<Item = (u32, bool)>, keys: &Keys<'_>) {
        let mut passing = Vec::new();
        let all = rows.inspect(|&(row, pass)| {
            if pass {
                passing.push(row);
            }
        });
        let sorted = keys.arrange(all.map(|(row, _)| row));
        for (place, chunk) in sorted.chunks(FILL).enumerate() {
            let block = self.add_block(place);
            self.blocks[block].rows = chunk.iter().map(|&(_, row)| row).collect();
            self.note_spots(block, 0);
        }
        for row in passing {
            self.mark(row, true);
        }
    }

    /// Takes note of whether a row is lost, wherever it is.
    pub(super) fn note(&mut self, row: u32, lost: bool) {
        if self.lost.set(row, lost)
            && let Some((block, slot)) = self.spot(row)
            && self.blocks[block].marked(slot)
        {
            self.spine.count_lost(block, if lost { 1 } else { -1 });
        }
    }

    /// How many of the first marked rows are lost.
    pub(super) fn lost_among(&self, first: usize) -> usize {
        let Some((place, skip)) = self.spine.find(first) else {
            return self.spine.lost_before(usize::MAX);
        };
        let of = &self.blocks[self.spine.sequence()[place] as usize];
        let here = self
            .lost
            .count(of.slots().take(skip).map(|slot| &of.rows[slot]));
        self.spine.lost_before(place) + usize::try_from(here).unwrap_or(0)
    }

    /// Rows marked.
    pub(super) fn len(&self) -> usize {
        self.spine.total()
    }

    /// Marks the rows that are in the order, and leaves the others in the list.
    ///
    /// All are looked up before any is marked: at a million rows a lookup waits for memory, and many wait at once.
    pub(super) fn mark_all(&mut self, rows: &mut Vec<(u32, bool)>) {
        let mut found = std::mem::take(&mut self.found);
        let spots = &self.spots;
        let spot = |&(row, _): &(u32, bool)| spots.get(row as usize).copied().unwrap_or(NOWHERE);
        found.clear();
        found.extend(rows.iter().map(spot));
        let mut spots = found.iter().map(|&spot| spot as usize);
        rows.retain(|&(_, pass)| match spots.next() {
            Some(spot) if spot != NOWHERE as usize => {
                self.set(spot / BLOCK, spot % BLOCK, pass);
                false
            }
            _ => true,
        });
        self.found = found;
    }

    /// Marks a row or takes its mark away. False when the row is not in the order.
    pub(super) fn mark(&mut self, row: u32, pass: bool) -> bool {
        let Some((block, slot)) = self.spot(row) else {
            return false;
        };
        self.set(block, slot, pass);
        true
    }

    /// Puts a row where it belongs. One that is there already only gets its mark.
    pub(super) fn insert(&mut self, row: u32, pass: bool, keys: &Keys<'_>) {
        if self.mark(row, pass) {
            return;
        }
        let before = |&other: &u32| keys.order(other, row).is_lt();
        let first = |&block: &u32| self.blocks[block as usize].rows.first();
        let sequence = self.spine.sequence();
        let place = sequence.partition_point(|block| first(block).is_some_and(before));
        let mut block = match sequence.get(place.saturating_sub(1)) {
            Some(&block) => block as usize,
            None => self.add_block(0),
        };
        if self.blocks[block].rows.len() == BLOCK {
            let upper = self.split(block);
            if self.blocks[upper].rows.first().is_some_and(before) {
                block = upper;
            }
        }
        let slot = self.blocks[block].rows.partition_point(before);
        self.open(block, slot, row);
        self.set(block, slot, pass);
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, row: u32) {
        let Some((block, slot)) = self.spot(row) else {
            return;
        };
        self.set(block, slot, false);
        self.spots[row as usize] = NOWHERE;
        let of = &mut self.blocks[block];
        of.rows.remove(slot);
        for slot in slot..of.rows.len() {
            let mark = of.marked(slot + 1);
            of.set(slot, mark);
        }
        let len = of.rows.len();
        if len < BLOCK {
            of.set(len, false);
        }
        if len == 0 {
            self.spine.remove(block);
        } else {
            self.note_spots(block, slot);
        }
    }

    /// Marked rows from a position on.
    pub(super) fn from(&self, position: usize) -> impl Iterator<Item = u32> {
        let (place, skip) = self.spine.find(position).unwrap_or((usize::MAX, 0));
        let blocks = self.spine.sequence().get(place..).unwrap_or_default();
        let rows = blocks.iter().flat_map(|&block| {
            let block = &self.blocks[block as usize];
            block.slots().map(|slot| block.rows[slot])
        });
        rows.skip(skip)
    }

    /// The position of a row among the marked ones.
    pub(super) fn position(&self, row: u32) -> Option<usize> {
        let (block, slot) = self.spot(row)?;
        let of = &self.blocks[block];
        of.marked(slot)
            .then(|| self.spine.before(block) + of.before(slot))
    }

    fn spot(&self, row: u32) -> Option<(usize, usize)> {
        let spot = *self.spots.get(row as usize)?;
        (spot != NOWHERE).then_some((spot as usize / BLOCK, spot as usize % BLOCK))
    }

    fn set(&mut self, block: usize, slot: usize, pass: bool) {
        let of = &mut self.blocks[block];
        if of.marked(slot) != pass {
            of.set(slot, pass);
            let delta = if pass { 1 } else { -1 };
            let row = of.rows[slot];
            self.spine.count(block, delta);
            if self.lost.has(row) {
                self.spine.count_lost(block, delta);
            }
        }
    }

    fn add_block(&mut self, place: usize) -> usize {
        let block = self.spine.add(place);
        if block == self.blocks.len() {
            self.blocks.push(Block::default());
        }
        block
    }

    /// Moves the upper half of a full block to a new one after it.
    fn split(&mut self, block: usize) -> usize {
        let upper = self.add_block(self.spine.place(block) + 1);
        let of = &mut self.blocks[block];
        let rows = of.rows.split_off(BLOCK / 2);
        let marks = std::array::from_fn(|word| {
            let from = of.marks.get_mut(word + WORDS / 2);
            from.map_or(0, std::mem::take)
        });
        let moved: u32 = marks.iter().map(|word: &u64| word.count_ones()).sum();
        let moved = i32::try_from(moved).unwrap_or(0);
        self.blocks[upper] = Block { rows, marks };
        let of = &self.blocks[upper];
        let lost = self.lost.count(of.slots().map(|slot| &of.rows[slot]));
        self.spine.shift(block, upper, moved, lost);
        self.note_spots(upper, 0);
        upper
    }

    /// Makes room for a row in a block that is not full.
    fn open(&mut self, block: usize, slot: usize, row: u32) {
        let of = &mut self.blocks[block];
        of.rows.reserve_exact(BLOCK - of.rows.len());
        of.rows.insert(slot, row);
        for slot in (slot + 1..of.rows.len()).rev() {
            let mark = of.marked(slot - 1);
            of.set(slot, mark);
        }
        of.set(slot, false);
        self.note_spots(block, slot);
    }

    fn note_spots(&mut self, block: usize, from: usize) {
        for (slot, &row) in self.blocks[block].rows.iter().enumerate().skip(from) {
            let row = row as usize;
            if row >= self.spots.len() {
                self.spots.resize(row + 1, NOWHERE);
            }
            self.spots[row] = u32::try_from(block * BLOCK + slot).unwrap_or(NOWHERE);
        }
    }
}
