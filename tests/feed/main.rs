//! The feeds against the embedded organisation: whatever goes wrong, what is known ends up equal to what is.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up should stop there"
)]

mod carriers;
mod faults;
mod follow;
mod sockets;
mod watch;
