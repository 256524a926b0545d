//! From a request to its answer: who may ask, what is there, and by which verb.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body;
use hyper::{Request, StatusCode};
use tokio::time::Instant;

use super::ask::{Asker, LoopEnded, Overview};
use super::denials::{Consequence, Denials, Late};
use super::guard::Guard;
use super::hook::{Announced, Hook};
use super::negotiate::Format;
use super::pass::{Pass, Peer, Scope};
use super::places::ConnectionTally;
use super::reply::{Refusal, Reply, json};
use super::resolve::Resolver;
use super::{body, dashboard, figures, hook, ready, reply};
use crate::export::calendar;
use crate::flow::route::Refused;

/// How long the loop may take for an answer: it takes milliseconds, and one that is stuck should be found out.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all connections share.
#[derive(Debug)]
pub(super) struct Hall {
    guard: Guard,
    asker: Asker,
    tally: ConnectionTally,
    denials: Denials,
    resolver: Resolver,
    hook: Option<Hook>,
    ready_at: f64,
}

impl Hall {
    pub(super) fn new(guard: Guard, asker: Asker, ready_at: f64) -> Self {
        Self {
            guard,
            asker,
            tally: ConnectionTally::default(),
            denials: Denials::default(),
            resolver: Resolver::default(),
            hook: None,
            ready_at,
        }
    }

    /// Takes deliveries in.
    pub(super) fn with_hook(self, hook: Option<Hook>) -> Self {
        Self { hook, ..self }
    }

    /// Lets nobody write, whatever they show.
    pub(super) fn read_only(self, read_only: bool) -> Self {
        Self {
            resolver: Resolver::new(read_only),
            ..self
        }
    }

    pub(super) fn tally(&self) -> &ConnectionTally {
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

    /// What it needs; a hook's path is its token.
    const fn scope(self) -> Scope {
        match self {
            Self::Alive | Self::Ready => Scope::Health,
            Self::Dashboard | Self::Metrics | Self::Calendar => Scope::Read,
            Self::Resolve => Scope::Write,
            Self::Hook => Scope::None,
        }
    }

    /// The verb that it takes.
    const fn verb(self) -> &'static str {
        match self {
            Self::Dashboard | Self::Metrics | Self::Calendar | Self::Alive | Self::Ready => "GET",
            Self::Resolve | Self::Hook => "POST",
        }
    }
}

/// Answers any request of somebody.
pub(super) async fn answer<B>(hall: &Hall, peer: &Peer, request: Request<B>) -> Reply
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let answered = match admitted(hall, peer, &request) {
        Ok((route, pass)) => serve(hall, route, &pass, request).await,
        Err(refusal) => Err(refusal),
    };
    match answered {
        Ok(reply) => reply,
        Err(refusal) => refused(hall, peer, refusal).await,
    }
}

/// A refusal as it is sent. Whoever is turned away for who they are is noted, and on record where it is known who that is.
async fn refused(hall: &Hall, peer: &Peer, refusal: Refusal) -> Reply {
    let Some(why) = refusal.denied() else {
        return refusal.into_reply();
    };
    let Consequence { late, notice } = hall.denials.note(why, peer, Instant::now());
    if let Some(notice) = notice {
        tracing::warn!("{notice}");
        hall.asker.notice(notice);
    }
    if !late {
        if let Some(requester) = refusal.requester() {
            let refused = Refused::new("", refusal.message(), requester);
            hall.resolver.put_on_record(&hall.asker, refused).await;
        }
        return refusal.into_reply();
    }
    let mut reply = Refusal::too_many().into_reply();
    reply.extensions_mut().insert(Late);
    reply
}

fn admitted<B: Body>(
    hall: &Hall,
    peer: &Peer,
    request: &Request<B>,
) -> Result<(Route, Pass), Refusal> {
    hall.guard.admit_bare(request, peer)?;
    let path = request.uri().path();
    let delivery = hall.hook.as_ref().is_some_and(|hook| hook.is_at(path));
    let route = if delivery {
        Some(Route::Hook)
    } else {
        Route::of(path)
    };
    let pass = if delivery {
        Pass::delivery(peer)
    } else {
        hall.guard.pass(request.headers(), peer)?
    };
    // What is there and by which verb is told to those who may read.
    let asked = route.filter(|route| request.method() == route.verb());
    let told = if delivery { Scope::None } else { Scope::Read };
    pass.needs(asked.map_or(told, Route::scope))?;
    body::admit(request.body())?;
    match (route, asked) {
        (_, Some(route)) => Ok((route, pass)),
        (Some(route), None) => Err(Refusal::method(request.method(), route.verb())),
        (None, _) => {
            let message = "nothing is served at this path";
            Err(Refusal::new(StatusCode::NOT_FOUND, "not.found", message))
        }
    }
}

async fn serve<B>(
    hall: &Hall,
    route: Route,
    pass: &Pass,
    request: Request<B>,
) -> Result<Reply, Refusal>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    match route {
        Route::Resolve => {
            let body = body::read(request.into_body()).await?;
            let requester = &pass.requester;
            hall.resolver.resolve(&hall.asker, &body, requester).await
        }
        Route::Hook => {
            let body = body::read(request.into_body()).await?;
            match hook::told(&body)? {
                Announced::Job(word) => in_time(hall.asker.deliver(word)).await?,
                Announced::Trial => {
                    let notice = "a test of a webhook has arrived at the listener";
                    hall.asker.notice(notice.to_owned());
                }
                Announced::Callback(update) => in_time(hall.asker.deliver_update(update)).await?,
            }
            Ok(json(&serde_json::json!({ "status": "taken" })))
        }
        Route::Dashboard => in_time(dashboard::reply(hall.asker.clone())).await,
        Route::Metrics => {
            let format = Format::preferred(request.headers());
            let mut overview = *hall.overview().await?;
            overview.ready = ready::verdict(&overview, hall.ready_at);
            let counts = hall.resolver.counts();
            let doors = figures::Doors::of(&hall.tally, &hall.denials);
            Ok(figures::reply(overview, counts, doors, format))
        }
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
        Route::Ready => {
            let details = pass.scope >= Scope::Read;
            ready::answer(&*hall.overview().await?, hall.ready_at, details)
        }
    }
}

/// Waits for the loop as long as is decent.
async fn in_time<T>(answer: impl Future<Output = Result<T, LoopEnded>>) -> Result<T, Refusal> {
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
