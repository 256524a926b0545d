//! `trunkline callback`: reservations listed, booked and taken back as the console does it.

mod book;
mod import;
mod list;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

use super::write::kit;
use super::{Exit, say};
use crate::cli::callback::CallbackCommand;
use crate::cloud::{Error, Urgency};
use crate::config::{Environment, Profile};
use crate::flow::Kit;
use crate::store::{Changes, Store};
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
        CallbackCommand::List(args) => list::callbacks(&kit, &args).await,
        CallbackCommand::Queues { json } => list::queues(&kit, json).await,
        CallbackCommand::Calendar => list::calendar(&kit).await,
        CallbackCommand::Book(args) => match &args.csv {
            Some(file) => import::run(&kit, file, &args).await,
            None => book::run(&kit, &args).await,
        },
        CallbackCommand::Cancel(args) => book::cancel(&kit, &args).await,
    }
}

/// Reads the queues, and the reservations where they are wanted, into tables like the console's.
async fn read(kit: &Kit, callbacks: bool) -> Result<Store, Exit> {
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let now = Clock::Real.now();
    let queues = kit.client.queues(Urgency::Reread).await.map_err(tell)?;
    let faults = queues.faults.into_iter().map(|fault| fault.0).collect();
    store
        .queues
        .listed(queues.queues, faults, now, &mut changes);
    if callbacks {
        let listing = kit.client.callbacks(Urgency::Reread).await.map_err(tell)?;
        let faults = listing.faults.into_iter().map(|fault| fault.0).collect();
        let none = std::collections::HashSet::new();
        store
            .callbacks
            .listed(listing.callbacks, &none, now, faults, now, &mut changes);
    }
    Ok(store)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err takes"
)]
fn tell(error: Error) -> Exit {
    say(&error.to_string());
    Exit::from(error.trouble())
}
