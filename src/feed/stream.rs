//! One user's stream: how it opens, and who is told of what becomes of it. That it is kept up is the supervisor's.

mod session;

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::complaints::ProblemKind;
use super::lock;
use super::shared::Shared;
use crate::cloud::supervisor::{Connection, Ended, NotOpened, Quiet, Reconnect, Rest, supervise};
use crate::cloud::{Error, Socket};
use crate::model::UserId;
use crate::vocabulary::news::News;
use session::StreamSession;

/// Keeps one user's stream until the task is ended from outside.
pub(super) async fn run(shared: Arc<Shared>, user: UserId, retry: Arc<Notify>) {
    let quiet = shared.quiet();
    let stream = UserStream {
        shared: &shared,
        user: &user,
        retry: &retry,
    };
    match supervise(&stream, &mut (), quiet).await {}
}

struct UserStream<'a> {
    shared: &'a Shared,
    user: &'a UserId,
    /// A person asks for it.
    retry: &'a Notify,
}

impl Connection for UserStream<'_> {
    type Open = Box<Socket>;
    type Kept = ();
    type GivenUp = Infallible;

    fn name(&self) -> String {
        format!("stream of {}", self.user)
    }

    fn reconnect(&self) -> Reconnect {
        self.shared.timing.reconnect()
    }

    async fn open(&self, (): &mut ()) -> Result<Box<Socket>, NotOpened<Infallible>> {
        let shared = self.shared;
        // The semaphore is never closed; without a permit the handshake would only be less polite.
        let _permit = shared.handshakes.acquire().await;
        shared.opening.turn(shared.timing.stream_gap).await;
        Ok(Box::new(shared.client.open_registrations(self.user).await?))
    }

    async fn refused(&self, (): &mut (), error: &Error) {
        self.shared.complain(ProblemKind::Stream, error);
    }

    async fn follow(
        &self,
        (): &mut (),
        socket: Box<Socket>,
        quiet: &mut Quiet,
    ) -> Ended<Infallible> {
        let mut session = StreamSession::new(self.shared, self.user, socket);
        let lost = session.run(quiet).await;
        let (live, spoke) = session.close();
        if live || spoke {
            self.shared.mailbox.post(News::Gap {
                user: self.user.clone(),
            });
        }
        lost.map_or(Ended::Paused, |why| Ended::Lost { why, live })
    }

    /// The poller takes over.
    fn lend(&self) {
        let fresh = self.shared.fresh();
        lock(&self.shared.roster).lend(self.user, Instant::now(), fresh);
        self.shared.tally.lent();
        self.shared.polls.notify_one();
    }

    fn last_opened(&self) -> Option<Instant> {
        self.shared.tally.last_opened()
    }

    async fn rest(&self, rest: &Rest) {
        let _told = self.shared.tally.attempt(rest.at, rest.attempt);
        tokio::select! {
            () = self.retry.notified() => {}
            () = self.shared.recovery(rest.wait) => {}
        }
    }
}
