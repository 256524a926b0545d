//! Asynchronous jobs of this run and of earlier ones: one row each, whoever spoke of it first.

mod figures;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use self::figures::JobFigures;

use crate::model::JobId;
use crate::model::flow::FlowId;
use crate::model::hook::Hook;
use crate::model::job::{By, JOBS_KEPT, Job, JobEvent, JobKey, JobState};
use crate::text::Text;

/// One job, and who follows it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// What is known of it.
    pub job: Job,
    /// The flow of this console that follows it.
    pub flow: Option<FlowId>,
    /// The flow that worked on it last, for its steps; it may be forgotten by now.
    pub worked: Option<FlowId>,
    /// It is of an earlier run, and this one has heard nothing of it.
    recalled: bool,
}

impl JobRow {
    fn new(job: Job) -> Self {
        Self {
            job,
            flow: None,
            worked: None,
            recalled: false,
        }
    }

    /// Whether what is known of it is of an earlier run, and may be otherwise by now. What is over stays as it ended.
    #[must_use]
    pub fn remembered(&self) -> bool {
        self.recalled && !self.job.phase().ended()
    }

    /// The state on screen, in filters and in exports.
    #[must_use]
    pub fn state(&self) -> &'static str {
        if self.remembered() {
            "remembered"
        } else {
            self.job.state().word()
        }
    }
}

/// The jobs, by what their rows are known by.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    rows: BTreeMap<JobKey, JobRow>,
    ids: HashMap<JobId, JobKey>,
    /// Rows that a restart would miss something of.
    unsaved: BTreeSet<JobKey>,
    dropped: u64,
    generation: u64,
    /// Whether the organisation can tell of them.
    pub hook: Hook,
}

impl Jobs {
    /// Takes in an event of a row; `flow` is who told of it.
    pub fn apply(&mut self, key: &JobKey, flow: Option<FlowId>, event: JobEvent) {
        if !self.rows.contains_key(key) && !self.make_room() {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let row = self.rows.entry(key.clone());
        let row = row.or_insert_with(|| JobRow::new(Job::new(key.clone())));
        row.recalled &= flow.is_none() && !speaks_of_now(&event);
        let before = row.job.clone();
        row.job.apply(event);
        row.flow = flow.or(row.flow);
        row.worked = flow.or(row.worked);
        let worth_keeping = matters(&before, &row.job);
        let id = row.job.id.clone();
        if worth_keeping {
            self.unsaved.insert(key.clone());
        }
        self.generation += 1;
        if let Some(id) = id {
            self.unite(id, key);
        }
    }

    /// The key of the job with that id: its row's, or the one that a row of it will have.
    #[must_use]
    pub fn key_of(&self, id: &JobId) -> JobKey {
        let known = self.ids.get(id).cloned();
        known.unwrap_or_else(|| JobKey(id.0.clone()))
    }

    /// Whether a row speaks of the job with that id.
    #[must_use]
    pub fn knows(&self, id: &JobId) -> bool {
        self.ids.contains_key(id)
    }

    /// Takes in rows of earlier runs: until this one hears of them they are only remembered.
    pub fn recall(&mut self, jobs: Vec<Job>) {
        let keys = jobs.iter().map(|job| job.key.clone());
        let new: Vec<JobKey> = keys.filter(|key| !self.rows.contains_key(key)).collect();
        self.restore(jobs);
        for key in new {
            if let Some(row) = self.rows.get_mut(&key) {
                row.recalled = true;
            }
        }
    }

    /// Takes in rows of earlier runs, and of other consoles.
    pub fn restore(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            let key = job.key.clone();
            if let Some(row) = self.rows.get_mut(&key) {
                row.job.reconcile(job);
            } else if self.make_room() {
                self.rows.insert(key.clone(), JobRow::new(job));
            } else {
                self.dropped = self.dropped.saturating_add(1);
            }
            let id = self.rows.get(&key).and_then(|row| row.job.id.clone());
            if let Some(id) = id {
                self.unite(id, &key);
            }
        }
        self.generation += 1;
    }

    /// A flow has ended: it follows nothing any more.
    pub fn released(&mut self, flow: FlowId) {
        for row in self.rows.values_mut().filter(|row| row.flow == Some(flow)) {
            row.flow = None;
            self.generation += 1;
        }
    }

    /// Rows to be written down since the last call.
    pub fn take_unsaved(&mut self) -> Vec<Job> {
        let keys = std::mem::take(&mut self.unsaved);
        let rows = keys.iter().filter_map(|key| self.rows.get(key));
        rows.map(|row| row.job.clone()).collect()
    }

    /// One row.
    #[must_use]
    pub fn get(&self, key: &JobKey) -> Option<&JobRow> {
        self.rows.get(key)
    }

    /// All rows, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &JobRow> {
        let mut rows: Vec<&JobRow> = self.rows.values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.job.began(), &row.job.key)));
        rows.into_iter()
    }

    /// Those that make something of that name, the newest first.
    pub fn named(&self, name: &Text) -> impl Iterator<Item = &JobRow> {
        let mut rows: Vec<&JobRow> = self
            .rows
            .values()
            .filter(|row| row.job.name == *name)
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.job.began(), &row.job.key)));
        rows.into_iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many say that of themselves; those that are only remembered say nothing.
    #[must_use]
    pub fn count(&self, state: JobState) -> usize {
        let rows = self.rows.values();
        rows.filter(|row| !row.remembered() && row.job.state() == state)
            .count()
    }

    /// Jobs that found no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A number that is different whenever a row is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Success and latency over all rows.
    #[must_use]
    pub fn figures(&self) -> JobFigures {
        JobFigures::of(self.rows.values().map(|row| &row.job))
    }

    /// Two rows that turn out to be of one job become one: that of the submit, where there is one.
    fn unite(&mut self, id: JobId, key: &JobKey) {
        let Some(other) = self.ids.insert(id.clone(), key.clone()) else {
            return;
        };
        if other == *key || !self.rows.contains_key(&other) {
            return;
        }
        let ours = |key: &JobKey| key.0 != id.0;
        let (stays, goes) = if ours(key) || !ours(&other) {
            (key.clone(), other)
        } else {
            (other, key.clone())
        };
        if let Some(gone) = self.rows.remove(&goes)
            && let Some(row) = self.rows.get_mut(&stays)
        {
            row.flow = row.flow.or(gone.flow);
            row.worked = row.worked.or(gone.worked);
            row.job.absorb(gone.job);
        }
        self.unsaved.remove(&goes);
        self.unsaved.insert(stays.clone());
        self.ids.insert(id, stays);
    }

    /// Whether there is room for a row more; the oldest that is over makes some.
    fn make_room(&mut self) -> bool {
        if self.rows.len() < JOBS_KEPT {
            return true;
        }
        let over = self.rows.values().filter(|row| row.job.phase().ended());
        let oldest = over.min_by_key(|row| row.job.began());
        let Some(key) = oldest.map(|row| row.job.key.clone()) else {
            return false;
        };
        if let Some(id) = self.rows.remove(&key).and_then(|row| row.job.id) {
            self.ids.remove(&id);
        }
        self.unsaved.remove(&key);
        true
    }
}

/// Whether an event tells how a job is in this run. What the audit has of its submit is as old as that.
fn speaks_of_now(event: &JobEvent) -> bool {
    match event {
        JobEvent::Heard { by, .. } => *by != By::Submit,
        JobEvent::Doubted(_) => true,
        _ => false,
    }
}

/// Whether a restart would miss the difference: not that a poll was answered once more.
fn matters(before: &Job, after: &Job) -> bool {
    let mut counted = before.clone();
    (counted.polls, counted.deliveries) = (after.polls, after.deliveries);
    counted.heard = after.heard;
    counted != *after || before.state() != after.state()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::{Phase, Word};
    use crate::time::Millis;

    fn key(key: &str) -> JobKey {
        JobKey(key.into())
    }

    fn submitting(at: i64) -> JobEvent {
        JobEvent::Submitting {
            at: Millis(at),
            name: "edge-01".into(),
            body: None,
        }
    }

    fn heard(at: i64, by: By, id: &str, phase: Phase) -> JobEvent {
        JobEvent::Heard {
            at: Millis(at),
            by,
            word: Word {
                id: Some(id.into()),
                phase: Some(phase),
                ..Word::default()
            },
        }
    }

    #[test]
    fn a_delivery_before_the_answer_to_the_submit_meets_it_on_one_row() {
        let mut jobs = Jobs::default();
        jobs.apply(&key("audit-7"), Some(FlowId(1)), submitting(0));
        let unknown = jobs.key_of(&"job-1".into());
        jobs.apply(
            &unknown,
            None,
            heard(5, By::Webhook, "job-1", Phase::Completed),
        );
        assert_eq!(jobs.len(), 2);
        let answer = heard(6, By::Submit, "job-1", Phase::Running);
        jobs.apply(&key("audit-7"), Some(FlowId(1)), answer);
        assert_eq!(jobs.len(), 1);
        let row = jobs.get(&key("audit-7")).unwrap();
        assert_eq!(row.job.state(), JobState::Completed);
        assert_eq!((row.flow, row.job.deliveries), (Some(FlowId(1)), 1));
        assert_eq!(jobs.key_of(&"job-1".into()), key("audit-7"));
    }

    #[test]
    fn a_job_of_an_earlier_run_is_remembered_until_this_one_hears_of_it() {
        let mut earlier = Jobs::default();
        for (name, phase) in [("a", Phase::Running), ("b", Phase::Completed)] {
            earlier.apply(&key(name), None, submitting(0));
            earlier.apply(&key(name), None, heard(1, By::Poll, name, phase));
        }
        let mut jobs = Jobs::default();
        jobs.recall(earlier.take_unsaved());
        let state = |jobs: &Jobs, name: &str| jobs.get(&key(name)).unwrap().state();
        assert_eq!(state(&jobs, "a"), "remembered");
        assert_eq!(state(&jobs, "b"), "completed", "what is over stays so");
        assert_eq!(jobs.count(JobState::Running), 0);
        // The audit's word on the submit is as old.
        jobs.apply(&key("a"), None, heard(0, By::Submit, "a", Phase::Queued));
        assert_eq!(state(&jobs, "a"), "remembered");
        jobs.apply(&key("a"), None, heard(9, By::Poll, "a", Phase::Running));
        assert_eq!(state(&jobs, "a"), "running");
        assert_eq!(jobs.count(JobState::Running), 1);
    }

    #[test]
    fn what_a_restart_would_miss_is_written_down_and_a_poll_more_is_not() {
        let mut jobs = Jobs::default();
        jobs.apply(&key("a"), None, submitting(0));
        jobs.apply(&key("a"), None, heard(1, By::Poll, "job-1", Phase::Running));
        assert_eq!(jobs.take_unsaved().len(), 1);
        jobs.apply(&key("a"), None, heard(2, By::Poll, "job-1", Phase::Running));
        assert!(jobs.take_unsaved().is_empty());
        jobs.apply(
            &key("a"),
            None,
            heard(3, By::Poll, "job-1", Phase::Completed),
        );
        assert_eq!(jobs.take_unsaved().len(), 1);
    }

    #[test]
    fn what_is_over_makes_room_and_what_is_not_does_not() {
        let mut jobs = Jobs::default();
        for (n, at) in (0..JOBS_KEPT).zip(0..) {
            jobs.apply(&key(&format!("k{n}")), None, submitting(at));
        }
        jobs.apply(&key("late"), None, submitting(0));
        assert_eq!((jobs.len(), jobs.dropped()), (JOBS_KEPT, 1));
        jobs.apply(&key("k3"), None, heard(9, By::Poll, "job-3", Phase::Failed));
        jobs.apply(&key("late"), None, submitting(0));
        assert!(jobs.get(&key("late")).is_some() && jobs.get(&key("k3")).is_none());
        assert!(!jobs.knows(&"job-3".into()));
    }
}
