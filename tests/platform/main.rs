//! The Platform API, console and organisation together: every request that is made, every answer and topic that is used.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the lint knows test functions but not their helpers"
)]
#![allow(
    clippy::large_types_passed_by_value,
    reason = "a patience is copied once a test"
)]

mod callbacks;
mod channels;
mod closeup;
#[path = "../common/all.rs"]
mod common;
mod duty;
mod estate;
mod grant;
mod live;
mod rig;
mod rivals;
mod seam;
mod sockets;
mod sweep;
mod talk;
mod watch;
