//! Feeds that keep the rule of the house: a gap is told the moment it opens, and only a read that began after the stream was
//! open again closes it. What goes wrong goes wrong between them and the organisation.

#[path = "reads.rs"]
mod reads;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use trunkline::feed::Mailbox;
use trunkline::model::UserId;
use trunkline::model::registration::{Device, Update};
use trunkline::vocabulary::news::{Link, News, Status};

use crate::case::{Fault, Struck};
use crate::dice::Dice;
use crate::organisation::Organisation;

/// How long it takes until a stream that carries nothing is noticed, at most; a sweep's answer waits so long; a round of polls;
/// a round of the sweep; the list of users (all in milliseconds).
const NOTICED: i64 = 25_000;
const SETTLING: i64 = 10_000;
const POLL: i64 = 30_000;
const SWEEP: i64 = 90_000;
const LIST: i64 = 180_000;

/// Who is read without a stream: every fourth.
fn polled(user: &str) -> bool {
    user.ends_with(['4', '8'])
}

/// What a frame said, and when the organisation said it.
#[derive(Clone, Debug)]
pub struct Frame {
    pub t: i64,
    pub device: String,
    pub registered: Option<bool>,
    pub codec: Option<&'static str>,
    /// Whether it came as far as the mailbox.
    pub posted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Awaited,
    Swept,
    Polled,
}

#[derive(Debug)]
struct Reading {
    number: u64,
    why: Why,
    /// Devices that the stream spoke of since the read began.
    spoken: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Line {
    open: bool,
    live: bool,
    heard: bool,
    /// It carries nothing, and nobody knows.
    silent: bool,
    generation: u32,
    arrived: i64,
    reading: Option<Reading>,
}

#[derive(Debug)]
enum Coming {
    Frame(String, u32, usize),
    Opens(String),
    Noticed(String, u32),
    Served(String, u64),
    Answer(String, u64, i64, Vec<Device>, bool),
    Lands(String, u64, i64, Vec<Device>, bool),
    Refused(String, u64),
    Turn(String),
    Again(String),
    List,
    Page(Vec<String>, bool),
}

pub struct Feed {
    lines: BTreeMap<String, Line>,
    coming: BTreeMap<(i64, u64), Coming>,
    drawn: u64,
    dice: Dice,
    pub frames: Vec<Frame>,
    /// When the reads were answered whose news wait in the mailbox, in order.
    pub answered: VecDeque<i64>,
    paused: bool,
    read: BTreeSet<String>,
    enumerated: bool,
    told: Option<Status>,
}

impl Feed {
    pub fn new(seed: u64, t: i64) -> Self {
        let mut feed = Self {
            lines: BTreeMap::new(),
            coming: BTreeMap::new(),
            drawn: 0,
            dice: Dice::of(seed, 2),
            frames: Vec::new(),
            answered: VecDeque::new(),
            paused: false,
            read: BTreeSet::new(),
            enumerated: false,
            told: None,
        };
        feed.later(t + 5, Coming::List);
        feed
    }

    fn later(&mut self, t: i64, what: Coming) {
        self.drawn += 1;
        self.coming.insert((t, self.drawn), what);
    }

    /// When something is due.
    pub fn due(&self) -> Option<i64> {
        self.coming.keys().next().map(|(t, _)| *t)
    }

    /// Whether everything that was asked for has been answered, so that nothing more is known on the way.
    pub fn is_whole(&self, org: &Organisation) -> bool {
        let present = org.present();
        let synced = |user: &String| {
            let line = self.lines.get(user);
            line.is_some_and(|line| polled(user) || (line.live && !line.silent))
        };
        self.enumerated && present.len() == self.lines.len() && present.iter().all(synced)
    }

    /// The organisation tells of a phone, where anybody listens. Whether the fault has struck.
    pub fn event(&mut self, user: &str, frame: Frame, fault: Option<Fault>) -> bool {
        let t = frame.t;
        let n = self.frames.len();
        self.frames.push(frame);
        let Some(line) = self.lines.get_mut(user).filter(|line| line.open) else {
            return false;
        };
        if fault == Some(Fault::EventLost) {
            return true;
        }
        for _ in 0..=usize::from(fault == Some(Fault::EventTwice)) {
            // A stream keeps its order.
            let at = line.arrived.max(t + self.dice.between(1, 400));
            line.arrived = at;
            let frame = Coming::Frame(user.to_owned(), line.generation, n);
            self.drawn += 1;
            self.coming.insert((at, self.drawn), frame);
        }
        fault.is_some()
    }

    /// Something goes wrong with the stream of somebody, or with their next read. False where there is nothing that could.
    pub fn strike(&mut self, fault: Fault, t: i64, mailbox: &Mailbox) -> bool {
        let fits = |(user, line): &(&String, &Line)| match fault {
            Fault::StreamLost | Fault::HalfOpen => line.open && !line.silent,
            Fault::ReadFailed | Fault::ReadPartial | Fault::ReadSlow => {
                line.reading.is_none() && (line.open || polled(user))
            }
            _ => false,
        };
        let all: Vec<String> = self
            .lines
            .iter()
            .filter(fits)
            .map(|(user, _)| user.clone())
            .collect();
        if all.is_empty() || self.paused {
            return false;
        }
        let user = self.dice.pick(&all).clone();
        match fault {
            Fault::StreamLost => self.lost(&user, t, mailbox),
            Fault::HalfOpen => {
                let noticed = t + self.dice.between(1_000, NOTICED);
                if let Some(line) = self.lines.get_mut(&user) {
                    line.silent = true;
                    let generation = line.generation;
                    self.later(noticed, Coming::Noticed(user, generation));
                }
            }
            _ => self.read(&user, t, Some(fault)),
        }
        true
    }

    fn lost(&mut self, user: &str, t: i64, mailbox: &Mailbox) {
        let again = t + self.dice.between(200, 20_000);
        let Some(line) = self.lines.get_mut(user) else {
            return;
        };
        let told = line.live || line.heard;
        *line = Line {
            generation: line.generation + 1,
            ..Line::default()
        };
        if told {
            mailbox.post(News::Gap { user: user.into() });
        }
        self.later(again, Coming::Opens(user.to_owned()));
    }

    /// These are to be read again now.
    pub fn reread(&mut self, users: &[UserId], t: i64) {
        for user in users {
            self.read(user.raw(), t, None);
        }
    }

    pub fn pause(&mut self, paused: bool, t: i64, mailbox: &Mailbox) {
        if paused == self.paused {
            return;
        }
        self.paused = paused;
        let users: Vec<String> = self.lines.keys().cloned().collect();
        for user in users {
            if paused {
                if let Some(line) = self.lines.get_mut(&user) {
                    *line = Line {
                        generation: line.generation + 1,
                        ..Line::default()
                    };
                }
                mailbox.post(News::Gap {
                    user: user.as_str().into(),
                });
            } else if polled(&user) {
                self.read(&user, t, None);
            } else {
                self.later(t + 100, Coming::Opens(user));
            }
        }
    }

    /// Lets happen what is due.
    pub fn pass(
        &mut self,
        t: i64,
        org: &Organisation,
        mailbox: &Mailbox,
        (struck, partial): (&mut Struck, &mut bool),
    ) {
        while self.due().is_some_and(|at| at <= t)
            && let Some((_, what)) = self.coming.pop_first()
        {
            self.happen(what, t, org, mailbox, (struck, partial));
        }
        self.tell(mailbox);
    }

    fn happen(
        &mut self,
        what: Coming,
        t: i64,
        org: &Organisation,
        mailbox: &Mailbox,
        (struck, partial): (&mut Struck, &mut bool),
    ) {
        match what {
            Coming::Frame(user, generation, n) => self.frame(&user, generation, n, mailbox),
            Coming::Opens(user) if !self.paused => {
                if let Some(line) = self.lines.get_mut(&user).filter(|line| !line.open) {
                    (line.open, line.arrived) = (true, t);
                    self.read(&user, t, None);
                }
            }
            Coming::Noticed(user, generation) => {
                let line = self.lines.get(&user);
                if line.is_some_and(|line| line.generation == generation) {
                    self.lost(&user, t, mailbox);
                }
            }
            Coming::Served(user, number) => {
                let whole = user.strip_suffix('?').is_none();
                let user = user.trim_end_matches('?').to_owned();
                let back = t + self.dice.between(5, 800);
                let answer = match org.listing(&user) {
                    Some(mut devices) => {
                        if !whole && !devices.is_empty() {
                            devices.remove(self.dice.below(devices.len()));
                        }
                        Coming::Answer(user, number, t, devices, whole)
                    }
                    None => Coming::Refused(user, number),
                };
                self.later(back, answer);
            }
            Coming::Answer(user, number, served, devices, whole) => {
                let why = self.reading(&user, number).map(|reading| reading.why);
                match why {
                    Some(Why::Swept) => {
                        let lands = Coming::Lands(user, number, served, devices, whole);
                        self.later(t + SETTLING, lands);
                    }
                    Some(_) => self.land(&user, number, served, (devices, whole), mailbox),
                    None => {}
                }
            }
            Coming::Lands(user, number, served, devices, whole) => {
                self.land(&user, number, served, (devices, whole), mailbox);
            }
            Coming::Refused(user, number) => self.refused(&user, number, t, mailbox),
            Coming::Turn(user) => {
                let every = if polled(&user) { POLL } else { SWEEP };
                if self.lines.contains_key(&user) {
                    if !self.paused {
                        self.read(&user, t, None);
                    }
                    self.later(t + every, Coming::Turn(user));
                }
            }
            Coming::Again(user) if !self.paused => self.read(&user, t, None),
            Coming::Opens(_) | Coming::Again(_) => {}
            Coming::List => {
                let whole = !std::mem::take(partial);
                if !whole {
                    struck.add(Fault::ListPartial);
                }
                let mut present = org.present();
                if !whole && present.len() > 1 {
                    present.remove(self.dice.below(present.len()));
                }
                self.later(t + 50, Coming::Page(present, whole));
                self.later(t + LIST, Coming::List);
            }
            Coming::Page(users, whole) => self.listed(&users, whole, t, org, mailbox),
        }
    }

    fn reading(&mut self, user: &str, number: u64) -> Option<&mut Reading> {
        let reading = self.lines.get_mut(user)?.reading.as_mut()?;
        (reading.number == number).then_some(reading)
    }

    fn frame(&mut self, user: &str, generation: u32, n: usize, mailbox: &Mailbox) {
        let Some(line) = self.lines.get_mut(user) else {
            return;
        };
        if line.generation != generation || line.silent || !line.open {
            return;
        }
        let frame = &mut self.frames[n];
        (line.heard, frame.posted) = (true, true);
        if let Some(reading) = &mut line.reading {
            reading.spoken.insert(frame.device.clone());
        }
        mailbox.post(News::Update(Update {
            user: user.into(),
            device: frame.device.as_str().into(),
            registered: frame.registered,
            codec: frame.codec.map(Into::into),
            raw: format!("{{\"n\":{n}}}").into(),
        }));
    }

    fn listed(
        &mut self,
        users: &[String],
        whole: bool,
        t: i64,
        org: &Organisation,
        mailbox: &Mailbox,
    ) {
        let page = users.iter().filter_map(|id| org.user(id)).collect();
        mailbox.post(News::Users {
            users: page,
            total: Some(users.len() as u64),
        });
        for user in users {
            if self.lines.contains_key(user) {
                continue;
            }
            self.lines.insert(user.clone(), Line::default());
            let (soon, turn) = (self.dice.between(5, 500), self.dice.between(5_000, POLL));
            if polled(user) {
                self.later(t + soon, Coming::Turn(user.clone()));
            } else {
                self.later(t + soon, Coming::Opens(user.clone()));
                self.later(t + turn, Coming::Turn(user.clone()));
            }
        }
        if whole {
            self.lines.retain(|user, _| users.contains(user));
            mailbox.post(News::UsersComplete);
            self.enumerated = true;
        }
    }

    fn tell(&mut self, mailbox: &Mailbox) {
        let small = |n: usize| u32::try_from(n).unwrap();
        let live = self.lines.values().filter(|line| line.live).count();
        let read = self.lines.keys().filter(|user| self.read.contains(*user));
        let status = Status {
            link: match (self.paused, live) {
                (true, _) => Link::Paused,
                (_, 0) => Link::Connecting,
                _ => Link::Live,
            },
            users: small(self.lines.len()),
            read: small(read.count()),
            enumerated: self.enumerated,
            streams_live: small(live),
            streams_wanted: small(self.lines.keys().filter(|user| !polled(user)).count()),
            polled: small(self.lines.keys().filter(|user| polled(user)).count()),
            received: self.frames.len() as u64,
            ..Status::default()
        };
        if self.told != Some(status) {
            self.told = Some(status);
            mailbox.post(News::Status(status));
        }
    }
}
