//! What a channel is subscribed to follows what is wanted of it, in as few calls as that takes.

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::{ChannelSession, SessionEnd, renewal};
use crate::cloud::Error;
use crate::cloud::platform::channels::{Subscribe, Subscribed};
use crate::feed::complaints::ProblemKind;
use crate::feed::platform::channels::{Topic, TopicState};
use crate::vocabulary::problem::Trouble;

impl ChannelSession<'_, '_> {
    /// Takes note of what is wanted now. What the channel is subscribed to already, from an earlier socket, is live at once.
    pub(super) fn take_wants(&mut self) {
        let wants = Arc::clone(&self.connection.wants.borrow());
        self.wanted = wants.iter().cloned().collect();
        self.carried.retain(|topic| self.wanted.contains(topic));
        self.go_live();
        self.subscribe();
    }

    /// Asks for what is missing, or for everything where something is to be left out; one call at a time.
    pub(super) fn subscribe(&mut self) {
        self.retry = None;
        if self.subscribing.is_some() {
            return;
        }
        let subscribed = &self.state.subscribed;
        let missing = self
            .wanted
            .iter()
            .filter(|topic| !subscribed.contains(*topic));
        let missing: Vec<Topic> = missing.cloned().collect();
        let superfluous = subscribed.iter().any(|topic| !self.wanted.contains(topic));
        if superfluous || (subscribed.is_empty() && !missing.is_empty()) {
            self.ask(Subscribe::Replace, self.wanted.iter().cloned().collect());
        } else if !missing.is_empty() {
            self.ask(Subscribe::Add, missing);
        }
    }

    /// Subscribes to the same again, so that the channel's day begins anew.
    pub(super) fn renew_subscription(&mut self) {
        if self.subscribing.is_none() {
            self.ask(Subscribe::Replace, self.wanted.iter().cloned().collect());
        }
    }

    fn ask(&mut self, how: Subscribe, topics: Vec<Topic>) {
        let (client, channel) = (&self.connection.shared.client, self.channel.clone());
        let asked = topics.clone();
        let answer = async move {
            let topics = asked.iter().map(Topic::raw);
            client.platform()?.subscribe(&channel, how, topics).await
        };
        self.subscribing = Some((answer.boxed(), how, topics));
    }

    /// Takes in the answer to a subscription.
    pub(super) fn landed(&mut self, result: Result<Subscribed, Error>) -> Option<SessionEnd> {
        let (_, how, topics) = self.subscribing.take()?;
        match result {
            Ok(answer) => {
                self.failures = 0;
                self.state.renewed();
                self.renew = renewal(self.state.life);
                self.connection.shared.complain_of(&answer.faults);
                if how == Subscribe::Replace {
                    self.state.subscribed.clear();
                }
                self.state.subscribed.extend(topics);
                for rejected in answer.rejected {
                    self.state.subscribed.remove(rejected.topic.raw());
                    self.wanted.remove(rejected.topic.raw());
                    self.connection.hub.refuse(rejected);
                }
                self.go_live();
                // What is wanted may have changed meanwhile.
                self.subscribe();
                None
            }
            Err(error) if error.status() == Some(404) => Some(SessionEnd::Gone),
            Err(error) => {
                self.put_off(&error);
                None
            }
        }
    }

    /// A subscription failed: what is live stays so, the rest is for the rooms to poll meanwhile.
    fn put_off(&mut self, error: &Error) {
        let shared = self.connection.shared;
        self.failures = self.failures.saturating_add(1);
        shared.complain(ProblemKind::Stream, error);
        let wait = match error.trouble() {
            Trouble::Forbidden | Trouble::Answer if error.retry_after().is_none() => {
                shared.timing.refused_for
            }
            _ => shared.timing.backoff(self.failures),
        };
        self.retry = Some(Instant::now() + wait.max(error.retry_after().unwrap_or_default()));
        let missing = self
            .wanted
            .iter()
            .filter(|topic| !self.carried.contains(*topic));
        self.connection.hub.tell(missing, &TopicState::Uncovered);
    }

    /// Tells what is carried from now on.
    fn go_live(&mut self) {
        let live = self.wanted.iter().filter(|topic| {
            self.state.subscribed.contains(*topic) && !self.carried.contains(*topic)
        });
        let live: Vec<Topic> = live.cloned().collect();
        if live.is_empty() {
            return;
        }
        self.connection.hub.tell(live.iter(), &TopicState::Live);
        self.carried.extend(live);
        self.was_live = true;
        if self.live.is_none() {
            let shared = self.connection.shared;
            let (guard, first) = shared.tally.live();
            self.live = Some(guard);
            if first {
                shared.recover();
            }
        }
    }
}
