//! What the suites share, so that none has a copy of its own. A folder and no file beside the suites: it is no suite itself, and each
//! takes it in by its path.

#![allow(dead_code, reason = "every suite uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up should stop there"
)]

pub mod child;
pub mod control;
pub mod ground;
pub mod program;
pub mod ran;
pub mod screen;
pub mod server;
