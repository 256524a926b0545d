//! One read of somebody, from its begin to what is told of it.

use std::collections::BTreeSet;

use trunkline::feed::Mailbox;
use trunkline::model::UserId;
use trunkline::model::registration::Device;
use trunkline::vocabulary::news::News;
use trunkline::vocabulary::problem::{Problem, Trouble};

use super::{Coming, Feed, Reading, Why, polled};
use crate::case::Fault;

impl Feed {
    /// Begins a read, unless one is under way.
    pub(super) fn read(&mut self, user: &str, t: i64, fault: Option<Fault>) {
        let slow = fault == Some(Fault::ReadSlow);
        let (least, most) = if slow { (5_000, 40_000) } else { (5, 800) };
        let out = self.dice.between(least, most);
        self.drawn += 1;
        let number = self.drawn;
        let Some(line) = self.lines.get_mut(user) else {
            return;
        };
        if line.reading.is_some() || !(line.open || polled(user)) {
            return;
        }
        let why = match (polled(user), line.live) {
            (true, _) => Why::Polled,
            (_, true) => Why::Swept,
            _ => Why::Awaited,
        };
        line.reading = Some(Reading {
            number,
            why,
            spoken: BTreeSet::new(),
        });
        let what = match fault {
            Some(Fault::ReadFailed) => Coming::Refused(user.to_owned(), number),
            Some(Fault::ReadPartial) => {
                // The organisation answers at once, and leaves something out.
                return self.later(t + out, Coming::Served(format!("{user}?"), number));
            }
            _ => Coming::Served(user.to_owned(), number),
        };
        self.later(t + out, what);
    }

    pub(super) fn land(
        &mut self,
        user: &str,
        number: u64,
        served: i64,
        (mut devices, whole): (Vec<Device>, bool),
        mailbox: &Mailbox,
    ) {
        if self.reading(user, number).is_none() {
            return;
        }
        let Some(line) = self.lines.get_mut(user) else {
            return;
        };
        let Some(Reading { why, spoken, .. }) = line.reading.take() else {
            return;
        };
        devices.retain(|device| !spoken.contains(device.id.raw()));
        let spoken = spoken.iter().map(|id| id.as_str().into()).collect();
        let id: UserId = user.into();
        line.live |= why == Why::Awaited;
        mailbox.post(match why {
            Why::Awaited | Why::Polled => News::Snapshot {
                user: id,
                devices,
                spoken,
                whole,
                live: why == Why::Awaited,
                asked: None,
            },
            Why::Swept => News::Swept {
                user: id,
                devices,
                spoken,
                whole,
            },
        });
        self.answered.push_back(served);
        self.read.insert(user.to_owned());
    }

    pub(super) fn refused(&mut self, user: &str, number: u64, t: i64, mailbox: &Mailbox) {
        if self.reading(user, number).is_none() {
            return;
        }
        let Some(line) = self.lines.get_mut(user) else {
            return;
        };
        let why = line.reading.take().map(|reading| reading.why);
        if why == Some(Why::Swept) {
            return;
        }
        line.live = false;
        self.read.insert(user.to_owned());
        mailbox.post(News::ReadFailed {
            user: user.into(),
            problem: Problem {
                trouble: Trouble::Answer,
                text: "the organisation answered 500".into(),
            },
        });
        let again = self.dice.between(500, 9_000);
        self.later(t + again, Coming::Again(user.to_owned()));
    }
}
