//! Pages of entities, with the links that lead to the others.

use hyper::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Answer, Call, ok};
use crate::org::reply::Refusal;

/// Entities on a page when the call does not say.
const DEFAULT: usize = 25;

/// The most entities on one page of most lists. The published document gives no number; a client that keeps to this one
/// is right everywhere.
pub(super) const MOST: usize = 100;

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// By `pageNumber` and `pageSize`, of which `most` is the largest.
    pub(super) fn of(call: &Call<'_>, most: usize) -> Result<Self, Refusal> {
        let size = call.query.number("pageSize", DEFAULT)?;
        let number = call.query.number("pageNumber", 1)?;
        Self::at(Some(number), Some(size), most)
    }

    /// By what a body says, of which `most` is the largest.
    pub(super) fn at(
        number: Option<usize>,
        size: Option<usize>,
        most: usize,
    ) -> Result<Self, Refusal> {
        let (number, size) = (number.unwrap_or(1).max(1), size.unwrap_or(DEFAULT).max(1));
        if size > most {
            let message = format!("pageSize is at most {most}, not {size}");
            return Err(
                Refusal::new(StatusCode::BAD_REQUEST, "invalid.value", message)
                    .param("field", "pageSize".to_owned()),
            );
        }
        Ok(Self { number, size })
    }

    /// How many entities come before it.
    pub(super) const fn skip(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    /// How many entities it holds at most.
    pub(super) const fn size(self) -> usize {
        self.size
    }

    /// The part of a list that stands on it.
    pub(super) fn of_all<T>(self, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        all.into_iter().skip(self.skip()).take(self.size)
    }

    /// The answer: these entities, out of `total`.
    pub(super) fn answer(
        self,
        call: &Call<'_>,
        entities: &[impl Serialize],
        total: usize,
    ) -> Answer {
        ok(&self.body(call, entities, total))
    }

    /// The body of the answer, for lists that add to it.
    pub(super) fn body(
        self,
        call: &Call<'_>,
        entities: &[impl Serialize],
        total: usize,
    ) -> Map<String, Value> {
        let count = total.div_ceil(self.size);
        let rest = call.query.beyond_pages();
        let joint = if rest.is_empty() { "" } else { "&" };
        let link = |number: usize| {
            let (path, size) = (call.path, self.size);
            json!(format!(
                "{path}?pageSize={size}&pageNumber={number}{joint}{rest}"
            ))
        };
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("entities", json!(entities));
        put("pageSize", json!(self.size));
        put("pageNumber", json!(self.number));
        put("total", json!(total));
        put("firstUri", link(1));
        put("selfUri", link(self.number));
        if self.number < count {
            put("nextUri", link(self.number + 1));
        }
        if self.number > 1 {
            put("previousUri", link(self.number - 1));
        }
        put("lastUri", link(count.max(1)));
        put("pageCount", json!(count));
        body
    }
}
