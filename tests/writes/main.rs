//! Writes from end to end: the real flows, and the real program, against the embedded organisation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up should stop there"
)]

mod callbacks;
mod command;
#[path = "../common/all.rs"]
mod common;
mod crash;
mod fleet;
mod jobs;
mod lost;
mod record;
mod rig;
mod waiting;
mod webhooks;
