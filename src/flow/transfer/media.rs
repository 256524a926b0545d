//! The media server is told of a transfer (contract §8); that it was not told is a warning, and can be tried again by hand.

use std::time::Duration;

use serde::Serialize;

use super::one::One;
use crate::flow::guard::Done;
use crate::flow::{Failure, FlowNews, Run};
use crate::model::InteractionId;
use crate::model::flow::Outcome;
use crate::model::transfer::made::{Callback, Happening, TransferId};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;

/// How long the media server may take (contract §8).
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Serialize)]
struct Body<'a> {
    interaction_id: &'a str,
    status: &'static str,
    latency_ms: u64,
}

/// Tells the media server, when the profile has one.
pub(super) async fn tell(
    run: &Run<'_>,
    id: TransferId,
    interaction: &InteractionId,
    took: Duration,
    one: &One<'_>,
) {
    if run.kit.profile.transfers.media_callback.is_none() {
        return;
    }
    let part = one.part("tell the media server", "");
    let latency_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match post(run, id, interaction, latency_ms).await {
        Ok(()) => part.done(""),
        Err(failure) => part.failed(failure.why),
    }
}

/// Tells the media server once more of a transfer that is done.
pub async fn retell(
    run: &Run<'_>,
    id: TransferId,
    interaction: &InteractionId,
    latency_ms: u64,
) -> Outcome {
    let doing = run.begin("tell the media server", interaction.0.clone());
    match post(run, id, interaction, latency_ms).await {
        Ok(()) => {
            doing.done("");
            Outcome::Done("the media server knows".into())
        }
        Err(failure) => {
            doing.failed(failure.why.clone());
            failure.into()
        }
    }
}

async fn post(
    run: &Run<'_>,
    id: TransferId,
    interaction: &InteractionId,
    latency_ms: u64,
) -> Result<(), Failure> {
    let told = |callback| {
        run.tell(FlowNews::Transfer(
            id,
            Box::new(Happening::Callback(callback)),
        ));
    };
    told(Callback::Telling);
    let outcome = send(run, interaction, latency_ms).await;
    told(match &outcome {
        Ok(()) => Callback::Told,
        Err(failure) => Callback::Failed(failure.why.clone()),
    });
    outcome
}

async fn send(run: &Run<'_>, interaction: &InteractionId, latency_ms: u64) -> Result<(), Failure> {
    let Some(to) = &run.kit.profile.transfers.media_callback else {
        return Err(Failure::not_sent("the profile names no media_callback"));
    };
    let body = Body {
        interaction_id: interaction.raw(),
        status: "transferred",
        latency_ms,
    };
    let kind = WriteKind::MediaCallback;
    let mut write = Write::json(kind, Method::Post, &[], interaction.to_string(), &body)
        .map_err(|error| Failure::not_sent(error.to_string()))?;
    write.note.insert("to", to.to_string().into());
    run.guarded(&write, async |_| {
        let body = write.body.as_deref().unwrap_or_default();
        let patience = run.kit.profile.deadlines.webhook.unwrap_or(PATIENCE);
        let posted = run.tell_outside(&to.0, body, patience, |_| {}).await;
        let posted = posted.map_err(|why| Failure {
            trouble: true,
            ..Failure::refused(Text::from(why))
        })?;
        let mut done = Done::plain(());
        done.note.insert("attempts".into(), posted.into());
        Ok(done)
    })
    .await
}
