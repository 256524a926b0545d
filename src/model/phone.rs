//! Telephone numbers of callers: shown masked, whole only where someone means it.

mod clock;

use std::fmt;

use phonelib::{PhoneNumber, countries_by_calling_code};
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Digits of a number, country code included (ITU-T E.164 §6.2).
const DIGITS: std::ops::RangeInclusive<usize> = 2..=15;

/// Digits that stay readable at either end: enough to tell two reservations apart, too few to call.
const SHOWN: usize = 2;

/// What the numbering tables call the calling codes that belong to no country (UN M.49).
const WORLD: &str = "001";

/// A number as it came. `Display` and `Debug` mask it, so that no log, error or audit line holds a whole one by accident;
/// as JSON it is whole, because a request for a callback is about nothing else.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(Text);

/// What is wrong with a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// Not `+` and digits.
    #[error(
        "write it as E.164: a plus sign, the country code and the number, digits only, as in +14155550199"
    )]
    Form,
    /// No country has it.
    #[error("{0}: no country calls a number like this")]
    Plan(String),
}

impl Phone {
    /// The whole number: for requests, and for the screen while someone asks to see it.
    #[must_use]
    pub fn raw(&self) -> &Text {
        &self.0
    }

    /// The number as it may be kept and shown: masked once, it shows as before.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self(Text::from(self.to_string()))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its country, as ISO 3166 spells it, once it is a number that some country may have (contract §10, E.164).
    pub fn country(&self) -> Result<Country, PhoneFault> {
        let raw = self.0.raw();
        let digits = raw.strip_prefix('+').ok_or(PhoneFault::Form)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || !DIGITS.contains(&digits.len()) || digits.starts_with('0') {
            return Err(PhoneFault::Form);
        }
        if let Ok(number) = PhoneNumber::try_parse(raw) {
            return Ok(Country {
                code: number.country_code(),
                name: Some(number.country().code)
                    .filter(|name| *name != WORLD)
                    .map(ToOwned::to_owned),
                assigned: true,
            });
        }
        // No plan has such a number; whether a country has such a calling code is another question (at most three digits).
        let code = (1..=3).find_map(|length| {
            let code = digits.get(..length)?.parse().ok()?;
            (!countries_by_calling_code(code).is_empty()).then_some(code)
        });
        let code = code.ok_or_else(|| PhoneFault::Plan(self.to_string()))?;
        Ok(Country {
            code,
            name: None,
            assigned: false,
        })
    }
}

/// Where a number is, as the numbering plans tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    /// The calling code.
    pub code: u32,
    /// The two letters of the country or territory; none for a number that no plan has.
    pub name: Option<String>,
    /// Whether the country's plan, as this version knows it, has numbers of this length (in North America: of this area
    /// code too). Plans change, so a number that no plan has is a doubt and no fault.
    pub assigned: bool,
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} (+{})", self.code),
            None => write!(f, "+{}", self.code),
        }
    }
}

impl From<&str> for Phone {
    fn from(raw: &str) -> Self {
        Self(Text::from(raw))
    }
}

impl fmt::Display for Phone {
    /// The plus sign and two digits, a dot for each further one, the last two digits. What is too short for that is dots
    /// alone, and so is what is no number: a name in this field is as private as a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = self.0.raw();
        let (plus, digits) = match raw.strip_prefix('+') {
            Some(digits) => ("+", digits),
            None => ("", raw),
        };
        let digits: Vec<char> = digits.chars().collect();
        let dots = |count: usize| "•".repeat(count.min(*DIGITS.end()));
        let number = digits.iter().all(|c| c.is_ascii_digit() || *c == '•');
        match digits.len().checked_sub(2 * SHOWN) {
            Some(hidden @ 2..) if number => {
                let shown = |part: &[char]| part.iter().collect::<String>();
                let (head, rest) = digits.split_at(SHOWN);
                let (head, tail) = (shown(head), shown(&rest[hidden..]));
                f.pad(&format!("{plus}{head}{}{tail}", dots(hidden)))
            }
            _ => f.pad(&dots(digits.len())),
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_masked_wherever_it_is_printed() {
        let phone = Phone::from("+14155550199");
        assert_eq!(phone.to_string(), "+14•••••••99");
        assert_eq!(format!("{phone:?}"), "Phone(+14•••••••99)");
        assert_eq!(phone.raw().raw(), "+14155550199");
        assert_eq!(Phone::from("+123").to_string(), "•••");
        assert_eq!(Phone::from("Ana Petrova").to_string(), "•••••••••••");
        assert_eq!(Phone::from("+1\u{1b}[2J").to_string(), "•••••");
        let long = Phone::from("9".repeat(1 << 20).as_str()).to_string();
        assert_eq!(long.chars().count(), 2 + 15 + 2);
    }

    #[test]
    fn the_country_is_told() {
        let country = |raw: &str| Phone::from(raw).country().map(|c| c.to_string());
        assert_eq!(country("+14155550199"), Ok("US (+1)".to_owned()));
        assert_eq!(country("+493012345678"), Ok("DE (+49)".to_owned()));
        assert_eq!(country("+61255501234"), Ok("AU (+61)".to_owned()));
        assert_eq!(country("+80012345678"), Ok("+800".to_owned()));
        assert_eq!(
            country("+49"),
            Ok("+49".to_owned()),
            "too short for any plan"
        );
        assert!(Phone::from("+14155550199").country().unwrap().assigned);
        assert!(!Phone::from("+11155550199").country().unwrap().assigned);
    }

    #[test]
    fn what_is_not_e164_is_refused_and_never_quoted_whole() {
        for raw in [
            "",
            "+",
            "4155550199",
            "+0415555019",
            "+1 415 555 0199",
            "+1415555019912345",
            "+1415555x199",
            "tel:+1",
            "+١٤١٥",
        ] {
            assert_eq!(Phone::from(raw).country(), Err(PhoneFault::Form), "{raw}");
        }
        let unknown = Phone::from("+999123456789").country().unwrap_err();
        assert!(matches!(unknown, PhoneFault::Plan(_)), "{unknown:?}");
        assert!(!unknown.to_string().contains("123456"), "{unknown}");
    }
}
