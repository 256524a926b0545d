//! The published Genesys Cloud Platform API v2: how its calls are made, and how its pages are read.
//!
//! Every method of [`Client`](super::Client) that both APIs offer decides by [`Client::api`](super::Client::api) and calls
//! in here; the answers become the same model. Nothing beyond `cloud` and `feed` knows which of the two it was.

mod analytics;
pub mod callbacks;
mod capacity;
mod changes;
pub mod channels;
mod closeup;
pub(crate) mod conversations;
pub mod duty;
pub mod edges;
mod estate;
mod hours;
mod limits;
pub mod load;
mod numbers;
pub mod pages;
pub mod phones;
pub mod quality;
pub(super) mod routes;
mod sip;
pub mod softphones;
pub mod trunks;

use bytes::Bytes;
use serde::Serialize;

use super::call::{Call, Needs, Who};
use super::error::Error;
use super::session::Session;
use super::{Urgency, api_url};

/// The calls of one organisation.
#[derive(Clone, Copy, Debug)]
pub struct Platform<'a>(pub(super) &'a Session);

impl Platform<'_> {
    /// A call under `/api/v2`; each segment is percent-encoded, `permissions` are those that a refusal names.
    pub(super) fn call(
        self,
        verb: &'static str,
        path: &[&str],
        query: &[(&str, &str)],
        permissions: &'static [&'static str],
    ) -> Result<Call, Error> {
        let path: Vec<&str> = ["api", "v2"].iter().chain(path).copied().collect();
        let mut url = api_url(&self.0.settings.base_url, &path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(Call::new(verb, url, Needs::Permissions(permissions)))
    }

    /// A question that is asked by POST, with its body.
    pub(super) fn question(
        self,
        path: &[&str],
        permissions: &'static [&'static str],
        body: &impl Serialize,
    ) -> Result<Call, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::not_sendable("the question", &error))?;
        Ok(Call {
            body: Some(body.into()),
            ..self.call("POST", path, &[], permissions)?
        })
    }

    /// Asks, with the retries of a read. What it asks has to do no harm when it is done twice.
    pub(super) async fn ask(self, call: &Call, urgency: Urgency) -> Result<Bytes, Error> {
        self.0.read(call, urgency).await
    }
}

/// The same call, made as a person.
#[must_use]
pub(super) fn as_person(call: Call) -> Call {
    Call {
        who: Who::Person,
        ..call
    }
}
