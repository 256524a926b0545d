//! Whole numbers on the screen: nothing is sent, and it is on record all the same.

use crate::flow::{FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::write::{Method, Write, WriteKind};

/// How long whole numbers show, in milliseconds: long enough to dial one.
const FOR_MS: i64 = 60_000;

/// Shows whole numbers for a while, once it is on record who asked for it.
pub(super) async fn unmask(run: &Run<'_>) -> Outcome {
    let mut write = Write::bare(
        WriteKind::CallbackUnmask,
        Method::Frame,
        &[],
        "numbers of callers",
    );
    write.note.insert("seconds", (FOR_MS / 1_000).into());
    match run.on_record(&write).await {
        Ok(()) => {
            let until = run.kit.clock.now().plus(FOR_MS);
            run.tell(FlowNews::Unmasked { until });
            Outcome::Done("whole numbers show for a minute; that is on record".into())
        }
        Err(failure) => failure.into(),
    }
}
