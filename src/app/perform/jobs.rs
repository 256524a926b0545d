//! Reads and writes the jobs on disk.

use tokio::task::spawn_blocking;

use super::flows::{FlowStarter, lock};
use crate::app::event::Done;
use crate::config::Profile;
use crate::flow::book;
use crate::model::job::Job;

impl FlowStarter {
    /// Reads what earlier runs have written down; where nothing is kept there is nothing to read.
    pub(super) fn read_jobs(&self, profile: Option<&Profile>) {
        let (Some(state_dir), Some(profile)) = (self.state_dir.clone(), profile) else {
            return;
        };
        let (name, done) = (profile.name.clone(), self.done.clone());
        spawn_blocking(move || {
            let (jobs, warning) = match book::read(&state_dir, &name) {
                Ok(held) if held.unreadable == 0 => (held.records, None),
                Ok(held) => {
                    let lines = held.unreadable;
                    let text = format!(
                        "{lines} lines of the jobs on disk could not be read and are left out"
                    );
                    (held.records, Some(text))
                }
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            let _ = done.send(Done::JobsRead(jobs, warning));
        });
    }

    /// Waits until all rows are on disk that were to be written down.
    pub(super) async fn finish(&self) {
        let mut writing = std::mem::take(&mut *lock(&self.writing));
        while writing.join_next().await.is_some() {}
    }

    /// Writes rows down.
    pub(super) fn keep_jobs(&self, profile: Option<&Profile>, jobs: Vec<Job>) {
        let (Some(state_dir), Some(profile)) = (self.state_dir.clone(), profile) else {
            return;
        };
        let (name, done) = (profile.name.clone(), self.done.clone());
        let mut writing = lock(&self.writing);
        while writing.try_join_next().is_some() {}
        writing.spawn_blocking(move || {
            if let Err(error) = book::keep(&state_dir, &name, &jobs) {
                let _ = done.send(Done::Failed(error.to_string()));
            }
        });
    }
}
