//! What comes after a route is as it was sent: an integration has to get where it is to be, and a trigger's target has to be
//! one that can be started. Neither takes the deployment back; both are told.

use std::time::Duration;

use super::RouteNews;
use crate::cloud::Urgency;
use crate::flow::Run;
use crate::model::route::{Known, Route, Trial};
use crate::text::Text;

/// Waits between looks, together half a minute: an integration that takes longer is left to the pane, which goes on reading.
const WAITS_MS: [u64; 7] = [250, 750, 2_000, 4_000, 8_000, 8_000, 8_000];

/// Follows a route to where it stays, as far as it has anywhere to go; the text is what an operator has to know.
pub(super) async fn settle(run: &Run<'_>, known: Known) -> (Known, Option<Text>) {
    match &known.route {
        Route::Webhook(_) => (known, None),
        Route::EventBridge(_) => follow(run, known).await,
        Route::Trigger(trigger) => {
            let word = test(run, &known, &trigger.fitting_event()).await;
            (known, word)
        }
    }
}

async fn follow(run: &Run<'_>, mut known: Known) -> (Known, Option<Text>) {
    let mut doing = run.begin("follow", known.id.raw());
    for wait in WAITS_MS {
        let Some(integration) = known.integration.as_deref() else {
            break;
        };
        if integration.standing().settled() {
            break;
        }
        doing.note(integration.sentence());
        let waited = tokio::time::sleep(Duration::from_millis(wait));
        if run.unless_stopped(waited).await.is_err() {
            break;
        }
        let kind = known.route.kind();
        match run.kit.client.route(kind, &known.id, Urgency::Reread).await {
            Ok(Some(now)) => {
                run.told(RouteNews::Found(now.clone()));
                known = now;
            }
            Ok(None) => {
                doing.failed("it is gone");
                return (known, Some("it has been taken away since".into()));
            }
            Err(error) => {
                doing.failed(error.to_string());
                let word = format!("whether it runs could not be read: {error}");
                return (known, Some(word.into()));
            }
        }
    }
    let standing = known.integration.as_deref();
    let Some(integration) = standing else {
        doing.done("");
        return (known, None);
    };
    let sentence = integration.sentence();
    let standing = integration.standing();
    if standing.settled() && !standing.is_trouble() {
        doing.done(sentence);
        return (known, None);
    }
    doing.failed(sentence.as_str());
    let word = format!("it is not where it is to be: {sentence}");
    (known, Some(word.into()))
}

/// Has the organisation try a trigger with an event that it would let through.
async fn test(run: &Run<'_>, known: &Known, event: &serde_json::Value) -> Option<Text> {
    let doing = run.begin("test", known.id.raw());
    match run
        .kit
        .client
        .trial(&known.id, event, Urgency::Reread)
        .await
    {
        Ok(trial) => {
            let sentence = trial.sentence();
            let word = dead_target(&trial);
            match &word {
                Some(_) => doing.failed(sentence),
                None => doing.done(sentence),
            }
            word
        }
        // It runs all the same; the right to test is another than the right to deploy.
        Err(error) => {
            doing.failed(error.to_string());
            None
        }
    }
}

/// That an event of our own making does not match says little; that the target cannot be started, everything.
fn dead_target(trial: &Trial) -> Option<Text> {
    let dead = trial.target == Some(false);
    dead.then(|| format!("it starts nothing: {}", trial.sentence()).into())
}
