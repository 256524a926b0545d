//! A transfer whose end is not known is settled by hand: the interaction is read once more.

use crate::flow::{FlowNews, Run};
use crate::model::flow::Outcome;
use crate::model::interaction::Sighting;
use crate::model::transfer::made::{End, Happening, Open};
use crate::text::Text;

/// Reads the interaction of an open question, and says what it shows.
pub async fn settle(run: &Run<'_>, open: &Open) -> Outcome {
    let doing = run.begin("check", open.before.id.0.clone());
    let tell = |happening| run.tell(FlowNews::Transfer(open.id, Box::new(happening)));
    tell(Happening::Reconciling("asked for by hand".into()));
    let after = match run.kit.client.interaction(&open.before.id).await {
        Ok(after) => after,
        Err(error) => {
            let why = Text::from(error.to_string());
            doing.failed(why.clone());
            return Outcome::Refused(why);
        }
    };
    match after.sighting(&open.before, open.frame.raw(), &open.to) {
        Sighting::Moved => {
            doing.done("moved");
            let end = End::Transferred {
                codec: None,
                by_reading: true,
            };
            tell(Happening::Ended {
                end,
                latency_us: None,
            });
            Outcome::Done("it was transferred after all".into())
        }
        Sighting::Unmoved => {
            doing.done("not moved");
            Outcome::Done("it has not moved; transferring it again moves it once".into())
        }
        Sighting::Unclear(why) => {
            doing.failed(why);
            Outcome::Unknown {
                why: why.into(),
                check: "Ask the person who should have it.".into(),
            }
        }
    }
}
