//! JSON that was written elsewhere, read with the place of what does not fit.
//!
//! `serde` says what is wrong, and at which line and column; a person looks for the field. It is found afterwards, by walking
//! the text as far as that: what fits costs nothing more, and no code is made anew for each type that is read.

use std::fmt;

use serde::Deserialize;

/// Reads one value; whatever stands behind it is a misfit too.
pub fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Misfit> {
    serde_json::from_slice(json).map_err(|error| Misfit {
        place: place(json, &error),
        error,
    })
}

/// What does not fit, and where.
#[derive(Debug)]
pub struct Misfit {
    /// The field that was read last; of one that is missing, the object that lacks it.
    pub place: Place,
    /// What is wrong with it, in serde's words.
    pub error: serde_json::Error,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_whole() {
            write!(f, "{}: ", self.place)?;
        }
        self.error.fmt(f)
    }
}

/// Where in a JSON text: `servers[1].port`. The whole has no steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(pub Vec<JsonStep>);

/// One step into a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonStep {
    /// The member of that name.
    Member(String),
    /// The entry at that index.
    Entry(usize),
}

impl Place {
    /// Whether it is the text as a whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                JsonStep::Member(name) if index == 0 => f.write_str(name)?,
                JsonStep::Member(name) => write!(f, ".{name}")?,
                JsonStep::Entry(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Walks to where serde stopped, which it says in lines and in bytes of the last one.
fn place(json: &[u8], error: &serde_json::Error) -> Place {
    let before: usize = json
        .split_inclusive(|byte| *byte == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let end = before.saturating_add(error.column()).min(json.len());
    let mut walk = Walk::default();
    let mut rest = json.get(..end).unwrap_or_default();
    while let [byte, after @ ..] = rest {
        rest = if *byte == b'"' {
            walk.string(rest)
        } else {
            walk.sign(*byte);
            after
        };
    }
    Place(walk.inside.into_iter().filter_map(Within::step).collect())
}

/// The objects and arrays that are open.
#[derive(Default)]
struct Walk {
    inside: Vec<Within>,
}

enum Within {
    /// An object, and the member that is read or was read last.
    Object(Option<String>),
    Array(usize),
}

impl Within {
    fn step(self) -> Option<JsonStep> {
        match self {
            Self::Object(name) => name.map(JsonStep::Member),
            Self::Array(index) => Some(JsonStep::Entry(index)),
        }
    }
}

impl Walk {
    fn sign(&mut self, byte: u8) {
        match (byte, self.inside.last_mut()) {
            (b'{', _) => self.inside.push(Within::Object(None)),
            (b'[', _) => self.inside.push(Within::Array(0)),
            (b'}' | b']', _) => drop(self.inside.pop()),
            (b',', Some(Within::Object(name))) => *name = None,
            (b',', Some(Within::Array(index))) => *index += 1,
            _ => {}
        }
    }

    /// Passes a string, which is a name where an object has none yet.
    fn string<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let mut escaped = true; // the quote that it begins with ends nothing
        let end = text.iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let (string, rest) = text.split_at(end.map_or(text.len(), |end| end + 1));
        if let Some(Within::Object(name @ None)) = self.inside.last_mut() {
            *name = serde_json::from_slice(string).ok();
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Phone {
        name: String,
        ports: Vec<u16>,
        #[serde(default)]
        line: Option<Box<Phone>>,
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_field() {
        for (json, place) in [
            (r#"{"name":"a","ports":[1,"two"]}"#, "ports[1]"),
            (r#"{"name":"a","ports":[1,-2]}"#, "ports[1]"),
            (r#"{"name":"a","ports":[{"x":1}]}"#, "ports[0]"),
            (r#"{"name":7,"ports":[]}"#, "name"),
            (r#"{"ports":[]}"#, ""),
            ("[1]", "[0]"), // members may stand in a list, in their order
            (r#"{"name":"a","ports":[],"line":{"name":"b"}}"#, "line"),
            (
                "{\"na\\\"me\":\"{[\\\\\",\n \"name\":\"a\",\n\n \"ports\":[],\"line\":{\"name\":\n\"b\",\"ports\":[2,\n3,null]}}",
                "line.ports[2]",
            ),
            (r#"{"name":"a","ports":[1,"#, "ports[1]"),
            (r#"{"name":"a","ports":[]} more"#, ""),
            ("", ""),
            ("]]}", ""),
        ] {
            let misfit = read::<Phone>(json.as_bytes()).unwrap_err();
            assert_eq!(misfit.place.to_string(), place, "{json}: {}", misfit.error);
            assert_eq!(misfit.place.is_whole(), place.is_empty());
        }
    }
}
