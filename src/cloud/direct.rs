//! The direct API's wire types: pages, listings and stream frames (contract §3, §4, §8).

mod carriers;
mod frame;
mod interactions;
mod page;
pub mod transfer;

pub use self::carriers::carriers;
pub use self::frame::{Decoded, decode};
pub use self::interactions::{interaction, interactions};
pub use self::page::{listing, users_page};
