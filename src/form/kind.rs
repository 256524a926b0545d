//! What kinds of field there are: how each is written, shown and judged by its shape alone.

use jiff::tz::TimeZone;
use serde_json::{Number, Value};

use super::item::{self, Item};

/// How a field is filled in.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A line of text; offers the completions of the rules.
    Text,
    /// A line of text that is shown nowhere and kept in no draft.
    Secret,
    /// A number within a range.
    Number {
        /// The least that is allowed.
        least: f64,
        /// The most that is allowed.
        most: f64,
        /// Whether it is counted and not measured.
        whole: bool,
        /// What is counted: `sessions`, `s`; may be empty.
        unit: &'static str,
    },
    /// Yes or no.
    Toggle,
    /// One of these words; with none here, one of the completions of the rules.
    Choice(&'static [&'static str]),
    /// Some of these words, in an order that means something.
    Order(&'static [&'static str]),
    /// A moment with its offset (RFC 3339), written as a civil time in the zone of the rules.
    Moment,
    /// Lines that are each one element of an array: servers, addresses, time slots.
    List {
        /// How one of them is written.
        item: &'static dyn Item,
        /// How many there may be.
        most: usize,
    },
    /// Lines `name: value` that are each one member of an object.
    Pairs {
        /// Which names have a value that is a secret.
        secret: fn(&str) -> bool,
        /// How many there may be.
        most: usize,
    },
    /// A part of the payload that may be absent: the fields whose paths lie in it show when it is there.
    Part {
        /// The JSON it begins as.
        template: &'static str,
    },
}

impl FieldKind {
    /// Whether it is filled in on several rows.
    #[must_use]
    pub const fn many(&self) -> bool {
        matches!(
            self,
            Self::List { .. } | Self::Pairs { .. } | Self::Order(_)
        )
    }

    /// Whether text is typed into it.
    #[must_use]
    pub const fn typed(&self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Secret
                | Self::Number { .. }
                | Self::Moment
                | Self::List { .. }
                | Self::Pairs { .. }
        )
    }

    /// Whether moments are written into it.
    #[must_use]
    pub fn dated(&self) -> bool {
        matches!(self, Self::Moment)
            || matches!(self, Self::List { item, .. } if item.shape() == item::SLOT.shape())
    }

    /// How a person writes it, for help and documentation.
    #[must_use]
    pub fn shape(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Secret => "text, kept secret".to_owned(),
            Self::Number {
                least,
                most,
                whole,
                unit,
            } => {
                let number = if *whole { "whole number" } else { "number" };
                let range = match (least.is_finite(), most.is_finite()) {
                    (true, true) => format!(" from {least} to {most}"),
                    (true, false) => format!(" of at least {least}"),
                    (false, true) => format!(" of at most {most}"),
                    (false, false) => String::new(),
                };
                let unit = if unit.is_empty() {
                    ""
                } else {
                    &format!(" {unit}")
                };
                format!("{number}{range}{unit}")
            }
            Self::Toggle => "true or false".to_owned(),
            Self::Choice([]) => "one of the list".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Order(words) => format!("in order, out of {}", words.join(", ")),
            Self::Moment => item::MOMENT.shape().to_owned(),
            Self::List { item, most } => format!("list of {} (at most {most})", item.shape()),
            Self::Pairs { most, .. } => format!("NAME: VALUE (at most {most})"),
            Self::Part { .. } => "may be left out as a whole".to_owned(),
        }
    }

    /// What a typed line means. What cannot be understood stays the text that it is, for the rules to judge.
    #[must_use]
    pub fn read(&self, text: &str, zone: &TimeZone) -> Value {
        match self {
            Self::Number { whole, .. } => number(text, *whole),
            Self::Moment => item::MOMENT.read(text, zone),
            Self::List { item, .. } => item.read(text, zone),
            _ => Value::from(text),
        }
    }

    /// A single value as the line that a person would type for it.
    #[must_use]
    pub fn show(&self, value: &Value, zone: &TimeZone) -> String {
        match self {
            Self::Moment => item::MOMENT.show(value, zone),
            Self::List { item, .. } => item.show(value, zone),
            _ => item::plain(value),
        }
    }

    /// Whether a value is of another type than a field of this kind has: what is wrong then, and how it is written. For
    /// lists, of one element. What a value of the right type may be is for the rules to say, in their one set of words.
    #[must_use]
    pub fn fault(&self, value: &Value, zone: &TimeZone) -> Option<String> {
        let fits = match self {
            Self::Text | Self::Secret | Self::Choice(_) | Self::Order(_) | Self::Pairs { .. } => {
                value.is_string()
            }
            Self::Toggle => value.is_boolean(),
            Self::Number { whole, .. } => {
                value.is_number() && (!whole || value.is_i64() || value.is_u64())
            }
            Self::Moment => return item::MOMENT.fault(value, zone),
            Self::List { item, .. } => return item.fault(value, zone),
            Self::Part { .. } => value.is_object(),
        };
        (!fits).then(|| match self {
            Self::Order(words) => format!("write one of {}", words.join(", ")),
            Self::Pairs { .. } => "write text".to_owned(),
            kind => format!("write {}", with_article(&kind.shape())),
        })
    }
}

fn with_article(shape: &str) -> String {
    match shape.split_whitespace().next() {
        Some("whole" | "number") => format!("a {shape}"),
        _ => shape.to_owned(),
    }
}

fn number(text: &str, whole: bool) -> Value {
    let text = text.trim();
    let read = if whole {
        text.parse::<u64>()
            .map(Number::from)
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .ok()
    } else {
        text.parse::<f64>().ok().and_then(Number::from_f64)
    };
    read.map_or_else(|| Value::from(text), Value::Number)
}
