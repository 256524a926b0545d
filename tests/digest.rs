//! What happened while somebody was away, for whoever takes over, and sent to somebody else: all of it out of the record.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "digest/away.rs"]
mod away;
#[path = "common/all.rs"]
mod common;
#[path = "digest/packet.rs"]
mod packet;
#[path = "digest/served.rs"]
mod served;
#[path = "digest/told.rs"]
mod told;
