//! The deploy pipeline of routes against the embedded organisation, and against one that a test scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

mod buses;
mod commands;
mod embedded;
mod genesys;
mod pipeline;
mod race;
mod rig;
mod scripted;
#[allow(
    dead_code,
    reason = "shared with the tests of the cloud, which need more of it"
)]
#[path = "../cloud/server.rs"]
mod server;
mod triggers;
