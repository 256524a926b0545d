//! From a request to its answer: who may ask, what is there, and by which verb.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body;
use hyper::{Request, StatusCode};

use super::ask::{Asker, Ended, Overview};
use super::guard::Guard;
use super::hook::{Hook, Told};
use super::negotiate::Format;
use super::places::Tally;
use super::reply::{Refusal, Reply, json};
use super::resolve::Resolver;
use super::{body, dashboard, figures, hook, reply};
use crate::export::calendar;

/// How long the loop may take for an answer: it takes milliseconds, and one that is stuck should be found out.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all connections share.
#[derive(Debug)]
pub(super) struct Hall {
    guard: Guard,
    asker: Asker,
    tally: Tally,
    resolver: Resolver,
    hook: Option<Hook>,
}

impl Hall {
    pub(super) fn new(guard: Guard, asker: Asker, hook: Option<Hook>) -> Self {
        Self {
            guard,
            asker,
            tally: Tally::default(),
            resolver: Resolver::default(),
            hook,
        }
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    async fn overview(&self) -> Result<Box<Overview>, Refusal> {
        in_time(self.asker.overview()).await
    }
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    /// Contract §6.
    Dashboard,
    /// Contract §9.
    Metrics,
    /// Contract §9: a route through the deploy pipeline.
    Resolve,
    /// Contract §7 and §10: what the organisation tells of jobs and callbacks.
    Hook,
    /// The reservations as a calendar.
    Calendar,
    /// Whether the process is up and its loop answers.
    Alive,
    /// Whether what is shown can be relied on.
    Ready,
}

impl Route {
    /// The route of a path, compared as it came: an encoded or a relative path is none of ours.
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/api/v1/telephony/dashboard" => Self::Dashboard,
            "/metrics" => Self::Metrics,
            "/resolve" => Self::Resolve,
            "/callbacks.ics" => Self::Calendar,
            "/healthz" => Self::Alive,
            "/readyz" => Self::Ready,
            _ => return None,
        })
    }

    /// The verb that it takes.
    const fn verb(self) -> &'static str {
        match self {
            Self::Dashboard | Self::Metrics | Self::Calendar | Self::Alive | Self::Ready => "GET",
            Self::Resolve | Self::Hook => "POST",
        }
    }
}

/// Answers any request that came in at the address `at`.
pub(super) async fn answer<B>(hall: &Hall, at: SocketAddr, request: Request<B>) -> Reply
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match admitted(hall, at, &request) {
        Ok(route) => serve(hall, route, request)
            .await
            .unwrap_or_else(Refusal::into_reply),
        Err(refusal) => refusal.into_reply(),
    }
}

fn admitted<B: Body>(hall: &Hall, at: SocketAddr, request: &Request<B>) -> Result<Route, Refusal> {
    let path = request.uri().path();
    let hook = hall.hook.as_ref().filter(|hook| hook.is_at(path));
    let route = if hook.is_some() {
        // Its path is its token.
        hall.guard.admit_bare(request, at)?;
        Some(Route::Hook)
    } else {
        hall.guard.admit(request, at)?;
        Route::of(path)
    };
    body::admit(request.body())?;
    let route = route.ok_or_else(|| {
        let message = "nothing is served at this path";
        Refusal::new(StatusCode::NOT_FOUND, "not.found", message)
    })?;
    if request.method() == route.verb() {
        Ok(route)
    } else {
        Err(Refusal::method(request.method(), route.verb()))
    }
}

async fn serve<B>(hall: &Hall, route: Route, request: Request<B>) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match route {
        Route::Resolve => {
            let body = body::read(request.into_body()).await?;
            hall.resolver.resolve(&hall.asker, &body).await
        }
        Route::Hook => {
            let body = body::read(request.into_body()).await?;
            match hook::told(&body)? {
                Told::Job(word) => in_time(hall.asker.deliver(word)).await?,
                Told::Callback(update) => in_time(hall.asker.deliver_update(update)).await?,
            }
            Ok(json(&serde_json::json!({ "status": "taken" })))
        }
        Route::Dashboard => in_time(dashboard::reply(hall.asker.clone())).await,
        Route::Metrics => match Format::preferred(request.headers()) {
            Format::Json => {
                hall.overview().await?;
                Ok(figures::json(hall.resolver.counts()))
            }
            format => {
                let overview = *hall.overview().await?;
                let counts = hall.resolver.counts();
                Ok(figures::text(overview, counts, &hall.tally, format))
            }
        },
        Route::Calendar => {
            let reservations = in_time(hall.asker.reservations()).await?;
            let file = calendar::of(
                reservations.entries,
                &reservations.profile,
                reservations.now,
            );
            Ok(reply::ok(
                "text/calendar; charset=utf-8",
                reply::whole(file),
            ))
        }
        Route::Alive => {
            hall.overview().await?;
            Ok(json(&serde_json::json!({ "status": "ok" })))
        }
        Route::Ready => match hall.overview().await?.ready {
            Ok(()) => Ok(json(&serde_json::json!({ "status": "ready" }))),
            Err(why) => Err(Refusal::unavailable(&why)),
        },
    }
}

/// Waits for the loop as long as is decent.
async fn in_time<T>(answer: impl Future<Output = Result<T, Ended>>) -> Result<T, Refusal> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(ended)) => Err(Refusal::unavailable(&ended)),
        Err(_) => {
            let seconds = PATIENCE.as_secs();
            let why = format!("the console did not answer within {seconds} s");
            Err(Refusal::unavailable(&why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_paths_are_served() {
        assert_eq!(Route::of("/metrics"), Some(Route::Metrics));
        for path in [
            "/",
            "//metrics",
            "/metrics/",
            "/api/../metrics",
            "/%2e%2e/metrics",
            "/metrics%00",
            "/METRICS",
            "*",
        ] {
            assert_eq!(Route::of(path), None, "{path}");
        }
    }
}
