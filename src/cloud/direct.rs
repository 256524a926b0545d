//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §8).

mod carriers;
mod edges;
mod frame;
mod jobs;
mod interactions;
mod page;
mod routes;
pub mod transfer;

pub use self::carriers::carriers;
pub use self::edges::edges;
pub use self::frame::{Decoded, decode};
pub use self::jobs::{Listed, job, jobs};
pub use self::interactions::{interaction, interactions};
pub use self::page::{listing, users_page};
pub use self::routes::{deliveries, event_types, route, routes};
