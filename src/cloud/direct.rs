//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §8).
//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §10).

mod callbacks;
mod carriers;
mod edges;
mod frame;
mod interactions;
mod jobs;
mod page;
pub mod transfer;

pub use self::callbacks::{callbacks, queue, queues, update};
pub use self::carriers::carriers;
pub use self::edges::edges;
pub use self::frame::{Decoded, decode};
pub use self::interactions::{interaction, interactions};
pub use self::jobs::{Listed, job, jobs};
pub use self::page::{listing, users_page};
