//! The deploy pipeline of routes against the embedded organisation, and against one that a test scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

mod buses;
mod commands;
#[path = "../common/all.rs"]
mod common;
mod embedded;
mod genesys;
mod pipeline;
mod race;
mod rig;
mod scripted;
mod triggers;
