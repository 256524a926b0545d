//! Items: how one line of a list stands for one element of an array. A feature with a list of its own writes its own.

mod moment;

use std::fmt;

use jiff::tz::TimeZone;
use serde_json::Value;

pub use self::moment::{MOMENT, SHAPE, SLOT, moment, spoken};

/// One line of a list, both ways.
pub trait Item: fmt::Debug + Sync {
    /// How a person writes it: `host:port`.
    fn shape(&self) -> &'static str;

    /// What a line means. What cannot be understood stays the text that it is: the form keeps it, and [`Self::fault`] or
    /// the rules say what is wrong with it.
    fn read(&self, text: &str, _zone: &TimeZone) -> Value {
        Value::from(text.trim())
    }

    /// The line that a person would type for a value.
    fn show(&self, value: &Value, _zone: &TimeZone) -> String {
        plain(value)
    }

    /// What is wrong with the shape of a value.
    fn fault(&self, value: &Value, _zone: &TimeZone) -> Option<String> {
        (!value.is_string()).then(|| format!("write {}", self.shape()))
    }
}

/// A STUN server (contract §7); its rules are the payload's.
pub static STUN: TextItem = TextItem("host:port");

/// A TURN server (contract §7); its rules are the payload's.
pub static TURN: TextItem = TextItem("host:port[?transport=udp|tcp|tls]");

/// A line of plain text.
#[derive(Debug)]
pub struct TextItem(
    /// What it is: `URL`, `field`.
    pub &'static str,
);

impl Item for TextItem {
    fn shape(&self) -> &'static str {
        self.0
    }
}

/// A value as text: a string without its quotes, anything else as JSON.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
