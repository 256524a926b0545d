//! What all tasks of the feeds have in common.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{Instant, sleep};

use super::complaints::{Complaints, ProblemKind};
use super::lock;
use super::mailbox::Mailbox;
use super::platform::channels::Channels;
use super::platform::phones::Asks;
use super::roster::{Roster, StreamTask};
use super::stream;
use super::tally::Tally;
use super::task::Task;
use super::timing::Timing;
use crate::cloud::supervisor::{Quiet, jitter};
use crate::cloud::{Client, Error, Fault};
use crate::model::UserId;
use crate::text::Text;
use crate::vault;
use crate::vocabulary::news::News;
use crate::vocabulary::problem::{Problem, Trouble};

/// Bytes of an undecodable frame that are kept.
const SAMPLE_BYTES: usize = 4_096;
/// Undecodable frames kept in one [`SAMPLE_WINDOW`]; the rest are counted.
const SAMPLES: u32 = 16;
const SAMPLE_WINDOW: Duration = Duration::from_secs(10);
/// Those who wait for their next attempt are woken by another's success at most this often.
const RECOVERY_GAP: Duration = Duration::from_secs(10);
/// Those who are woken by another's success spread over this time.
const RECOVERY_SPREAD: Duration = Duration::from_secs(1);

/// Lets tasks pass one after the other with a gap between them.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Waits for the turn of the caller.
    pub async fn turn(&self, gap: Duration) {
        let now = Instant::now();
        let turn = {
            let mut last = lock(&self.0);
            let turn = last.map_or(now, |last| now.max(last + gap));
            *last = Some(turn);
            turn
        };
        tokio::time::sleep_until(turn).await;
    }
}

/// Handed to every task.
#[derive(Debug)]
pub(super) struct Shared {
    pub client: Client,
    pub mailbox: Arc<Mailbox>,
    pub timing: Timing,
    pub poll: Duration,
    pub roster: Mutex<Roster>,
    pub tally: Tally,
    pub complaints: Mutex<Complaints>,
    /// Handshakes that may run at a time.
    pub handshakes: Semaphore,
    /// Streams are opened one after the other, at this pace.
    pub opening: Pace,
    pub paused: watch::Sender<bool>,
    /// The common heartbeat of all streams; its value is when the one before was.
    pub tick: watch::Sender<Instant>,
    /// The first stream is live again after all were down: those who wait may try.
    pub recovered: Notify,
    /// The poller has something new to do.
    pub polls: Notify,
    /// Someone who was listed is not there.
    pub relist: Notify,
    /// Someone waits for the carriers.
    pub carriers: Notify,
    /// Someone waits for the callbacks.
    pub callbacks: Notify,
    /// Someone waits for the queues.
    pub queues: Notify,
    /// The notification channels of the Platform API; nobody joins them elsewhere.
    pub channels: Channels,
    /// What somebody asked to be read again of its phones.
    pub asks: Mutex<Asks>,
    /// Phones were read once, or cannot be: other first reads may begin (Platform API).
    pub phones_first: watch::Sender<bool>,
    recovery_told: Mutex<Option<Instant>>,
    samples: Mutex<Option<(Instant, u32)>>,
}

impl Shared {
    pub fn new(
        client: Client,
        mailbox: Arc<Mailbox>,
        timing: &Timing,
        poll: Duration,
        max_streams: usize,
    ) -> Self {
        Self {
            client,
            mailbox,
            timing: *timing,
            poll,
            roster: Mutex::new(Roster::new(max_streams)),
            tally: Tally::new(),
            complaints: Mutex::default(),
            handshakes: Semaphore::new(timing.handshakes),
            opening: Pace::default(),
            paused: watch::Sender::new(false),
            tick: watch::Sender::new(Instant::now()),
            recovered: Notify::new(),
            polls: Notify::new(),
            relist: Notify::new(),
            carriers: Notify::new(),
            callbacks: Notify::new(),
            queues: Notify::new(),
            channels: Channels::default(),
            asks: Mutex::default(),
            phones_first: watch::Sender::new(false),
            recovery_told: Mutex::new(None),
            samples: Mutex::new(None),
        }
    }

    /// Takes users in, in their order, and starts the streams that fit.
    pub fn admit<'a>(self: &Arc<Self>, users: impl Iterator<Item = &'a UserId>, round: u32) {
        let mut roster = lock(&self.roster);
        for user in users {
            if roster.admit(user, round) {
                self.attach(&mut roster, user);
            }
        }
        drop(roster);
        self.polls.notify_one();
        self.tally.changed.notify_one();
    }

    /// Lets go of those whom this enumeration did not name.
    pub fn dismiss_absent(self: &Arc<Self>, round: u32) {
        let mut roster = lock(&self.roster);
        for user in roster.dismiss_absent(round) {
            self.attach(&mut roster, &user);
        }
    }

    fn attach(self: &Arc<Self>, roster: &mut Roster, user: &UserId) {
        let retry = Arc::new(Notify::new());
        let task = Task::spawn(stream::run(
            Arc::clone(self),
            user.clone(),
            Arc::clone(&retry),
        ));
        roster.attach(user, StreamTask { _task: task, retry });
    }

    /// A row that was read less than this long ago is as fresh as polling keeps it: nobody reads it again out of turn.
    pub fn fresh(&self) -> Duration {
        self.poll.max(self.tally.round())
    }

    /// Notes a read that worked.
    pub fn read_worked(&self, user: &UserId, faults: &[Fault]) {
        self.complain_of(faults);
        if lock(&self.roster).outcome(user, true) {
            self.tally.changed.notify_one();
        }
        self.tally.read_worked();
    }

    /// Tells that a read failed for good. Whoever was listed and is not there (404) is missed until the next list, which is
    /// read soon: it alone tells whether they have left.
    pub fn read_failed(&self, user: &UserId, error: &Error) {
        let absent = error.status() == Some(404) && lock(&self.roster).is_listed(user);
        let (topic, problem) = if absent {
            (ProblemKind::Missing, missing(user, error.trouble()))
        } else {
            (ProblemKind::Read.of(error), error.problem())
        };
        lock(&self.complaints).note(topic, problem.clone());
        self.mailbox.post(News::ReadFailed {
            user: user.clone(),
            problem,
        });
        // Last: whoever hears that everyone has been read has heard what the reads said.
        let changed = lock(&self.roster).outcome(user, false);
        if absent && changed {
            // Once: whoever is listed again and again, and never there, must not have everyone listed each minute.
            self.relist.notify_one();
        }
        self.tally.read_failed();
    }

    /// Notes a problem that is told when its turn comes.
    pub fn complain(&self, topic: ProblemKind, error: &Error) {
        lock(&self.complaints).note(topic.of(error), error.problem());
        self.tally.changed.notify_one();
    }

    /// Tells a person, once in a while, what is not as it should be and is nobody's failure.
    pub fn say(&self, kind: ProblemKind, text: impl Into<Text>) {
        let problem = Problem {
            trouble: Trouble::Partial,
            text: text.into(),
        };
        lock(&self.complaints).note(kind, problem);
        self.tally.changed.notify_one();
    }

    /// Notes entries of an answer that could not be used.
    pub fn complain_of(&self, faults: &[Fault]) {
        let mut complaints = lock(&self.complaints);
        for fault in faults {
            complaints.note(
                ProblemKind::Entry,
                Problem {
                    trouble: Trouble::Partial,
                    text: fault.0.clone(),
                },
            );
        }
    }

    /// Tells those who wait for their next attempt that the organisation is back; not so often that an organisation
    /// which closes every stream it opens could drive them.
    pub fn recover(&self) {
        let mut told = lock(&self.recovery_told);
        if told.is_none_or(|told| told.elapsed() >= RECOVERY_GAP) {
            *told = Some(Instant::now());
            self.recovered.notify_waiters();
        }
    }

    /// Waits until somebody recovers, and a moment of a rest of `wait` longer: not all come at once.
    pub async fn recovery(&self, wait: Duration) {
        self.recovered.notified().await;
        sleep(jitter(RECOVERY_SPREAD.min(wait))).await;
    }

    /// An operator's wish for quiet.
    pub fn quiet(&self) -> Quiet {
        Quiet::of(&self.paused)
    }

    /// How long to wait after a read that failed, at least `least`: an organisation that has no such thing, or does not show it to
    /// us, changes its mind rarely.
    pub fn patience(&self, error: &Error, least: Duration) -> Duration {
        let asked = if error.lasting() {
            self.timing.refused_for
        } else {
            error.retry_after().unwrap_or_default()
        };
        asked.max(least)
    }

    /// Keeps a frame that could not be understood, unless enough were kept lately; all are counted elsewhere.
    pub fn keep_sample(&self, stream: &Text, reason: Text, frame: &[u8]) {
        let mut samples = lock(&self.samples);
        let now = Instant::now();
        let (since, taken) = match *samples {
            Some((since, taken)) if now.duration_since(since) < SAMPLE_WINDOW => (since, taken),
            _ => (now, 0),
        };
        if taken >= SAMPLES {
            return;
        }
        *samples = Some((since, taken + 1));
        drop(samples);
        let frame = vault::scrub_bytes(frame);
        let kept = frame.get(..SAMPLE_BYTES).unwrap_or(&frame);
        // A copy: a slice would keep the whole read buffer alive.
        let sample = Bytes::copy_from_slice(kept);
        self.mailbox.post(News::Undecodable {
            stream: stream.clone(),
            reason,
            sample,
        });
    }
}

fn missing(user: &UserId, trouble: Trouble) -> Problem {
    let text = format!(
        "user {user} is listed and not there any more (404): deleted meanwhile, or hidden from this client"
    );
    Problem {
        trouble,
        text: text.into(),
    }
}
