//! The resources under `/api/v2`: their paths, the verbs each takes with the scope it needs (contract §1), and who
//! answers.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use hyper::Method;

use super::reply::{Refusal, Reply};
use super::route::decode;
use super::shared::Shared;
use super::{callbacks, hooks, interactions, jobs, rest, routes};

/// One part of a path that names something, decoded.
type Id<'a> = Cow<'a, str>;

/// The verbs that are used; HEAD and PATCH by the Platform API alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub(super) fn of(method: &Method) -> Option<Self> {
        let all = [
            Self::Get,
            Self::Head,
            Self::Post,
            Self::Put,
            Self::Patch,
            Self::Delete,
        ];
        all.into_iter().find(|verb| verb.name() == method.as_str())
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it changes something.
    pub(super) fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::Head)
    }

    /// Whether a body comes with it.
    pub(super) fn carries(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// A verb that a resource takes, and the scope it needs.
pub(super) type Rule = (Verb, &'static str);

/// A call that may be made, as its resource sees it.
pub(super) struct Call<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) verb: Verb,
    /// Empty unless the verb carries one.
    pub(super) body: Bytes,
}

/// What is served.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource<'a> {
    Registrations(Id<'a>),
    Carriers,
    Jobs(jobs::Path<'a>),
    Hooks(hooks::Path<'a>),
    Interactions(interactions::Path<'a>),
    Routes(routes::Path<'a>),
    Callbacks(callbacks::Path<'a>),
    CallbackHooks(callbacks::hooks::Path<'a>),
}

impl<'a> Resource<'a> {
    /// By the parts of a path after `/api/v2`.
    pub(super) fn of(path: &[&'a str]) -> Option<Self> {
        Some(match path {
            ["telephony", "users", id, "registrations"] => Self::Registrations(decode(id)?),
            ["telephony", "providers", "carriers"] => Self::Carriers,
            _ => {
                return jobs::Path::of(path)
                    .map(Self::Jobs)
                    .or_else(|| hooks::Path::of(path).map(Self::Hooks))
                    .or_else(|| interactions::Path::of(path).map(Self::Interactions))
                    .or_else(|| routes::Path::of(path).map(Self::Routes))
                    .or_else(|| callbacks::Path::of(path).map(Self::Callbacks))
                    .or_else(|| callbacks::hooks::Path::of(path).map(Self::CallbackHooks));
            }
        })
    }

    /// The verbs it takes.
    pub(super) const fn rules(&self) -> &'static [Rule] {
        match self {
            Self::Registrations(_) => &[(Verb::Get, "telephony:users:read")],
            Self::Carriers => &[(Verb::Get, "telephony:providers:read")],
            Self::Jobs(path) => path.rules(),
            Self::Hooks(path) => path.rules(),
            Self::Interactions(_) => interactions::Path::RULES,
            Self::Routes(path) => path.rules(),
            Self::Callbacks(path) => path.rules(),
            Self::CallbackHooks(path) => path.rules(),
        }
    }

    /// Answers a call whose verb, token and scope are in order.
    pub(super) fn answer(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let shared = call.shared;
        match self {
            Self::Registrations(id) => rest::registrations(shared, id),
            Self::Carriers => Ok(rest::carriers(shared)),
            Self::Jobs(path) => path.answer(call),
            Self::Hooks(path) => path.answer(call),
            Self::Interactions(path) => path.answer(call),
            Self::Routes(path) => path.answer(call),
            Self::Callbacks(path) => path.answer(call),
            Self::CallbackHooks(path) => path.answer(call),
        }
    }
}
