//! The world around one console: time, what happens in it, and what must hold after every step of it.

#[path = "effects.rs"]
mod effects;
#[path = "faults.rs"]
mod faults;

use std::collections::BTreeMap;

use tempfile::TempDir;
use trunkline::app::App;
use trunkline::app::event::{Done, Event};
use trunkline::effect::Effect;
use trunkline::feed::Mailbox;
use trunkline::flow::FlowNews;
use trunkline::memory::Memory;
use trunkline::model::flow::{FlowId, Outcome};
use trunkline::record::Told;
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;

use crate::case::{Case, Fault, Struck};
use crate::common::ground::written;
use crate::dice::{Dice, Trace, end_of_story, story};
use crate::feed::Feed;
use crate::hook::Hook;
use crate::known::{self, Known};
use crate::organisation::Organisation;
use crate::people::Person;
use crate::tape::Tape;
use crate::viewer::Viewer;

/// 2026-06-15 14:03:22 UTC.
const BASE: i64 = 1_781_532_202_000;

/// News that waits at most: so few that a storm finds no room.
const ROOM: usize = 48;

pub const CONFIG: &str = r#"
[profiles.acme]
api = "direct"
base_url = "https://api.example.com"
client_id = "console"
client_secret_env = "ACME_SECRET"
[profiles.acme.alerts]
webhook = "https://hooks.example.com/noc"
rules = [{ name = "old-codec", when = "codec:PCMA state:ok since>1m" }]
"#;

/// What must never be false was.
#[derive(Clone, Debug)]
pub struct Failure {
    pub step: u32,
    pub why: String,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub trace: Trace,
    pub struck: Struck,
    /// Moments of the past, frames and keyframes of the viewer, and frames of the screen that were looked at.
    pub looked: [usize; 4],
}

pub struct World {
    case: Case,
    t: i64,
    skew: i64,
    dice: Dice,
    org: Organisation,
    feed: Feed,
    mailbox: std::sync::Arc<Mailbox>,
    delivered: u64,
    known: Known,
    app: App,
    _folder: TempDir,
    memory: Memory,
    hook: Hook,
    tape: Tape,
    viewer: Viewer,
    person: Person,
    /// The generation of the alerts that were told last.
    alerted: Option<u64>,
    flows: BTreeMap<(i64, u64), FlowId>,
    plan: BTreeMap<u32, Vec<Fault>>,
    struck: Struck,
    trace: Trace,
    /// The loop stands still until then.
    stalled: i64,
    /// The next event meets with this; the next list is not whole.
    event: Option<Fault>,
    partial: bool,
    runs: u64,
    drawn: u64,
}

type Held = Result<(), String>;

impl World {
    pub fn new(case: &Case) -> Self {
        let seed = case.seed;
        let mut dice = Dice::of(seed, 1);
        let (loaded, folder) = written(Some(CONFIG), "mono");
        let tape = Tape::new(seed);
        let mut plan: BTreeMap<u32, Vec<Fault>> = BTreeMap::new();
        for (n, fault) in Fault::ALL
            .iter()
            .enumerate()
            .filter(|(_, fault)| case.has(**fault))
        {
            // A lane for each kind: leaving one out does not move the others.
            let mut dice = Dice::of(seed, 100 + n as u64);
            let often = if *fault == Fault::Keys {
                60
            } else {
                1 + dice.below(4)
            };
            for _ in 0..often {
                let steps = i64::from(case.steps);
                let at = dice.between(steps / 10, steps * 17 / 20);
                plan.entry(u32::try_from(at).unwrap())
                    .or_default()
                    .push(*fault);
            }
        }
        let org = Organisation::of(case.users, &mut dice);
        Self {
            case: case.clone(),
            t: 0,
            skew: 0,
            alerted: None,
            org,
            feed: Feed::new(seed, 0),
            mailbox: Mailbox::new(ROOM),
            delivered: 0,
            known: Known::default(),
            app: App::new(loaded).seeded(seed),
            _folder: folder,
            memory: Memory::new(&tape.state_dir(), "acme", "acme".into()),
            hook: Hook::new(seed),
            tape,
            viewer: Viewer::new(seed),
            person: Person::new(seed),
            flows: BTreeMap::new(),
            plan,
            struck: Struck::default(),
            trace: Trace::default(),
            stalled: 0,
            event: None,
            partial: false,
            runs: 0,
            drawn: 0,
            dice,
        }
    }

    /// Runs a case to its end.
    pub fn run(case: &Case) -> Result<Ran, Failure> {
        end_of_story();
        let mut world = Self::new(case);
        let mut step = 0;
        let ran = world.all(&mut step);
        ran.map_err(|why| Failure { step, why })?;
        Ok(Ran {
            trace: world.trace,
            struck: world.struck,
            looked: [
                world.tape.checked,
                world.viewer.compared,
                world.viewer.keyframes,
                world.person.frames,
            ],
        })
    }

    fn all(&mut self, step: &mut u32) -> Held {
        self.tell(Event::Tick)?;
        self.advance(2_000)?;
        while *step < self.case.steps {
            self.step(*step)?;
            *step += 1;
        }
        self.settle()
    }

    pub fn now(&self) -> Millis {
        Millis(BASE + self.t + self.skew)
    }

    fn step(&mut self, step: u32) -> Held {
        let pause = match self.dice.below(100) {
            0..60 => self.dice.between(1, 400),
            60..88 => self.dice.between(400, 5_000),
            88..98 => self.dice.between(5_000, 40_000),
            _ => self.dice.between(60_000, 400_000),
        };
        self.advance(pause)?;
        // A moment of its own: what was answered a moment before was so before.
        self.t += 1;
        self.live();
        for fault in self.plan.remove(&step).unwrap_or_default() {
            if !self.strike(fault)? && step + 1 < self.case.steps {
                self.plan.entry(step + 1).or_default().push(fault);
            }
        }
        self.turn()
    }

    /// Lets time pass, stopping at everything that is due, as the loop does.
    fn advance(&mut self, ms: i64) -> Held {
        let end = self.t + ms;
        loop {
            let due = [
                self.feed.due(),
                self.hook.due(),
                self.viewer.due(),
                self.flows.keys().next().map(|(t, _)| *t),
                // A loop that stands still wakes for nothing.
                self.app
                    .deadline()
                    .map(|at| (at.0 - BASE - self.skew).max(self.stalled)),
            ];
            let next = due.into_iter().flatten().min().unwrap_or(end);
            // A loop that wakes within the same millisecond again and again would never get on.
            let next = next.max(self.t + 1);
            if next > end {
                break;
            }
            self.t = next;
            self.turn()?;
        }
        self.t = end;
        Ok(())
    }

    /// What is due is done, and the loop turns, unless it stands still.
    fn turn(&mut self) -> Held {
        let t = self.t;
        let told = (&mut self.struck, &mut self.partial);
        self.feed.pass(t, &self.org, &self.mailbox, told);
        let posted = self.hook.pass(t, &mut self.struck)?;
        if t >= self.stalled {
            loop {
                let mut news = Vec::new();
                let drained = self.mailbox.drain(512, &mut news);
                if news.is_empty() {
                    break;
                }
                self.delivered += news.len() as u64;
                let dropped = self.mailbox.counters().dropped;
                self.tell(Event::Feed {
                    news,
                    overflowed: drained.overflowed,
                    dropped,
                })?;
                if !drained.more {
                    break;
                }
            }
        }
        for told in posted {
            self.tell(Event::Done(Done::Alerts(Box::new(told))))?;
        }
        while self.flows.keys().next().is_some_and(|(at, _)| *at <= t)
            && let Some((_, id)) = self.flows.pop_first()
        {
            let outcome = match self.dice.below(4) {
                0 => Outcome::Refused("it is not there any more".into()),
                1 => Outcome::Unknown {
                    why: "the answer was lost".into(),
                    check: "look at the list".into(),
                },
                _ => Outcome::Done("done".into()),
            };
            let at = self.now();
            let ended = FlowNews::Ended { outcome, at };
            self.tell(Event::Done(Done::Flow(id, Box::new(ended))))?;
        }
        // One duty may have given another something to do; one after the other they come to an end.
        let mut ticks = 0;
        while t >= self.stalled && self.app.deadline().is_some_and(|due| due <= self.now()) {
            let now = self.now();
            if ticks == 3 {
                let due = self.app.deadline();
                return Err(format!(
                    "the loop has done everything at {now}, and wakes at {due:?}"
                ));
            }
            self.tell(Event::Tick)?;
            ticks += 1;
        }
        let now = self.now();
        self.tape.tell(now, Vec::new())?;
        self.viewer.pass(t, now, &mut self.struck)
    }

    /// One event of the loop, as `app::run` lets it happen.
    fn tell(&mut self, event: Event) -> Held {
        let (now, t) = (self.now(), self.t);
        let told: Vec<Told> = match &event {
            Event::Feed { news, .. } => {
                let concerns = news.iter().filter(|news| Told::concerns(news));
                concerns.cloned().map(Told::News).collect()
            }
            _ => Vec::new(),
        };
        if let Event::Feed { news, .. } = &event {
            for one in news {
                self.trace.note(&noted(one));
                story(|| format!("{t} told {}", noted(one)));
                self.known.learn(one, &mut self.feed)?;
            }
        }
        // Time alone makes no row another one, whatever else it does.
        let looks = !matches!(event, Event::Tick) || self.dice.one_in(20);
        self.tape.tell(now, told.clone())?;
        self.viewer
            .hand_over((told, None), (now, t), &mut self.struck);
        self.app.update(event, now);
        self.tell_alerts(now, t)?;
        self.viewer.look(&self.app, now, t);
        let wanted = self.dice.one_in(40);
        self.tape.sample(&self.app.store, now, wanted);
        if looks {
            self.holds()?;
        }
        self.effects()
    }

    /// Alerts are told apart from what was told of the organisation: they are made here.
    fn tell_alerts(&mut self, now: Millis, t: i64) -> Held {
        let book = &self.app.store.alerts;
        let is = Some(book.generation());
        let was = std::mem::replace(&mut self.alerted, is);
        if was == is {
            return Ok(());
        }
        let (told, alerts) = (Told::alerts(book, was), known::alerted(book));
        self.tape.tell(now, vec![told.clone()])?;
        self.viewer
            .hand_over((vec![told], Some(alerts)), (now, t), &mut self.struck);
        Ok(())
    }

    /// What must never be false.
    fn holds(&mut self) -> Held {
        let (shown, known) = (known::shown(&self.app.store), self.known.shown());
        if shown != known {
            let more: Vec<_> = shown.iter().filter(|row| !known.contains(row)).collect();
            let less: Vec<_> = known.iter().filter(|row| !shown.contains(row)).collect();
            return Err(format!("shown {more:?}, and told {less:?}"));
        }
        self.known.is_true(&self.org)?;
        let counts = self.app.store.registrations.counts();
        if counts.total as usize != shown.len() {
            return Err(format!(
                "{} rows, and {} are counted",
                shown.len(),
                counts.total
            ));
        }
        for (user, device, state, codec) in &shown {
            self.trace
                .note(&format!("{user} {device} {state} {codec:?}"));
        }
        let said = self.app.said().count();
        if said > 1_000 {
            return Err(format!("{said} messages are kept"));
        }
        Ok(())
    }

    fn press(&mut self) -> Held {
        let event = self.person.press(&mut self.app, &mut self.trace);
        self.tell(event)?;
        self.person.pressed(&mut self.app);
        if self.app.ended().is_some() {
            self.restart(None, true)?;
        }
        Ok(())
    }

    /// The process is killed, or ended by whoever is at it, and begins again.
    fn restart(&mut self, fault: Option<Fault>, ended: bool) -> Held {
        if ended && let Some(Effect::Remember(draft)) = self.app.last_memory() {
            self.memory
                .save(&draft)
                .map_err(|error| error.to_string())?;
        }
        self.runs += 1;
        let now = self.now();
        self.hook.killed();
        self.tape.killed();
        match fault {
            Some(Fault::DiskRefuses) => self.tape.refused()?,
            Some(fault) => {
                self.tape.damage(fault == Fault::Torn);
            }
            None => {}
        }
        self.flows.clear();
        self.feed = Feed::new(self.case.seed ^ self.runs << 32, self.t);
        (self.mailbox, self.delivered) = (Mailbox::new(ROOM), 0);
        self.viewer.reader_ended(self.t, now);
        let (loaded, folder) = written(Some(CONFIG), "mono");
        self.app = App::new(loaded).seeded(self.case.seed ^ self.runs);
        self.alerted = None;
        self._folder = folder;
        let recalls = self.dice.one_in(2);
        if recalls {
            self.app.recall(self.memory.load(), now);
        }
        self.known = Known::remembered(&self.app.store);
        self.tape.begin(now, recalls);
        self.person.began();
        self.stalled = 0;
        self.tell(Event::Tick)
    }

    /// Nothing goes wrong any more: in the end everything is as it is.
    fn settle(&mut self) -> Held {
        (self.event, self.partial, self.stalled) = (None, false, 0);
        self.feed.pause(false, self.t, &self.mailbox);
        let end = self.t + 600_000;
        while self.t < end {
            self.advance(60_000)?;
            self.turn()?;
        }
        if !self.feed.is_whole(&self.org) {
            return Err("after a long calm the feeds have not read everyone".to_owned());
        }
        if let Some(wrong) = self.known.lags(&self.org, self.t, 100_000) {
            return Err(format!("after a long calm {wrong}"));
        }
        let counters = self.mailbox.counters();
        if counters.posted < self.delivered + counters.coalesced {
            return Err(format!("{} were taken of {counters:?}", self.delivered));
        }
        self.alerts()?;
        let now = self.now();
        self.tape.sample(&self.app.store, now, true);
        self.tape.is_true()
    }

    /// What is alerted of is so: a phone whose alert is open is lost.
    fn alerts(&self) -> Held {
        use trunkline::model::alert::{AlertKind, Subject};
        let table = &self.app.store.registrations;
        for alert in self.app.store.alerts.iter().filter(|alert| alert.is_open()) {
            let Subject::Device { user, device } = &alert.subject else {
                continue;
            };
            let row = table.find(user, device).and_then(|row| table.row(row));
            let state = row.map(|row| row.state().word());
            if alert.kind == AlertKind::RegistrationFailure && state != Some("lost") {
                return Err(format!("{user} {device} is alerted of, and is {state:?}"));
            }
        }
        Ok(())
    }
}

/// A piece of news in a line.
fn noted(news: &News) -> String {
    match news {
        News::Update(update) => format!("{update:?}"),
        News::Snapshot { user, .. } => format!("snapshot {user}"),
        News::Swept { user, .. } => format!("swept {user}"),
        News::Gap { user } => format!("gap {user}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}
