//! What a channel is subscribed to follows what is wanted of it, in as few calls as that takes.

use std::collections::HashSet;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::{Answered, ChannelSession, SessionEnd, renewal};
use crate::cloud::Error;
use crate::cloud::platform::channels::{Rejected, Subscribe, Subscribed};
use crate::feed::complaints::ProblemKind;
use crate::feed::platform::channels::channel::NotificationChannel;
use crate::feed::platform::channels::fold::Fold;
use crate::feed::platform::channels::{Topic, TopicState};
use crate::text::Text;
use crate::vocabulary::problem::Trouble;

/// The status for a body that is larger than whoever takes it allows.
const TOO_LARGE: u16 = 413;

impl ChannelSession<'_, '_> {
    /// Takes note of what is wanted now. What the channel is subscribed to already, from an earlier socket, is live at once.
    pub(super) fn take_wants(&mut self) {
        self.entries = self.connection.wants.borrow().to_vec();
        let topics = self.entries.iter().flat_map(Fold::topics);
        self.wanted = topics.cloned().collect();
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
        let missing = self.entries.iter();
        let missing = missing.filter(|fold| !subscribed.contains(fold.name()));
        let missing: Vec<Fold> = missing.cloned().collect();
        // Each name is of one entry.
        let superfluous = self.entries.len() - missing.len() < subscribed.len();
        if superfluous || (subscribed.is_empty() && !missing.is_empty()) {
            self.ask(Subscribe::Replace, self.entries.clone());
        } else if !missing.is_empty() {
            self.ask(Subscribe::Add, missing);
        }
    }

    /// Subscribes to the same again, so that the channel's day begins anew.
    pub(super) fn renew_subscription(&mut self) {
        if self.subscribing.is_none() {
            // A part of them put in the place of all would end the others.
            let all = self.entries.len() <= self.most;
            let how = if all {
                Subscribe::Replace
            } else {
                Subscribe::Add
            };
            self.ask(how, self.entries.clone());
        }
    }

    /// Asks for these, as many as one call takes; the rest is missing when it has landed.
    fn ask(&mut self, how: Subscribe, mut entries: Vec<Fold>) {
        entries.truncate(self.most);
        let (client, channel) = (&self.connection.shared.client, self.channel.clone());
        let combined = entries.iter().any(Fold::is_combined);
        let unproven = combined && self.connection.hub.is_combining_unproven();
        let asked = entries.clone();
        let answer = async move {
            let names = asked.iter().map(|fold| fold.name().raw());
            let platform = client.platform()?;
            let answer = platform.subscribe(&channel, how, names).await?;
            let listed = if unproven {
                Some(platform.subscriptions(&channel).await?)
            } else {
                None
            };
            Ok((answer, listed))
        };
        self.subscribing = Some((answer.boxed(), how, entries));
    }

    /// Takes in the answer to a subscription.
    pub(super) fn landed(&mut self, result: Result<Answered, Error>) -> Option<SessionEnd> {
        let (_, how, asked) = self.subscribing.take()?;
        match result {
            Ok((answer, listed)) => {
                self.failures = 0;
                self.state.renewed();
                self.renew = renewal(self.state.life);
                self.connection.shared.complain_of(&answer.faults);
                if how == Subscribe::Replace {
                    self.state.subscribed.clear();
                }
                self.take_in(asked, answer, listed.as_ref());
                self.leave_out();
                self.go_live();
                // What is wanted may have changed meanwhile.
                self.subscribe();
                None
            }
            Err(error) if error.status() == Some(404) => Some(SessionEnd::Gone),
            Err(error) if error.status() == Some(TOO_LARGE) && asked.len() > 1 => {
                self.most = asked.len().div_ceil(2);
                self.subscribe();
                None
            }
            // One that is not known may fail the whole call, whatever is said of errors.
            Err(error) if error.status() == Some(400) && asked.iter().any(Fold::is_combined) => {
                let combined = asked.into_iter().filter(Fold::is_combined);
                self.leave_combined(&combined.collect::<Vec<Fold>>(), &error.to_string().into());
                self.subscribe();
                None
            }
            Err(error) => {
                self.put_off(&error);
                None
            }
        }
    }

    /// Takes in which entries the channel follows from now on, and which topics it is not to have. A single topic of which nothing is
    /// said is followed: its events show it. A combined entry is one only where that is said, until the first is proven twice: in
    /// the answer, and in the list of what the channel follows.
    fn take_in(&mut self, asked: Vec<Fold>, answer: Subscribed, listed: Option<&HashSet<String>>) {
        let is_taken = |fold: &Fold| {
            is_told(fold, &answer.permitted) && listed.is_none_or(|listed| is_told(fold, listed))
        };
        let (combined, alone): (Vec<Fold>, Vec<Fold>) =
            asked.into_iter().partition(Fold::is_combined);
        let (taken, left): (Vec<Fold>, Vec<Fold>) = combined.into_iter().partition(is_taken);
        if left.is_empty() && !taken.is_empty() {
            self.connection.hub.prove_combining();
        }
        let names = alone.iter().chain(&taken);
        let names = names.map(|fold| fold.name().clone());
        self.state.subscribed.extend(names);
        let left_out = |rejected: &Rejected| {
            let name = rejected.topic.raw();
            left.iter().any(|fold| fold.name().raw() == name)
        };
        let (combined, alone): (Vec<Rejected>, Vec<Rejected>) =
            answer.rejected.into_iter().partition(left_out);
        for rejected in alone {
            let name = rejected.topic.raw();
            self.state.subscribed.remove(name);
            self.entries.retain(|fold| fold.name().raw() != name);
            self.wanted.remove(name);
            self.connection.hub.refuse(rejected);
        }
        if !left.is_empty() {
            let reason = combined.into_iter().next();
            let reason = reason.map_or_else(
                || "it does not list what it was asked for".into(),
                |rejected| rejected.reason,
            );
            self.leave_combined(&left, &reason);
        }
    }

    /// The organisation does not take these combined entries: each of their topics is asked for by itself, and so are all others.
    fn leave_combined(&mut self, left: &[Fold], reason: &Text) {
        let names: HashSet<&Topic> = left.iter().map(Fold::name).collect();
        self.entries.retain(|fold| !names.contains(fold.name()));
        let topics = left.iter().flat_map(Fold::topics);
        let lost: Vec<Topic> = topics
            .filter(|topic| self.carried.remove(*topic))
            .cloned()
            .collect();
        let NotificationChannel { shared, hub, .. } = self.connection;
        hub.tell(lost.iter(), &TopicState::Gap);
        if hub.give_up_combining() {
            let reason = reason.raw().trim_end_matches('.');
            let reason = Text::from(reason);
            let text = format!(
                "The organisation does not take combined topics: {reason}. Each is asked for by itself, so that the channels hold \
                 fewer phones; the rest is polled."
            );
            shared.say(ProblemKind::Stream, text);
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

    /// What was carried and is not followed any more, until the rest is asked for, has a gap.
    fn leave_out(&mut self) {
        let subscribed = &self.state.subscribed;
        let entries = self.entries.iter();
        let left = entries.filter(|fold| !subscribed.contains(fold.name()));
        let left = left.flat_map(Fold::topics);
        let carried = &mut self.carried;
        let left: Vec<Topic> = left
            .filter(|topic| carried.remove(*topic))
            .cloned()
            .collect();
        self.connection.hub.tell(left.iter(), &TopicState::Gap);
    }

    /// Tells what is carried from now on.
    fn go_live(&mut self) {
        let subscribed = &self.state.subscribed;
        let entries = self.entries.iter();
        let entries = entries.filter(|fold| subscribed.contains(fold.name()));
        let live = entries.flat_map(Fold::topics);
        let live = live.filter(|topic| !self.carried.contains(*topic));
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

/// Whether an entry is among these names, or every topic of it is.
fn is_told(fold: &Fold, told: &HashSet<String>) -> bool {
    let all = || fold.topics().iter().all(|topic| told.contains(topic.raw()));
    told.contains(fold.name().raw()) || all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::platform::channels::fold::Folder;

    #[test]
    fn an_entry_is_told_by_its_name_or_by_each_of_its_topics() {
        let topics = ["p.a", "p.b"].map(Topic::from);
        let folds = Folder::default().fold(&topics);
        let told = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            is_told(&folds[0], &names.collect())
        };
        assert!(told(&["p?a&b"]) && told(&["p.b", "p.a"]));
        assert!(!told(&["p.a", "p.c"]) && !told(&[]));
    }
}
