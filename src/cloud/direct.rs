//! The direct API's wire types: pages, listings and stream frames (contract §3).

mod frame;
mod page;

pub use self::frame::{Decoded, decode};
pub use self::page::{listing, users_page};
