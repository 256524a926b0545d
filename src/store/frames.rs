//! The last stream frames as they came, for the raw view of a row, in a bounded number of bytes.

use std::collections::VecDeque;

/// Bytes kept of all frames together.
const CAPACITY: usize = 2 << 20;
/// Bytes kept of one frame; a longer one is cut.
const FRAME: usize = 4 << 10;
/// Frames kept, however small they are.
const COUNT: usize = 16 << 10;

/// Frames in order of arrival. They are copied into one buffer: a frame handed over by the socket would keep its
/// whole read buffer alive.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: VecDeque<u8>,
    kept: VecDeque<(u32, u16)>,
}

impl Frames {
    /// Keeps a frame of a row, and forgets the oldest ones for it where needed.
    pub(super) fn push(&mut self, row: u32, frame: &[u8]) {
        let frame = frame.get(..FRAME).unwrap_or(frame);
        let Ok(len) = u16::try_from(frame.len()) else {
            return;
        };
        while self.kept.len() >= COUNT || self.bytes.len() + frame.len() > CAPACITY {
            let Some((_, oldest)) = self.kept.pop_front() else {
                return;
            };
            self.bytes.drain(..usize::from(oldest));
        }
        self.bytes.extend(frame);
        self.kept.push_back((row, len));
    }

    /// The newest frame of a row, unless newer ones of other rows took its place. Looks through all that is kept, so
    /// it is for the one row that a person looks at.
    pub(super) fn newest(&self, row: u32) -> Option<Vec<u8>> {
        let mut end = self.bytes.len();
        for &(of, len) in self.kept.iter().rev() {
            let start = end.checked_sub(usize::from(len))?;
            if of == row {
                return Some(self.bytes.range(start..end).copied().collect());
            }
            end = start;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_frame_of_a_row_is_found_until_others_push_it_out() {
        let mut frames = Frames::default();
        frames.push(1, b"first");
        frames.push(2, b"other");
        frames.push(1, b"second");
        assert_eq!(frames.newest(1).as_deref(), Some(&b"second"[..]));
        assert_eq!(frames.newest(2).as_deref(), Some(&b"other"[..]));
        assert_eq!(frames.newest(3), None);
        for _ in 0..CAPACITY / FRAME {
            frames.push(9, &[b'x'; FRAME + 1]);
        }
        assert_eq!(frames.newest(1), None);
        assert_eq!(frames.newest(9).map(|frame| frame.len()), Some(FRAME));
        assert!(frames.bytes.len() <= CAPACITY);
    }
}
