//! The rules of routes to Amazon `EventBridge`. AWS has them of accounts, regions and sources; the Platform API, of the rest.

use std::collections::HashSet;

use super::{Faults, MOST_ENTRIES, SHOWN};
use crate::model::route::EventBridge;
use crate::text::fit;

/// Digits of an AWS account.
const ACCOUNT: usize = 12;

/// Characters of the end of a source's name; AWS allows 256 of the whole, which is four parts more.
const LONGEST_SUFFIX: usize = 64;

/// Characters of the notes.
const LONGEST_NOTES: usize = 512;

pub(super) fn judge(route: &EventBridge, faults: &mut Faults) {
    let account = &route.aws_account_id;
    if account.len() != ACCOUNT || !account.bytes().all(|b| b.is_ascii_digit()) {
        let given = fit(account, SHOWN);
        faults.add(
            "awsAccountId",
            format!("{given:?} is no AWS account: {ACCOUNT} digits"),
        );
    }
    faults.maybe("awsAccountRegion", region(&route.aws_account_region));
    faults.maybe("eventSourceSuffix", suffix(&route.event_source_suffix));
    topics(&route.event_filter, faults);
    faults.text("notes", &route.notes, LONGEST_NOTES);
}

/// `eu-west-1`, `us-gov-east-1`: words and a number.
fn region(region: &str) -> Option<String> {
    let parts: Vec<&str> = region.split('-').collect();
    let good = match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => {
            let word = |word: &&str| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            };
            words.iter().all(word)
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    };
    let given = fit(region, SHOWN);
    (!good).then(|| format!("{given:?} is no AWS region: write it as eu-west-1"))
}

fn suffix(suffix: &str) -> Option<String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if suffix.is_empty() {
        return Some("missing: it tells the event source from others".to_owned());
    }
    if suffix.len() > LONGEST_SUFFIX {
        return Some(format!("longer than {LONGEST_SUFFIX} characters"));
    }
    (!suffix.bytes().all(allowed))
        .then(|| "letters, digits, dots, hyphens and underscores".to_owned())
}

fn topics(topics: &[String], faults: &mut Faults) {
    if topics.is_empty() {
        faults.add(
            "eventFilter",
            "empty: without a topic nothing would be sent",
        );
    }
    faults.too_many("eventFilter", topics.len());
    let mut seen = HashSet::new();
    for (n, topic) in topics.iter().take(MOST_ENTRIES).enumerate() {
        let path = format!("eventFilter[{n}]");
        faults.word(&path, topic);
        if !seen.insert(topic) {
            faults.add(&path, "it is there twice");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::route::read;

    fn faults(pointer: &str, value: Value) -> Vec<String> {
        let mut body = json!({
            "kind": "eventbridge", "name": "noc-bus", "awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1",
            "eventSourceSuffix": "noc", "eventFilter": ["v2.telephony.providers.edges.trunks.{id}"],
        });
        body[pointer] = value;
        let faults = read(&body.to_string()).unwrap().faults();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_rule_at_its_edges_by_the_field_that_it_names() {
        assert_eq!(faults("enabled", json!(false)), [""; 0]);
        for good in ["us-gov-east-1", "ap-southeast-2", "eusc-de-east-1"] {
            assert_eq!(faults("awsAccountRegion", json!(good)), [""; 0], "{good}");
        }
        for (field, value, says) in [
            ("name", json!(" "), "name: missing"),
            ("awsAccountId", json!("12345678901"), "12 digits"),
            ("awsAccountId", json!("12345678901x"), "12 digits"),
            ("awsAccountRegion", json!("Frankfurt"), "eu-west-1"),
            ("awsAccountRegion", json!("eu-west-"), "eu-west-1"),
            ("awsAccountRegion", json!("-1"), "eu-west-1"),
            ("eventSourceSuffix", json!(""), "missing"),
            ("eventSourceSuffix", json!("a/b"), "letters"),
            ("eventSourceSuffix", json!("a".repeat(65)), "longer"),
            ("eventFilter", json!([]), "nothing would be sent"),
            ("eventFilter", json!(["a b"]), "eventFilter[0]"),
            (
                "eventFilter",
                json!(["a", "a"]),
                "eventFilter[1]: it is there twice",
            ),
            ("notes", json!("\u{1b}[2J"), "cannot be shown"),
        ] {
            let found = faults(field, value);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0].starts_with(field) && found[0].contains(says),
                "{found:?}"
            );
        }
        let many: Vec<String> = (0..101).map(|n| format!("v2.{n}")).collect();
        assert!(faults("eventFilter", json!(many))[0].contains("101 are too many"));
    }
}
