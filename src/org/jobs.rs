//! The provisioning jobs (contract §7): what was submitted, how far each is, and the connections that came of them.
//!
//! A few jobs run at once and the others queue. A job that completes has made a WebRTC connection, which is a device of
//! some user from then on; a job that fails says why. Both are told to the webhooks that asked for them.

mod provision;
mod run;
mod serve;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use compact_str::{CompactString, format_compact};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::provision::Provision;
pub(super) use self::serve::OPERATIONS;
use super::edges::{self, Edge};

/// The most jobs that run at once; the next ones queue.
const AT_ONCE: usize = 8;

/// The most jobs that are remembered; past it the oldest that has ended is forgotten.
const KEPT: usize = 5_000;

/// How far a job is (contract §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum JobStatus {
    Queued,
    Running,
    Completed,
    Failed,
}

/// What a completed job made.
#[derive(Clone, Debug, Serialize)]
struct JobResult {
    id: CompactString,
    name: CompactString,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Failure {
    code: &'static str,
    message: String,
}

/// One job, as the wire shows it. The name and the time are beyond the contract: a console that lost the answer to a
/// submit finds its job by them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Job {
    id: CompactString,
    name: CompactString,
    status: JobStatus,
    results: Vec<JobResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    date_created: Timestamp,
}

/// Every job and what came of them.
pub(super) struct Jobs {
    /// Oldest first.
    known: VecDeque<Job>,
    /// How many were submitted, forgotten ones included.
    submitted: u64,
    edges: Vec<Edge>,
    /// The names of the connections there are.
    connections: HashSet<CompactString>,
    slots: Arc<Semaphore>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            known: VecDeque::new(),
            submitted: 0,
            edges: edges::edges(),
            connections: HashSet::new(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Jobs {
    /// Notes a new job; none when every remembered one is still under way.
    fn add(&mut self, name: &str, status: JobStatus) -> Option<Job> {
        if self.known.len() >= KEPT {
            let ended = |job: &Job| matches!(job.status, JobStatus::Completed | JobStatus::Failed);
            self.known.remove(self.known.iter().position(ended)?);
        }
        let job = Job {
            id: format_compact!("job-{}", &Uuid::new_v4().simple().to_string()[..12]),
            name: name.into(),
            status,
            results: Vec::new(),
            error: None,
            date_created: Timestamp::now(),
        };
        self.submitted += 1;
        self.known.push_back(job.clone());
        Some(job)
    }

    fn job(&self, id: &str) -> Option<&Job> {
        self.known.iter().find(|job| job.id == id)
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Job)) -> Option<Job> {
        let job = self.known.iter_mut().find(|job| job.id == id)?;
        change(job);
        Some(job.clone())
    }

    /// Promises a connection its name and its room, or says why it cannot be made.
    fn promise(&mut self, asked: &Provision) -> Result<(), Failure> {
        let fail = |code, message| Err(Failure { code, message });
        let (name, edge) = (&asked.name, &asked.edge_id);
        if self.connections.contains(name.as_str()) {
            let message = format!("there is a connection named {name} already");
            return fail("duplicate.name", message);
        }
        let Some(edge) = self.edges.iter_mut().find(|known| known.id == edge) else {
            return fail("edge.not.found", format!("there is no edge {edge}"));
        };
        let sessions = asked.sessions();
        if let Err(left) = edge.reserve(sessions) {
            let id = edge.id;
            let message = format!("edge {id} has room for {left} sessions, not for {sessions}");
            return fail("edge.capacity", message);
        }
        self.connections.insert(name.as_str().into());
        Ok(())
    }

    /// Takes a promise back.
    fn withdraw(&mut self, asked: &Provision) {
        self.connections.remove(asked.name.as_str());
        let edge = self.edges.iter_mut().find(|edge| edge.id == asked.edge_id);
        if let Some(edge) = edge {
            edge.release(asked.sessions());
        }
    }

    /// The edges, and how much each has promised.
    pub(super) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// How many jobs were ever submitted.
    pub(super) const fn submitted(&self) -> u64 {
        self.submitted
    }

    /// How many connections were created.
    pub(super) fn created(&self) -> usize {
        self.connections.len()
    }
}
