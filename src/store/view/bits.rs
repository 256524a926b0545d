//! A mark a row, by the number of the row.

/// The marked rows.
#[derive(Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Whether a row is marked.
    pub(super) fn has(&self, row: u32) -> bool {
        let word = self.0.get(row as usize / 64);
        word.is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Marks a row or takes its mark away; says whether that is another mark than before.
    pub(super) fn set(&mut self, row: u32, on: bool) -> bool {
        if self.has(row) == on {
            return false;
        }
        let word = row as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] ^= 1 << (row % 64);
        true
    }

    /// How many of these are marked.
    pub(super) fn count<'a>(&self, rows: impl IntoIterator<Item = &'a u32>) -> i32 {
        let marked = rows.into_iter().filter(|row| self.has(**row)).count();
        i32::try_from(marked).unwrap_or(i32::MAX)
    }
}
