//! The dashboard (contract §6), written while it is read.
//!
//! An organisation may have a million devices. A document of that size is not made at once: each page is asked for
//! when the one before has been taken by the client, so that the loop is never held up and memory stays flat. Each
//! device is listed as it is when its page is made; one that comes or goes meanwhile is in it or is not.

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use serde::Serialize;

use super::ask::{Asker, LoopEnded};
use super::reply::{Body, Reply, ok};
use crate::model::report::{CarrierLine, HealthReport};
use crate::store::RowId;

/// Devices on one page: well below a millisecond of the loop's time, and some 150 KiB of text.
const PAGE: usize = 1_000;

/// What breaks an answer off in the middle; the client sees that its document is not whole.
type Broken = Box<dyn std::error::Error + Send + Sync>;

/// What is written next.
enum Step {
    /// The opening.
    Open,
    /// The devices from that number on; the second says whether one has been written before.
    Rows(RowId, bool),
    /// What follows them.
    Close,
}

/// What follows the devices.
#[derive(Serialize)]
struct Rest<'a> {
    carriers: &'a [CarrierLine],
    report: &'a HealthReport,
}

/// Asks for the report at once, so that a console that is ending says so with a status.
pub(super) async fn reply(asker: Asker) -> Result<Reply, LoopEnded> {
    let report = asker.overview().await?.report;
    Ok(ok(
        "application/json",
        body(asker, report.carriers, report.health),
    ))
}

fn body(asker: Asker, carriers: Vec<CarrierLine>, report: HealthReport) -> Body {
    let start = (Some(Step::Open), asker, carriers, report);
    let pieces = stream::try_unfold(start, |(step, asker, carriers, report)| async move {
        let (text, next) = match step {
            None => return Ok::<_, Broken>(None),
            Some(Step::Open) => {
                let open = String::from("{\"registrations\":[");
                (open, Some(Step::Rows(RowId(0), false)))
            }
            Some(Step::Rows(from, after)) => rows(&asker, from, after).await?,
            Some(Step::Close) => {
                let rest = Rest {
                    carriers: &carriers,
                    report: &report,
                };
                let rest = serde_json::to_string(&rest)?;
                // The rest is an object of its own; its fields go on in ours.
                (format!("],{}", rest.trim_start_matches('{')), None)
            }
        };
        let piece = Frame::data(Bytes::from(text));
        Ok(Some((piece, (next, asker, carriers, report))))
    });
    StreamBody::new(pieces).boxed_unsync()
}

/// One page as the inside of a JSON array.
async fn rows(
    asker: &Asker,
    from: RowId,
    mut after: bool,
) -> Result<(String, Option<Step>), Broken> {
    let page = asker.rows(from, PAGE).await?;
    let mut text = String::new();
    for entry in &page.entries {
        if std::mem::replace(&mut after, true) {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(entry)?);
    }
    let next = page
        .next
        .map_or(Step::Close, |from| Step::Rows(from, after));
    Ok((text, Some(next)))
}
