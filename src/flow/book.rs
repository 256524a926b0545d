//! Jobs on disk, so that a restart knows what is still to be followed, and what became of the rest.
//!
//! Consoles and commands of one profile write to it in turn, each the rows that it knows more of; copies of one row are
//! joined, so a console that knows less takes nothing back.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ledger::{Held, Keep, Ledger, LedgerError};
use crate::model::job::{JOBS_KEPT, Job, JobKey};

/// The rows of a profile.
#[derive(Debug, Default)]
struct Book {
    jobs: BTreeMap<JobKey, Job>,
}

impl Keep for Book {
    type Record = Job;
    const FOLDER: &'static str = "jobs";
    const LOSS: &'static str = "Jobs are followed, but a restart may forget them";

    fn take(&mut self, job: Job) {
        match self.jobs.get_mut(&job.key) {
            Some(known) => known.reconcile(job),
            None => {
                self.jobs.insert(job.key.clone(), job);
            }
        }
        if self.jobs.len() > JOBS_KEPT {
            let oldest = self
                .jobs
                .values()
                .min_by_key(|job| (!job.phase().ended(), job.began()));
            if let Some(key) = oldest.map(|job| job.key.clone()) {
                self.jobs.remove(&key);
            }
        }
    }

    fn records(&self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.jobs.values().cloned().collect();
        jobs.sort_by_key(Job::began);
        jobs
    }

    fn len(&self) -> usize {
        self.jobs.len()
    }
}

/// What earlier runs and other consoles have written down. It waits for the disk, and its turn.
pub fn read(state_dir: &Path, profile: &str) -> Result<Held<Job>, LedgerError> {
    Ok(Ledger::<Book>::wait(state_dir, profile)?.1)
}

/// Writes rows down; they are on disk when this returns. It waits for the disk, and its turn.
pub fn keep(state_dir: &Path, profile: &str, jobs: &[Job]) -> Result<(), LedgerError> {
    let (mut ledger, _) = Ledger::<Book>::wait(state_dir, profile)?;
    ledger.append(jobs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::{By, JobEvent, JobState, Phase, Word};
    use crate::time::Millis;

    fn job(phase: Phase) -> Job {
        let mut job = Job::new(JobKey("a".into()));
        job.apply(JobEvent::Heard {
            at: Millis(1),
            by: By::Poll,
            word: Word {
                id: Some("job-1".into()),
                phase: Some(phase),
                ..Word::default()
            },
        });
        job
    }

    #[test]
    fn a_console_that_knows_less_takes_nothing_back() {
        let state = tempfile::tempdir().unwrap();
        keep(state.path(), "p", &[job(Phase::Completed)]).unwrap();
        keep(state.path(), "p", &[job(Phase::Running)]).unwrap();
        let held = read(state.path(), "p").unwrap();
        assert_eq!((held.records.len(), held.unreadable), (1, 0));
        assert_eq!(held.records[0].state(), JobState::Completed);
    }
}
