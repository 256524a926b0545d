//! Live calls as their queues' topics tell them, so that a row moves at once. The list itself is read by whoever looks at it:
//! topics know no calls outside of queues, and nothing that was before they began.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::channels::{Heard, Rank, Topic, Wants};
use crate::cloud::Urgency;
use crate::cloud::platform::conversations::{call_topic, queue_topic};
use crate::feed::shared::Shared;
use crate::model::QueueId;
use crate::vocabulary::news::News;

/// Between two readings of which queues there are.
const QUEUES: Duration = Duration::from_secs(300);

/// News taken at a time.
const BATCH: usize = 256;

/// Follows the calls of every queue until the task is ended from outside.
pub(in crate::feed) async fn run(shared: Arc<Shared>) {
    let (wants, hears) = shared.channels.join("conversations", Rank::Conversations);
    let mut quiet = shared.quiet();
    let mut due = Instant::now();
    loop {
        quiet.over().await;
        tokio::select! {
            () = sleep_until(due) => due = Instant::now() + want(&shared, &wants).await,
            news = hears.next(BATCH) => {
                for heard in news {
                    take(&shared, heard);
                }
            }
        }
    }
}

/// Wants the topics of all queues there are; says when to look for queues again.
async fn want(shared: &Shared, wants: &Wants) -> Duration {
    match shared.client.queues(Urgency::Survey).await {
        Ok(listing) => {
            let queues = listing.queues.iter();
            wants.set(queues.map(|queue| topic(&queue.id)).collect());
            QUEUES
        }
        Err(error) => shared.patience(&error, shared.poll),
    }
}

fn topic(queue: &QueueId) -> Topic {
    Topic::from(queue_topic(queue))
}

fn take(shared: &Shared, heard: Heard) {
    match heard {
        Heard::Event { topic, body } => match call_topic(&body) {
            Ok(one) => shared.mailbox.post(News::Interaction(Box::new(one))),
            Err(reason) => {
                shared.keep_sample(&topic.raw().into(), reason.into(), &body);
            }
        },
        // What was before, only the list says.
        Heard::Live(_) => shared.mailbox.post(News::InteractionsMoved),
        // The list is read again and again while somebody looks at it, so a gap needs nothing more.
        Heard::Gap(_) | Heard::Refused(..) | Heard::Uncovered(_) => {}
    }
}
