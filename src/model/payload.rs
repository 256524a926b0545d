//! What is wrong with a payload, and where: one answer for the form, for a file and for the listener.
//!
//! A payload is a plain struct with a method that lists its faults. Whoever takes one in reads it with [`read`] and asks for
//! the faults, so that the same mistake has the same words wherever it is made.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::cause::{Misread, bare, misread};
use crate::text::fit;
use crate::text::json::{self, JsonStep, Misfit, Place};

/// One thing wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which field, as JSON would address it: `stunServers[0]`, `retryPolicy.maxRetries`; empty is the whole.
    pub path: String,
    /// What is wrong with it and what would be right; safe to show.
    pub message: String,
}

impl Fault {
    /// A fault of the field at `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// All of them in one sentence.
#[must_use]
pub fn sentence(faults: &[Fault]) -> String {
    let each: Vec<String> = faults.iter().map(ToString::to_string).collect();
    each.join("; ")
}

/// Reads a payload; what does not fit its shape names the field that it was found at, and the line where there are several.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    // Editors of Windows put one in front.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    read_of(json, json)
}

/// Reads a payload out of a text that was made of another one; lines are those of the other.
pub fn read_of<T: DeserializeOwned>(json: &str, written: &str) -> Result<T, Fault> {
    if json.trim().is_empty() {
        return Err(Fault::new("", "it is empty"));
    }
    json::read(json.as_bytes()).map_err(|Misfit { place, error }| {
        if error.is_data() {
            return misfit(written, &place, &error);
        }
        Fault::new(place.to_string(), fit(&misread(&error), SHOWN))
    })
}

/// A value that does not fit.
fn misfit(written: &str, path: &Place, error: &serde_json::Error) -> Fault {
    let field = Misread::of(&bare(error));
    let place = match line_of(written, path) {
        Some(line) => format!("(line {line})"),
        None => String::new(),
    };
    let mut at = path.to_string();
    if let Some(name) = &field.missing {
        let gap = if at.is_empty() { "" } else { "." };
        at = format!("{at}{gap}{name}");
    }
    Fault::new(at, fit(&field.at(&place), SHOWN))
}

/// The line on which the value at a path begins; of one that is missing, the last line on the way there. None in a text of one
/// line.
fn line_of(written: &str, path: &Place) -> Option<usize> {
    if !written.trim().contains('\n') {
        return None;
    }
    let mut at = written.trim_start();
    for step in &path.0 {
        let inside = match step {
            JsonStep::Entry(index) => {
                let entries: Vec<&RawValue> = serde_json::from_str(at).ok()?;
                entries.get(*index).copied()
            }
            JsonStep::Member(key) => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(at).ok()?;
                members.get(key).copied()
            }
        };
        let Some(inside) = inside else { break };
        at = inside.get();
    }
    // Every step is a part of the text before it.
    let before = at.as_ptr().addr().checked_sub(written.as_ptr().addr())?;
    let lines = written.get(..before)?.matches('\n').count();
    Some(lines + 1)
}

/// Columns of a fault, which may repeat what was given.
const SHOWN: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Payload {
        #[expect(dead_code, reason = "only read")]
        servers: Vec<u16>,
    }

    #[test]
    fn a_wrong_type_names_its_field() {
        let fault = read::<Payload>(r#"{"servers":[1,"two"]}"#).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "servers[1]: it must be a whole number, and is the text \"two\". Write it without quotes."
        );
        let far = "\u{feff}{\n \"servers\":\n  [1,\n   \"two\"]}";
        let fault = read::<Payload>(far).unwrap_err();
        assert!(fault.message.contains("(line 4)"), "{fault}");
    }

    #[test]
    fn lines_are_those_of_the_text_that_a_person_wrote() {
        let written = "{\n \"kind\": 1,\n \"a.b\": {},\n \"servers\": [\n  7,\n  {}\n ]\n}";
        let fault = read_of::<Payload>(r#"{"servers":[7,{}]}"#, written).unwrap_err();
        assert_eq!(fault.path, "servers[1]");
        assert!(fault.message.contains("(line 6)"), "{fault}");
    }

    #[test]
    fn what_is_missing_torn_or_too_much_is_told() {
        for (json, says) in [
            ("{}", "servers: missing. Add it."),
            ("{\n}", "servers: missing (line 1). Add it."),
            (
                r#"{"servers":[1"#,
                "it is no JSON: it ends too early, ] is missing",
            ),
            (r#"{"servers":[]} x"#, "something stands after its end"),
            ("{ broken", "it is no JSON: a name in double quotes is due"),
            (" \n", "it is empty"),
        ] {
            let fault = read::<Payload>(json).unwrap_err();
            let told = fault.to_string();
            assert!(told.contains(says) && !told.contains('?'), "{json}: {told}");
        }
    }
}
