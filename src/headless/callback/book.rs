//! One reservation from a file.

use serde_json::{Value, json};

use super::super::get::reservations;
use super::super::write::{
    agreed, carry_out, exit, named, payload, print_outcome, refuse, review, review_json,
};
use super::super::{Exit, print, say};
use super::wanted::Wanted;
use crate::cli::callback::{BookArgs, CancelArgs};
use crate::cloud::Urgency;
use crate::flow::callback::CallbackOrder;
use crate::flow::callback::platform::EndedCallback;
use crate::flow::{FlowNews, Kit, Order};
use crate::form::callback::{Known, direct};
use crate::model::callback::{Context, Queues};
use crate::model::flow::FlowId;
use crate::model::ids::Ids;
use crate::model::payload::{self, Fault};
use crate::model::write::WriteKind;
use crate::model::{CallbackId, QueueId};
use crate::store::{Changes, Store};
use crate::time::Clock;

/// Checks, shows, asks, books.
pub(super) async fn run(kit: &Kit, args: &BookArgs) -> Result<u8, String> {
    let Some(file) = &args.file else {
        return Err("name a file with -f or --csv".into());
    };
    let json = payload(file)?;
    let can = kit.profile.api.capabilities();
    let wanted = match Wanted::read(&json, can) {
        Ok(wanted) => wanted,
        Err(fault) => return Ok(refused(kit, args, &json, &[fault]).await),
    };
    // What can be told without asking anybody is told first.
    let faults = wanted.faults(&context(None));
    if !faults.is_empty() {
        return Ok(refused(kit, args, &json, &faults).await);
    }
    let mut store = match reservations(kit, false).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let queue = QueueId::from(wanted.queue());
    if store.queues.is_empty()
        && let Ok(queue) = kit.client.queue(&queue, Urgency::Reread).await
    {
        let changes = &mut Changes::default();
        store.queues.read(queue, Clock::Real.now(), changes);
    }
    let known = Some(&store).filter(|store| !store.queues.is_empty());
    let write = match wanted.write(&context(known)) {
        Ok(write) => write,
        Err(faults) => return Ok(refused(kit, args, &json, &faults).await),
    };
    let request = kit.client.request(write).map_err(|e| e.to_string())?;
    if !args.write.json {
        print(&review(&request))?;
    }
    if args.write.dry_run {
        if args.write.json {
            let shown = json!({ "dryRun": true, "request": review_json(&request) });
            print(&format!("{shown}\n"))?;
        }
        return Ok(Exit::Ok as u8);
    }
    if !agreed(&args.write, &format!("Book {}?", wanted.subject()))? {
        return Ok(Exit::Ok as u8);
    }
    finish(kit, wanted.order(), args.write.json).await
}

/// Tells what is wrong with a booking, and puts on record that it was refused.
async fn refused(kit: &Kit, args: &BookArgs, json: &str, faults: &[Fault]) -> u8 {
    refuse(
        kit,
        (WriteKind::CallbackBook, &named(json)),
        &args.write,
        faults,
    )
    .await
}

/// Prints a booking for the first queue with room, in its first free slot; the number is the caller's own.
pub(super) async fn template(kit: &Kit) -> Result<u8, String> {
    let can = kit.profile.api.capabilities();
    if !can.reservations {
        return Err(
            "on the Platform API a callback is a CreateCallbackCommand: see its documentation"
                .into(),
        );
    }
    let store = match reservations(kit, false).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let known = Known::of(&store, can, Clock::Real.now());
    let form = direct::book::open(known, Vec::new(), None, &mut Ids::new());
    let json = serde_json::to_string_pretty(form.body()).map_err(|error| error.to_string())?;
    print(&format!("{json}\n"))?;
    Ok(Exit::Ok as u8)
}

/// Takes reservations back.
pub(super) async fn cancel(kit: &Kit, args: &CancelArgs) -> Result<u8, String> {
    let ids: Vec<CallbackId> = args
        .ids
        .iter()
        .map(|id| CallbackId::from(id.as_str()))
        .collect();
    let order = match cancellation(kit, &ids).await {
        Ok(order) => order,
        Err(exit) => return Ok(exit as u8),
    };
    let writes = order.writes();
    let writes = writes.map_err(|faults| payload::sentence(&faults))?;
    let mut requests = Vec::with_capacity(writes.len());
    for write in writes {
        let request = kit.client.request(write);
        requests.push(request.map_err(|e| e.to_string())?);
    }
    if !args.write.json {
        for request in &requests {
            print(&review(request))?;
        }
    }
    if args.write.dry_run {
        if args.write.json {
            let shown: Vec<Value> = requests.iter().map(review_json).collect();
            print(&format!(
                "{}\n",
                json!({ "dryRun": true, "requests": shown })
            ))?;
        }
        return Ok(rehearsed(kit, &ids).await as u8);
    }
    let question = match ids.as_slice() {
        [one] => format!("Cancel {one}?"),
        many => format!("Cancel these {} reservations?", many.len()),
    };
    if !agreed(&args.write, &question)? {
        return Ok(Exit::Ok as u8);
    }
    finish(kit, Order::Callback(order), args.write.json).await
}

/// Looks whether there is what would be taken back, and says what is not.
async fn rehearsed(kit: &Kit, ids: &[CallbackId]) -> Exit {
    if !kit.profile.api.capabilities().reservations {
        return Exit::Ok; // They were read one by one.
    }
    let listed = match kit.client.callbacks(Urgency::Reread).await {
        Ok(listed) => listed,
        Err(error) => return super::super::get::tell(error),
    };
    let there = |id: &&CallbackId| listed.callbacks.iter().all(|one| one.id != **id);
    let missing: Vec<_> = ids.iter().filter(there).collect();
    for id in &missing {
        say(&format!(
            "there is no reservation {id}: it could not be cancelled"
        ));
    }
    match (missing.is_empty(), listed.faults.is_empty()) {
        (true, _) => Exit::Ok,
        (false, true) => Exit::Bad,
        // It may be among those that could not be read.
        (false, false) => Exit::Partial,
    }
}

/// What takes reservations back. A callback that is a conversation is read first: what ends it says when it began.
async fn cancellation(kit: &Kit, ids: &[CallbackId]) -> Result<CallbackOrder, Exit> {
    if kit.profile.api.capabilities().reservations {
        return Ok(CallbackOrder::Cancel(ids.to_vec()));
    }
    let mut ended = Vec::with_capacity(ids.len());
    for id in ids {
        let read = kit.client.callback(id, Urgency::Reread).await;
        let one = read.map_err(super::super::get::tell)?;
        ended.push(one.as_ref().map_or_else(
            || EndedCallback {
                id: id.clone(),
                began: None,
            },
            EndedCallback::from,
        ));
    }
    Ok(CallbackOrder::End(ended))
}

async fn finish(kit: &Kit, order: Order, json: bool) -> Result<u8, String> {
    let ran = carry_out(kit, FlowId::default(), order, json).await?;
    if json {
        print_outcome(&ran.outcome, json!({ "id": id(&ran.news) }))?;
    } else {
        say(&ran.outcome.to_string());
    }
    Ok(exit(&ran.outcome) as u8)
}

/// What the organisation calls the reservation, once it has answered.
pub(super) fn id(news: &[FlowNews]) -> Option<String> {
    news.iter().rev().find_map(|item| match item {
        FlowNews::Callback(callback) => Some(callback.id.raw().to_owned()),
        _ => None,
    })
}

pub(super) fn context(store: Option<&Store>) -> Context<'_> {
    Context {
        now: Clock::Real.now(),
        queues: store.map(|store| &store.queues as &dyn Queues),
    }
}
