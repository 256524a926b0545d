//! The way back to a row: a filter that it passes, and hardly another one.

use super::{Kind, Value};
use crate::query;

/// What tells rows of a kind apart, the first that the kind has.
const KEYS: [&[&str]; 8] = [
    &["userId", "deviceId"],
    &["id"],
    &["interaction"],
    &["target"],
    &["site"],
    &["name"],
    &["user"],
    &["number"],
];

/// A filter for the row; empty where nothing tells it apart from others.
#[must_use]
pub fn pointer<K: Kind>(row: &K::Row<'_>) -> String {
    let columns = |keys: &&&[&str]| keys.iter().all(|key| K::named(key).is_some());
    let keys = KEYS.iter().find(columns).copied().unwrap_or_default();
    let term = |key: &&str| {
        let column = K::COLUMNS.get(K::named(key)?)?;
        let is = match (column.value)(row) {
            Value::Text(text) => text.into_owned(),
            other => other.csv(),
        };
        let told = !is.is_empty();
        told.then(|| match column.kind {
            query::Kind::Text => is_exactly(column.name, &is),
            _ => format!("{}={is}", column.name),
        })
    };
    let terms: Option<Vec<String>> = keys.iter().map(term).collect();
    terms.unwrap_or_default().join(" ")
}

/// What people call a row: its first columns of text.
#[must_use]
pub fn who<K: Kind>(row: &K::Row<'_>) -> String {
    let columns = K::COLUMNS.iter();
    let texts = columns.filter(|column| column.kind == query::Kind::Text && column.shown);
    let words = texts.take(2).map(|column| (column.value)(row).csv());
    // A column that has nothing to say says so in a dash.
    let words = words.filter(|word| !word.is_empty() && word != "-");
    words.collect::<Vec<String>>().join(" ")
}

/// A term that is true where the field is exactly this.
#[must_use]
pub fn is_exactly(field: &str, is: &str) -> String {
    let quoted = is.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{field}=\"{quoted}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Name, Visit};

    struct Told;

    impl Visit for Told {
        type Out = Option<&'static str>;

        fn visit<K: Kind>(self) -> Self::Out {
            let known = |keys: &&&[&'static str]| keys.iter().all(|key| K::named(key).is_some());
            KEYS.iter()
                .find(known)
                .and_then(|keys| keys.first().copied())
        }
    }

    #[test]
    fn every_kind_has_something_that_tells_its_rows_apart() {
        for name in Name::ALL {
            assert!(name.visit(Told).is_some(), "{}", name.word());
        }
    }
}
