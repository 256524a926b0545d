//! The thread that writes the past, beside the loop: that hands over what it was told and waits for nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    left_out: Arc<AtomicU64>,
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
        let left_out = Arc::new(AtomicU64::new(0));
        let lost = Arc::clone(&left_out);
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
                Some(writer) => run(writer, &orders, &lost),
                None => Ok(()),
            });
            if let Err(error) = ran {
                say(RecorderNews::Stopped(error.to_string()));
            }
        };
        let thread = std::thread::Builder::new().name("recorder".to_owned());
        Self {
            to,
            left_out,
            thread: thread.spawn(work).ok(),
        }
    }

    /// Hands over what was told at that moment, and never waits. False once nothing is recorded any more.
    #[must_use]
    pub fn tell(&self, at: Millis, told: Vec<Told>) -> bool {
        match self.to.try_send(Order::Tell(at, told)) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.left_out.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }

    /// Ends the record in order; waits until it is written.
    pub fn close(mut self, now: Millis) {
        let _ = self.to.send(Order::Close(now));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
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

fn run(
    mut writer: Writer,
    orders: &Receiver<Order>,
    left_out: &AtomicU64,
) -> Result<(), RecordError> {
    loop {
        let now = Clock::Real.now();
        let wait = writer.due().map_or(LONGEST, |due| {
            let due = due.plus(UNDER_WAY);
            Duration::from_millis(due.since(now)).min(LONGEST)
        });
        match orders.recv_timeout(wait) {
            Ok(Order::Tell(at, mut told)) => {
                if left_out.swap(0, Ordering::Relaxed) > 0 {
                    told.insert(0, Told::Hole);
                }
                writer.tell(at, told)?;
            }
            Ok(Order::Close(now)) => return writer.close(now),
            Err(RecvTimeoutError::Timeout) => {
                writer.tick(Clock::Real.now().plus(-UNDER_WAY))?;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
