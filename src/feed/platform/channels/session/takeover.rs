//! Make before break: when a socket is about to be closed, a second one takes its channel over while it still speaks.

use futures_util::FutureExt;
use tokio::time::Instant;

use super::{ChannelSession, SessionEnd};
use crate::cloud::{Error, Socket};
use crate::feed::complaints::ProblemKind;

impl ChannelSession<'_, '_> {
    /// Opens a second socket on the same channel. From here on both may bring the same event.
    pub(super) fn open_second(&mut self) {
        self.reopen = None;
        if self.opening.is_some() {
            return;
        }
        self.recent.get_or_insert_default();
        let (shared, channel) = (self.connection.shared, self.channel.clone());
        let opening = async move {
            let _permit = shared.handshakes.acquire().await;
            shared
                .client
                .platform()?
                .open_channel(&channel)
                .await
                .map(Box::new)
        };
        self.opening = Some(opening.boxed());
    }

    /// The second socket is open, or is not. What the first still brings is read until it ends.
    pub(super) fn take_over(&mut self, result: Result<Box<Socket>, Error>) -> Option<SessionEnd> {
        self.opening = None;
        self.yielded = false;
        let over = std::mem::take(&mut self.over);
        let (now, timing) = (Instant::now(), &self.connection.shared.timing);
        match result {
            Ok(socket) => {
                let old = std::mem::replace(&mut self.socket, socket);
                self.old = Some((old, now + timing.deadline)).filter(|_| !over);
                match &mut self.recent {
                    Some(recent) if !over => recent.turn(),
                    _ => self.recent = None,
                }
                self.failures = 0;
            }
            Err(error) if over => return Some(SessionEnd::Lost(error.to_string().into())),
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.reopen = Some(now + timing.backoff(self.failures));
                self.connection.shared.complain(ProblemKind::Stream, &error);
            }
        }
        None
    }
}
