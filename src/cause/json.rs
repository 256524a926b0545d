//! What a reader of JSON or TOML says of a text that does not fit, in plain words.
//!
//! The libraries have no types for it, only words of their own that name Rust's types; those words have been the same for
//! as long as the libraries are there, and what is not known of them stays as it is.

use crate::text::near;

/// Names that a field could have had, as far as a sentence lists them.
const MOST_NAMES: usize = 8;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// A field that is missing, by its name.
    pub missing: Option<String>,
    /// The fault: a clause without its full stop.
    pub fault: String,
    /// What to do about it: a sentence, where the fault does not say it.
    pub action: &'static str,
}

impl Misread {
    fn new(fault: impl Into<String>, action: &'static str) -> Self {
        Self {
            missing: None,
            fault: fault.into(),
            action,
        }
    }

    /// In the words of a library's error, without the place in the text.
    #[must_use]
    pub fn of(words: &str) -> Self {
        data(words).unwrap_or_else(|| syntax(words))
    }

    /// The fault, the place in brackets, and what to do.
    #[must_use]
    pub fn at(&self, place: &str) -> String {
        let gap = if place.is_empty() { "" } else { " " };
        let stop = if self.action.is_empty() { "" } else { ". " };
        format!("{}{gap}{place}{stop}{}", self.fault, self.action)
    }
}

/// What is wrong with a JSON text that no person here wrote, and where in it.
#[must_use]
pub fn misread(error: &serde_json::Error) -> String {
    let field = Misread {
        action: "",
        ..Misread::of(&bare(error))
    };
    let place = place(error);
    match &field.missing {
        Some(name) => format!("{name} is {}", field.at(&place)),
        None => field.at(&place),
    }
}

fn place(error: &serde_json::Error) -> String {
    match error.line() {
        0 => String::new(),
        line => format!("(line {line}, column {})", error.column()),
    }
}

/// The error's own words without the place.
#[must_use]
pub fn bare(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.rsplit_once(" at line ") {
        Some((words, _)) if error.line() > 0 => words.to_owned(),
        _ => words,
    }
}

/// A value that does not fit.
fn data(words: &str) -> Option<Misread> {
    let quoted = |rest: &'_ str| rest.split('`').next().unwrap_or_default().to_owned();
    if let Some(rest) = words.strip_prefix("missing field `") {
        return Some(Misread {
            missing: Some(quoted(rest)),
            ..Misread::new("missing", "Add it.")
        });
    }
    if let Some(rest) = words.strip_prefix("unknown field `") {
        return Some(Misread::new(unknown(&quoted(rest), rest), ""));
    }
    if let Some(rest) = words.strip_prefix("unknown variant `") {
        let (given, known) = (quoted(rest), names(rest));
        let near = near::hint(&given, known.iter().copied());
        let fault = format!("{given:?} is not one of {}{near}", known.join(", "));
        return Some(Misread::new(fault, ""));
    }
    if words.starts_with("duplicate field `") {
        return Some(Misread::new("it is there twice", "Leave one of them."));
    }
    let rest = words
        .strip_prefix("invalid type: ")
        .or_else(|| words.strip_prefix("invalid value: "))?;
    let (given, wanted) = rest.rsplit_once(", expected ")?;
    let whole = given.strip_prefix("integer `").map(quoted);
    if let (Some(number), Some(range)) = (whole, range(wanted)) {
        let fault = format!("{number} is out of range: it is {range}");
        return Some(Misread::new(fault, ""));
    }
    let text = given.starts_with("string ");
    let (shape, action) = shape(wanted, text);
    Some(Misread::new(
        format!("it must be {shape}, and is {}", found(given)),
        action,
    ))
}

fn unknown(given: &str, rest: &str) -> String {
    let known = names(rest);
    let near = near::hint(given, known.iter().copied());
    if !near.is_empty() || known.is_empty() || known.len() > MOST_NAMES {
        return format!("there is no such field{near}");
    }
    format!("there is no such field, but {}", known.join(", "))
}

/// The names in back quotes after the one that was given.
fn names(rest: &str) -> Vec<&str> {
    rest.split('`').skip(2).step_by(2).collect()
}

/// The whole numbers that a type holds.
fn range(wanted: &str) -> Option<&'static str> {
    Some(match wanted {
        "u8" => "0 to 255",
        "u16" => "0 to 65,535",
        "u32" => "0 to 4,294,967,295",
        "u64" | "u128" | "usize" => "0 or more",
        "i8" => "-128 to 127",
        "i16" => "-32,768 to 32,767",
        "i32" => "-2,147,483,648 to 2,147,483,647",
        _ => return None,
    })
}

/// What is wanted, and how it is written; `text` where a text stands in its place.
fn shape(wanted: &str, text: bool) -> (&str, &'static str) {
    let unquoted = if text { "Write it without quotes." } else { "" };
    match wanted {
        "a sequence" => ("a list", "Write it as [..], without quotes around."),
        "a string" | "a borrowed string" | "a character" => ("a text", "Write it in quotes."),
        "a boolean" => ("true or false", unquoted),
        "f32" | "f64" => ("a number", unquoted),
        "i64" | "i128" | "isize" => ("a whole number", unquoted),
        integer if range(integer).is_some() => ("a whole number", unquoted),
        "a map" => ("an object", "Write it as {..}."),
        object if object.starts_with("struct ") => ("an object", "Write it as {..}."),
        word if word.starts_with("enum ") || word == "string or map" => {
            ("one of the known words", "Write it in quotes.")
        }
        list if list.starts_with("a tuple") || list.starts_with("an array") => {
            ("a list", "Write it as [..].")
        }
        other => (other, ""),
    }
}

/// What stands there.
fn found(given: &str) -> String {
    let number = given
        .strip_prefix("integer `")
        .or_else(|| given.strip_prefix("floating point `"));
    if let Some(number) = number {
        return format!("the number {}", number.trim_end_matches('`'));
    }
    if let Some(text) = given.strip_prefix("string ") {
        return format!("the text {text}");
    }
    if let Some(word) = given.strip_prefix("boolean `") {
        return word.trim_end_matches('`').to_owned();
    }
    match given {
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "null" | "unit value" => "null".to_owned(),
        other => other.to_owned(),
    }
}

/// A text that breaks the grammar. What is none of a grammar's words was said by a field of ours, and stays.
fn syntax(words: &str) -> Misread {
    let what = match words {
        "EOF while parsing a value" => "it ends where a value is due",
        "EOF while parsing an object" => "it ends too early, } is missing",
        "EOF while parsing a list" => "it ends too early, ] is missing",
        "EOF while parsing a string" => "it ends too early, a closing quote is missing",
        "expected value" => "a value is missing or misspelt; a text stands in double quotes",
        "key must be a string" => "a name in double quotes is due",
        "trailing comma" => "there is a comma too many",
        "trailing characters" => "something stands after its end",
        "expected `:`" => "a colon is missing after a name",
        "expected `,` or `}`" => "a comma or } is missing",
        "expected `,` or `]`" => "a comma or ] is missing",
        "expected ident" => "a word is misspelt; only true, false and null stand without quotes",
        "invalid escape" => "what follows a backslash is not known",
        "invalid number" => "a number is misspelt",
        "number out of range" => "a number is too large",
        "invalid unicode code point" | "lone leading surrogate in hex escape" => {
            "an escaped character (\\u) is none"
        }
        "unexpected end of hex escape" => "an escaped character (\\u) ends too early",
        "recursion limit exceeded" => "it is nested too deeply",
        control if control.starts_with("control character") => {
            "a line end or a tab stands inside quotes"
        }
        other => return Misread::new(other, ""),
    };
    Misread::new(format!("it is no JSON: {what}"), "")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Wanted {
        json_path: Option<String>,
        values: Option<Vec<u16>>,
        on: Option<bool>,
        share: Option<f64>,
        more: Option<BTreeMap<String, Colour>>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Inner {
        needed: u64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Green,
    }

    fn told(json: &str) -> String {
        let error = serde_json::from_str::<Wanted>(json).unwrap_err();
        let field = Misread::of(&bare(&error));
        let short = misread(&error);
        assert!(
            short.contains(&field.fault) && !short.ends_with('.'),
            "{short}"
        );
        field.at(&place(&error))
    }

    /// Words of the libraries and of Rust.
    const NEVER: [&str; 12] = [
        "`", "EOF", "invalid", "expected", "sequence", "struct", "u16", "u64", "ident", "variant",
        "trailing", "at line",
    ];

    #[test]
    fn every_mistake_is_told_in_plain_words_with_its_place() {
        for (json, says) in [
            (
                r#"{"values": "[\"VOICE\"]"}"#,
                "it must be a list, and is the text \"[\\\"VOICE\\\"]\" (line 1, column 24). Write it as [..], without quotes around.",
            ),
            (
                r#"{"values": [70000]}"#,
                "70000 is out of range: it is 0 to 65,535 (line 1, column 17)",
            ),
            (
                r#"{"values": [-1]}"#,
                "-1 is out of range: it is 0 to 65,535",
            ),
            (
                r#"{"values": [1.5]}"#,
                "it must be a whole number, and is the number 1.5",
            ),
            (
                r#"{"values": ["1"]}"#,
                "it must be a whole number, and is the text \"1\" (line 1, column 15). Write it without quotes.",
            ),
            (
                r#"{"on": "yes"}"#,
                "it must be true or false, and is the text \"yes\"",
            ),
            (r#"{"share": true}"#, "it must be a number, and is true"),
            (
                r#"{"jsonPath": 7}"#,
                "it must be a text, and is the number 7 (line 1, column 14). Write it in quotes.",
            ),
            (r#"{"more": [1]}"#, "it must be an object, and is a list"),
            (
                r#"{"inner": 4}"#,
                "it must be an object, and is the number 4",
            ),
            (r#"{"inner": {}}"#, "missing (line 1, column 12). Add it."),
            (
                r#"{"more": {"a": "gren"}}"#,
                "\"gren\" is not one of red, green; did you mean \"green\"?",
            ),
            (
                r#"{"jsonpath": ""}"#,
                "there is no such field; did you mean \"jsonPath\"?",
            ),
            (
                r#"{"zzz": ""}"#,
                "there is no such field, but jsonPath, values, on, share, more, inner",
            ),
            (r#"{"on": true, "on": true}"#, "it is there twice"),
            ("", "it is no JSON: it ends where a value is due (line 1"),
            (
                "{",
                "it is no JSON: it ends too early, } is missing (line 1, column 1)",
            ),
            (
                "{ broken",
                "it is no JSON: a name in double quotes is due (line 1, column 3)",
            ),
            (
                "{\"on\": true,\n}",
                "it is no JSON: there is a comma too many (line 2, column 1)",
            ),
            ("{\"on\" true}", "a colon is missing"),
            ("{\"on\": tru}", "a word is misspelt"),
            ("{\"on\": x}", "a value is missing or misspelt"),
            ("{\"on\": true \"a\"}", "a comma or } is missing"),
            ("{\"values\": [1 2]}", "a comma or ] is missing"),
            ("{\"values\": [1", "] is missing"),
            ("{\"jsonPath\": \"a", "a closing quote is missing"),
            (
                "{\"jsonPath\": \"a\nb\"}",
                "a line end or a tab stands inside quotes",
            ),
            ("{} x", "something stands after its end"),
        ] {
            let told = told(json);
            assert!(
                told.starts_with(says) || told.contains(says),
                "{json}: {told}"
            );
            for word in NEVER {
                assert!(!told.contains(word), "{json}: {told} says {word}");
            }
        }
    }

    #[test]
    fn what_a_field_says_of_itself_stays() {
        let error = serde_json::from_str::<Wanted>(r#"{"inner": {}}"#).unwrap_err();
        assert_eq!(misread(&error), "needed is missing (line 1, column 12)");
        let own = Misread::of("the zone is not known: write an IANA name");
        assert_eq!(own.at(""), "the zone is not known: write an IANA name");
    }
}
