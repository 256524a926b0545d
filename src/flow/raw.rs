//! Any write of the organisation's API, as somebody typed it: through the same gate as every other.

use super::guard::Done;
use super::{FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::raw::RawCall;

/// What to look at when it is not known whether it was taken.
const CHECK: &str = "Read what it was to change before it is sent again.";

/// Sends it; what was answered is told as it came.
pub(super) async fn run(run: &Run<'_>, call: &RawCall) -> Outcome {
    let Some(write) = call.write() else {
        return Outcome::Refused("a call that only reads is no write".into());
    };
    let sent = run
        .commit(
            write,
            CHECK,
            |_| {},
            |answer| {
                run.tell(FlowNews::Answered(answer.body.clone()));
                Ok(Done::plain(answer.body.len()))
            },
        )
        .await;
    match sent {
        Ok(bytes) => Outcome::Done(format!("taken; answered with {bytes} bytes").into()),
        Err(failure) => Outcome::from(failure),
    }
}
