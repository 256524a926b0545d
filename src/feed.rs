//! Keeping up with the organisation: who there is, what a read says, what the streams say, and how well that works.
//!
//! [`Organisation`] is the [`Source`] of a console's news: its tasks are spawned here, and [`Mailbox`] carries what they
//! learn. `people` lists the users; as many as the machine bears get a stream each (`stream`); `poll` reads everyone, those
//! without a stream in turn; `carriers` reads those; what is a connection is kept up by the supervisor of `cloud`.
//! `report` says how it goes, at the `beat`.
//! The rule that they all keep: a gap is told the moment it opens, and only a read that began after the stream was open again closes it.

pub mod beat;
pub mod callbacks;
mod carriers;
mod complaints;
pub mod descriptors;
pub mod frames;
pub mod gather;
mod link;
pub mod mailbox;
mod people;
mod platform;
mod poll;
mod received;
mod report;
mod resync;
mod roster;
mod shared;
mod source;
mod stream;
mod tally;
mod task;
pub mod timing;
mod vendor;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

pub use mailbox::Mailbox;
pub use source::{Instruction, Running, Source};
pub use timing::Timing;

use crate::cloud::Client;
use crate::model::UserId;
use crate::model::api::Api;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::Taken;
use shared::Shared;
use task::Task;

/// The contract's floor (§3): no user is polled more often.
const SHORTEST_POLL: Duration = Duration::from_secs(10);

/// Users whose phones fill a screen.
const SCREEN: u32 = 40;
/// How long the other reads of a start wait for phones, and how often they look.
const AT_MOST: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// Whom to watch, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The users that the profile names; none is everyone whom the organisation lists.
    pub users: Option<Vec<UserId>>,
    /// One round of polls takes this long, at best; less than 10 s counts as 10 s (contract §3).
    pub poll: Duration,
    /// Users beyond this many have no stream and are polled.
    pub max_streams: usize,
    /// Notification channels that may be made, where the Platform API is spoken; none is polling only.
    pub channels: usize,
    /// Whether carriers are watched; a command that reads registrations alone spends no request on them.
    pub carriers: bool,
    /// Whether callbacks are followed, and their queues read.
    pub callbacks: bool,
    /// The vendor's status page; none is asked by itself.
    pub status_page: Option<Url>,
}

/// The running feeds. Dropping this ends them all at once.
#[derive(Debug)]
pub struct Feeds {
    shared: Arc<Shared>,
    acknowledge: callbacks::Acknowledge,
    _tasks: Vec<Task>,
}

/// The organisation of a profile, over its API.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// The way to it.
    pub client: Client,
    /// Whom to watch there, and how.
    pub plan: Plan,
}

impl Source for Organisation {
    fn start(&self, mailbox: Arc<Mailbox>) -> Box<dyn Running> {
        let (client, plan) = (self.client.clone(), self.plan.clone());
        Box::new(start_with(client, plan, mailbox, Timing::default()))
    }
}

/// Starts watching an organisation, on the current runtime, with that patience: tests cannot wait half a minute for a silence to
/// be noticed.
#[must_use]
pub fn start_with(cloud: Client, plan: Plan, mailbox: Arc<Mailbox>, timing: Timing) -> Feeds {
    let poll = plan.poll.max(SHORTEST_POLL);
    let bears = descriptors::bears();
    let streams = plan.max_streams.min(bears);
    let shared = Arc::new(Shared::new(cloud, mailbox, &timing, poll, streams));
    shared
        .tally
        .note(|notes| notes.poll_round_ms = u64::try_from(poll.as_millis()).unwrap_or(u64::MAX));
    let (acknowledge, acknowledged) = callbacks::acknowledgements();
    // A stream a user is the direct API's; on the other one channels carry what they do, however many files may be open.
    let a_user_a_stream = shared.client.api() == Api::Direct;
    let machine = (a_user_a_stream && plan.max_streams > bears).then_some(bears);
    let mut tasks = vec![Task::spawn(report::run(Arc::clone(&shared), machine))];
    if let Some(page) = plan.status_page.clone() {
        let read = vendor::run(Arc::clone(&shared), page);
        tasks.push(Task::spawn(read));
    }
    match shared.client.api() {
        Api::Direct => direct(&shared, plan, acknowledged, &mut tasks),
        Api::Platform => platform::start(&shared, plan, &mut tasks),
    }
    Feeds {
        shared,
        acknowledge,
        _tasks: tasks,
    }
}

/// The feeds of the direct API: a stream for each user, a stream of callbacks, and polls.
fn direct(
    shared: &Arc<Shared>,
    plan: Plan,
    acknowledged: callbacks::Acknowledgements,
    tasks: &mut Vec<Task>,
) {
    tasks.push(Task::spawn(poll::run(Arc::clone(shared))));
    tasks.push(Task::spawn(beat::run(Arc::clone(shared))));
    if plan.carriers {
        let run = carriers::run(Arc::clone(shared));
        tasks.push(Task::spawn(after_phones(Arc::clone(shared), run)));
    }
    if plan.callbacks {
        let followed = callbacks::run(Arc::clone(shared), acknowledged);
        tasks.push(Task::spawn(after_phones(Arc::clone(shared), followed)));
        let queues = callbacks::queues(Arc::clone(shared));
        tasks.push(Task::spawn(after_phones(Arc::clone(shared), queues)));
    }
    tasks.push(match plan.users {
        Some(users) => Task::spawn(people::given(Arc::clone(shared), users)),
        None => Task::spawn(people::listed(Arc::clone(shared))),
    });
}

impl Feeds {
    /// These users matter more than others from now on, in that order: they are read first. Unknown ones are kept in
    /// mind until they are listed.
    pub fn attend(&self, users: &[UserId]) {
        lock(&self.shared.roster).attend(users);
        lock(&self.shared.asks).attended = Some(users.to_vec());
        self.shared.polls.notify_one();
    }

    /// Reads these users again now. Unknown ones are passed over.
    pub fn reread(&self, users: &[UserId]) {
        let mut roster = lock(&self.shared.roster);
        for user in users {
            roster.reread(user);
        }
        drop(roster);
        lock(&self.shared.asks).users.extend_from_slice(users);
        self.shared.polls.notify_one();
    }

    /// Reads everyone again, as fast as the budget allows.
    pub fn reread_all(&self) {
        lock(&self.shared.roster).reread_all();
        lock(&self.shared.asks).all = true;
        self.shared.polls.notify_one();
    }

    /// Reads the carriers again now.
    pub fn reread_carriers(&self) {
        self.shared.carriers.notify_one();
    }

    /// Reads the callbacks and their queues again now.
    pub fn reread_callbacks(&self) {
        self.shared.callbacks.notify_one();
        self.shared.queues.notify_one();
    }

    /// Acknowledges updates of callbacks that have been taken in.
    pub fn acknowledge(&self, taken: Taken) {
        self.acknowledge.send(taken);
    }

    /// Goes quiet, or starts again: while paused no stream is open, nothing is read, and every row is a gap.
    pub fn pause(&self, paused: bool) {
        self.shared.paused.send_replace(paused);
        self.shared.tally.changed.notify_one();
    }
}

impl Running for Feeds {
    fn instruct(&self, instruction: Instruction) {
        match instruction {
            Instruction::Attend(users) => self.attend(&users),
            Instruction::Reread(users) => self.reread(&users),
            Instruction::RereadCarriers => self.reread_carriers(),
            Instruction::RereadCallbacks => self.reread_callbacks(),
            Instruction::Acknowledge(taken) => self.acknowledge(taken),
            Instruction::Pause(paused) => self.pause(paused),
            // Nobody else's reading is followed here.
            Instruction::RereadInteractions
            | Instruction::Alerts(_)
            | Instruction::Pins(_)
            | Instruction::Wrote(_)
            | Instruction::Keyframe
            | Instruction::Direct => {}
        }
    }
}

impl Drop for Feeds {
    fn drop(&mut self) {
        // The streams' tasks hold the roster that holds them: the circle is cut here, and stays cut whatever a task
        // that has not yet noticed its end still does.
        lock(&self.shared.roster).close();
    }
}

/// Phones come first: the other reads of a start wait until a screen of them is there, or cannot be had, and never long.
async fn after_phones(shared: Arc<Shared>, then: impl Future<Output = ()>) {
    let begun = Instant::now();
    while begun.elapsed() < AT_MOST {
        let counts = lock(&shared.roster).counts();
        let notes = shared.tally.notes();
        let all = notes.enumerated && counts.read >= counts.users;
        if all || counts.read >= SCREEN || notes.has_failures() {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    then.await;
}

/// What the clock on the wall said at that moment.
fn wall(at: Instant) -> Millis {
    let ago = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
    Clock::Real.now().plus(-ago)
}

/// Locks, whatever became of another holder: every value behind these locks is whole between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
