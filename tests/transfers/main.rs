//! Transfers: the session against a scripted socket, the flow against the embedded organisation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up should stop there"
)]

#[path = "../common/all.rs"]
mod common;
#[expect(dead_code, reason = "the rig is the write tests' own")]
#[path = "../writes/rig.rs"]
mod writes;

mod command;
mod far;
mod flow;
mod handover;
mod many;
mod rig;
mod session;
