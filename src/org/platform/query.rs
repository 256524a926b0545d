//! The parameters of a call: single values, and lists that one parameter carries with commas between.

use std::collections::HashMap;

use hyper::StatusCode;
use jiff::Timestamp;

use crate::org::reply::Refusal;

/// The parameters by name, decoded. One that is given twice is a list, as with commas.
#[derive(Debug, Default)]
pub(in crate::org) struct Query(HashMap<String, String>);

impl Query {
    pub(in crate::org) fn parse(text: &str) -> Self {
        let mut values = HashMap::<String, String>::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let known = values.entry(name.into_owned()).or_default();
            if !known.is_empty() {
                known.push(',');
            }
            known.push_str(&value);
        }
        Self(values)
    }

    /// One value; one that is empty is none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    /// The values of a list, empty ones left out.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let value = self.get(name).unwrap_or_default();
        value.split(',').filter(|part| !part.is_empty()).collect()
    }

    /// Whether a list names a word: `expand=status,lines`.
    pub(super) fn names(&self, list: &str, word: &str) -> bool {
        self.list(list).contains(&word)
    }

    /// A number that is at least 1, or what holds when there is none.
    pub(super) fn number(&self, name: &'static str, or: usize) -> Result<usize, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(or);
        };
        let number = value.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| {
            let message = format!("{name} is a number from 1, not {value:?}");
            Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message)
                .param("field", name.to_owned())
        })
    }

    /// Everything but the pages, as it goes into the URIs of other pages.
    pub(super) fn beyond_pages(&self) -> String {
        self.without(&["pageSize", "pageNumber"])
    }

    /// Everything but these, as it goes into a URI.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let mut rest: Vec<_> = self.0.iter().collect();
        rest.retain(|(name, _)| !names.contains(&name.as_str()));
        rest.sort();
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(rest).finish()
    }
}

/// A moment that a parameter or a field carries.
pub(super) fn moment_of(text: &str, field: &'static str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_| {
        let message = format!("{text:?} is no time by ISO 8601");
        Refusal::new(StatusCode::BAD_REQUEST, "invalid.date", message).param("field", field)
    })
}

/// The two ends of an interval, `FROM/TO`.
pub(super) fn interval(text: &str) -> Result<(Timestamp, Timestamp), Refusal> {
    let ends = text.split_once('/');
    let ends = ends.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let ends = ends.filter(|(from, to): &(Timestamp, Timestamp)| from < to);
    ends.ok_or_else(|| {
        let message = format!("{text:?} is no interval of two times");
        Refusal::new(StatusCode::BAD_REQUEST, "invalid.date", message).param("field", "interval")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_with_commas_or_repeated() {
        let query = Query::parse("expand=status,lines&id=a&id=b%2Cc&name=&x=%C3%A9");
        assert_eq!(query.list("expand"), ["status", "lines"]);
        assert_eq!(query.list("id"), ["a", "b", "c"]);
        assert!(query.names("expand", "lines") && !query.names("expand", "site"));
        assert_eq!((query.get("name"), query.get("x")), (None, Some("é")));
        assert!(query.list("name").is_empty());
    }

    #[test]
    fn numbers_begin_at_one() {
        let query = Query::parse("a=7&b=0&c=x&d=-1");
        assert_eq!(query.number("a", 25).unwrap(), 7);
        assert_eq!(query.number("none", 25).unwrap(), 25);
        for name in ["b", "c", "d"] {
            assert!(query.number(name, 25).is_err(), "{name}");
        }
    }
}
