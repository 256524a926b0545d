//! The thread that writes the past, beside the loop: that hands over what it was told and waits for nothing.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::folder::RecordFolder;
use super::told::Told;
use super::writer::{About, Writer};
use super::{RecordError, RecordSettings};
use crate::time::{Clock, Millis};

/// Handfuls of news that wait for the disk at most. Beyond that they are left out, and the record says so.
const WAITING: usize = 4_096;

/// What may still be on its way to the thread, in milliseconds: it does not say that a moment is over before.
const UNDER_WAY: i64 = 200;

/// The longest that the thread sleeps.
const LONGEST: Duration = Duration::from_secs(5);

/// The longest that it lets things be told without looking at them, and how many wake it before: to wake a thread takes longer
/// than to write down what it is woken for.
const GATHERED: Duration = Duration::from_secs(1);
const WAKES: u64 = 1_024;

/// Where somebody else records, it is looked so often whether that is so.
const RETRIED: Duration = Duration::from_secs(5);

/// What became of recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecorderNews {
    /// It records.
    Records,
    /// Another process of this profile does: this one only reads, until that one ends.
    Elsewhere,
    /// That one has ended, and this one goes on: it has to be told everything that is known first.
    Resumes,
    /// It stopped, and this is why.
    Stopped(String),
}

#[derive(Debug)]
pub(super) enum Order {
    Tell(Millis, Vec<Told>),
    Close(Millis),
}

/// A running recorder. Dropped without [`Self::close`] it ends as if the process had been killed.
#[derive(Debug)]
pub struct Recorder {
    to: SyncSender<Order>,
    told: u64,
    /// Something was left out since what was handed over last.
    hole: bool,
    /// See [`Self::holes`].
    holes: u64,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts to record there; what becomes of it is told once at the begin, and when it ends by itself.
    pub fn start(
        folder: RecordFolder,
        about: About,
        settings: RecordSettings,
        say: impl Fn(RecorderNews) + Send + 'static,
    ) -> Self {
        let (to, orders) = sync_channel(WAITING);
        let work = move || {
            let opened = match Writer::open(folder.clone(), about.clone(), settings) {
                Ok(writer) => {
                    say(RecorderNews::Records);
                    Ok(Some(writer))
                }
                Err(RecordError::Taken) => {
                    say(RecorderNews::Elsewhere);
                    let open = || Writer::open(folder.clone(), about.clone(), settings);
                    resumed(&orders, open, &say, RETRIED)
                }
                Err(error) => Err(error),
            };
            let ran = opened.and_then(|writer| match writer {
                Some(writer) => run(writer, &orders),
                None => Ok(()),
            });
            if let Err(error) = ran {
                say(RecorderNews::Stopped(error.to_string()));
            }
        };
        let thread = std::thread::Builder::new().name("recorder".to_owned());
        Self::over(to, thread.spawn(work).ok())
    }

    pub(super) const fn over(to: SyncSender<Order>, thread: Option<JoinHandle<()>>) -> Self {
        Self {
            to,
            told: 0,
            hole: false,
            holes: 0,
            thread,
        }
    }

    /// Hands over what was told at that moment, and never waits: what there is no room for is a hole, which stands before what
    /// is handed over next. False once nothing is recorded any more.
    #[must_use]
    pub fn tell(&mut self, at: Millis, mut told: Vec<Told>) -> bool {
        if self.hole {
            told.insert(0, Told::Hole);
        }
        if told.is_empty() {
            return true;
        }
        self.told += 1;
        if self.told.is_multiple_of(WAKES) {
            self.wake();
        }
        let sent = self.to.try_send(Order::Tell(at, told));
        self.hole = matches!(sent, Err(TrySendError::Full(_)));
        self.holes += u64::from(self.hole);
        !matches!(sent, Err(TrySendError::Disconnected(_)))
    }

    /// How many times something was left out: what builds on what was told before is told whole then.
    #[must_use]
    pub const fn holes(&self) -> u64 {
        self.holes
    }

    /// Ends the record in order; waits until it is written.
    pub fn close(mut self, now: Millis) {
        if self.hole {
            let _ = self.to.send(Order::Tell(now, vec![Told::Hole]));
        }
        let _ = self.to.send(Order::Close(now));
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

/// Waits until nobody else records, and then for everything that is known: what was told before is in that. None where this
/// process ends first.
pub(super) fn resumed(
    orders: &Receiver<Order>,
    open: impl Fn() -> Result<Writer, RecordError>,
    say: &impl Fn(RecorderNews),
    every: Duration,
) -> Result<Option<Writer>, RecordError> {
    let mut writer = None;
    let mut next = Instant::now() + every;
    loop {
        if writer.is_none() && Instant::now() >= next {
            next = Instant::now() + every;
            writer = match open() {
                Ok(writer) => Some(writer),
                Err(RecordError::Taken) => None,
                Err(error) => return Err(error),
            };
            if writer.is_some() {
                say(RecorderNews::Resumes);
            }
        }
        let wait = next.saturating_duration_since(Instant::now());
        match orders.recv_timeout(wait) {
            Ok(Order::Tell(at, told)) => {
                let knows = told.iter().any(|told| matches!(told, Told::Known { .. }));
                if let Some(mut writer) = writer.take_if(|_| knows) {
                    writer.tell(at, told)?;
                    return Ok(Some(writer));
                }
            }
            Ok(Order::Close(_)) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Wakes for the first that is told, and then when its second is over: what is told meanwhile waits in the channel, where it is
/// as safe as in the writer.
fn run(mut writer: Writer, orders: &Receiver<Order>) -> Result<(), RecordError> {
    loop {
        let now = Clock::Real.now();
        let wait = writer.due().map_or(LONGEST, |due| {
            let due = due.plus(UNDER_WAY);
            Duration::from_millis(due.since(now)).min(LONGEST)
        });
        let first = match orders.recv_timeout(wait) {
            Ok(order) => order,
            Err(RecvTimeoutError::Timeout) => {
                writer.tick(Clock::Real.now().plus(-UNDER_WAY))?;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        for order in std::iter::once(first).chain(orders.try_iter()) {
            match order {
                Order::Tell(at, told) => writer.tell(at, told)?,
                Order::Close(now) => return writer.close(now),
            }
        }
        if let Some(due) = writer.due() {
            let over = Duration::from_millis(due.since(Clock::Real.now()));
            std::thread::park_timeout(over.min(GATHERED));
        }
    }
}
