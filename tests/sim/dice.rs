//! Where everything that is drawn comes from: one number. Each part of the world draws from a lane of its own, so that taking one
//! part away does not change what the others do.

/// A lane of numbers (`SplitMix64`: one word of state, and no crate that could draw otherwise in a later version).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The lane of that number, of that seed.
    pub fn of(seed: u64, lane: u64) -> Self {
        let mut dice = Self(seed ^ lane.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.draw();
        dice
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, and without, `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.draw() % n.max(1) as u64).unwrap()
    }

    /// From `low` up to, and without, `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap().max(1);
        low + i64::try_from(self.draw() % span).unwrap()
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.draw().is_multiple_of(n)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A hash of everything that happened, in order (FNV-1a): two runs of a seed have the same, or something drew elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace(u64);

impl Default for Trace {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Trace {
    pub fn note(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

thread_local! {
    static STORY: std::cell::RefCell<std::collections::VecDeque<String>> = const { std::cell::RefCell::new(std::collections::VecDeque::new()) };
}

/// What happened last is kept, to be read when something is found.
const KEPT: usize = 4_000;

thread_local! {
    static TELLS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// From now on what happens is noted, in this thread.
pub fn tell_story() {
    TELLS.set(true);
}

/// Notes what happens, in a line, where anybody wants to know.
pub fn story(line: impl FnOnce() -> String) {
    if !TELLS.get() {
        return;
    }
    STORY.with_borrow_mut(|story| {
        if story.len() == KEPT {
            story.pop_front();
        }
        story.push_back(line());
    });
}

/// What happened last, and nothing of it any more.
pub fn end_of_story() -> Vec<String> {
    STORY.take().into()
}
