//! How bodies are read and their rules told: a 400 names every field that breaks one.

use std::fmt::Display;

use serde::de::DeserializeOwned;

use super::reply::Refusal;
use crate::text::json;

/// Reads a JSON body; a wrong type or a missing field is told with its path.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    json::read(body).map_err(|misfit| {
        Refusal::bad_request(if misfit.place.is_whole() {
            format!("the body is not understood: {misfit}")
        } else {
            misfit.to_string()
        })
    })
}

/// The rules that a body was found to break.
#[derive(Debug, Default)]
pub(super) struct Breaches(Vec<String>);

impl Breaches {
    /// Notes the rule of a field unless it holds.
    pub(super) fn check(&mut self, holds: bool, field: impl Display, rule: impl Display) {
        if !holds {
            self.0.push(format!("{field}: {rule}"));
        }
    }

    /// A text's length in characters.
    pub(super) fn length(&mut self, field: &str, text: &str, least: usize, most: usize) {
        let length = text.chars().count();
        self.check(
            (least..=most).contains(&length),
            field,
            format_args!("{least} to {most} characters, not {length}"),
        );
    }

    /// One refusal for all of them.
    pub(super) fn verdict(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::bad_request(self.0.join("; ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only read")]
    struct Body {
        servers: Vec<String>,
    }

    #[test]
    fn a_body_that_is_not_understood_names_the_place() {
        for (body, told) in [
            (r#"{"servers":["a",7]}"#, "servers[1]: invalid type"),
            ("{}", "missing field `servers`"),
            ("", "EOF"),
            (r#"{"servers":[]} x"#, "trailing characters"),
            ("nonsense", "not understood"),
        ] {
            let refused = read::<Body>(body.as_bytes()).unwrap_err();
            assert!(format!("{refused:?}").contains(told), "{body}: {refused:?}");
        }
        assert!(read::<Body>(br#"{"servers":[],"more":1}"#).is_ok());
    }

    #[test]
    fn every_breach_is_told() {
        let mut breaches = Breaches::default();
        breaches.check(true, "a", "holds");
        breaches.check(false, "b", "does not");
        breaches.length("c", "éé", 1, 1);
        let told = format!("{:?}", breaches.verdict().unwrap_err());
        assert!(told.contains("b: does not; c: 1 to 1 characters, not 2"));
        assert!(Breaches::default().verdict().is_ok());
    }
}
