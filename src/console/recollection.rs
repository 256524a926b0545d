//! Brings what the last run knew into this one before its first frame.

use std::path::Path;
use std::thread::{self, JoinHandle};

use crate::app::memory::organisation;
use crate::app::run::Runner;
use crate::config::Profile;
use crate::memory::{Memory, MemoryError, Recalled};
use crate::time::Clock;

/// A memory that is being read.
pub(super) struct Recollection {
    memory: Memory,
    reading: JoinHandle<Result<Recalled, MemoryError>>,
}

impl Recollection {
    /// Begins to read. None without a profile, or where the profile wants no memory: what an earlier run kept is removed then.
    pub(super) fn begin(profile: Option<&Profile>, state_dir: &Path) -> Option<Self> {
        let profile = profile?;
        let memory = Memory::new(state_dir, &profile.name, organisation(profile));
        if !profile.registrations.remember {
            if let Err(error) = memory.forget() {
                tracing::warn!("{error}");
            }
            return None;
        }
        let file = memory.clone();
        let reading = thread::spawn(move || file.load());
        Some(Self { memory, reading })
    }

    /// Shows what was read, and keeps what this run learns in its place.
    pub(super) fn end<S>(self, mut runner: Runner<S>) -> Runner<S> {
        // A reader that panicked has nothing to show.
        let recalled = self
            .reading
            .join()
            .unwrap_or_else(|_| Ok(Recalled::default()));
        runner.app.recall(recalled, Clock::Real.now());
        runner.remembering(self.memory)
    }
}
