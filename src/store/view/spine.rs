//! The blocks of an order, in order, with how many rows that are shown each has.

/// Blocks a group: a position is found by counting groups, then blocks.
const GROUP: usize = 64;

/// Which block comes when, and how much is before it. Blocks keep their numbers; only one that comes or goes
/// renumbers places.
#[derive(Debug, Default)]
pub(super) struct Spine {
    /// Block numbers in order.
    sequence: Vec<u32>,
    /// The place in the sequence by block number.
    places: Vec<u32>,
    /// Rows shown, by place.
    counts: Vec<u32>,
    /// Rows shown, by group of places.
    groups: Vec<u32>,
    /// Rows shown that are lost, by place.
    lost: Vec<u32>,
    /// Numbers of blocks that are gone.
    free: Vec<u32>,
    total: usize,
}

impl Spine {
    /// Blocks in order.
    pub(super) fn sequence(&self) -> &[u32] {
        &self.sequence
    }

    /// Rows shown.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn place(&self, block: usize) -> usize {
        self.places[block] as usize
    }

    /// Adds or takes rows shown of a block.
    pub(super) fn count(&mut self, block: usize, delta: i32) {
        let place = self.place(block);
        for count in [&mut self.counts[place], &mut self.groups[place / GROUP]] {
            *count = count.saturating_add_signed(delta);
        }
        self.total = self.total.saturating_add_signed(delta as isize);
    }

    /// Adds or takes rows shown of a block that are lost.
    pub(super) fn count_lost(&mut self, block: usize, delta: i32) {
        let place = self.place(block);
        self.lost[place] = self.lost[place].saturating_add_signed(delta);
    }

    /// Takes rows shown from one block to another, some of them lost.
    pub(super) fn shift(&mut self, from: usize, to: usize, shown: i32, lost: i32) {
        self.count(from, -shown);
        self.count(to, shown);
        self.count_lost(from, -lost);
        self.count_lost(to, lost);
    }

    /// Lost rows shown before a place.
    pub(super) fn lost_before(&self, place: usize) -> usize {
        let before = &self.lost[..place.min(self.lost.len())];
        before.iter().map(|&count| count as usize).sum()
    }

    /// Adds a block at a place and returns its number: a new one, or that of a block that is gone.
    pub(super) fn add(&mut self, place: usize) -> usize {
        let block = self.free.pop().unwrap_or_else(|| {
            self.places.push(0);
            u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
        });
        self.sequence.insert(place, block);
        self.counts.insert(place, 0);
        self.lost.insert(place, 0);
        self.renumber(place);
        block as usize
    }

    /// Takes a block without rows out of the order.
    pub(super) fn remove(&mut self, block: usize) {
        let place = self.place(block);
        self.free.push(self.sequence.remove(place));
        self.counts.remove(place);
        self.lost.remove(place);
        self.renumber(place);
    }

    fn renumber(&mut self, from: usize) {
        for (place, &block) in (0..).zip(&self.sequence).skip(from) {
            self.places[block as usize] = place;
        }
        let whole = from / GROUP;
        self.groups.truncate(whole);
        let changed = self.counts[whole * GROUP..].chunks(GROUP);
        self.groups
            .extend(changed.map(|group| group.iter().sum::<u32>()));
    }

    /// The place whose block has the row at a position, and how many shown rows of that block come before it.
    pub(super) fn find(&self, position: usize) -> Option<(usize, usize)> {
        let mut left = position;
        let mut skip = |counts: &[u32]| {
            counts.iter().position(|&count| {
                let here = left < count as usize;
                if !here {
                    left -= count as usize;
                }
                here
            })
        };
        let group = skip(&self.groups)?;
        let place = group * GROUP + skip(&self.counts[group * GROUP..])?;
        Some((place, left))
    }

    /// Rows shown before a block.
    pub(super) fn before(&self, block: usize) -> usize {
        let place = self.place(block);
        let group = place / GROUP;
        let groups = &self.groups[..group];
        let counts = &self.counts[group * GROUP..place];
        groups
            .iter()
            .chain(counts)
            .map(|&count| count as usize)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_blocks_agree_however_blocks_were_added() {
        let mut spine = Spine::default();
        for n in 0..200 {
            spine.add(n / 2);
            spine.count(n, i32::try_from(n % 3).unwrap());
        }
        assert_eq!(spine.total(), (0..200).map(|n| n % 3).sum::<usize>());
        let mut position = 0;
        for &block in spine.sequence() {
            let block = block as usize;
            assert_eq!(spine.before(block), position);
            for inside in 0..block % 3 {
                assert_eq!(spine.find(position), Some((spine.place(block), inside)));
                position += 1;
            }
        }
        assert_eq!(spine.find(position), None);
    }
}
