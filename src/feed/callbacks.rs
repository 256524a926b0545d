//! The stream of callbacks (contract §10): followed without a gap, acknowledged once the loop has taken an update in.
//!
//! An open stream is a reader, a writer and the read that fills the gap before it. Of every update the loop says in [`Taken`] whether it is in the table; only then does the session, which
//! alone writes to the socket, acknowledge it. What was not acknowledged the organisation delivers again after a
//! reconnect, so an update that is lost anywhere on the way comes back.
//!
//! Updates on their way to the loop are bounded by `WINDOW`: with so many not taken in, the socket is not read, and the
//! organisation has to wait. So nothing is dropped here, unlike updates of registrations, which a re-read makes up for.

mod queues;
mod reader;
mod writer;

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::{Notify, Semaphore, mpsc};

pub(super) use self::queues::run as queues;
use self::reader::Reader;
use super::complaints::ProblemKind;
use super::shared::Shared;
use crate::cloud::supervisor::{Connection, Ended, NotOpened, Quiet, Reconnect, Rest, supervise};
use crate::cloud::{CallbackListing, Error, Socket, Urgency};
use crate::model::CallbackId;
use crate::model::callback::Stream;
use crate::text::Text;
use crate::time::{Clock, Millis};
use crate::vocabulary::news::CallbackNews;
use crate::vocabulary::news::News;
use crate::vocabulary::news::Taken;

/// Updates that the loop has not taken in yet; at some 400 bytes each, 3 MiB.
const WINDOW: u32 = 8_192;

/// What the loop has taken in, on its way to the session. Bounded by the window: nobody acknowledges what was not delivered.
#[derive(Debug)]
pub(super) struct Acknowledge {
    to: mpsc::UnboundedSender<Vec<Text>>,
    window: Arc<Semaphore>,
}

/// The session's end of it.
#[derive(Debug)]
pub(super) struct Acknowledgements {
    from: mpsc::UnboundedReceiver<Vec<Text>>,
    window: Arc<Semaphore>,
}

/// Both ends.
pub(super) fn acknowledgements() -> (Acknowledge, Acknowledgements) {
    let (to, from) = mpsc::unbounded_channel();
    let window = Arc::new(Semaphore::new(WINDOW as usize));
    let acknowledge = Acknowledge {
        to,
        window: Arc::clone(&window),
    };
    (acknowledge, Acknowledgements { from, window })
}

impl Acknowledge {
    /// Hands over what was taken in, and lets as many further updates come.
    pub fn send(&self, taken: Taken) {
        self.window.add_permits(taken.count as usize);
        if !taken.correlations.is_empty() {
            // Without callbacks to follow nobody is there.
            let _ = self.to.send(taken.correlations);
        }
    }
}

/// Keeps the stream until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, mut acknowledgements: Acknowledgements) {
    let stream = CallbackStream { shared: &shared };
    match supervise(&stream, &mut acknowledgements, shared.quiet()).await {}
}

struct CallbackStream<'a> {
    shared: &'a Shared,
}

impl CallbackStream<'_> {
    fn tell(&self, stream: Stream) {
        tell(self.shared, CallbackNews::Stream(stream));
    }
}

impl Connection for CallbackStream<'_> {
    type Open = Box<Socket>;
    /// The acknowledgements outlive a socket: what could not be acknowledged on one is acknowledged on the next, where the
    /// organisation delivers it again.
    type Kept = Acknowledgements;
    type GivenUp = Infallible;

    fn name(&self) -> String {
        "stream of callbacks".to_owned()
    }

    fn reconnect(&self) -> Reconnect {
        self.shared.timing.reconnect()
    }

    async fn open(&self, _: &mut Acknowledgements) -> Result<Box<Socket>, NotOpened<Infallible>> {
        self.tell(Stream::Connecting);
        Ok(Box::new(self.shared.client.open_callbacks().await?))
    }

    /// What there is can be read all the same, and shows as what it is: out of date.
    async fn refused(&self, _: &mut Acknowledgements, error: &Error) {
        let shared = self.shared;
        shared.complain(ProblemKind::Stream, error);
        shared.mailbox.room().await;
        let began = Clock::Real.now();
        match shared.client.callbacks(Urgency::Poll).await {
            Ok(listing) => tell(shared, listed(listing, HashSet::new(), began)),
            Err(error) => tell(shared, CallbackNews::ReadFailed(error.problem())),
        }
    }

    /// Reading and writing go on side by side: neither may wait for the other, because the organisation may itself wait for one
    /// of them.
    async fn follow(
        &self,
        acknowledgements: &mut Acknowledgements,
        socket: Box<Socket>,
        quiet: &mut Quiet,
    ) -> Ended<Infallible> {
        let (sink, stream) = (*socket).split();
        let (pings, Acknowledgements { from, window }) = (Notify::new(), acknowledgements);
        let mut reader = Reader::new(self.shared, window, &pings);
        let lost = tokio::select! {
            biased;
            () = quiet.wished() => None,
            why = writer::run(self.shared, sink, from, &pings) => Some(why),
            why = reader.run(stream) => Some(why),
        };
        let live = reader.is_live();
        lost.map_or(Ended::Paused, |why| Ended::Lost { why, live })
    }

    async fn rest(&self, rest: &Rest) {
        let Rest { at, attempt, .. } = *rest;
        let why = rest.why.clone();
        self.tell(Stream::Waiting { at, attempt, why });
        self.shared.callbacks.notified().await;
    }

    fn paused(&self) {
        self.tell(Stream::Paused);
    }
}

/// A read that worked.
pub(super) fn listed(
    listing: CallbackListing,
    spoken: HashSet<CallbackId>,
    began: Millis,
) -> CallbackNews {
    CallbackNews::Listed {
        callbacks: listing.callbacks,
        spoken,
        began,
        faults: listing.faults.into_iter().map(|fault| fault.0).collect(),
    }
}

pub(super) fn tell(shared: &Shared, told: CallbackNews) {
    shared.mailbox.post(News::Callbacks(Box::new(told)));
}
