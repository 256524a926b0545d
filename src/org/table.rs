//! The table of every operation of both APIs, and what each call passes: its path, its token with what the operation
//! needs of it, the rate limit, and the method.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Method, Request};
use matchit::Router;

use super::access::{Api, Caller};
use super::auth::Holder;
use super::operation::{Answer, Call, Handler, Operation};
use super::platform::query::Query;
use super::reply::{Refusal, Reply};
use super::route::{bearer, decode, read_body};
use super::shared::Shared;
use super::upgrade::Handoff;
use super::{callbacks, hooks, interactions, jobs, platform, rest, routes, streams, transfers};

/// The operations of the direct API, room by room.
const DIRECT: &[&[Operation]] = &[
    rest::OPERATIONS,
    streams::OPERATIONS,
    jobs::OPERATIONS,
    hooks::OPERATIONS,
    interactions::OPERATIONS,
    transfers::OPERATIONS,
    routes::OPERATIONS,
    callbacks::OPERATIONS,
    callbacks::hooks::OPERATIONS,
];

/// The operations of each path, in the order of their table. A path's own words come before its ids: `phones/template`
/// is no phone.
static PATHS: LazyLock<Router<Vec<&'static Operation>>> = LazyLock::new(|| {
    let mut paths = BTreeMap::<&str, Vec<&Operation>>::new();
    for operation in operations() {
        paths.entry(operation.path).or_default().push(operation);
    }
    let mut router = Router::new();
    for (path, operations) in paths {
        let path = match path.strip_prefix('/') {
            Some(_) => path.to_owned(),
            None => format!("/api/v2/{path}"),
        };
        // Two templates of one shape would be refused; a test finds every operation.
        let _ = router.insert(path, operations);
    }
    router
});

fn operations() -> impl Iterator<Item = &'static Operation> {
    let all = DIRECT.iter().chain(platform::OPERATIONS);
    all.copied().flatten()
}

/// A path that is served.
pub(super) struct ServedPath<'a> {
    operations: &'static [&'static Operation],
    first: &'static Operation,
    /// Its parts in place of those in braces, decoded.
    pub(super) ids: Vec<Cow<'a, str>>,
}

impl<'a> ServedPath<'a> {
    /// By a whole path, still percent-encoded, so that an encoded slash stays inside its part.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let found = PATHS.at(path).ok()?;
        let (first, _) = found.value.split_first()?;
        let ids = found.params.iter().map(|(_, part)| decode(part));
        Some(Self {
            operations: found.value,
            first,
            ids: ids.collect::<Option<_>>()?,
        })
    }

    /// The path as the table has it.
    pub(super) const fn template(&self) -> &'static str {
        self.first.path
    }

    /// Which API's it is.
    pub(super) const fn api(&self) -> Api {
        self.first.needs.api
    }

    /// Whether it is a WebSocket.
    pub(super) const fn opens(&self) -> bool {
        self.first.opens()
    }

    /// Whether what is posted to it is a question: nothing is taken, so there is nothing to lose.
    pub(super) fn asks(&self) -> bool {
        self.template().ends_with("/query")
    }

    /// Answers a call. Where a method is not taken, the token needs what another does, so that a stranger learns nothing.
    pub(super) async fn serve(
        &self,
        shared: &Arc<Shared>,
        handoff: &Handoff,
        caller: Caller,
        request: Request<Incoming>,
    ) -> Result<Reply, Refusal> {
        let mut all = self.operations.iter().copied();
        let asked = all.find(|operation| operation.method == *request.method());
        let needs = asked.unwrap_or(self.first).needs;
        let bearer = bearer(request.headers()).unwrap_or_default();
        let (holder, usage) = needs.admit(shared, bearer, caller, !self.opens())?;
        let answer = match needs.check(shared, bearer, holder) {
            Ok(()) => self.answer(asked, shared, handoff, holder, request).await,
            Err(refusal) => Err(refusal),
        };
        let mut reply = answer.unwrap_or_else(Refusal::into_reply);
        usage.tell(reply.headers_mut());
        Ok(reply)
    }

    async fn answer(
        &self,
        asked: Option<&Operation>,
        shared: &Arc<Shared>,
        handoff: &Handoff,
        holder: Holder,
        request: Request<Incoming>,
    ) -> Answer {
        let Some(operation) = asked else {
            let methods = self.operations.iter().map(|one| one.method.as_str());
            let taken: Vec<_> = methods.collect();
            return Err(Refusal::method(request.method(), &taken.join(", ")));
        };
        let uri = request.uri().clone();
        let mut call = Call {
            shared,
            path: uri.path(),
            ids: &self.ids,
            query: Query::parse(uri.query().unwrap_or_default()),
            body: Bytes::new(),
            holder,
        };
        match operation.handler {
            Handler::Open(open) => open(&call, handoff, request),
            Handler::Answer(answer) => {
                if [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method) {
                    call.body = read_body(request.into_body()).await?;
                }
                answer(&call)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(path: &str) -> Option<(&'static str, Vec<String>)> {
        let found = ServedPath::of(path)?;
        let template = found.template();
        let ids = found.ids.into_iter().map(Cow::into_owned);
        Some((template, ids.collect()))
    }

    #[test]
    fn a_path_s_own_words_come_before_ids() {
        let edges = "/api/v2/telephony/providers/edges";
        let of = |rest: &str| template(&format!("{edges}/{rest}"));
        let (found, ids) = of("phones/template").unwrap();
        assert!(found.ends_with("phones/template") && ids.is_empty());
        let (found, ids) = of("phones/a%2Fb").unwrap();
        assert!(found.ends_with("phones/{phoneId}"));
        assert_eq!(ids, ["a/b"]);
        assert_eq!(of("e-1/trunks").unwrap().1, ["e-1"]);
        assert!(of("trunks/metrics").unwrap().1.is_empty());
        for nothing in ["phones/", "phones/%FF", "phones/a/b/c", "nope/nope/nope"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn every_operation_is_there_once() {
        let mut seen = std::collections::HashSet::new();
        for operation in operations() {
            let one = (operation.method.as_str(), operation.path);
            assert!(seen.insert(one), "{one:?}");
        }
    }

    #[test]
    fn every_operation_is_found_by_its_path() {
        for operation in operations() {
            let parts = operation.path.split('/').map(|part| {
                let is_id = part.starts_with('{');
                if is_id { "a%2Fb" } else { part }
            });
            let path = parts.collect::<Vec<_>>().join("/");
            let root = if path.starts_with('/') {
                ""
            } else {
                "/api/v2/"
            };
            let path = format!("{root}{path}");
            let found = ServedPath::of(&path).unwrap();
            assert_eq!(found.template(), operation.path);
            let mut all = found.operations.iter();
            assert!(all.any(|one| one.method == operation.method));
            assert!(found.ids.iter().all(|id| id == "a/b"));
        }
    }
}
