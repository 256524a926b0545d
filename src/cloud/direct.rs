//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §8).
//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §10).

mod callbacks;
mod carriers;
mod edges;
mod frame;
mod interactions;
mod jobs;
mod page;
mod routes;
pub mod transfer;
mod webhooks;

pub use self::callbacks::{callback, callbacks, queue, queues, update, webhook};
pub use self::carriers::carriers;
pub use self::edges::edges;
pub use self::frame::{Decoded, decode};
pub use self::interactions::{interaction, interactions};
pub use self::jobs::{Listed, job, jobs};
pub use self::page::{listing, users_page};
pub use self::routes::{deliveries, event_types, route, routes};
pub use self::webhooks::webhooks;
