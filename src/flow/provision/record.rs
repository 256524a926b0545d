//! The end of a job on record, under the id of its submit (contract §11): a submit that was taken is `ok`, and says nothing of
//! what its job came to.

use serde_json::json;

use crate::audit::{Ending, Entry};
use crate::flow::Kit;
use crate::model::audit::LineStatus;
use crate::model::job::{By, JobKey, Phase, Word};
use crate::text::Text;

/// The audit's word for the end of a job.
pub const ACTION: &str = "provision.end";

/// Puts the end of a job on record, once, whoever heard of it first; `took` is how many milliseconds it ran, where that is
/// known. A job that was not submitted here has nothing on record that it could end.
pub async fn ended(
    kit: &Kit,
    (key, name): (&JobKey, &Text),
    word: &Word,
    (by, took): (By, Option<u64>),
) -> Result<(), String> {
    let foreign = word.id.as_ref().is_some_and(|id| id.0 == key.0);
    let status = match word.phase {
        _ if foreign => return Ok(()),
        Some(Phase::Completed) => LineStatus::Ok,
        Some(Phase::Failed | Phase::Ended) => LineStatus::Failed,
        _ => return Ok(()),
    };
    let entry = Entry {
        action: ACTION.to_owned(),
        operator: kit.operator.clone(),
        subject: name.to_string(),
        job_id: word.id.as_ref().map(|id| id.raw().to_owned()),
        ..Entry::default()
    };
    let why = word.error.as_ref().filter(|_| status != LineStatus::Ok);
    let why = why.map(|error| match error.code.raw() {
        "" => error.message.to_string(),
        code => format!("{} ({})", error.message, crate::text::safe(code)),
    });
    let made = word.results.iter();
    let made: Vec<_> = made
        .map(|made| json!({ "id": made.id.raw(), "name": made.name.raw() }))
        .collect();
    let heard = match by {
        By::Submit => "submit",
        By::Poll => "poll",
        By::Webhook => "webhook",
    };
    let mut ending = Ending {
        latency_ms: took,
        error: why,
        ..Ending::new(status)
    };
    ending.extra.insert("results".into(), made.into());
    ending.extra.insert("heardBy".into(), heard.into());
    let id = key.0.raw().to_owned();
    let written = kit.on_disk(move |audit| audit.later(&id, &entry, ending));
    written.await.map(drop)
}
