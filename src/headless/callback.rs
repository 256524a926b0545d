//! `trunkline callback`: reservations listed, booked and taken back as the console does it.

mod book;
mod import;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::get::{ListRequest, left_out, reservations};
use super::write::kit;
use super::{Exit, print, say};
use crate::cli::callback::CallbackCommand;
use crate::config::Profile;
use crate::environment::Environment;
use crate::export::calendar;
use crate::flow::Kit;
use crate::kind::callbacks::Callbacks;
use crate::kind::queues::Queues;
use crate::time::Clock;

/// Carries out a command; an error is one of the command line or of this machine.
pub async fn run(
    profile: Profile,
    environment: Environment,
    state_dir: PathBuf,
    command: CallbackCommand,
) -> Result<u8, String> {
    let profile = Arc::new(profile);
    let kit = match kit(profile, &environment, &state_dir).await {
        Ok(kit) => kit,
        Err(code) => return Ok(code),
    };
    match command {
        CallbackCommand::List(args) => {
            super::get::callbacks(&kit, &ListRequest::of::<Callbacks>(&args)?).await
        }
        CallbackCommand::Queues(args) => {
            super::get::queues(&kit, &ListRequest::of::<Queues>(&args)?).await
        }
        CallbackCommand::Calendar => calendar(&kit).await,
        CallbackCommand::Waiting { forget, json } => waiting(&kit, forget, json).await,
        CallbackCommand::Book(args) if args.template => book::template(&kit).await,
        CallbackCommand::Book(args) => match &args.csv {
            Some(file) => Box::pin(import::run(&kit, file, &args)).await,
            None => Box::pin(book::run(&kit, &args)).await,
        },
        CallbackCommand::Cancel(args) => book::cancel(&kit, &args).await,
    }
}

/// The reservations as an iCalendar file.
async fn calendar(kit: &Kit) -> Result<u8, String> {
    let store = match reservations(kit, true).await {
        Ok(store) => store,
        Err(exit) => return Ok(exit as u8),
    };
    let now = Clock::Real.now();
    print(&calendar::of(
        calendar::entries(&store),
        &kit.profile.name,
        now,
    ))?;
    Ok(left_out(store.queues.faults().iter().chain(store.callbacks.faults())) as u8)
}

/// The bookings that wait, numbers masked; or one of them less.
async fn waiting(kit: &Kit, forget: Option<String>, as_json: bool) -> Result<u8, String> {
    let waiting = kit.waiting.clone();
    if let Some(id) = forget {
        let taken = spawn_blocking(move || waiting.over(&id)).await;
        let taken = taken.map_err(|error| error.to_string())?;
        let found = taken.map_err(|error| error.to_string())?;
        if !found {
            say("no booking waits under that callback_id");
            return Ok(Exit::Usage as u8);
        }
        return Ok(Exit::Ok as u8);
    }
    let all = spawn_blocking(move || waiting.all()).await;
    let all = all.map_err(|error| error.to_string())?;
    let all = all.map_err(|error| error.to_string())?;
    if as_json {
        let shown: Vec<Value> = all
            .iter()
            .map(|one| {
                json!({
                    "callbackId": one.booking.callback_id, "number": one.booking.callback_number.to_string(),
                    "queueId": one.booking.queue_id, "since": one.since.to_string(), "due": one.due.to_string(),
                    "tries": one.tries, "stage": one.stage,
                })
            })
            .collect();
        print(&format!("{}\n", Value::from(shown)))?;
        return Ok(Exit::Ok as u8);
    }
    for one in all {
        let (subject, due, tries) = (one.booking.subject(), one.due, one.tries);
        print(&format!(
            "{subject}, turned away {tries} times, due {due}\n"
        ))?;
    }
    Ok(Exit::Ok as u8)
}
