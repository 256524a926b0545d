//! What there is before anything is changed.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Deploy, Ending, News};
use crate::cloud::{Client, Error, RouteListing, Urgency};
use crate::flow::{Failure, Run};
use crate::model::RouteId;
use crate::model::payload::Fault;
use crate::model::route::{Aim, Known};

/// Routes of ours that are asked for one by one where the organisation has no list.
const MOST_ASKED: usize = 20;

/// The list of routes for many who want it at once: each gets one that was begun after it asked, and so knows of
/// everything that was answered to anybody before.
#[derive(Clone, Debug, Default)]
pub struct Lists(Arc<Mutex<Option<(Instant, Listed)>>>);

type Listed = Option<Arc<RouteListing>>;

impl Lists {
    /// The list; none when this organisation has none.
    pub async fn read(&self, client: &Client) -> Result<Listed, Error> {
        let asked = Instant::now();
        let mut newest = self.0.lock().await;
        if let Some((began, list)) = &*newest
            && *began >= asked
        {
            return Ok(list.clone());
        }
        let began = Instant::now();
        let list = client.routes(Urgency::Reread).await?.map(Arc::new);
        *newest = Some((began, list.clone()));
        Ok(list)
    }
}

/// The route that a deployment is to change; none for a new one.
pub(super) async fn of(run: &Run<'_>, order: &Deploy) -> Result<Option<Known>, Ending> {
    let doing = run.begin("existing state", "");
    let found = run.unless_stopped(async {
        match &order.aim {
            Aim::Existing(id) => read(run, id).await,
            Aim::ByName | Aim::New => named(run, &order.body.name).await,
        }
    });
    let found = match found.await.map_err(Ending::from).and_then(|found| found) {
        Ok(found) => found,
        Err(ending) => {
            let why = ending
                .failure()
                .map_or_else(Default::default, |failure| failure.why);
            doing.failed(why);
            return Err(ending);
        }
    };
    match (&order.aim, &found) {
        (Aim::New, Some(known)) => {
            let why = format!("there is a route of this name already, {}", known.id.raw());
            doing.failed(why.as_str());
            return Err(Ending::Invalid(vec![Fault::new("name", why)]));
        }
        (_, Some(known)) => doing.done(format!("{} is there", known.id.raw())),
        (_, None) => doing.done("there is none"),
    }
    if let Some(known) = &found {
        run.told(News::Found(known.clone()));
    }
    Ok(found)
}

/// The route as it is at this moment.
pub(super) async fn again(run: &Run<'_>, id: &RouteId) -> Result<Option<Known>, Ending> {
    let doing = run.begin("existing state", "once more");
    match run
        .unless_stopped(read(run, id))
        .await
        .map_err(Ending::from)
        .and_then(|found| found)
    {
        Ok(found) => {
            doing.done("");
            Ok(found)
        }
        Err(ending) => {
            let why = ending
                .failure()
                .map_or_else(Default::default, |failure| failure.why);
            doing.failed(why);
            Err(ending)
        }
    }
}

async fn read(run: &Run<'_>, id: &RouteId) -> Result<Option<Known>, Ending> {
    let read = run.kit.client.route(id, Urgency::Reread).await;
    read.map_err(|error| unread(&error))
}

/// The route of a name, out of the organisation's list, or of those that we know where there is no list.
pub(super) async fn named(run: &Run<'_>, name: &str) -> Result<Option<Known>, Ending> {
    let list = run.kit.routes.lists.read(&run.kit.client).await;
    let Some(list) = list.map_err(|error| unread(&error))? else {
        return ours(run, name).await;
    };
    let mut of_that_name = list.routes.iter().filter(|known| known.route.name == name);
    match (of_that_name.next(), of_that_name.next()) {
        (Some(one), Some(other)) => {
            let ids = format!("{} and {}", one.id.raw(), other.id.raw());
            let why = format!("several routes are called so ({ids}): say which by its id");
            Err(Ending::Invalid(vec![Fault::new("name", why)]))
        }
        (found, _) => Ok(found.cloned()),
    }
}

async fn ours(run: &Run<'_>, name: &str) -> Result<Option<Known>, Ending> {
    let deployments = run.kit.routes.deployments.clone();
    let loaded = tokio::task::spawn_blocking(move || deployments.load()).await;
    let loaded = match loaded {
        Ok(loaded) => loaded.map_err(|error| Failure::not_sent(error.to_string()))?,
        Err(error) => return Err(Failure::not_sent(error.to_string()).into()),
    };
    let mut asked: Vec<RouteId> = Vec::new();
    for deployment in loaded.iter().rev().filter(|d| d.name.raw() == name) {
        let Some(id) = deployment.id.clone().filter(|id| !asked.contains(id)) else {
            continue;
        };
        if let Some(known) = read(run, &id).await? {
            return Ok(Some(known));
        }
        asked.push(id);
        if asked.len() == MOST_ASKED {
            break;
        }
    }
    Ok(None)
}

/// A read that failed before anything was sent: whatever it says of itself, no write is unknown.
fn unread(error: &Error) -> Ending {
    Ending::Failed(Failure::not_sent(format!("{error} Nothing was sent.")))
}
