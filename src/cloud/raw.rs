//! Reads of any path, as somebody typed it, with every page where that is asked for.

use bytes::Bytes;
use reqwest::Url;
use serde_json::Value;

use super::call::{Call, Needs};
use super::{Client, Error, Urgency, api_url};
use crate::model::raw::RawCall;

/// Pages of one list at most.
const MOST_PAGES: usize = 1_000;

/// The names under which answers keep what a page holds.
const LISTS: [&str; 4] = ["entities", "conversations", "results", "data"];

/// Everything that a list has.
#[derive(Clone, Debug, PartialEq)]
pub struct RawPages {
    /// The entries of all pages, in order.
    pub entries: Vec<Value>,
    /// Why these are not all, where they are not.
    pub lack: Option<String>,
}

impl Client {
    /// Reads it, as a person waits for it: with the token, the budget and the retries of every read.
    pub async fn raw(&self, call: &RawCall) -> Result<Bytes, Error> {
        let call = self.raw_call(call)?;
        self.0.read(&call, Urgency::Reread).await
    }

    /// Reads it page by page: by the number of the page, or by the `nextUri` that each answer brings. An answer that is no list is
    /// told as the first element of an error.
    pub async fn raw_pages(&self, call: &RawCall) -> Result<Result<RawPages, Bytes>, Error> {
        let mut asked = call.clone();
        let mut pages = RawPages {
            entries: Vec::new(),
            lack: None,
        };
        for number in 1..=MOST_PAGES {
            let body = self.raw(&asked).await?;
            let Some(page) = serde_json::from_slice::<Value>(&body).ok().and_then(listed) else {
                if number == 1 {
                    return Ok(Err(body));
                }
                pages.lack = Some(format!("page {number} is no list like those before"));
                return Ok(Ok(pages));
            };
            let empty = page.entries.is_empty();
            pages.entries.extend(page.entries);
            let next = match (&page.next, page.count) {
                (Some(next), _) => after(&asked, next),
                (None, Some(count)) if (number as u64) < count => {
                    Some(numbered(&asked, number + 1))
                }
                _ => None,
            };
            match next {
                Some(next) if next != asked && !empty => asked = next,
                _ => return Ok(Ok(pages)),
            }
        }
        pages.lack = Some(format!("only {MOST_PAGES} pages were read"));
        Ok(Ok(pages))
    }

    fn raw_call(&self, call: &RawCall) -> Result<Call, Error> {
        let segments: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let mut url = api_url(&self.0.settings.base_url, &segments)?;
        add_query(&mut url, &call.query);
        Ok(Call::new("GET", url, Needs::Permissions(&[])))
    }
}

/// Puts parameters to an address; none leave it as it is.
pub(super) fn add_query(url: &mut Url, query: &[(String, String)]) {
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
}

struct RawPage {
    entries: Vec<Value>,
    next: Option<String>,
    count: Option<u64>,
}

fn listed(mut body: Value) -> Option<RawPage> {
    let name = LISTS.into_iter().find(|name| body[name].is_array())?;
    let Value::Array(entries) = body[name].take() else {
        return None;
    };
    Some(RawPage {
        entries,
        next: body["nextUri"].as_str().map(str::to_owned),
        count: body["pageCount"].as_u64(),
    })
}

/// The same list from where the answer says it goes on. Only what follows the path is taken: the organisation does not send us elsewhere.
fn after(asked: &RawCall, next: &str) -> Option<RawCall> {
    let (_, query) = next.split_once('?')?;
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    Some(RawCall {
        query: query.collect(),
        ..asked.clone()
    })
}

fn numbered(asked: &RawCall, number: usize) -> RawCall {
    let mut next = asked.clone();
    next.query.retain(|(name, _)| name != "pageNumber");
    next.query
        .push(("pageNumber".to_owned(), number.to_string()));
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_goes_on_where_its_answer_says_and_nowhere_else() {
        let asked = RawCall::read("GET", "users", &["pageSize=2".to_owned()], None).unwrap();
        let next = after(&asked, "https://elsewhere.example/x?pageSize=2&after=c").unwrap();
        assert_eq!(next.path, asked.path);
        assert_eq!(next.query[1], ("after".to_owned(), "c".to_owned()));
        assert_eq!(numbered(&numbered(&asked, 2), 3).query.len(), 2);
        assert!(after(&asked, "/api/v2/users").is_none());
    }

    #[test]
    fn a_list_is_known_by_its_name() {
        let page = listed(json!({"entities": [1, 2], "pageCount": 3})).unwrap();
        assert_eq!(
            (page.entries.len(), page.count, page.next),
            (2, Some(3), None)
        );
        assert!(listed(json!({"id": "u-1"})).is_none());
    }
}
