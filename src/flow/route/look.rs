//! A look at a route that has no address, without changing anything: the state that is reported, or a trial.

use serde_json::Value;

use crate::cloud::{Error, Urgency};
use crate::flow::Kit;
use crate::model::route::look::Look;
use crate::model::route::{Known, Route};

/// Asks the organisation whether a route does its work. A trigger is tried with `event`, else with one made to fit; a route with
/// addresses is not asked about, because those can be probed.
pub async fn look(kit: &Kit, known: &Known, event: Option<&Value>) -> Result<Option<Look>, Error> {
    match &known.route {
        Route::Webhook(_) => Ok(None),
        Route::EventBridge(_) => {
            let kind = known.route.kind();
            let now = kit.client.route(kind, &known.id, Urgency::Reread).await?;
            let integration = now.as_ref().and_then(|now| now.integration.as_deref());
            Ok(Some(integration.map_or_else(
                || Look::nothing("it has been taken away"),
                Look::from,
            )))
        }
        Route::Trigger(trigger) => {
            let fitting = trigger.fitting_event();
            let event = event.unwrap_or(&fitting);
            let trial = kit.client.trial(&known.id, event, Urgency::Reread).await?;
            Ok(Some(Look::from(&trial)))
        }
    }
}
