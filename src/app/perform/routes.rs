//! Carries out what is asked about routes: reads, and looks at destinations. Writes are flows.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::app::event::Done;
use crate::app::routes::RouteAnswer;
use crate::cloud::{Error, Urgency};
use crate::effect::RouteAsk;
use crate::flow::{self, Kit};
use crate::model::RouteId;
use crate::model::route::Kind;

/// Routes that are read at a time where there is no list.
const AT_ONCE: usize = 4;

/// Answers one question; nothing comes back of what the organisation does not tell.
pub(super) fn ask(
    kit: Arc<tokio::sync::SetOnce<Kit>>,
    ask: RouteAsk,
    done: mpsc::UnboundedSender<Done>,
) {
    tokio::spawn(async move {
        let Some(kit) = kit.get() else { return };
        let tell = |told: RouteAnswer| {
            let _ = done.send(Done::Routes(told));
        };
        match ask {
            RouteAsk::Open => open(kit, tell).await,
            RouteAsk::Read { urgent, ours } => {
                let urgency = if urgent {
                    Urgency::Reread
                } else {
                    Urgency::Survey
                };
                tell(
                    read(kit, urgency, ours)
                        .await
                        .unwrap_or_else(|error| RouteAnswer::Unread(error.problem().text)),
                );
            }
            RouteAsk::Deliveries(id) => {
                if let Ok(Some(deliveries)) = kit.client.deliveries(&id, Urgency::Reread).await {
                    tell(RouteAnswer::Deliveries(id, deliveries));
                }
            }
            RouteAsk::Look(known) => match flow::route::look(kit, &known, None).await {
                Ok(Some(look)) => tell(RouteAnswer::Looked(known, look)),
                Ok(None) => {}
                Err(error) => tell(RouteAnswer::Failed(error.problem().text)),
            },
            RouteAsk::Check(uri) => match &kit.prober {
                Ok(prober) => {
                    let verdict = prober.destination(&uri, |_| ()).await;
                    tell(RouteAnswer::Checked(Box::new(verdict)));
                }
                Err(why) => tell(RouteAnswer::Failed(
                    format!("{uri} was not looked at: {why}").into(),
                )),
            },
        }
    });
}

async fn open(kit: &Kit, tell: impl Fn(RouteAnswer)) {
    let deployments = kit.routes.deployments.clone();
    match spawn_blocking(move || deployments.load()).await {
        Ok(Ok(deployments)) => tell(RouteAnswer::Deployments(deployments)),
        Ok(Err(error)) => tell(RouteAnswer::Failed(error.to_string().into())),
        Err(error) => tell(RouteAnswer::Failed(error.to_string().into())),
    }
    // They only help to fill in a form: without them it is filled in without help.
    if let Ok(Some(events)) = kit.client.event_types(Urgency::Enumerate).await {
        tell(RouteAnswer::Events(events));
    }
}

async fn read(kit: &Kit, urgency: Urgency, ours: Vec<RouteId>) -> Result<RouteAnswer, Error> {
    if let Some(listing) = kit.client.routes(urgency).await? {
        return Ok(RouteAnswer::Read {
            routes: listing.routes,
            faults: listing.faults.into_iter().map(|fault| fault.0).collect(),
            unread: listing.unread,
            listed: true,
        });
    }
    let reads = ours
        .into_iter()
        .map(|id| async move { kit.client.route(Kind::Webhook, &id, urgency).await });
    let read: Vec<_> = stream::iter(reads).buffered(AT_ONCE).collect().await;
    let mut routes = Vec::new();
    for known in read {
        routes.extend(known?);
    }
    Ok(RouteAnswer::Read {
        routes,
        faults: Vec::new(),
        unread: Vec::new(),
        listed: false,
    })
}
