//! The feeds against the embedded organisation: whatever goes wrong, what is known ends up equal to what is.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "a patience is copied once a test"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up should stop there"
)]

mod carriers;
#[path = "../common/all.rs"]
mod common;
mod coverage;
mod departed;
mod faults;
mod follow;
mod sockets;
mod source;
mod vendor;
mod watch;
