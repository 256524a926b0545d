//! What stands in a column of a row, exactly: what filters compare, exports print and orders sort by.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::{Serialize, Serializer};

use crate::query;
use crate::text::{Text, collate, safe};
use crate::time::Millis;

/// One value. What has come from outside is raw in here; [`Value::csv`] makes it safe to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// There is none, or nobody knows it.
    None,
    /// One of our own words.
    Word(&'static str),
    /// Text, as it came.
    Text(Cow<'a, str>),
    /// A count, or days until something ends.
    Number(i64),
    /// A measure: percent, milliseconds with their fraction.
    Real(f64),
    /// A length of time, in milliseconds.
    Span(u64),
    /// A moment.
    Moment(Millis),
    /// Whether something is so.
    Flag(bool),
}

/// What a flag is in filters, on the screen and in a CSV.
pub const FLAGS: &[&str] = &["yes", "no"];

impl<'a> Value<'a> {
    /// Text that is owned, as it came.
    #[must_use]
    pub fn owned(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }

    /// Text that is owned by whoever owns the row, as it came.
    #[must_use]
    pub fn raw(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The same for a filter.
    #[must_use]
    pub fn asked(self) -> query::Value<'a> {
        match self {
            Self::None => query::Value::Unknown,
            Self::Word(word) => query::Value::Text(word.into()),
            Self::Text(text) => query::Value::Text(text),
            Self::Number(number) => query::Value::Number(number as f64),
            Self::Real(number) => query::Value::Number(number),
            Self::Span(ms) => query::Value::Number(ms as f64),
            Self::Moment(at) => query::Value::Moment(at),
            Self::Flag(flag) => query::Value::Text(word(flag).into()),
        }
    }

    /// The same for a cell of a CSV or of Markdown: exact, safe to show, empty where there is nothing.
    #[must_use]
    pub fn csv(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Word(word) => (*word).to_owned(),
            Self::Text(text) => safe(text).into_owned(),
            Self::Number(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Span(ms) => ms.to_string(),
            Self::Moment(at) => at.to_string(),
            Self::Flag(flag) => word(*flag).to_owned(),
        }
    }

    /// What rows are ordered by in this column. `words` are the words of the column in their order; what is not known
    /// comes last.
    #[must_use]
    pub fn rank(&self, words: &[&str]) -> Rank {
        match self {
            Self::None => Rank::Nothing,
            Self::Word(word) => {
                let place = words.iter().position(|known| known == word);
                Rank::Number(place.unwrap_or(words.len()) as f64)
            }
            Self::Text(text) => Rank::Text(collate::key(text)),
            Self::Number(number) => Rank::Number(*number as f64),
            Self::Real(number) => Rank::Number(*number),
            Self::Span(ms) => Rank::Number(*ms as f64),
            Self::Moment(at) => Rank::Number(at.0 as f64),
            Self::Flag(flag) => Rank::Number(f64::from(u8::from(!flag))),
        }
    }
}

const fn word(flag: bool) -> &'static str {
    if flag { FLAGS[0] } else { FLAGS[1] }
}

/// A value as an order compares it.
#[derive(Clone, Debug, PartialEq)]
pub enum Rank {
    /// A number, a moment, a place among words.
    Number(f64),
    /// The place of a text among others.
    Text(collate::SortKey),
    /// Nothing is known: last, whichever way the order goes.
    Nothing,
}

impl Rank {
    /// The order of two, in a direction.
    #[must_use]
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let order = match (self, other) {
            (Self::Nothing, Self::Nothing) => return Ordering::Equal,
            (Self::Nothing, _) => return Ordering::Greater,
            (_, Self::Nothing) => return Ordering::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // Within a column there is one sort of values; were there two, numbers would stand first.
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        if descending { order.reverse() } else { order }
    }
}

impl Serialize for Value<'_> {
    /// JSON has the text byte-true, moments as RFC 3339 and lengths in milliseconds.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => to.serialize_none(),
            Self::Word(word) => to.serialize_str(word),
            Self::Text(text) => to.serialize_str(text),
            Self::Number(number) => to.serialize_i64(*number),
            Self::Real(number) => to.serialize_f64(*number),
            Self::Span(ms) => to.serialize_u64(*ms),
            Self::Moment(at) => to.collect_str(at),
            Self::Flag(flag) => to.serialize_bool(*flag),
        }
    }
}

impl<'a> From<&'a Text> for Value<'a> {
    /// Empty text is none.
    fn from(text: &'a Text) -> Self {
        if text.is_empty() {
            Self::None
        } else {
            Self::raw(text.raw())
        }
    }
}

impl From<String> for Value<'_> {
    /// Empty text is none.
    fn from(text: String) -> Self {
        if text.is_empty() {
            Self::None
        } else {
            Self::owned(text)
        }
    }
}

impl From<Millis> for Value<'_> {
    fn from(at: Millis) -> Self {
        Self::Moment(at)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_comes_last_whichever_way_the_order_goes() {
        for descending in [false, true] {
            let rank = |value: Value<'_>| value.rank(&["bad", "good"]);
            let known = rank(Value::Word("good"));
            assert_eq!(
                rank(Value::None).compare(&known, descending),
                Ordering::Greater
            );
            let bad = rank(Value::Word("bad"));
            assert_eq!(bad.compare(&known, false), Ordering::Less);
            assert_eq!(bad.compare(&known, true), Ordering::Greater);
        }
    }

    #[test]
    fn a_value_is_exact_wherever_it_is_printed() {
        let moment = Value::Moment(Millis(1_718_460_000_000));
        assert_eq!(moment.csv(), "2024-06-15T14:00:00.000Z");
        let json = |value: &Value<'_>| serde_json::to_string(value).unwrap();
        assert_eq!(json(&moment), "\"2024-06-15T14:00:00.000Z\"");
        assert_eq!(json(&Value::Flag(true)), "true");
        assert_eq!(json(&Value::Number(-3)), "-3");
        let hostile = Value::raw("x\u{1b}[2J");
        assert_eq!(json(&hostile), "\"x\\u001b[2J\"");
        assert!(!hostile.csv().contains('\u{1b}'));
    }
}
