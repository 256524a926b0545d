//! The forms of a callback: one that is booked, and another time for it. Where a callback is a reservation of slots they are
//! in [`direct`] (contract §10), where it is a conversation that waits in [`platform`].

pub mod direct;
mod known;
pub mod platform;

use super::{Check, CheckVerdict};
use crate::model::phone::Phone;

pub use self::known::Known;

/// Numbers of one callback that are looked at.
const MOST_NUMBERS: usize = 10;

/// Whose number it is, once it is one.
fn number_check(path: impl Into<String>, number: &Phone) -> Option<Check> {
    let country = number.country().ok()?;
    let (verdict, sentence) = if country.assigned {
        (CheckVerdict::Good, country.to_string())
    } else {
        let doubt = format!("{country}: not a number of its plan, as far as is known");
        (CheckVerdict::Warning, doubt)
    };
    Some(Check::known(path, "number", verdict, sentence))
}
