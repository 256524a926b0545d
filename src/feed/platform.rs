//! Keeping up with an organisation that is reached by the Platform API: topics over notification channels, and reads for
//! what no channel carries.

pub(super) mod callbacks;
pub(super) mod channels;
pub(super) mod conversations;
mod estate;
pub(super) mod phones;

use std::sync::Arc;

use super::shared::Shared;
use super::task::Task;
use super::{Plan, tick};

/// Starts the rooms, and the channels that they share.
pub(super) fn start(shared: &Arc<Shared>, plan: Plan, tasks: &mut Vec<Task>) {
    tasks.push(Task::spawn(channels::run(
        Arc::clone(shared),
        plan.channels,
    )));
    if plan.carriers {
        tasks.push(Task::spawn(estate::run(Arc::clone(shared))));
    }
    if plan.callbacks {
        tasks.push(Task::spawn(callbacks::run(Arc::clone(shared))));
        // Calls come through the same queues: a command that follows neither reads no queues.
        tasks.push(Task::spawn(conversations::run(Arc::clone(shared))));
    }
    let phones = phones::run(Arc::clone(shared), plan.users);
    tasks.push(Task::spawn(phones));
    if plan.channels > 0 {
        tasks.push(Task::spawn(tick(Arc::clone(shared))));
    }
}
