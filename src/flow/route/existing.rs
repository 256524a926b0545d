//! What there is before anything is changed.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Deploy, Ending, RouteNews};
use crate::cloud::{Client, Error, RouteListing, Urgency};
use crate::flow::{Failure, Kit, Run};
use crate::model::RouteId;
use crate::model::payload::Fault;
use crate::model::route::{Aim, Kind, Known};
use crate::text::Text;

/// Routes of ours that are asked for one by one where the organisation has no list.
const MOST_ASKED: usize = 100;

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
    let doing = run.begin("existing", "");
    let found = run.unless_stopped(async {
        match &order.aim {
            Aim::Existing(id) => by_id(run.kit, order.body.kind(), id).await,
            Aim::ByName | Aim::New => named(run.kit, order.body.kind(), order.body.name()).await,
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
        run.told(RouteNews::Found(known.clone()));
    }
    Ok(found)
}

/// The route as it is at this moment.
pub(super) async fn again(run: &Run<'_>, known: &Known) -> Result<Option<Known>, Ending> {
    let doing = run.begin("existing", "once more");
    match run
        .unless_stopped(by_id(run.kit, known.route.kind(), &known.id))
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

/// The route of an id.
pub async fn by_id(kit: &Kit, kind: Kind, id: &RouteId) -> Result<Option<Known>, Ending> {
    let read = kit.client.route(kind, id, Urgency::Reread).await;
    read.map_err(|error| unread(&error))
}

/// The route of that kind and name, out of the organisation's list, or of those that we know where there is no list.
pub async fn named(kit: &Kit, kind: Kind, name: &str) -> Result<Option<Known>, Ending> {
    only(
        all(kit)
            .await?
            .routes
            .iter()
            .filter(|known| known.route.kind() == kind && known.route.name() == name),
    )
}

/// The one there is; several are a fault of whoever named them.
fn only<'a>(mut of_that_name: impl Iterator<Item = &'a Known>) -> Result<Option<Known>, Ending> {
    match (of_that_name.next(), of_that_name.next()) {
        (Some(one), Some(other)) => {
            let ids = format!("{} and {}", one.id.raw(), other.id.raw());
            let why = format!("several routes are called so ({ids}): say which by its id");
            Err(Ending::Invalid(vec![Fault::new("name", why)]))
        }
        (found, _) => Ok(found.cloned()),
    }
}

/// The route of that id, else of that name.
pub async fn find(kit: &Kit, wanted: &str) -> Result<Option<Known>, Ending> {
    let all = all(kit).await?;
    if let Some(known) = all.routes.iter().find(|known| known.id.raw() == wanted) {
        return Ok(Some(known.clone()));
    }
    only(
        all.routes
            .iter()
            .filter(|known| known.route.name() == wanted),
    )
}

/// Every route that can be known of.
#[derive(Clone, Debug, Default)]
pub struct All {
    /// Those that could be read.
    pub routes: Vec<Known>,
    /// Entries that could not.
    pub faults: Vec<Text>,
    /// Kinds of which nothing is known.
    pub unread: Vec<Kind>,
    /// Whether the organisation has a list; else they are those that were deployed from here.
    pub listed: bool,
}

/// The organisation's list, or those that we know where it has none.
pub async fn all(kit: &Kit) -> Result<All, Ending> {
    let list = kit.routes.lists.read(&kit.client).await;
    match list.map_err(|error| unread(&error))? {
        Some(list) => Ok(All {
            routes: list.routes.clone(),
            faults: list.faults.iter().map(|fault| fault.0.clone()).collect(),
            unread: list.unread.clone(),
            listed: true,
        }),
        None => Ok(All {
            routes: ours(kit).await?,
            ..All::default()
        }),
    }
}

async fn ours(kit: &Kit) -> Result<Vec<Known>, Ending> {
    let deployments = kit.routes.deployments.clone();
    let loaded = tokio::task::spawn_blocking(move || deployments.load()).await;
    let loaded = loaded
        .map_err(|error| error.to_string())
        .and_then(|loaded| loaded.map_err(|error| error.to_string()))
        .map_err(Failure::not_sent)?;
    let (mut asked, mut found) = (HashSet::new(), Vec::new());
    let known = loaded
        .iter()
        .rev()
        .filter_map(|deployment| Some((deployment.id.as_ref()?, deployment.kind()?)));
    for (id, kind) in known {
        if asked.len() < MOST_ASKED && asked.insert(id) {
            found.extend(by_id(kit, kind, id).await?);
        }
    }
    Ok(found)
}

/// A read that failed before anything was sent: whatever it says of itself, no write is unknown.
fn unread(error: &Error) -> Ending {
    Ending::Failed(Failure {
        fault: Some(error.trouble()),
        ..Failure::not_sent(format!("{error} Nothing was sent."))
    })
}
