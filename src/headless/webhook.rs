//! `trunkline webhook`: who is notified of ends of jobs and of changes of callbacks (contract §7, §10).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use url::Url;

use super::write::{agreed, carry_out, ended, kit, refuse, review, review_json};
use super::{Exit, print, say};
use crate::cli::webhook::{AddArgs, WebhookCommand};
use crate::cli::write::WriteArgs;
use crate::cloud::Urgency;
use crate::config::Profile;
use crate::environment::Environment;
use crate::flow::webhook::{self, WebhookOrder};
use crate::flow::{Kit, Order};
use crate::listen::hook::Hook;
use crate::model::flow::FlowId;
use crate::model::hook::HookUrl;
use crate::model::webhook::{NewWebhook, Webhook, WebhookKind};

/// Carries out a command; an error is one of the command line or of this machine.
pub async fn run(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    command: WebhookCommand,
) -> Result<u8, String> {
    let can = profile.api.capabilities();
    if !can.job_webhooks && !can.callback_webhooks {
        return Err(
            "the organisation's API has no webhooks of these kinds: topics tell of them".into(),
        );
    }
    let kit = match kit(Arc::new(profile), &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    match command {
        WebhookCommand::List { json } => list(&kit, json).await,
        WebhookCommand::Add(args) => add(&kit, &state_dir, &args).await,
        WebhookCommand::Test(args) => {
            let order = |webhook| (WebhookOrder::Try(webhook), "Deliver a test to");
            on_one(&kit, &args.webhook, &args.write, order).await
        }
        WebhookCommand::Remove(args) => {
            let order = |webhook| (WebhookOrder::Remove(webhook), "Remove");
            on_one(&kit, &args.webhook, &args.write, order).await
        }
    }
}

/// Both kinds; the error is an exit code, and has been told.
async fn all(kit: &Kit) -> Result<(Vec<Webhook>, bool), Exit> {
    let read = webhook::all(kit, Urgency::Reread).await;
    let (all, faults) = read.map_err(super::get::tell)?;
    let whole = super::get::left_out(&faults) == Exit::Ok;
    Ok((all, whole))
}

async fn list(kit: &Kit, as_json: bool) -> Result<u8, String> {
    let (all, whole) = match all(kit).await {
        Ok(read) => read,
        Err(exit) => return Ok(exit as u8),
    };
    if as_json {
        let shown: Vec<Value> = all.iter().map(shown).collect();
        print(&format!("{}\n", Value::from(shown)))?;
    } else {
        print(&table(&all))?;
    }
    Ok(if whole { Exit::Ok } else { Exit::Partial } as u8)
}

fn shown(webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id.raw(), "kind": webhook.kind, "name": webhook.name.raw(), "to": webhook.address.host(),
        "enabled": webhook.enabled, "events": webhook.events.iter().map(crate::text::Text::raw).collect::<Vec<_>>(),
    })
}

fn table(all: &[Webhook]) -> String {
    let mut text = format!("{:<16} {:<9} {:<4} {:<24} TO\n", "ID", "KIND", "ON", "NAME");
    for one in all {
        let on = match one.enabled {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let (id, name) = (one.id.0.fit(40), one.name.fit(60));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{id:<16} {:<9} {on:<4} {name:<24} {}",
            one.kind.word(),
            one.address.host()
        );
    }
    text
}

async fn add(kit: &Kit, state_dir: &Path, args: &AddArgs) -> Result<u8, String> {
    let kind = WebhookKind::from(args.kind);
    let (address, ours) = match address(kit, state_dir, kind, args.uri.as_deref()).await {
        Ok(found) => found,
        Err(why) => {
            say(&why);
            return Ok(Exit::Usage as u8);
        }
    };
    let name = args.name.clone();
    let new = NewWebhook {
        kind,
        name: name.unwrap_or_else(|| kind.default_name().to_owned()),
        address,
        ours,
    };
    let faults = new.faults();
    if !faults.is_empty() {
        let what = WebhookOrder::Add(new.clone()).kind();
        return Ok(refuse(kit, (what, &new.name), &args.write, &faults).await);
    }
    // What is there already is told before anybody is asked; a list that cannot be had stops nothing but a rehearsal.
    match kit.client.webhooks(kind, Urgency::Reread).await {
        Ok((all, _)) => {
            for double in new.doubles(&all) {
                let (name, id) = (double.name.fit(60), double.id.0.fit(40));
                say(&format!(
                    "warning: {name} ({id}) delivers the same to the same place: everything would come twice"
                ));
            }
        }
        Err(error) if args.write.dry_run => return Ok(super::get::tell(error) as u8),
        Err(_) => {}
    }
    finish(kit, WebhookOrder::Add(new), "Register", &args.write).await
}

/// Where to deliver: as the command line says, else the profile, else this console's own listener.
async fn address(
    kit: &Kit,
    state_dir: &Path,
    kind: WebhookKind,
    said: Option<&str>,
) -> Result<(HookUrl, bool), String> {
    let profile = &kit.profile;
    let written = match kind {
        WebhookKind::Jobs => profile.provisioning.webhook.as_ref(),
        WebhookKind::Callbacks => profile.queue_hours.webhook.as_ref(),
    };
    let named = said.map(str::to_owned);
    if let Some(address) = named.or_else(|| written.map(|to| to.0.to_string())) {
        return Ok((HookUrl::elsewhere(address), false));
    }
    let listen = profile.listen.as_ref();
    let base: Url = listen.and_then(|listen| listen.public_url.clone()).ok_or(
        "say where to deliver: --uri URL, or webhook in the profile, or public_url of its listener",
    )?;
    let (folder, name) = (state_dir.to_owned(), profile.name.clone());
    let opened = spawn_blocking(move || Hook::open(&folder, &name)).await;
    let hook = opened
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
    Ok((hook.url(&base), true))
}

async fn on_one(
    kit: &Kit,
    wanted: &str,
    args: &WriteArgs,
    order: impl FnOnce(Webhook) -> (WebhookOrder, &'static str),
) -> Result<u8, String> {
    let (all, _) = match all(kit).await {
        Ok(read) => read,
        Err(exit) => return Ok(exit as u8),
    };
    let by_id = all.iter().find(|one| one.id.raw() == wanted);
    let mut named = all.iter().filter(|one| one.name.raw() == wanted);
    let found = match (by_id, named.next(), named.next()) {
        (Some(one), _, _) | (None, Some(one), None) => one.clone(),
        (None, Some(_), Some(_)) => {
            say(&format!(
                "several webhooks are called {wanted:?}: say which by its id"
            ));
            return Ok(Exit::Usage as u8);
        }
        (None, None, _) => {
            say(&format!(
                "there is no webhook {wanted:?}: trunkline webhook list names them"
            ));
            return Ok(Exit::Usage as u8);
        }
    };
    let (order, verb) = order(found);
    finish(kit, order, verb, args).await
}

/// Shows, asks, carries out.
async fn finish(
    kit: &Kit,
    order: WebhookOrder,
    verb: &str,
    args: &WriteArgs,
) -> Result<u8, String> {
    let write = order
        .write()
        .map_err(|faults| crate::model::payload::sentence(&faults))?;
    let subject = write.subject.clone();
    let request = match order {
        // It goes to somebody else, without our token: there is no request to the organisation.
        WebhookOrder::Try(_) => None,
        _ => Some(kit.client.request(write).map_err(|e| e.to_string())?),
    };
    if let Some(request) = request.as_ref().filter(|_| !args.json) {
        print(&review(request))?;
    }
    if args.dry_run {
        if args.json {
            let shown = json!({ "dryRun": true, "request": request.as_ref().map(review_json) });
            print(&format!("{shown}\n"))?;
        }
        return Ok(Exit::Ok as u8);
    }
    if !agreed(args, &format!("{verb} {subject}?"))? {
        return Ok(Exit::Ok as u8);
    }
    let order = Order::Webhook(Box::new(order));
    let ran = carry_out(kit, FlowId::default(), order, args.json).await?;
    ended(&ran.outcome, args.json)
}
