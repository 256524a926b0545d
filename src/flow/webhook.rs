//! Webhooks of the organisation (contract §7, §10): registered once their receiver has been looked at as a destination of a
//! route is, tried out, taken away.

use serde::Serialize;
use serde_json::json;

use super::guard::Done;
use super::{Failure, Fate, FlowNews, Kit, Run, route};
use crate::cloud::{Answer, Error, Urgency, direct};
use crate::model::WebhookId;
use crate::model::flow::Outcome;
use crate::model::hook::HookUrl;
use crate::model::payload::Fault;
use crate::model::webhook::{JOB_EVENTS, NewWebhook, Webhook, WebhookKind};
use crate::model::write::{Method, Write, WriteKind};
use crate::text::Text;

/// What to look at when it is not known whether it was registered.
const CHECK: &str = "List the webhooks before it is registered again: deliveries would come twice.";

/// What to look at when it is not known whether it is gone.
const CHECK_GONE: &str = "List the webhooks: if it is not there any more, it was removed.";

/// The event of a delivery that only tries the way out. No delivery of the contract is called so.
pub const TRIAL: &str = "trunkline.test";

/// What is to be done with webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookOrder {
    /// Register one.
    Add(NewWebhook),
    /// Remove one.
    Remove(Webhook),
    /// Look at the receiver of one, and deliver an event to it that is no event.
    Try(Webhook),
}

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookNews {
    /// It is registered.
    Registered(Webhook),
    /// It is no more.
    Removed(Webhook),
}

/// The body of `POST /api/v2/platform/webhooks`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfJobs<'a> {
    name: &'a str,
    description: &'static str,
    enabled: bool,
    r#type: &'static str,
    uri: &'a HookUrl,
    events: [&'static str; 2],
    auth_method: &'static str,
}

/// The body of `POST /api/v2/webhooks`.
#[derive(Serialize)]
struct OfCallbacks<'a> {
    name: &'a str,
    url: &'a HookUrl,
    content_type: &'static str,
    enabled: bool,
}

impl WebhookOrder {
    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> WriteKind {
        match self {
            Self::Add(new) => match new.kind {
                WebhookKind::Jobs => WriteKind::JobWebhook,
                WebhookKind::Callbacks => WriteKind::CallbackWebhook,
            },
            Self::Remove(webhook) => match webhook.kind {
                WebhookKind::Jobs => WriteKind::JobWebhookRemove,
                WebhookKind::Callbacks => WriteKind::CallbackWebhookRemove,
            },
            Self::Try(_) => WriteKind::WebhookTrial,
        }
    }

    /// What it does it to, as people call it.
    #[must_use]
    pub fn title(&self) -> Text {
        match self {
            Self::Add(new) => new.name.as_str().into(),
            Self::Remove(webhook) | Self::Try(webhook) => webhook.name.clone(),
        }
    }

    /// The write that it comes to.
    pub fn write(&self) -> Result<Write, Vec<Fault>> {
        match self {
            Self::Add(new) => match new.faults() {
                none if none.is_empty() => added(new),
                faults => Err(faults),
            },
            Self::Remove(webhook) => Ok(removed(webhook)),
            Self::Try(webhook) => Ok(tried(webhook)),
        }
    }
}

fn added(new: &NewWebhook) -> Result<Write, Vec<Fault>> {
    let (name, address) = (new.name.as_str(), &new.address);
    let of_jobs = OfJobs {
        name,
        description: "Ends of asynchronous jobs, registered by trunkline",
        enabled: true,
        r#type: "http",
        uri: address,
        events: JOB_EVENTS,
        auth_method: "none",
    };
    let of_callbacks = OfCallbacks {
        name,
        url: address,
        content_type: "application/json",
        enabled: true,
    };
    let subject = crate::text::safe(name).into_owned();
    let order = WebhookOrder::Add(new.clone());
    let (kind, path) = (order.kind(), new.kind.path());
    let written = match new.kind {
        WebhookKind::Jobs => Write::json(kind, Method::Post, path, subject, &of_jobs),
        WebhookKind::Callbacks => Write::json(kind, Method::Post, path, subject, &of_callbacks),
    };
    let mut write = written.map_err(|error| vec![Fault::new("", error.to_string())])?;
    let at = match new.kind {
        WebhookKind::Jobs => "/uri",
        WebhookKind::Callbacks => "/url",
    };
    // Whoever knows the address of this console's own can deliver to it; another's is reviewed as it is sent.
    if new.ours {
        write.secrets.push(at.to_owned());
    } else {
        write.addresses.push(at.to_owned());
    }
    write.note.insert("to", json!(new.address.host()));
    Ok(write)
}

fn removed(webhook: &Webhook) -> Write {
    let mut path = webhook.kind.path().to_vec();
    path.push(webhook.id.raw());
    let order = WebhookOrder::Remove(webhook.clone());
    let subject = webhook.name.to_string();
    let mut write = Write::bare(order.kind(), Method::Delete, &path, subject);
    write.note.insert("webhookId", json!(webhook.id.raw()));
    write.note.insert("to", json!(webhook.address.host()));
    write
}

fn tried(webhook: &Webhook) -> Write {
    let subject = webhook.name.to_string();
    let mut write = Write::bare(WriteKind::WebhookTrial, Method::Post, &[], subject);
    let body = json!({ "event": TRIAL, "webhookId": webhook.id.raw() });
    write.body = Some(body.to_string());
    write.note.insert("webhookId", json!(webhook.id.raw()));
    write.note.insert("to", json!(webhook.address.host()));
    write
}

/// Reads the webhooks of both kinds, and what of them could not be read; one list that cannot be had is an error.
pub async fn all(kit: &Kit, urgency: Urgency) -> Result<(Vec<Webhook>, Vec<Text>), Error> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for kind in WebhookKind::ALL {
        let (webhooks, wrong) = kit.client.webhooks(kind, urgency).await?;
        all.extend(webhooks);
        faults.extend(wrong.into_iter().map(|fault| fault.0));
    }
    Ok((all, faults))
}

/// Carries out an order.
pub(super) async fn run(run: &Run<'_>, order: WebhookOrder) -> Outcome {
    let write = match order.write() {
        Ok(write) => write,
        Err(faults) => return super::callback::refused(&faults),
    };
    let done = match &order {
        WebhookOrder::Add(new) => add(run, new, write).await,
        WebhookOrder::Remove(webhook) => remove(run, webhook, write).await,
        WebhookOrder::Try(webhook) => try_out(run, webhook, write).await,
    };
    done.map_or_else(Outcome::from, |said| Outcome::Done(said.into()))
}

/// Existing ones, the receiver, the write, and the list once more.
async fn add(run: &Run<'_>, new: &NewWebhook, write: Write) -> Result<String, Failure> {
    let all = list(run, new.kind).await;
    let doubles = all.as_deref().map_or(0, |all| new.doubles(all).count());
    if new.ours {
        run.begin("receiver", "")
            .done("this console's own listener");
    } else {
        reachable(run, &new.address).await?;
    }
    let read = |answer: &Answer| {
        let id = direct::webhook(&answer.body)?;
        let mut done = Done::plain(id.clone());
        done.note.insert("webhookId".into(), json!(id.raw()));
        Ok(done)
    };
    let sent = run.commit(write, CHECK, |_| {}, read).await;
    let id = match sent {
        Ok(id) => WebhookId(id),
        Err(failure) if failure.fate == Fate::Unknown => found(run, new, failure).await?,
        Err(failure) => return Err(failure),
    };
    run.tell(FlowNews::Webhook(WebhookNews::Registered(
        new.listed(id.clone()),
    )));
    let twice = match doubles {
        0 => String::new(),
        _ => "; warning: another one delivers the same to the same place".to_owned(),
    };
    Ok(format!("registered as {}{twice}", id.0.fit(80)))
}

/// What there is, as a step: a list that cannot be had stops nothing.
async fn list(run: &Run<'_>, kind: WebhookKind) -> Option<Vec<Webhook>> {
    let doing = run.begin("existing", kind.word());
    let read = run.kit.client.webhooks(kind, Urgency::Write);
    match run.unless_stopped(read).await {
        Ok(Ok((all, _))) => {
            doing.done(format!("{} registered", all.len()));
            Some(all)
        }
        Ok(Err(error)) => {
            doing.failed(error.to_string());
            None
        }
        Err(_) => None,
    }
}

/// One whose answer was lost is looked for by its name and its place; it is not sent again.
async fn found(run: &Run<'_>, new: &NewWebhook, failure: Failure) -> Result<WebhookId, Failure> {
    let all = list(run, new.kind).await.unwrap_or_default();
    let ours = |one: &&Webhook| one.name.raw() == new.name;
    let known = new.doubles(&all).find(ours).map(|one| one.id.clone());
    known.ok_or(failure)
}

/// The receiver is looked at as a destination of a route is: its name, TLS, health.
async fn reachable(run: &Run<'_>, to: &HookUrl) -> Result<(), Failure> {
    let look = route::look_at(run, to.expose());
    let verdict = run.unless_stopped(look).await??;
    if verdict.reachable() {
        return Ok(());
    }
    Err(Failure::not_sent(route::unreachable(&[verdict])))
}

async fn remove(run: &Run<'_>, webhook: &Webhook, write: Write) -> Result<String, Failure> {
    let read = |_: &Answer| Ok(Done::plain(()));
    let sent = run.commit(write, CHECK_GONE, |_| {}, read).await;
    match sent {
        Ok(()) => {}
        Err(failure) if failure.fate == Fate::Unknown => {
            let all = list(run, webhook.kind).await;
            let there = |all: Vec<Webhook>| all.iter().any(|one| one.id == webhook.id);
            if all.is_none_or(there) {
                return Err(failure);
            }
        }
        Err(failure) => return Err(failure),
    }
    run.tell(FlowNews::Webhook(WebhookNews::Removed(webhook.clone())));
    let name = webhook.name.fit(80);
    Ok(format!(
        "{name} is removed: nothing more is delivered to it"
    ))
}

/// Delivers from here, so that it is known whether the receiver takes what the organisation will send.
async fn try_out(run: &Run<'_>, webhook: &Webhook, write: Write) -> Result<String, Failure> {
    reachable(run, &webhook.address).await?;
    let to = webhook.address.host();
    let Ok(url) = webhook.address.expose().parse() else {
        return Err(Failure::not_sent("its address is no URL"));
    };
    let doing = run.begin("deliver", to.clone());
    let patience = run.kit.profile.deadlines.webhook();
    let sent = run
        .guarded(&write, async |_| {
            let body = write.body.clone().unwrap_or_default();
            let posted = run.kit.client.post_outside(&url, body, patience).await;
            posted
                .map(Done::plain)
                .map_err(|why| Failure::refused(Text::from(why)))
        })
        .await;
    match sent {
        Ok(()) => {
            doing.done("");
            Ok(format!("{to} accepts deliveries"))
        }
        Err(failure) => {
            doing.failed(failure.why.clone());
            Err(failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(kind: WebhookKind, ours: bool) -> Write {
        let uri = "https://noc.example.com/hooks/c4n4ry?key=hunter2-hunter2";
        let order = WebhookOrder::Add(NewWebhook {
            kind,
            name: "trunkline-acme".to_owned(),
            address: HookUrl::new(uri.to_owned()),
            ours,
        });
        assert!(!format!("{order:?}").contains("c4n4ry"));
        order.write().unwrap()
    }

    #[test]
    fn the_contract_s_bodies_are_sent() {
        let uri = "https://noc.example.com/hooks/c4n4ry?key=hunter2-hunter2";
        assert_eq!(
            new(WebhookKind::Jobs, true).body.unwrap(),
            format!(
                r#"{{"name":"trunkline-acme","description":"Ends of asynchronous jobs, registered by trunkline","enabled":true,"type":"http","uri":"{uri}","events":["async.job.completed","async.job.failed"],"authMethod":"none"}}"#
            )
        );
        assert_eq!(
            new(WebhookKind::Callbacks, false).body.unwrap(),
            format!(
                r#"{{"name":"trunkline-acme","url":"{uri}","content_type":"application/json","enabled":true}}"#
            )
        );
    }

    #[test]
    fn an_address_of_ours_is_never_shown_and_another_s_without_its_key() {
        for kind in WebhookKind::ALL {
            let ours = new(kind, true).shown_body().unwrap();
            assert!(!ours.contains("c4n4ry"), "{ours}");
            let other = new(kind, false);
            let shown = other.shown_body().unwrap();
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(other.note["to"], "https://noc.example.com/…");
        }
    }
}
