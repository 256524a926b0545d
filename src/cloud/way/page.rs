//! An answer that no API gives: the page of a proxy, a web filter, a sign-in portal or a gateway.

use std::fmt;

use reqwest::header::{CONTENT_TYPE, HeaderMap};

use crate::text;

/// Columns of a title and of a content type.
const SHOWN: usize = 80;

/// Bytes of a body in which a title is looked for.
const LOOKED: usize = 16 << 10;

/// What is known of such a page; raw, cut where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The HTTP status it came with.
    pub status: u16,
    /// Its content type, as the header has it.
    pub content_type: Option<String>,
    /// Its title, where it has one.
    pub title: Option<String>,
}

impl Page {
    /// Takes an answer for such a page unless it is JSON, empty, or does not say what it is and does not look like HTML.
    pub(in crate::cloud) fn spot(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let essence = content_type.map(|text| text.split(';').next().unwrap_or_default().trim());
        let markup = body.trim_ascii_start().starts_with(b"<");
        let foreign = match essence {
            Some(essence) => {
                let essence = essence.to_ascii_lowercase();
                markup || !(essence.ends_with("/json") || essence.ends_with("+json"))
            }
            None => markup,
        };
        let json = || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
        (foreign && !body.trim_ascii().is_empty() && !json())
            .then(|| Self::new(status, content_type, body))
    }

    /// The same for a status that refuses. A gateway that cannot reach what is behind it (502, 504) speaks for itself, also
    /// when it says nothing.
    pub(in crate::cloud) fn of_refusal(
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Self> {
        let silent = matches!(status, 502 | 504) && body.trim_ascii().is_empty();
        Self::spot(status, headers, body).or_else(|| silent.then(|| Self::new(status, None, body)))
    }

    /// An answer that cannot be the other side's own, whatever it is.
    pub(super) fn new(status: u16, content_type: Option<&str>, body: &[u8]) -> Self {
        Self {
            status,
            content_type: content_type.map(ToOwned::to_owned),
            title: title(body.get(..LOOKED).unwrap_or(body)),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        if let Some(content_type) = &self.content_type {
            write!(f, ", {}", text::fit(content_type, SHOWN))?;
        }
        if let Some(title) = &self.title {
            write!(f, ", \"{}\"", text::fit(title, SHOWN))?;
        }
        Ok(())
    }
}

/// What stands between the tags, with its white space folded. Not an HTML parser: a title that is not found is only not shown.
fn title(body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    // Same length, so that a place in one is a place in the other.
    let folded = body.to_ascii_lowercase();
    let opened = folded.find("<title")?;
    let from = opened + folded.get(opened..)?.find('>')? + 1;
    let to = from + folded.get(from..)?.find("</title")?;
    let words: Vec<_> = body.get(from..to)?.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn spotted(content_type: Option<&'static str>, body: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Page::spot(403, &headers, body.as_bytes()).map(|page| page.to_string())
    }

    #[test]
    fn a_page_is_told_by_its_type_or_its_looks_and_named_by_its_title() {
        let page = "<!DOCTYPE html>\n<html><head><TITLE lang=en>Web filter:\n sign in</TITLE>";
        let seen = |text: &str| Some(text.to_owned());
        assert_eq!(
            spotted(Some("text/html; charset=utf-8"), page),
            seen("HTTP 403, text/html; charset=utf-8, \"Web filter: sign in\"")
        );
        assert_eq!(
            spotted(None, page),
            seen("HTTP 403, \"Web filter: sign in\"")
        );
        assert_eq!(
            spotted(Some("text/plain"), "go away"),
            seen("HTTP 403, text/plain")
        );
        assert_eq!(
            spotted(Some("text/html"), "<title></title>"),
            seen("HTTP 403, text/html")
        );
    }

    #[test]
    fn what_the_organisation_says_is_no_page() {
        for json in [
            Some("application/json"),
            Some("application/problem+json; charset=utf-8"),
            None,
            Some("text/plain"),
        ] {
            assert_eq!(spotted(json, r#"{"message": "no"}"#), None, "{json:?}");
        }
        assert_eq!(
            spotted(Some("application/json"), r#"{"message": "#),
            None,
            "cut off, but its own"
        );
        assert_eq!(spotted(Some("text/html"), "  "), None, "nothing to show");
        assert_eq!(spotted(None, "not a page"), None);
    }
}
