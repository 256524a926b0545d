//! What is wrong with a payload, and where: one answer for the form, for a file and for the listener.
//!
//! A payload is a plain struct with a method that lists its faults. Whoever takes one in reads it with [`read`] and asks for
//! the faults, so that the same mistake has the same words wherever it is made.

use std::fmt;

use serde::de::DeserializeOwned;

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

/// Reads a payload; what does not fit its shape names the field that it was found at.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    let mut from = serde_json::Deserializer::from_str(json);
    let fault = |path: String, error: &serde_json::Error| {
        let path = if path == "." { String::new() } else { path };
        Fault::new(path, crate::text::fit(&error.to_string(), SHOWN))
    };
    let value = serde_path_to_error::deserialize(&mut from)
        .map_err(|error| fault(error.path().to_string(), error.inner()))?;
    from.end().map_err(|error| fault(String::new(), &error))?;
    Ok(value)
}

/// Columns of a parser's words, which may repeat what it was given.
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
        assert_eq!(fault.path, "servers[1]");
        assert!(fault.message.contains("expected u16"), "{fault}");
    }

    #[test]
    fn what_is_missing_torn_or_too_much_is_told() {
        for (json, word) in [
            ("{}", "missing field `servers`"),
            (r#"{"servers":[1"#, "EOF"),
            (r#"{"servers":[]} x"#, "trailing"),
        ] {
            let fault = read::<Payload>(json).unwrap_err();
            assert!(fault.to_string().contains(word), "{json}: {fault}");
        }
    }
}
