//! `trunkline callback`: reservations listed, booked and taken back as the console does it.

mod book;
mod import;
mod wanted;

use std::path::PathBuf;
use std::sync::Arc;

use super::get::{ListRequest, left_out, reservations};
use super::print;
use super::write::kit;
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
        CallbackCommand::Book(args) => match &args.csv {
            Some(file) => import::run(&kit, file, &args).await,
            None => book::run(&kit, &args).await,
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
