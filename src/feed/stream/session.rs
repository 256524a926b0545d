//! One open socket: its frames and its health, until it is lost. The reader reads its user.

use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::cloud::Socket;
use crate::cloud::direct::{self, Decoded};
use crate::cloud::supervisor::frames::{self, Brought};
use crate::cloud::supervisor::{Quiet, Silence};
use crate::feed::beat;
use crate::feed::lock;
use crate::feed::received::Received;
use crate::feed::resync::{StreamReads, TooMany};
use crate::feed::shared::Shared;
use crate::model::UserId;
use crate::model::registration::Update;
use crate::text::Text;

/// An open stream.
pub(super) struct StreamSession<'a> {
    socket: Box<Socket>,
    silence: Silence,
    open: OpenStream<'a>,
}

impl<'a> StreamSession<'a> {
    pub fn new(shared: &'a Shared, user: &'a UserId, socket: Box<Socket>) -> Self {
        Self {
            socket,
            silence: Silence::new(Instant::now()),
            open: OpenStream::of(shared, user),
        }
    }

    /// Ends it. Says whether its rows were live, and whether it had said anything.
    pub fn close(self) -> (bool, bool) {
        self.open.end()
    }

    /// Follows the socket to its end, and says why it came to it; none when an operator asks for quiet.
    pub async fn run(&mut self, quiet: &mut Quiet) -> Option<Text> {
        let mut beats = self.open.shared.tick.subscribe();
        loop {
            let ended = tokio::select! {
                biased;
                () = quiet.wished() => {
                    frames::close_now(&mut self.socket);
                    return None;
                }
                Ok(()) = beats.changed() => {
                    let since = *beats.borrow();
                    self.look(since)
                }
                // Last, since a flood would leave nothing to those before it.
                brought = frames::take(Some(&mut *self.socket)) => self.read(brought),
            };
            if ended.is_some() {
                return ended;
            }
        }
    }

    fn look(&mut self, since: Instant) -> Option<Text> {
        let ping = || frames::send_now(&mut self.socket, Message::Ping(Bytes::new()));
        beat::look(&mut self.silence, since, &self.open.shared.timing, ping)
    }

    /// Hands on what the frames say. Says when the stream has ended.
    fn read(&mut self, brought: Brought) -> Option<Text> {
        self.silence.heard(Instant::now());
        let OpenStream { shared, user, link } = &self.open;
        let mut received = Received::default();
        let mut updates = Vec::new();
        for frame in brought.frames {
            received.frames += 1;
            let Message::Text(text) = frame else {
                let reason = "a binary frame, where the contract has text".into();
                received.puzzle(reason, frame.into_data());
                continue;
            };
            match direct::decode(&text) {
                // Its gaps would not be noticed here, so news of another user is not taken from this stream.
                Decoded::Update(update) if update.user != **user => {
                    let reason = "it speaks of another user than the stream does".into();
                    received.puzzle(reason, text.into());
                }
                Decoded::Update(update) => updates.push(update),
                Decoded::Other => received.ignored += 1,
                Decoded::Undecodable(reason) => received.puzzle(reason, text.into()),
            }
        }
        received.note(shared, || user.0.clone());
        let spoken = hand_on(&mut updates, shared, link);
        let too_many = || "it names more devices than one user can have".into();
        brought.ended.or(spoken.err().map(|TooMany| too_many()))
    }
}

/// Under the link's lock, so that no read can land between what was said and the note of it.
fn hand_on(updates: &mut Vec<Update>, shared: &Shared, link: &StreamReads) -> Result<(), TooMany> {
    if updates.is_empty() {
        return Ok(());
    }
    let mut resync = lock(link);
    let mut said = updates.iter();
    let spoken = said.try_for_each(|update| resync.spoke(&update.device));
    shared.mailbox.post_updates(updates);
    spoken
}

/// The stream is open for as long as this lives, however its task ends.
struct OpenStream<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    link: StreamReads,
}

impl<'a> OpenStream<'a> {
    fn of(shared: &'a Shared, user: &'a UserId) -> Self {
        let (link, now) = (StreamReads::default(), Instant::now());
        shared.tally.opened(now);
        let fresh = shared.fresh();
        lock(&shared.roster).opened(user, StreamReads::clone(&link), now, fresh);
        shared.polls.notify_one();
        Self { shared, user, link }
    }

    fn end(&self) -> (bool, bool) {
        let (was_live, heard) = lock(&self.link).close();
        if was_live {
            self.shared.tally.fell();
        }
        lock(&self.shared.roster).lost(self.user, &self.link, was_live || heard);
        (was_live, heard)
    }
}

impl Drop for OpenStream<'_> {
    fn drop(&mut self) {
        self.end();
    }
}
