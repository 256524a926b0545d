//! Any call of the organisation's API, as somebody typed it: for what the console has no word for yet.

use super::payload::Fault;
use super::write::{Method, Write, WriteKind};

/// Where every call of the API is.
const BELOW: [&str; 2] = ["api", "v2"];

/// Bytes of a path, and of one parameter; a longer one is refused by servers.
const LONGEST: usize = 4_000;

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCall {
    /// How; none reads.
    pub method: Option<Method>,
    /// Where: segments under the API's address, not yet encoded.
    pub path: Vec<String>,
    /// Parameters, in the order in which they were given.
    pub query: Vec<(String, String)>,
    /// The body: JSON.
    pub body: Option<String>,
}

/// The verbs, as they are typed.
pub const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl RawCall {
    /// Reads what was typed: `path` is `/api/v2/users`, `users`, or either with `?name=value`; each of `query` is `name=value`.
    pub fn read(
        verb: &str,
        path: &str,
        query: &[String],
        body: Option<String>,
    ) -> Result<Self, Fault> {
        let method = match verb.to_ascii_uppercase().as_str() {
            "GET" => None,
            "POST" => Some(Method::Post),
            "PUT" => Some(Method::Put),
            "PATCH" => Some(Method::Patch),
            "DELETE" => Some(Method::Delete),
            other => {
                let verbs = VERBS.join(", ");
                return Err(Fault::new("", format!("{other:?} is no method: {verbs}")));
            }
        };
        if path.contains("://") {
            let why = "the path begins after the organisation's address: /api/v2/users";
            return Err(Fault::new("", why));
        }
        if path.len() > LONGEST {
            return Err(Fault::new(
                "",
                format!("a path has at most {LONGEST} bytes"),
            ));
        }
        let (path, typed) = path.split_once('?').unwrap_or((path, ""));
        let mut parameters: Vec<(String, String)> = url::form_urlencoded::parse(typed.as_bytes())
            .into_owned()
            .collect();
        for pair in query {
            let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !name.is_empty())
            else {
                return Err(Fault::new(
                    "",
                    format!("--query {pair:?} is not name=value"),
                ));
            };
            parameters.push((name.to_owned(), value.to_owned()));
        }
        let segments = path.trim_matches('/').split('/');
        let segments: Vec<String> = segments.map(decoded).collect::<Result<_, _>>()?;
        let whole = segments.first().is_some_and(|first| first == BELOW[0]);
        let below = BELOW
            .iter()
            .filter(|_| !whole)
            .map(|part| (*part).to_owned());
        let path: Vec<String> = below.chain(segments).collect();
        if let Some(body) = body.as_deref()
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(body)
        {
            return Err(Fault::new("", format!("the body is no JSON: {error}")));
        }
        if body.is_some() && method.is_none() {
            return Err(Fault::new("", "a GET has no body"));
        }
        Ok(Self {
            method,
            path,
            query: parameters,
            body,
        })
    }

    /// The path as it is shown.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("/{}", self.path.join("/"))
    }

    /// The write that it is; none of one that reads.
    #[must_use]
    pub fn write(&self) -> Option<Write> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let mut write = Write::bare(WriteKind::Raw, self.method?, &path, self.shown());
        write.query.clone_from(&self.query);
        write.body.clone_from(&self.body);
        Some(write)
    }
}

/// A segment as it is meant: whoever copies a path from a browser brings its escapes along.
fn decoded(segment: &str) -> Result<String, Fault> {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8();
    match decoded {
        Ok(text) if !matches!(text.as_ref(), "" | "." | "..") => Ok(text.into_owned()),
        _ => Err(Fault::new(
            "",
            format!("{segment:?} can be no part of a path"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(verb: &str, path: &str, query: &[&str], body: Option<&str>) -> Result<RawCall, Fault> {
        let query: Vec<String> = query.iter().map(ToString::to_string).collect();
        RawCall::read(verb, path, &query, body.map(str::to_owned))
    }

    #[test]
    fn a_path_is_read_however_it_is_typed() {
        for path in [
            "/api/v2/users",
            "users",
            "api/v2/users/",
            "/users?pageSize=1",
        ] {
            let call = read("get", path, &["a=b=c"], None).unwrap();
            assert_eq!(call.shown(), "/api/v2/users", "{path}");
            assert_eq!(call.query.last(), Some(&("a".to_owned(), "b=c".to_owned())));
            assert_eq!((call.write(), call.method), (None, None));
        }
        let odd = read("GET", "users/a%2Fb", &[], None).unwrap();
        assert_eq!(odd.path.last().map(String::as_str), Some("a/b"));
    }

    #[test]
    fn what_cannot_be_sent_is_said_before_anything_is() {
        for (verb, path, query, body) in [
            ("HEAD", "users", None, None),
            ("GET", "https://x.example/users", None, None),
            ("GET", "users/../x", None, None),
            ("GET", "users", Some("=1"), None),
            ("GET", "users", None, Some("{}")),
            ("POST", "users", None, Some("{")),
        ] {
            let query: Vec<&str> = query.into_iter().collect();
            assert!(read(verb, path, &query, body).is_err(), "{verb} {path}");
        }
    }

    #[test]
    fn a_write_is_what_was_typed() {
        let call = read("delete", "users/u-1", &["force=true"], None).unwrap();
        let write = call.write().unwrap();
        assert_eq!((write.method, write.kind), (Method::Delete, WriteKind::Raw));
        assert_eq!(write.path, ["api", "v2", "users", "u-1"]);
        assert_eq!(write.query, [("force".to_owned(), "true".to_owned())]);
    }
}
