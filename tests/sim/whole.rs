//! The feeds of both APIs on the whole embedded organisation, over its TLS, on a clock of the test's own: its site outages, phones that
//! flap, browsers that come and go, edges that fail, and every trouble that it can be told to have with reads, streams, channels and tokens.
//! Whatever happens, a row that is shown as sure was so within its age.
//!
//! As in `feeds`, everything runs in one thread on the runtime's paused clock. The organisation itself is asked what is so; what changed
//! between two looks is not known to the moment, so that a row is given the time between them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use trunkline::cloud::{Client, Settings};
use trunkline::feed::mailbox::CAPACITY;
use trunkline::feed::{Feeds, Mailbox, Plan, Timing, start_with};
use trunkline::model::api::Api;
use trunkline::model::registration::State;
use trunkline::model::registration::condition::Condition;
use trunkline::org::{self, Options};
use trunkline::store::{Changes, Store};
use trunkline::time::{Clock, Millis};
use trunkline::vocabulary::news::{News, PhoneNews};

use crate::common::control::{Control, provider};
use crate::common::ground;
use crate::dice::{Dice, story};

/// The moment at which all of it begins, by the wall.
const BASE: i64 = 1_781_532_202_000;

/// An answer is at most so late, and so long is it before frames that were on their way with it are in (milliseconds).
const ON_THE_WAY: i64 = 31_000 + 2 * 8_192;

/// A stream or channel that carries nothing is noticed within this, and what is shown by it is stale by then.
const NOTICED: i64 = 27_000;

/// How long a calm has to be until everything is as it is: a minute at least, and at most this, since something happens even then.
const CALM: i64 = 15 * 60_000;

const USERS: u32 = 24;

/// Channels that may be made.
const CHANNELS: usize = 2;

/// Calls that the organisation takes in a minute.
const CALLS: u32 = 300;

/// What the organisation is told to have, how it is told that it has it no more, and where that is a trouble.
const TROUBLES: [(&str, &str, &str, &[Api]); 14] = [
    ("http-429", "0.2", "0", &Api::ALL),
    ("http-503", "0.3", "0", &Api::ALL),
    ("http-500", "0.3", "0", &Api::ALL),
    ("latency", "4000", "0", &Api::ALL),
    ("token-ttl", "40", "7200", &Api::ALL),
    ("ws-drop", "15", "0", &Api::ALL),
    ("ws-garbage", "0.3", "0", &Api::ALL),
    ("ws-close", "1012", "0", &Api::ALL),
    ("ws-fail", "0.7", "0", &Api::ALL),
    ("ws-hang", "0.7", "0", &Api::ALL),
    ("ws-silent", "1", "0", &Api::ALL),
    ("ws-closing", "20", "0", &[Api::Platform]),
    ("ws-takeover", "0.5", "0", &[Api::Platform]),
    ("channel-ttl", "60", "86400", &[Api::Platform]),
];

/// What somebody does beside that.
const DEEDS: [&str; 7] = [
    "streams close",
    "tokens are revoked",
    "paused",
    "attended",
    "read again",
    "an edge goes",
    "flaps",
];

/// How many kinds there are of both.
pub const KINDS: usize = TROUBLES.len() + DEEDS.len();

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    pub struck: BTreeMap<&'static str, u32>,
    pub live: u32,
    pub polled: u32,
    pub events: u64,
}

type Phone = (String, String);

/// What a phone was, each from when on.
type Course = Vec<(i64, bool)>;

/// The floor of a shift: both sides, and what is known of either.
struct Floor {
    api: Api,
    control: Control,
    dice: Dice,
    begun: Instant,
    truth: BTreeMap<Phone, Course>,
    /// When a row was last not live.
    unsure: BTreeMap<Phone, i64>,
    looked: i64,
    store: Store,
    feeds: Feeds,
    ran: Followed,
    /// What is to be undone, and when.
    later: Vec<(i64, Undo)>,
}

#[derive(Debug)]
enum Undo {
    Fault(&'static str, &'static str),
    Resume,
    Edge(String),
    Flap(Phone, u32),
}

impl Floor {
    fn t(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    /// Asks the organisation how everything is.
    async fn look(&mut self) {
        let state = self.control.state().await;
        let t = self.t();
        for row in state["registrations"].as_array().unwrap() {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let is = row["registered"].as_bool().unwrap();
            let course = self
                .truth
                .entry((text("userId"), text("deviceId")))
                .or_default();
            if course.last().is_none_or(|(_, was)| *was != is) {
                story(|| format!("{t} {row}"));
                course.push((t, is));
            }
        }
        self.looked = t;
        self.ran.events = state["events"].as_u64().unwrap();
    }

    /// Lets one of the troubles or deeds happen, for a while where it is one that lasts. What is left out is drawn all the same, so that
    /// what comes after it stays as it was.
    async fn strike(&mut self, t: i64, off: &BTreeSet<String>) {
        let troubles: Vec<_> = TROUBLES
            .iter()
            .filter(|(_, _, _, apis)| apis.contains(&self.api))
            .collect();
        let n = self.dice.below(troubles.len() + DEEDS.len());
        let end = t + self.dice.between(2_000, 90_000);
        let phones: Vec<Phone> = self.truth.keys().cloned().collect();
        let phone = self.dice.pick(&phones).clone();
        let word = troubles
            .get(n)
            .map_or_else(|| DEEDS[n - troubles.len()], |(key, ..)| *key);
        if off.contains(word) {
            return;
        }
        *self.ran.struck.entry(word).or_default() += 1;
        story(|| format!("{t} {word} until {end}, {phone:?}"));
        if let Some((key, on, off, _)) = troubles.get(n) {
            self.control.fault(&json!({ *key: on })).await;
            self.later.push((end, Undo::Fault(key, off)));
            return;
        }
        match word {
            "streams close" => drop(self.control.close_streams(1012).await),
            "tokens are revoked" => {
                self.control.post("/_org/tokens/revoke", &json!({})).await;
            }
            "paused" => {
                self.feeds.pause(true);
                self.later.push((end, Undo::Resume));
            }
            "attended" => self.feeds.attend(&[phone.0.as_str().into()]),
            "read again" => self.feeds.reread(&[phone.0.as_str().into()]),
            "an edge goes" => {
                let state = self.control.state().await;
                let edges = state["edges"].as_array().unwrap();
                let edge = &edges[usize::try_from(end).unwrap() % edges.len()];
                let edge = edge["id"].as_str().unwrap().to_owned();
                let path = format!("/_org/edges/{edge}");
                self.control
                    .put(&path, &json!({"onlineStatus": "OFFLINE"}))
                    .await;
                self.later.push((end, Undo::Edge(edge)));
            }
            _ => self.later.push((t, Undo::Flap(phone, 6))),
        }
    }

    /// Undoes what is over; all of it, once there is to be calm.
    async fn over(&mut self, until: i64) {
        while let Some(n) = self.later.iter().position(|(end, _)| *end <= until) {
            let undo = self.later.swap_remove(n).1;
            story(|| format!("{} over: {undo:?}", self.t()));
            match undo {
                Undo::Fault(key, off) => self.control.fault(&json!({ key: off })).await,
                Undo::Resume => self.feeds.pause(false),
                Undo::Edge(edge) => {
                    let path = format!("/_org/edges/{edge}");
                    self.control
                        .put(&path, &json!({"onlineStatus": "ONLINE"}))
                        .await;
                }
                Undo::Flap((user, device), left) => {
                    let body = json!({"registered": left % 2 == 1});
                    self.control.register(&user, &device, &body).await;
                    if left > 1 {
                        let next = self.t() + self.dice.between(50, 3_000);
                        self.later
                            .push((next, Undo::Flap((user, device), left - 1)));
                    }
                }
            }
        }
    }

    /// No row is shown as sure that was not so within its age; and where something live should have told, no longer ago than it takes
    /// to notice that it does not.
    fn holds(&mut self, before: i64, calm: bool) -> Result<(), String> {
        let t = self.looked;
        for (_, row) in self.store.registrations.rows() {
            let phone = (
                row.user_id().raw().to_owned(),
                row.device().raw().to_owned(),
            );
            if !row.live() {
                self.unsure.insert(phone.clone(), t);
            }
            if !matches!(row.state(), State::Ok | State::Lost) {
                if calm && matches!(row.state(), State::Stale | State::Unknown) {
                    return Err(format!(
                        "after a calm {phone:?} is {} at {t}: {}",
                        row.state().word(),
                        row.status(),
                    ));
                }
                continue;
            }
            let Some(course) = self.truth.get(&phone) else {
                return Err(format!("{phone:?} is no phone"));
            };
            let checked = row.checked().0 - BASE;
            let (from, to) = if row.live() {
                self.ran.live += 1;
                (before - NOTICED, t)
            } else {
                self.ran.polled += 1;
                (checked - ON_THE_WAY - (t - before), checked + ON_THE_WAY)
            };
            let was = |shown: bool| {
                course.iter().enumerate().any(|(n, (at, is))| {
                    let end = course.get(n + 1).map_or(i64::MAX, |(end, _)| *end);
                    *is == shown && *at <= to && end >= from
                })
            };
            let said = [true, false]
                .into_iter()
                .find(|is| row.believed() == Condition::from(*is).worth());
            // No read tells that a browser's connection has failed, only the topic, at that moment: see `model::registration::duty`.
            let unheard = self.unsure.get(&phone).is_some_and(|at| {
                let failed = course.iter().rfind(|(_, is)| !is);
                failed.is_some_and(|(failed, _)| *failed <= at + NOTICED)
            });
            let untold = phone.1.starts_with("webrtc") && said == Some(true) && unheard;
            if !untold && !said.is_some_and(was) {
                return Err(format!(
                    "at {t}: {phone:?} is {}, {} as of {checked}: {}; and was {course:?}",
                    row.state().word(),
                    row.source(),
                    row.status(),
                ));
            }
        }
        if calm && self.store.registrations.rows().count() != self.truth.len() {
            return Err(format!(
                "{} phones, and {} rows",
                self.truth.len(),
                self.store.registrations.rows().count()
            ));
        }
        Ok(())
    }

    /// Nothing was asked beyond what the organisation allows, and no channel is left lying about.
    async fn within_limits(&self) -> Result<(), String> {
        let requests = self.control.requests().await;
        let over = |one: &&Value| one["status"] == 429 && one["fault"].is_null();
        if let Some(over) = requests.iter().find(over) {
            return Err(format!("over the limit: {over}"));
        }
        let state = self.control.state().await;
        let channels = state["channels"]["open"].as_u64().unwrap();
        if channels > CHANNELS as u64 {
            return Err(format!("{channels} channels are open, of {CHANNELS}"));
        }
        Ok(())
    }
}

/// Reads say by the clock on the wall when they were asked for; that one stands still here, nearly.
fn by_our_clock(news: &mut News, t: i64) {
    let asked = match news {
        News::Snapshot { asked, .. } => vec![asked],
        News::Phones(PhoneNews::Read(seen) | PhoneNews::Events(seen)) => {
            seen.iter_mut().map(|one| &mut one.asked).collect()
        }
        _ => Vec::new(),
    };
    let wall = Clock::Real.now();
    for asked in asked.into_iter().flatten() {
        let ago = i64::try_from(wall.since(*asked)).unwrap();
        *asked = Millis(BASE + t - ago);
    }
}

/// A shift: a seed, which API, so many minutes of trouble, and which of it is left out. One line names it.
#[derive(Clone, Debug)]
pub struct Shift {
    pub seed: u64,
    pub api: Api,
    pub minutes: i64,
    pub off: BTreeSet<String>,
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            api,
            minutes,
            off,
        } = self;
        let off: Vec<&str> = off.iter().map(String::as_str).collect();
        write!(f, "{seed}:{}:{minutes}:{}", api.word(), off.join(","))
    }
}

impl FromStr for Shift {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(4, ':').collect();
        let [seed, api, minutes, off] = parts[..] else {
            return Err("SEED:API:MINUTES:LEFT,OUT".to_owned());
        };
        let off = off.split(',').filter(|word| !word.is_empty());
        Ok(Self {
            seed: seed.parse().map_err(|_| "no seed")?,
            api: Api::ALL
                .into_iter()
                .find(|known| known.word() == api)
                .ok_or("no API")?,
            minutes: minutes.parse().map_err(|_| "no minutes")?,
            off: off.map(str::to_owned).collect(),
        })
    }
}

/// Makes a shift that fails smaller: fewer minutes, then fewer kinds of trouble, as long as it fails.
pub fn smallest(mut shift: Shift, mut why: String) -> (Shift, String) {
    let words = TROUBLES.map(|(key, ..)| key).into_iter().chain(DEEDS);
    let fewer = (1..shift.minutes).map(|minutes| Shift {
        minutes,
        ..shift.clone()
    });
    if let Some((less, told)) = fewer
        .into_iter()
        .find_map(|less| Some((less.clone(), run(&less).err()?)))
    {
        (shift, why) = (less, told);
    }
    for word in words {
        let mut less = shift.clone();
        less.off.insert(word.to_owned());
        if let Err(told) = run(&less) {
            (shift, why) = (less, told);
        }
    }
    (shift, why)
}

/// Follows the organisation through a shift, and then in calm.
pub fn run(shift: &Shift) -> Result<Followed, String> {
    fastrand::seed(shift.seed);
    provider();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(all(shift))
}

async fn all(shift: &Shift) -> Result<Followed, String> {
    let Shift {
        seed,
        api,
        minutes,
        off,
    } = shift;
    let (seed, api) = (*seed, *api);
    let options = Options {
        users: USERS,
        api: api.word(),
        seed,
        rate: 2.0,
        rate_limit: CALLS,
        ..Options::default()
    };
    let org = org::start(options).await.unwrap();
    let settings = Settings {
        requests_per_minute: Some(CALLS),
        ..ground::settings(&org, api)
    };
    let client = Client::new(settings).map_err(|error| error.to_string())?;
    let plan = Plan {
        users: None,
        poll: Duration::from_secs(30),
        max_streams: 18,
        channels: CHANNELS,
        carriers: true,
        callbacks: false,
        status_page: None,
    };
    let mailbox = Mailbox::new(CAPACITY);
    let mut floor = Floor {
        api,
        control: Control::of(&org),
        dice: Dice::of(seed, 40),
        begun: Instant::now(),
        truth: BTreeMap::new(),
        unsure: BTreeMap::new(),
        looked: 0,
        store: Store::default(),
        feeds: start_with(client, plan, Arc::clone(&mailbox), Timing::default()),
        ran: Followed::default(),
        later: Vec::new(),
    };
    let mut changes = Changes::default();
    let (end, mut next) = (minutes * 60_000, 30_000);
    floor.look().await;
    loop {
        let mut news = Vec::new();
        tokio::select! {
            biased;
            () = mailbox.ready() => {}
            () = sleep(Duration::from_millis(400)) => {}
        }
        let before = floor.looked;
        // What is heard of now was so before.
        floor.look().await;
        let t = floor.looked;
        while mailbox.drain(512, &mut news).more {}
        for mut one in news {
            by_our_clock(&mut one, t);
            if !matches!(one, News::Status(_)) {
                story(|| {
                    format!(
                        "{t} {}",
                        format!("{one:?}").chars().take(60_000).collect::<String>()
                    )
                });
            }
            floor.store.learn(one, Millis(BASE + t), &mut changes);
            changes.clear();
        }
        let due = floor.store.registrations.next_deadline();
        if due.is_some_and(|due| due.0 <= BASE + t) {
            floor
                .store
                .registrations
                .tick(Millis(BASE + t), &mut changes);
            changes.clear();
        }
        floor.holds(before, false)?;
        if t < end {
            floor.over(t).await;
            if t >= next {
                next = t + floor.dice.between(1_000, 30_000);
                floor.strike(t, off).await;
            }
        } else if t < end + 60_000 {
            floor.over(i64::MAX).await;
        } else {
            match floor.holds(before, true) {
                Ok(()) => {
                    floor.within_limits().await?;
                    return Ok(floor.ran);
                }
                Err(why) if t > end + CALM => return Err(why),
                Err(_) => {}
            }
        }
    }
}
