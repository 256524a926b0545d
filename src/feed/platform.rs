//! Keeping up with an organisation that is reached by the Platform API: topics over notification channels, and reads for
//! what no channel carries.

pub(super) mod callbacks;
pub(super) mod channels;
pub(super) mod conversations;
mod estate;
pub(super) mod phones;

use std::sync::Arc;
use std::time::Duration;

use super::shared::Shared;
use super::task::Task;
use super::{Plan, beat};

/// How long the first reads of everything else wait for those of the phones, at most.
const PHONES_FIRST: Duration = Duration::from_secs(20);

/// Starts the rooms, and the channels that they share.
pub(super) fn start(shared: &Arc<Shared>, plan: Plan, tasks: &mut Vec<Task>) {
    tasks.push(Task::spawn(channels::run(
        Arc::clone(shared),
        plan.channels,
    )));
    let phones = phones::run(Arc::clone(shared), plan.users);
    tasks.push(Task::spawn(phones));
    if plan.carriers {
        let estate = estate::run(Arc::clone(shared));
        tasks.push(after_phones(shared, estate));
    }
    if plan.callbacks {
        let callbacks = callbacks::run(Arc::clone(shared));
        tasks.push(after_phones(shared, callbacks));
        // Calls come through the same queues: a command that follows neither reads no queues.
        let conversations = conversations::run(Arc::clone(shared));
        tasks.push(after_phones(shared, conversations));
    }
    if plan.channels > 0 {
        tasks.push(Task::spawn(beat::run(Arc::clone(shared))));
    }
}

/// Phones are what the console is there for: while the budget is short at the start, they do not share it.
fn after_phones(shared: &Arc<Shared>, room: impl Future<Output = ()> + Send + 'static) -> Task {
    let mut known = shared.phones_first.subscribe();
    Task::spawn(async move {
        let first = known.wait_for(|known| *known);
        // The time passes, or the feeds end: either way there is nothing more to wait for.
        let _ = tokio::time::timeout(PHONES_FIRST, first).await.is_ok();
        room.await;
    })
}
