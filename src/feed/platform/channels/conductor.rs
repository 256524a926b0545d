//! Sees that every topic that is wanted is on a channel, while there are channels for it.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::sleep;

use super::spread::Spread;
use super::{Standing, Topic, line};
use crate::feed::shared::Shared;
use crate::feed::task::Task;

/// A channel's task, and what it is to carry.
struct Line {
    wanted: watch::Sender<Arc<[Topic]>>,
    _task: Task,
}

/// Arranges topics over at most `most` channels until the task is ended from outside. Channels are made when they are needed: other
/// applications of the same OAuth client share the organisation's twenty, and the one too many evicts another.
pub(in crate::feed) async fn run(shared: Arc<Shared>, most: usize) {
    let hub = Arc::clone(&shared.channels.0);
    let mut spread = Spread::default();
    let mut lines: Vec<Line> = Vec::new();
    loop {
        hub.changed.notified().await;
        // Rooms come one after the other, and each change of a channel is a request.
        sleep(shared.timing.settle).await;
        let arranged = spread.arrange(hub.wanted(), most);
        hub.tell(arranged.uncovered.iter(), &Standing::Uncovered);
        lines.truncate(arranged.channels.len());
        for (number, topics) in arranged.channels.into_iter().enumerate() {
            match lines.get(number) {
                Some(line) => {
                    line.wanted.send_if_modified(|carried| {
                        let changed = **carried != *topics;
                        if changed {
                            *carried = topics.into();
                        }
                        changed
                    });
                }
                None => lines.push(start(&shared, topics)),
            }
        }
    }
}

fn start(shared: &Arc<Shared>, topics: Vec<Topic>) -> Line {
    let (wanted, wants) = watch::channel(topics.into());
    Line {
        wanted,
        _task: Task::spawn(line::run(Arc::clone(shared), wants)),
    }
}
