//! One open socket: a reader, a writer and the read that fills the gap before it, until it is lost.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::Notify;

use super::reader::Reader;
use super::{Acknowledgements, CallbackNews, listed, patience, raised, tell, writer};
use crate::cloud::{Error, Socket, Urgency};
use crate::feed::complaints::Topic;
use crate::feed::shared::Shared;
use crate::text::Text;
use crate::time::Clock;

/// Why a session is over.
#[derive(Debug)]
pub(super) enum Ended {
    /// An operator asked for quiet.
    Paused,
    /// The connection is gone, or no longer of use.
    Lost {
        /// Why.
        why: Text,
        /// The least wait before another, when the organisation said no.
        wait: Duration,
    },
}

impl Ended {
    pub fn lost(why: impl Into<Text>) -> Self {
        Self::Lost {
            why: why.into(),
            wait: Duration::ZERO,
        }
    }
}

/// A stream that did not open. What there is can be read all the same, and shows as what it is: out of date.
pub(super) async fn refused(shared: &Shared, error: &Error) -> Ended {
    shared.complain(Topic::Stream, error);
    shared.mailbox.room().await;
    let began = Clock::Real.now();
    match shared.client.callbacks(Urgency::Poll).await {
        Ok(listing) => tell(shared, listed(listing, HashSet::new(), began)),
        Err(error) => tell(shared, CallbackNews::ReadFailed(error.problem())),
    }
    Ended::Lost {
        why: error.problem().text,
        wait: patience(shared, error),
    }
}

/// An open stream. The acknowledgements outlive it: what could not be acknowledged here is acknowledged on the next one,
/// where the organisation delivers it again.
pub(super) struct Session<'a> {
    shared: &'a Shared,
    acknowledgements: &'a mut Acknowledgements,
}

impl<'a> Session<'a> {
    pub fn new(shared: &'a Shared, acknowledgements: &'a mut Acknowledgements) -> Self {
        Self {
            shared,
            acknowledgements,
        }
    }

    /// Follows the socket to its end. Reading and writing go on side by side: neither may wait for the other, because the
    /// organisation may itself wait for one of them.
    pub async fn run(self, socket: Socket) -> Ended {
        let (sink, stream) = socket.split();
        let (pings, window) = (Notify::new(), &self.acknowledgements.window);
        let mut paused = self.shared.paused.subscribe();
        let mut reader = Reader::new(self.shared, window, &pings);
        tokio::select! {
            biased;
            () = raised(&mut paused) => Ended::Paused,
            ended = writer::run(self.shared, sink, &mut self.acknowledgements.from, &pings) => ended,
            ended = reader.run(stream) => ended,
        }
    }
}
