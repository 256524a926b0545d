//! The webhook for callbacks: changes of reservations, delivered to an address of ours.

use serde::Serialize;

use crate::cloud::{Answer, direct};
use crate::flow::Run;
use crate::flow::guard::Done;
use crate::model::flow::Outcome;
use crate::model::hook::HookUrl;
use crate::model::payload::Fault;
use crate::model::write::{Method, Write, WriteKind};

/// What to look at when it is not known whether it was registered.
const CHECK: &str = "Look for its name among the organisation's webhooks before it is registered again: deliveries would come twice.";

/// A webhook to register: the body of `POST /api/v2/webhooks` (contract §10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallbackWebhook {
    /// What it is called.
    pub name: String,
    url: HookUrl,
    content_type: &'static str,
    enabled: bool,
}

impl CallbackWebhook {
    /// A webhook that delivers JSON.
    #[must_use]
    pub fn new(name: String, url: HookUrl) -> Self {
        Self {
            name,
            url,
            content_type: "application/json",
            enabled: true,
        }
    }

    /// The write that it becomes.
    pub fn write(&self) -> Result<Write, Vec<Fault>> {
        let path = ["api", "v2", "webhooks"];
        let (kind, name) = (WriteKind::CallbackWebhook, self.name.as_str());
        let mut write = Write::json(kind, Method::Post, &path, name, self)
            .map_err(|error| vec![Fault::new("", error.to_string())])?;
        write.secrets.push("/url".to_owned());
        Ok(write)
    }
}

/// Registers it.
pub(super) async fn register(run: &Run<'_>, webhook: &CallbackWebhook) -> Outcome {
    let write = match webhook.write() {
        Ok(write) => write,
        Err(faults) => return super::refused(&faults),
    };
    let read = |answer: &Answer| direct::webhook(&answer.body).map(Done::plain);
    match run.commit(write, CHECK, |_| {}, read).await {
        Ok(id) => Outcome::Done(format!("registered as {id}").into()),
        Err(failure) => failure.into(),
    }
}
