//! The last guard before the disk: no telephone number, token or password is written in full (contract §11).
//!
//! Those who hand in an entry mask what they know to be secret. This catches what comes in by another way: the words
//! of a remote error that quote the request, a path that has a number in it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::model::write::MASK;
use crate::text::Text;
use crate::vault;

/// Characters that one value may have; an error body can be as long as it likes.
const KEPT: usize = 1_024;

/// Digits of a telephone number that stay readable, at its end: enough to tell two of them apart.
const DIGITS_SHOWN: usize = 2;

/// An international number, also as `%2B…`, and what follows `tel:` or is the user of a `sip:` address.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)((?:\+|%2B)|\btel:|\bsips?:)(\d(?:[\s().-]{0,2}\d){6,16})").ok()
});

/// `Bearer …`, `Basic …`, and values whose name says what they are.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b(bearer\s+|basic\s+|(?:client_secret|access_token|refresh_token|password|passwd|secret|api[_-]?key|token)["']?\s*[=:]\s*["']?)([^\s"'&,;]{6,})"#,
    )
    .ok()
});

/// The text without what may not be on disk, and no longer than is decent.
pub(super) fn text(text: &str) -> Text {
    let text = &*vault::scrub(text);
    let cut = match text.char_indices().nth(KEPT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    };
    let (Some(number), Some(secret)) = (NUMBER.as_ref(), SECRET.as_ref()) else {
        // Both are tested. Should one ever not compile, nothing is better than too much.
        return Text::from(MASK);
    };
    let cut = secret.replace_all(&cut, |found: &regex::Captures<'_>| {
        format!("{}{MASK}", &found[1])
    });
    let cut = number.replace_all(&cut, |found: &regex::Captures<'_>| {
        format!("{}{}", &found[1], masked(&found[2]))
    });
    Text::from(cut)
}

/// A value of a feature, all of its strings scrubbed.
pub(super) fn value(value: Value) -> Value {
    match value {
        Value::String(string) => Value::from(text(&string).raw()),
        Value::Array(values) => values.into_iter().map(self::value).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (name, self::value(value)))
            .collect(),
        plain => plain,
    }
}

/// A number with its last digits alone.
fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let shown = digits.len().saturating_sub(DIGITS_SHOWN);
    let (hidden, end) = digits.split_at(shown);
    "•".repeat(hidden.len()) + &end.iter().collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scrubbed(raw: &str) -> String {
        text(raw).raw().to_owned()
    }

    #[test]
    fn telephone_numbers_keep_their_last_two_digits() {
        assert_eq!(scrubbed("call +14155550199 now"), "call +•••••••••99 now");
        for number in [
            "+1 415 555 0199",
            "+1 (415) 555-0199",
            "/callbacks/%2B14155550199",
            "tel:4155550199",
            "sip:14155550199@edge.example.com",
        ] {
            let shown = scrubbed(number);
            assert!(!shown.contains("555"), "{shown}");
            assert!(shown.contains("99"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_telephone_number_stays_as_it_is() {
        for plain in [
            "2030-06-15T14:00:00-04:00",
            "2030-06-15T14:00:00+05:30",
            "job-1234567890123",
            "genesys://user/agent-id-98765",
            "192.0.2.17:19302",
            "token of length 12",
            "the token was refused",
        ] {
            assert_eq!(scrubbed(plain), plain);
        }
    }

    #[test]
    fn tokens_and_passwords_are_masked_wherever_they_stand() {
        for secret in [
            "Authorization: Bearer c4n4ry-c4n4ry",
            "basic c4n4ry-c4n4ry==",
            r#"{"client_secret":"c4n4ry-c4n4ry"}"#,
            "https://x/?access_token=c4n4ry-c4n4ry&a=1",
            "password: c4n4ry-c4n4ry",
        ] {
            assert!(!scrubbed(secret).contains("c4n4ry"), "{secret}");
        }
        let nested = serde_json::json!({"a": [{"b": "Bearer c4n4ry-c4n4ry"}], "n": 1});
        assert!(!value(nested).to_string().contains("c4n4ry"));
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(scrubbed(&"é".repeat(1 << 20)).chars().count(), KEPT + 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn no_number_comes_through_whole(before in "[a-z (\"]{0,8}", number in "[1-9][0-9]{7,14}", after in "[a-z )\"]{0,8}") {
            let shown = scrubbed(&format!("{before}+{number}{after}"));
            prop_assert!(!shown.contains(&number), "{shown}");
        }

        #[test]
        fn nothing_makes_it_fail(raw in any::<String>()) {
            let _ = text(&raw);
        }
    }
}
