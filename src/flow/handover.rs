//! Hand-overs: who takes over what is on record, and a hand-over is posted to where the profile says. Nothing of the organisation
//! changes by either.

use serde_json::json;

use super::Run;
use crate::audit::sha256_hex;
use crate::model::digest::Digest;
use crate::model::flow::Outcome;
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;

/// What is to be done with a hand-over.
#[derive(Clone, Debug, PartialEq)]
pub enum HandoverOrder {
    /// Put on record who takes it over.
    TakeOver(Box<Digest>),
    /// Post it, with the same as Markdown.
    Post(Box<Digest>, String),
}

impl HandoverOrder {
    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self {
            Self::TakeOver(_) => WriteKind::HandoverTake,
            Self::Post(..) => WriteKind::HandoverPost,
        }
    }

    /// What it is about, as people call it.
    #[must_use]
    pub fn title(&self) -> Text {
        let (Self::TakeOver(digest) | Self::Post(digest, _)) = self;
        let [from, to] = [digest.from, digest.to]
            .map(|at| at.timestamp().strftime("%Y-%m-%d %H:%M").to_string());
        format!("{from} to {to} UTC").into()
    }

    /// The write that stands for it in the audit: what was handed over can be proved by its sum.
    fn write(&self) -> Write {
        let (Self::TakeOver(digest) | Self::Post(digest, _)) = self;
        let mut write = Write::bare(self.kind(), Method::Post, &[], self.title().to_string());
        // Plain data cannot fail to serialise.
        let body = serde_json::to_string(digest).unwrap_or_default();
        write
            .note
            .insert("sha256", sha256_hex(body.as_bytes()).into());
        write.note.insert("alerts", digest.count("alerts").into());
        write.note.insert("whole", digest.whole.into());
        write
    }
}

/// Carries out an order.
pub(super) async fn run(run: &Run<'_>, order: &HandoverOrder) -> Outcome {
    match order {
        HandoverOrder::TakeOver(_) => match run.on_record(&order.write()).await {
            Ok(()) => {
                let by = Text::from(run.kit.operator.as_str());
                Outcome::Done(format!("taken over by {by}; that is on record").into())
            }
            Err(failure) => failure.into(),
        },
        HandoverOrder::Post(digest, markdown) => post(run, order, digest, markdown).await,
    }
}

async fn post(run: &Run<'_>, order: &HandoverOrder, digest: &Digest, markdown: &str) -> Outcome {
    let write = order.write();
    let Some(hook) = run.kit.profile.handover.post.as_ref() else {
        let name = &run.kit.profile.name;
        let why =
            format!("profile {name} does not say where to: set post in [profiles.{name}.handover]");
        return run.refuse(&write, why).await.into();
    };
    let mut doing = run.begin("post", hook.to_string());
    // Chats take the text, programs the rest.
    let body = json!({
        "event": "handover",
        "operator": run.kit.operator,
        "timestamp": run.kit.clock.now().to_string(),
        "text": markdown,
        "handover": digest,
    });
    match run.post_hook(write, &body, hook, &mut doing).await {
        Ok(()) => {
            doing.done("");
            Outcome::Done(format!("posted to {hook}").into())
        }
        Err(failure) => {
            doing.failed(failure.to_string());
            failure.into()
        }
    }
}
