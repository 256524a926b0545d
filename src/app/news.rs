//! Turns what the feeds tell into changes of the store.

use std::borrow::Cow;

use bytes::Bytes;

use super::{App, BadFrame, FRAMES_KEPT};
use crate::effect::Effect;
use crate::model::UserId;
use crate::model::api::Api;
use crate::model::edge::EdgeState;
use crate::model::vendor::VendorState;
use crate::store::edges::EdgeTurn;
use crate::text::Text;
use crate::time::Millis;
use crate::ui::vendor;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::{CallbackNews, Link, News, PhoneNews};
use crate::vocabulary::problem::{Problem, Trouble};

/// Answers kept of which a part could not be used.
const LEFT_OUT: usize = 16;

impl App {
    /// Applies a batch of news, and asks again for those of whom updates were lost.
    pub(super) fn feed(&mut self, news: Vec<News>, overflowed: Vec<UserId>) {
        for item in news {
            self.learn(item);
        }
        if !overflowed.is_empty() {
            self.effects.push(Effect::Reread(overflowed));
        }
        self.spread();
    }

    /// What news means for the console itself, before the store takes it in.
    fn learn(&mut self, news: News) {
        let now = self.now;
        if let News::Share(told) = news {
            return self.share_news(*told);
        }
        match &news {
            News::Snapshot { .. } | News::Phones(PhoneNews::Read(_)) => self.heard.problem = None,
            News::ReadFailed { problem, .. } => {
                self.heard.read_failure = Some(problem.clone());
                self.heard.problem = Some(problem.clone());
            }
            News::Phones(PhoneNews::ReadFailed { problem, .. }) => {
                self.heard.problem = Some(problem.clone());
            }
            News::Users { total, .. } => self.coverage.listed(*total),
            News::CarriersFailed(problem) => self.heard.lacking = Some(problem.clone()),
            News::InteractionsMoved => self.hurry_interactions(),
            News::Status(status) => self.take_status(*status, now),
            News::Vendor(_) => self.vitals.touch(),
            News::Undecodable {
                stream,
                reason,
                sample,
            } => self.undecodable(stream.clone(), reason.clone(), sample.clone()),
            News::Problem(problem) => self.trouble(problem.clone()),
            News::Notice(text) => {
                self.messages.tell(Weight::Warning, text.to_string(), now);
                self.dirty = true;
            }
            News::Callbacks(told) => {
                if let CallbackNews::Updates(updates) = &**told {
                    for update in updates {
                        self.on_record(update);
                    }
                }
            }
            _ => {}
        }
        let cloud = self.store.vendor.state();
        let learnt = self.store.learn(news, now, &mut self.changes);
        self.cloud_turned(cloud);
        self.edges_turned(learnt.edges);
        if let Some(taken) = learnt.taken {
            self.effects.push(Effect::Acknowledge(taken));
        }
    }

    fn undecodable(&mut self, stream: Text, reason: Text, sample: Bytes) {
        if self.frames.len() == FRAMES_KEPT {
            self.frames.pop_front();
        }
        self.frames.push_back(BadFrame {
            at: self.now,
            stream,
            reason,
            sample,
        });
    }

    /// An edge that goes or comes back is worth a line: whatever runs on it goes and comes back with it.
    fn edges_turned(&mut self, turns: Vec<EdgeTurn>) {
        for EdgeTurn { name, from, to } in turns {
            let weight = if to == EdgeState::Offline {
                Weight::Warning
            } else {
                Weight::Note
            };
            let text = format!("edge {name}: {} -> {}", from.word(), to.word());
            self.messages.tell(weight, text, self.now);
            self.dirty = true;
        }
    }

    /// What the vendor says of its cloud is worth a line when it changes, so that a shift can be read back.
    fn cloud_turned(&mut self, before: Option<VendorState>) {
        let Some((report, _)) = self.store.vendor.answer() else {
            return;
        };
        let (was, is) = (before.unwrap_or_default(), report.state);
        if was == is {
            return;
        }
        let now = self.now;
        let text = format!("cloud: {}", report.line(|at| vendor::utc(at, now)));
        let weight = if is > VendorState::Maintenance {
            Weight::Warning
        } else {
            Weight::Note
        };
        self.messages.tell(weight, text, now);
        self.vitals.hurry();
        self.dirty = true;
    }

    fn take_status(&mut self, status: crate::vocabulary::news::Status, now: Millis) {
        if status.link != self.heard.status.link {
            self.tell_link(status.link, now);
            self.vitals.hurry();
        }
        self.heard.all_read |= status.enumerated && status.read >= status.users;
        self.heard.status = status;
        // The one API reads a user a request, the other a page of a hundred phones.
        let pages = self
            .profile
            .as_ref()
            .is_some_and(|profile| profile.api == Api::Platform);
        let a_request = if pages { 100 } else { 1 };
        self.coverage.measure(&status, a_request, now);
        if let Some(ms) = self.read_ms() {
            self.store.registrations.reads_take(now, ms);
        }
        self.vitals.touch();
    }

    /// How long half of the reads take at most, in milliseconds.
    pub(super) fn read_ms(&self) -> Option<u32> {
        let latency = self.heard.status.latency?;
        Some(u32::try_from(latency.p50_us.div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// A change of the connection is worth a line in the messages, so that a shift can be read back.
    fn tell_link(&mut self, link: Link, now: Millis) {
        let (weight, text) = match (self.heard.status.link, link) {
            (_, Link::Offline { .. }) => (Weight::Error, self.out_of_reach()),
            (_, Link::PollingOnly) if self.only_polls() => return,
            (_, Link::PollingOnly) => (
                Weight::Warning,
                "streams do not work; rows are polled".into(),
            ),
            (Link::Offline { .. } | Link::Reconnecting { .. } | Link::PollingOnly, Link::Live) => {
                (Weight::Note, "connected again".into())
            }
            (Link::Live, Link::Reconnecting { .. }) => (
                Weight::Warning,
                "the streams were lost; their rows are stale".into(),
            ),
            _ => return,
        };
        self.messages.tell(weight, text, now);
        self.dirty = true;
    }

    fn out_of_reach(&self) -> Cow<'static, str> {
        match self.reader() {
            Some(host) => {
                format!("the reader on {host} does not reach the organisation; every row is stale")
                    .into()
            }
            None => "the organisation is out of reach; every row is stale".into(),
        }
    }

    /// Whether the profile wants no streams.
    fn only_polls(&self) -> bool {
        self.profile
            .as_ref()
            .is_some_and(|profile| match profile.api {
                Api::Direct => profile.registrations.max_streams == Some(0),
                Api::Platform => profile.notifications.channels == 0,
            })
    }

    fn trouble(&mut self, problem: Problem) {
        self.messages
            .tell(Weight::Warning, problem.text.to_string(), self.now);
        if problem.trouble == Trouble::Partial {
            // The newest of many say no more than the first ones.
            if self.heard.left_out.len() < LEFT_OUT {
                self.heard.left_out.push(problem.clone());
            }
        }
        self.heard.problem = Some(problem);
        self.dirty = true;
    }
}
