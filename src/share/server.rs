//! The reader's side: who attaches, and what each of them is told.

mod guests;

use std::collections::VecDeque;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use self::guests::{Coming, GuestNews};
use super::desk::{Desk, Order};
use super::place::{Offer, SharePlace};
use super::words::{Beat, Hello, Said, ShareAsk, Viewer};
use super::{BEAT, MOST_VIEWERS, wire};
use crate::config::profile::listen::Socket;
use crate::listen::socket::Door;
use crate::record::frame::{FrameSort, framed, packed};
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::{PinAsk, Status, WriteLine};

/// Frames, and bytes, that wait for one viewer at most.
const WAITING_FRAMES: usize = 2_048;
const WAITING_BYTES: usize = 32 << 20;

/// Runs of consoles whose last line is known.
const MOST_HEADS: usize = 256;

/// Everything known is put together at most so often: a storm of viewers costs no more than one.
const STILL_EVERY: Duration = Duration::from_millis(500);

/// How long an end in order waits for what is still to be said.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Asks something of the loop that reads.
pub type Ask = Arc<dyn Fn(ShareAsk) + Send + Sync>;

/// Why nothing can be shared.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// Somebody else reads already.
    #[error("Another reader shares this profile at {path}: attach to it, or end it.", path = .0.display())]
    Taken(PathBuf),
    /// The socket or its lock cannot be had.
    #[error("Cannot share at {path}: {why}.", path = .path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// One who reads for others. Dropped, it ends at once; the socket goes with it.
#[derive(Debug)]
pub struct Server {
    desk: Desk,
    core: Option<JoinHandle<()>>,
    door: JoinHandle<()>,
    _lock: File,
}

impl Server {
    /// Takes the reader's place and offers at that place what is handed over at the desk.
    ///
    /// # Errors
    /// [`ShareError::Taken`] where somebody has the place; else what is wrong with the socket.
    pub async fn start(
        place: &SharePlace,
        offer: Offer,
        hello: Hello,
        desk: Desk,
        ask: Ask,
    ) -> Result<Self, ShareError> {
        let own = place.clone();
        let opened = spawn_blocking(move || open(&own, offer)).await;
        let unusable = |why: String| ShareError::Unusable {
            path: place.path.clone(),
            why,
        };
        let (lock, door) = opened.map_err(|error| unusable(error.to_string()))??;
        let (to_core, guests) = mpsc::channel(MOST_VIEWERS);
        let hello = hello.versions();
        let coming = Coming::new(door, &hello, to_core);
        let core = Core {
            orders: desk.open(),
            desk: desk.clone(),
            ask,
            epoch: hello.epoch,
            number: 0,
            viewers: Vec::new(),
            status: Status::default(),
            refused: 0,
            dropped: 0,
            heads: VecDeque::new(),
            still: None,
            wanted: false,
        };
        Ok(Self {
            desk,
            core: Some(tokio::spawn(core.run(guests))),
            door: tokio::spawn(coming.run()),
            _lock: lock,
        })
    }

    /// Ends in order: who is attached is told so.
    pub async fn stop(mut self) {
        self.desk.close();
        if let Some(core) = self.core.take() {
            let abort = core.abort_handle();
            if timeout(LAST_WORDS, core).await.is_err() {
                abort.abort();
            }
        }
        // Not before: those who write to the viewers go with it.
        self.door.abort();
        // The socket is gone once it has ended.
        let _ = (&mut self.door).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.desk.close();
        self.door.abort();
        if let Some(core) = &self.core {
            core.abort();
        }
    }
}

/// Takes the lock, then makes the socket: who has the one may replace what a reader that was killed has left of the other.
fn open(place: &SharePlace, offer: Offer) -> Result<(File, Door), ShareError> {
    let unusable = |why: String| ShareError::Unusable {
        path: place.path.clone(),
        why,
    };
    place
        .make_folder()
        .map_err(|error| unusable(error.to_string()))?;
    let lock = place.hold().map_err(|error| unusable(error.to_string()))?;
    let lock = lock.ok_or_else(|| ShareError::Taken(place.path.clone()))?;
    let socket = Socket {
        group: place.group.clone(),
        ..Socket::at(place.path.clone())
    };
    let door = match offer {
        Offer::Own => Door::open(&socket),
        Offer::HandedOver(listener) => Door::handed_over(listener, &socket),
    };
    let door = door.map_err(|error| unusable(error.to_string()))?;
    Ok((lock, door))
}

/// One who is attached.
#[derive(Debug)]
struct Attached {
    id: u64,
    about: Viewer,
    to: mpsc::Sender<Arc<[u8]>>,
    waiting: Arc<AtomicUsize>,
    /// Whether it has been told everything, and follows.
    follows: bool,
    /// It follows, and wants to be told everything once more.
    asks: bool,
}

impl Attached {
    /// Hands over a frame without waiting. False where it has to go.
    fn push(&self, frame: &Arc<[u8]>) -> bool {
        if self.waiting.load(Ordering::Relaxed) > WAITING_BYTES {
            return false;
        }
        self.waiting.fetch_add(frame.len(), Ordering::Relaxed);
        self.to.try_send(Arc::clone(frame)).is_ok()
    }
}

/// Numbers what is told and hands it to everybody.
struct Core {
    orders: mpsc::Receiver<Order>,
    desk: Desk,
    ask: Ask,
    epoch: u64,
    number: u64,
    viewers: Vec<Attached>,
    status: Status,
    refused: u64,
    dropped: u64,
    /// The last line of the audit of each run of a console that wrote.
    heads: VecDeque<WriteLine>,
    /// When everything known was put together last.
    still: Option<Instant>,
    /// It is asked for.
    wanted: bool,
}

impl Core {
    async fn run(mut self, mut guests: mpsc::Receiver<GuestNews>) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let rested = self.rested();
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => self.take(order).await,
                    None => return self.part("the reader was ended").await,
                },
                Some(news) = guests.recv() => self.guest(news),
                () = sleep_until(rested.unwrap_or_else(Instant::now)), if rested.is_some() => self.want(),
                _ = beat.tick() => {
                    self.want();
                    self.desk.ask_turn();
                    (self.ask)(ShareAsk::Turn);
                }
            }
        }
    }

    async fn take(&mut self, order: Order) {
        match order {
            Order::Say(at, said) => {
                self.number += 1;
                if let Said::Wrote(line) = &*said {
                    self.heads.retain(|head| head.session != line.session);
                    self.heads.truncate(MOST_HEADS - 1);
                    self.heads.push_front((**line).clone());
                }
                match wire::told(at, self.number, &said) {
                    Ok(frame) => self.spread(&frame.into()),
                    Err(error) => {
                        tracing::warn!(%error, "something could not be shared");
                        self.begin_anew();
                    }
                }
            }
            Order::Still(at, status, still) => {
                self.status = *status;
                let number = self.number;
                let made = spawn_blocking(move || {
                    packed(&*still).map(|packed| framed(FrameSort::Still, at, number, &packed))
                });
                (self.still, self.wanted) = (Some(Instant::now()), false);
                match made.await {
                    Ok(Ok(frame)) => self.keyframe(&frame.into()),
                    Ok(Err(error)) => tracing::warn!(%error, "what is known could not be shared"),
                    Err(error) => tracing::warn!(%error, "what is known could not be shared"),
                }
            }
            Order::Turn(at, status) => {
                self.status = *status;
                self.beat(at);
            }
            Order::Hole => self.begin_anew(),
        }
    }

    fn beat(&mut self, at: Millis) {
        let beat = Said::Beat(Box::new(self.life()));
        if let Ok(frame) = wire::told(at, self.number, &beat) {
            self.spread(&frame.into());
        }
    }

    fn life(&self) -> Beat {
        Beat {
            epoch: self.epoch,
            status: self.status,
            attached: u32::try_from(self.viewers.len()).unwrap_or(u32::MAX),
            refused: self.refused,
            dropped: self.dropped,
            ..Beat::default()
        }
    }

    /// Everybody waits for everything again.
    fn begin_anew(&mut self) {
        for viewer in &mut self.viewers {
            viewer.follows = false;
        }
        self.want();
    }

    /// Asks for everything known where somebody waits for it, and not too often.
    fn want(&mut self) {
        let rests = self.still.is_some_and(|at| at.elapsed() < STILL_EVERY);
        if self.somebody_waits() && !rests {
            self.wanted = true;
            self.desk.want();
            (self.ask)(ShareAsk::Turn);
        }
    }

    fn somebody_waits(&self) -> bool {
        let mut waiting = self.viewers.iter();
        waiting.any(|viewer| viewer.asks || !viewer.follows)
    }

    /// When everything known may be put together again, where somebody waits for that: who comes just after another one is not
    /// kept until the next beat.
    fn rested(&self) -> Option<Instant> {
        let rested = self.still.map(|at| at + STILL_EVERY);
        rested.filter(|_| self.somebody_waits() && !self.wanted)
    }

    /// A beat goes before it, so that it is known of how much it is, and one after it, so that all of it is live.
    fn keyframe(&mut self, frame: &Arc<[u8]>) {
        let now = Clock::Real.now();
        let beat = Said::Beat(Box::new(self.life()));
        let Ok(before) = wire::told(now, self.number, &beat) else {
            return;
        };
        let before: Arc<[u8]> = before.into();
        for viewer in &mut self.viewers {
            if viewer.asks || !viewer.follows {
                viewer.follows = viewer.push(&before) && viewer.push(frame);
                viewer.asks = false;
            }
        }
        self.beat(now);
    }

    fn spread(&mut self, frame: &Arc<[u8]>) {
        let mut dropped = 0;
        self.viewers.retain(|viewer| {
            let keeps_up = !viewer.follows || viewer.push(frame);
            if !keeps_up && !viewer.to.is_closed() {
                dropped += 1;
                tracing::warn!(operator = %viewer.about.operator, uid = viewer.about.uid, "a console that took too little was dropped");
            }
            keeps_up
        });
        self.dropped += dropped;
    }

    fn guest(&mut self, news: GuestNews) {
        match news {
            GuestNews::Refused => self.refused += 1,
            GuestNews::Came {
                id,
                about,
                to,
                waiting,
            } => {
                if self.viewers.len() >= MOST_VIEWERS {
                    self.refused += 1;
                    let _ = to.try_send(bye("as many consoles are attached as can be").into());
                    return;
                }
                self.viewers.push(Attached {
                    id,
                    about,
                    to,
                    waiting,
                    follows: false,
                    asks: false,
                });
                self.want();
            }
            GuestNews::Looks(to) => {
                let viewers = self.viewers.iter().map(|viewer| viewer.about.clone());
                let beat = Said::Beat(Box::new(Beat {
                    viewers: viewers.collect(),
                    heads: self.heads.iter().cloned().collect(),
                    ..self.life()
                }));
                if let Ok(frame) = wire::told(Clock::Real.now(), self.number, &beat) {
                    let _ = to.try_send(frame.into());
                }
            }
            GuestNews::Left(id) => self.viewers.retain(|viewer| viewer.id != id),
            GuestNews::Asks(id, ShareAsk::Keyframe) => {
                for viewer in &mut self.viewers {
                    viewer.asks |= viewer.id == id;
                }
                self.want();
            }
            GuestNews::Asks(_, ShareAsk::Turn) => {}
            GuestNews::Asks(id, mut asked) => {
                // Whoever asks is who he said he is when he came, and nobody else.
                let viewer = self.viewers.iter().find(|viewer| viewer.id == id);
                let Some(by) = viewer.map(|viewer| viewer.about.operator.clone()) else {
                    return;
                };
                match &mut asked {
                    ShareAsk::Alerts(ask) => ask.by = by,
                    ShareAsk::Wrote(line) => line.operator = by,
                    ShareAsk::Pins(PinAsk::Keep(bookmark)) => bookmark.by = by,
                    _ => {}
                }
                (self.ask)(asked);
            }
        }
    }

    /// Tells everybody why this is the end.
    async fn part(mut self, why: &str) {
        let frame: Arc<[u8]> = bye(why).into();
        for viewer in &self.viewers {
            let _ = viewer.push(&frame);
        }
        let writers: Vec<_> = self.viewers.drain(..).map(|viewer| viewer.to).collect();
        for to in writers {
            // What is in the queue is written before the other end of it goes.
            let gone = to.closed();
            let _ = timeout(LAST_WORDS, gone).await;
        }
    }
}

/// The last frame of a connection.
fn bye(why: &str) -> Vec<u8> {
    let frame = wire::frame(FrameSort::End, Clock::Real.now(), 0, &Text::from(why));
    frame.unwrap_or_default()
}
