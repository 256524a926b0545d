//! Sees that every topic that is wanted is on a channel, while there are channels for it.

use std::sync::{Arc, Mutex};

use hashbrown::HashSet;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::channel::{Loss, LossCause};
use super::fold::{Fold, Folder};
use super::rivals::Rivals;
use super::spread::{Arranged, Spread};
use super::{Hub, TopicState, channel};
use crate::cloud::platform::channels::{Channel, Listed};
use crate::cloud::{Client, Error};
use crate::feed::complaints::ProblemKind;
use crate::feed::lock;
use crate::feed::shared::Shared;
use crate::feed::task::Task;

/// A channel's task, and what it is to carry.
struct ChannelTask {
    /// Tells it from one that had its place before.
    number: u64,
    wanted: watch::Sender<Arc<[Fold]>>,
    /// Its channel, while there is one.
    holds: Arc<Mutex<Option<Channel>>>,
    _task: Task,
}

struct ChannelPool {
    shared: Arc<Shared>,
    hub: Arc<Hub>,
    /// Channels that the profile allows.
    most: usize,
    folder: Folder,
    spread: Spread,
    tasks: Vec<ChannelTask>,
    numbers: u64,
    losing: mpsc::UnboundedSender<Loss>,
    rivals: Rivals,
    /// Losses in a row that no other reader explains.
    vanished: u32,
}

/// Arranges topics over at most `most` channels until the task is ended from outside. Channels are made when they are needed: other
/// applications of the same OAuth client share the organisation's twenty, and the one too many evicts another.
pub(in crate::feed) async fn run(shared: Arc<Shared>, most: usize) {
    let hub = Arc::clone(&shared.channels.0);
    let (losing, mut losses) = mpsc::unbounded_channel();
    let timing = &shared.timing;
    let mut pool = ChannelPool {
        rivals: Rivals::new(timing.yield_least, timing.yield_most),
        hub: Arc::clone(&hub),
        shared: Arc::clone(&shared),
        most,
        folder: Folder::default(),
        spread: Spread::default(),
        tasks: Vec::new(),
        numbers: 0,
        losing,
        vanished: 0,
    };
    loop {
        let next = pool.rivals.next();
        let mut gone = Vec::new();
        tokio::select! {
            () = hub.changed.notified() => {}
            Some(loss) = losses.recv() => gone.push(loss),
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => pool.grow().await,
        }
        // Rooms come one after the other, and so do losses; each change of a channel is a request.
        sleep(shared.timing.settle).await;
        gone.extend(std::iter::from_fn(|| losses.try_recv().ok()));
        pool.lose(gone).await;
        pool.arrange().await;
    }
}

/// Whether these are the same entries, each named once, in whatever order.
fn is_same(a: &[Fold], b: &[Fold]) -> bool {
    let known: HashSet<&str> = a.iter().map(|fold| fold.name().raw()).collect();
    a.len() == b.len() && b.iter().all(|fold| known.contains(fold.name().raw()))
}

impl ChannelPool {
    async fn arrange(&mut self) {
        let mut arranged = self.arranged();
        if arranged.channels.len() > self.tasks.len() && self.share(arranged.channels.len()).await {
            arranged = self.arranged();
        }
        self.carry_out(arranged);
    }

    /// Before more channels are made than are held, those of all readers are counted: what others have is left to them. Whoever has none
    /// takes one in any case, for channels that nobody hears any more go first. Whether there is less room than was thought.
    async fn share(&mut self, needed: usize) -> bool {
        // What was taken, or left to others, grows in its own time.
        if self.rivals.next().is_some() {
            return false;
        }
        // Where nobody can say, it is found out by making them.
        let Ok(listed) = listed(&self.shared.client).await else {
            return false;
        };
        let (there, held) = (listed.count(), self.tasks.len());
        let room = held.max(1).max(held + self.rivals.free(there));
        if room >= needed {
            return false;
        }
        let now = Instant::now();
        self.rivals.keep_to(room, now);
        let next = self.rivals.next();
        let next = next.map_or(0, |next| next.duration_since(now).as_secs());
        let text = format!(
            "Other readers of this OAuth client have {} of its channels: {room} are held here and the rest is polled; the next one is \
             tried for in {} min. Give each reader an OAuth client of its own.",
            there - held.min(there),
            next.div_ceil(60)
        );
        self.shared.say(ProblemKind::Rival, text);
        true
    }

    fn arranged(&mut self) -> Arranged {
        let held = self.rivals.held(self.most);
        let mut wanted = self.hub.wanted();
        // What is carried by itself already is not combined as well.
        let alone: HashSet<_> = wanted.alone.iter().cloned().collect();
        wanted.combined.retain(|topic| !alone.contains(topic));
        let combined = self.folder.fold(&wanted.combined);
        let entries = wanted.alone.into_iter().map(Fold::from).chain(combined);
        self.spread.arrange(entries, held)
    }

    fn carry_out(&mut self, arranged: Arranged) {
        self.hub
            .tell(arranged.uncovered.iter(), &TopicState::Uncovered);
        self.tasks.truncate(arranged.channels.len());
        for (number, entries) in arranged.channels.into_iter().enumerate() {
            match self.tasks.get(number) {
                Some(task) => {
                    task.wanted.send_if_modified(|carried| {
                        // A channel carries a set: an order alone is not worth a request.
                        let changed = !is_same(carried, &entries);
                        if changed {
                            *carried = entries.into();
                        }
                        changed
                    });
                }
                None => self.start(entries),
            }
        }
    }

    fn start(&mut self, entries: Vec<Fold>) {
        let (wanted, wants) = watch::channel(entries.into());
        let holds = Arc::default();
        self.numbers += 1;
        let assignment = channel::Assignment {
            number: self.numbers,
            wants,
            holds: Arc::clone(&holds),
            losing: self.losing.clone(),
        };
        self.tasks.push(ChannelTask {
            number: self.numbers,
            wanted,
            holds,
            _task: Task::spawn(channel::run(Arc::clone(&self.shared), assignment)),
        });
    }

    /// Takes leave of channels that are gone, and finds out whether another reader has them.
    async fn lose(&mut self, gone: Vec<Loss>) {
        let (mut count, mut taken) = (0, None);
        for loss in gone {
            let place = self
                .tasks
                .iter()
                .position(|task| task.number == loss.channel);
            if let Some(place) = place {
                self.tasks.remove(place);
                self.spread.vacate(place);
                count += 1;
                if let LossCause::Taken(name) = loss.how {
                    taken = Some(name);
                }
            }
        }
        if count == 0 {
            return;
        }
        let listed = listed(&self.shared.client).await;
        if taken.is_none() && listed.as_ref().is_ok_and(|listed| self.alone(listed)) {
            return self.vanish(count).await;
        }
        // Where a socket took the channel, there may be fewer channels than the organisation allows.
        let full = listed.map(|listed| listed.count()).ok();
        let full = full.filter(|_| taken.is_none());
        let now = Instant::now();
        self.rivals.took(count, self.tasks.len(), full, now);
        self.tell(taken.as_deref(), now);
    }

    /// Whether every channel of the client is ours.
    fn alone(&self, listed: &Listed) -> bool {
        let held = self
            .tasks
            .iter()
            .filter_map(|task| lock(&task.holds).clone());
        held.filter(|channel| listed.holds(channel)).count() == listed.count()
    }

    /// Channels are gone that nobody has taken: the organisation has forgotten them, as when it starts anew.
    async fn vanish(&mut self, count: usize) {
        self.vanished = self.vanished.saturating_add(1);
        let text = format!(
            "The organisation has dropped {count} notification channels. New ones are made, and rows are read again."
        );
        self.shared.say(ProblemKind::Stream, text);
        sleep(self.shared.timing.backoff(self.vanished)).await;
    }

    /// More is tried for than was left.
    async fn grow(&mut self) {
        let there = listed(&self.shared.client).await;
        let there = there.map(|listed| listed.count()).ok();
        self.rivals.grow(there, self.most, Instant::now());
        let rivalry = self.rivals.told();
        self.shared.tally.note(|notes| notes.rivalry = rivalry);
    }

    /// Says who has the channels, and what becomes of their topics.
    fn tell(&self, taken: Option<&str>, now: Instant) {
        let Some(rivalry) = self.rivals.told() else {
            return;
        };
        self.shared
            .tally
            .note(|notes| notes.rivalry = Some(rivalry));
        let it = taken.map_or_else(String::new, |name| {
            format!("It took the notification channel {name}. ")
        });
        let next = self
            .rivals
            .next()
            .map_or(0, |next| next.duration_since(now).as_secs());
        let text = format!(
            "Another reader uses this OAuth client: {} of {} channels were taken in {} min. {it}{} are held and the rest is polled; \
             the next one is tried for in {} min. Give each reader an OAuth client of its own.",
            rivalry.taken,
            rivalry.of,
            self.rivals.minutes(now),
            self.tasks.len(),
            next.div_ceil(60)
        );
        self.shared.say(ProblemKind::Rival, text);
    }
}

/// Every channel of the client, ours and others'.
async fn listed(client: &Client) -> Result<Listed, Error> {
    client.platform()?.client_channels().await
}
