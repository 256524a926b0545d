//! The audit: what is on disk, what is found when somebody meddles with it, and what survives a crash.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up should stop there"
)]

mod append;
mod command;
mod crash;
mod meddle;

use std::path::Path;

use trunkline::audit::{Audit, Entry};

/// The profile of these tests.
const PROFILE: &str = "acme-prod";

/// A write as its feature hands it in.
fn entry(number: u64) -> Entry {
    Entry {
        action: "route.create".to_owned(),
        operator: "ana".to_owned(),
        subject: format!("queue-events-{number}"),
        method: "POST".to_owned(),
        path: "/api/v2/outbound/integrations".to_owned(),
        ..Entry::default()
    }
}

fn open(state: &Path) -> Audit {
    Audit::open(state, PROFILE).unwrap()
}

fn path(state: &Path) -> std::path::PathBuf {
    state.join("audit/acme-prod.jsonl")
}
