//! The listener, asked over real sockets while the application runs against the embedded organisation.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "the lint knows test functions but not their helpers; what is not tried is said in words"
)]

#[path = "listen/admission.rs"]
mod admission;
#[path = "listen/answers.rs"]
mod answers;
#[path = "listen/askers.rs"]
mod askers;
#[path = "common/all.rs"]
mod common;
#[path = "listen/crowd.rs"]
mod crowd;
#[path = "listen/hooks.rs"]
mod hooks;
#[path = "listen/house.rs"]
mod house;
#[path = "listen/program.rs"]
mod program;
#[path = "listen/ready.rs"]
mod ready;
#[path = "listen/resolve.rs"]
mod resolve;
#[path = "listen/socket.rs"]
mod socket;
