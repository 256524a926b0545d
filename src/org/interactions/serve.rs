//! The calls about interactions.

use std::borrow::Cow;

use hyper::StatusCode;
use serde_json::json;

use crate::org::reply::{self, Refusal, Reply};
use crate::org::resource::{Call, Rule, Verb};
use crate::org::route::decode;

/// What is served about interactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::org) enum Path<'a> {
    All,
    One(Cow<'a, str>),
}

impl<'a> Path<'a> {
    /// By the parts of a path after `/api/v2`.
    pub(in crate::org) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["interactions"] => Self::All,
            ["interactions", id] => Self::One(decode(id)?),
            _ => return None,
        })
    }

    /// The verbs that both take.
    pub(in crate::org) const RULES: &'static [Rule] = &[(Verb::Get, "interaction:view")];

    /// Answers a call whose verb, token and scope are in order.
    pub(in crate::org) fn answer(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let interactions = call.shared.interactions();
        match self {
            Self::All => {
                let body = json!({"entities": interactions.live()});
                Ok(reply::json(StatusCode::OK, &body))
            }
            Self::One(id) => {
                let found = interactions.get(id).ok_or_else(|| none_such(id))?;
                Ok(reply::json(StatusCode::OK, found))
            }
        }
    }
}

fn none_such(id: &str) -> Refusal {
    Refusal::not_found(format!("there is no interaction {id:?}"))
}
