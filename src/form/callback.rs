//! The forms of a callback: one that is booked, and another time for it. Where a callback is a reservation of slots they are
//! in [`direct`] (contract §10), where it is a conversation that waits in [`platform`].

pub mod direct;
mod known;
pub mod platform;

use jiff::tz::TimeZone;

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

/// The first hour at which a caller is called without a second thought, and the first at which not any more.
const DAY: std::ops::Range<i8> = 8..21;

/// The moment of a callback by the queue's clock and by the caller's, side by side: where the number tells the caller's.
fn clock_check(
    path: impl Into<String>,
    number: &Phone,
    start: jiff::Timestamp,
    queue: &TimeZone,
) -> Option<Check> {
    let caller = number.zone()?;
    let by = |zone: &TimeZone| start.to_zoned(zone.clone());
    let shown = |time: &jiff::Zoned| time.strftime("%a %d %b %H:%M %Z").to_string();
    let theirs = by(&caller);
    let verdict = if DAY.contains(&theirs.hour()) {
        CheckVerdict::Good
    } else {
        CheckVerdict::Warning
    };
    let sentence = format!(
        "{} for the queue, {} for the caller, by the number",
        shown(&by(queue)),
        shown(&theirs)
    );
    Some(Check::known(path, "clocks", verdict, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Ask;

    #[test]
    fn both_clocks_are_side_by_side_and_a_call_at_night_is_warned_of() {
        let start = "2030-06-15T18:00:00Z".parse().unwrap();
        let queue = crate::model::zone::named("America/New_York").unwrap();
        let told = |number: &str| {
            let number = Phone::from(number);
            let check = clock_check("time_slot_matrix[0]", &number, start, &queue)?;
            match check.ask {
                Ask::Known(verdict, told) => Some((verdict, told)),
                Ask::World(_) => None,
            }
        };
        let (verdict, sentence) = told("+493012345678").unwrap();
        assert_eq!(
            (verdict, sentence.as_str()),
            (
                CheckVerdict::Good,
                "Sat 15 Jun 14:00 EDT for the queue, Sat 15 Jun 20:00 CEST for the caller, by the number"
            )
        );
        let (verdict, _) = told("+61255501234").unwrap();
        assert_eq!(
            verdict,
            CheckVerdict::Warning,
            "four in the morning in Sydney"
        );
        assert_eq!(told("+5511987654321"), None, "a country of several clocks");
    }
}
