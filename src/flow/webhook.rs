//! The webhook for job events: ends of jobs, delivered to this console (contract §7).

use serde::Serialize;

use super::guard::Done;
use super::{Failure, Run};
use crate::cloud::{Answer, direct};
use crate::model::flow::Outcome;
use crate::model::hook::HookUrl;
use crate::model::payload::{self, Fault};
use crate::model::write::{Method, Write, WriteKind};

/// What to look at when it is not known whether it was registered.
const CHECK: &str = "Look for its name among the organisation's webhooks before it is registered again: deliveries would come twice.";

/// A webhook to register: the body of `POST /api/v2/platform/webhooks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobWebhook {
    /// What it is called.
    pub name: String,
    description: &'static str,
    enabled: bool,
    r#type: &'static str,
    uri: HookUrl,
    events: [&'static str; 2],
    auth_method: &'static str,
}

impl JobWebhook {
    /// A webhook that tells of every end of a job.
    #[must_use]
    pub fn new(name: String, uri: HookUrl) -> Self {
        Self {
            name,
            description: "Ends of asynchronous jobs, for the trunkline console",
            enabled: true,
            r#type: "http",
            uri,
            events: ["async.job.completed", "async.job.failed"],
            auth_method: "none",
        }
    }

    /// The write that it becomes.
    pub fn write(&self) -> Result<Write, Vec<Fault>> {
        let path = ["api", "v2", "platform", "webhooks"];
        let (kind, name) = (WriteKind::JobWebhook, self.name.as_str());
        let mut write = Write::json(kind, Method::Post, &path, name, self)
            .map_err(|error| vec![Fault::new("", error.to_string())])?;
        write.secrets.push("/uri".to_owned());
        Ok(write)
    }
}

/// Registers it.
pub(super) async fn register(run: &Run<'_>, webhook: &JobWebhook) -> Outcome {
    let write = match webhook.write() {
        Ok(write) => write,
        Err(faults) => return Failure::not_sent(payload::sentence(&faults)).into(),
    };
    let read = |answer: &Answer| direct::webhook(&answer.body).map(Done::plain);
    match run.commit(write, CHECK, |_| {}, read).await {
        Ok(id) => Outcome::Done(format!("registered as {id}").into()),
        Err(failure) => failure.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_sent_and_never_shown() {
        let uri = HookUrl::new("https://noc.example.com/hooks/c4n4ry".to_owned());
        let webhook = JobWebhook::new("trunkline-acme".to_owned(), uri);
        let write = webhook.write().unwrap();
        assert_eq!(
            write.body.as_deref().unwrap(),
            r#"{"name":"trunkline-acme","description":"Ends of asynchronous jobs, for the trunkline console","enabled":true,"type":"http","uri":"https://noc.example.com/hooks/c4n4ry","events":["async.job.completed","async.job.failed"],"authMethod":"none"}"#
        );
        assert!(!write.shown_body().unwrap().contains("c4n4ry"));
        assert!(!format!("{webhook:?}").contains("c4n4ry"));
    }
}
