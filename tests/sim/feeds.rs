//! The feeds themselves over real connections, on a clock of the test's own: an organisation whose answers are late, refused and cut off,
//! whose streams break, fall silent and lose events. Whatever happens, a row that is shown as sure was so within its age.
//!
//! As in `writes`, everything runs in one thread on the runtime's paused clock: an hour of a shift takes a second or two. What the
//! kernel does on loopback is not ours to draw, so that a run is the same twice but for the order of what happens within a
//! millisecond.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use trunkline::cloud::Client;
use trunkline::feed::mailbox::CAPACITY;
use trunkline::feed::{Mailbox, Plan, Timing, start_with};
use trunkline::model::registration::State;
use trunkline::store::{Changes, Store};
use trunkline::time::Millis;

use crate::common::server::settings;
use crate::dice::Dice;
use crate::organisation::{Organisation, Phone};
use crate::writes::request;

/// What a row says may be older than its age by so much, in milliseconds: an answer is at most so late, and a sweep's waits for two beats.
const ON_THE_WAY: i64 = 31_000 + 2 * 8_192;

/// A stream that carries nothing is noticed within this, in milliseconds, and what is shown by it is stale by then.
const NOTICED: i64 = 27_000;

/// Users with a stream; the others are polled.
const STREAMS: usize = 6;
const USERS: u32 = 8;

/// What goes wrong here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    Refused,
    Busy,
    Late,
    Cut,
    Garbled,
    UpgradeRefused,
    UpgradeHangs,
    StreamCut,
    StreamSilent,
    EventLost,
    EventTwice,
    Paused,
}

struct Site {
    org: Organisation,
    dice: Dice,
    calm: bool,
    /// Streams that are open, by user.
    streams: BTreeMap<String, Vec<mpsc::UnboundedSender<Told>>>,
    /// When an event of a phone was last lost on a stream that lived.
    lost: BTreeMap<String, i64>,
    struck: BTreeMap<Trouble, u32>,
    begun: Instant,
}

enum Told {
    Say(String),
    Cut,
    Silence,
}

type Shared = Arc<Mutex<Site>>;

impl Site {
    fn t(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    fn strike(&mut self, trouble: Trouble) {
        *self.struck.entry(trouble).or_default() += 1;
    }

    /// What becomes of a request that is not the sign-in.
    fn meets(&mut self) -> Option<Trouble> {
        if self.calm || !self.dice.one_in(9) {
            return None;
        }
        let all = [
            Trouble::Refused,
            Trouble::Busy,
            Trouble::Late,
            Trouble::Cut,
            Trouble::Garbled,
        ];
        let trouble = *self.dice.pick(&all);
        self.strike(trouble);
        Some(trouble)
    }

    /// Something happens in the organisation, and is told to whoever listens.
    fn live(&mut self) {
        let t = self.t();
        let present = self.org.present();
        let user = self.dice.pick(&present).clone();
        let phones: Vec<String> = self.org.people[&user].phones.keys().cloned().collect();
        let device = self.dice.pick(&phones).clone();
        let Some(phone) = self.org.phone_mut(&user, &device) else {
            return;
        };
        let to = phone.now().is_some_and(|is| !is);
        phone.turn(t, Some(to));
        let codec = phone.codec;
        let frame = json!({"eventType": "registration", "payload": {
            "userId": user, "deviceId": device, "registered": to, "codec": codec,
        }});
        let open = self
            .streams
            .get(&user)
            .is_some_and(|streams| !streams.is_empty());
        if open && !self.calm && self.dice.one_in(30) {
            self.strike(Trouble::EventLost);
            self.lost.insert(device, t);
            return;
        }
        let times = if open && !self.calm && self.dice.one_in(20) {
            2
        } else {
            1
        };
        if times == 2 {
            self.strike(Trouble::EventTwice);
        }
        for to in self.streams.get(&user).into_iter().flatten() {
            for _ in 0..times {
                let _ = to.send(Told::Say(frame.to_string()));
            }
        }
    }

    /// A stream of somebody breaks, or falls silent.
    fn break_one(&mut self) {
        let open = self
            .streams
            .iter()
            .filter(|(_, streams)| !streams.is_empty());
        let open: Vec<String> = open.map(|(user, _)| user.clone()).collect();
        if open.is_empty() || self.calm {
            return;
        }
        let user = self.dice.pick(&open).clone();
        let silent = self.dice.one_in(2);
        self.strike(if silent {
            Trouble::StreamSilent
        } else {
            Trouble::StreamCut
        });
        for to in self.streams.remove(&user).into_iter().flatten() {
            let _ = to.send(if silent { Told::Silence } else { Told::Cut });
        }
    }
}

async fn serve(site: Shared, mut stream: TcpStream) {
    let mut buffer = Vec::new();
    loop {
        let Some((head, _)) = request(&mut stream, &mut buffer).await else {
            return;
        };
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let parts: Vec<&str> = path
            .split('?')
            .next()
            .unwrap_or_default()
            .split('/')
            .collect();
        if parts.get(1) == Some(&"ws") {
            let user = parts
                .get(5)
                .map(|user| (*user).to_owned())
                .unwrap_or_default();
            return follow(site, stream, &head, user).await;
        }
        let (trouble, out, back) = {
            let mut site = site.lock().unwrap();
            let trouble = if path.starts_with("/oauth") {
                None
            } else {
                site.meets()
            };
            let mut wait = || site.dice.between(1, 600).unsigned_abs();
            (trouble, wait(), wait())
        };
        sleep(Duration::from_millis(out)).await;
        let (status, body) = {
            let site = site.lock().unwrap();
            if path.starts_with("/oauth") {
                (
                    200,
                    json!({"access_token": "t0ken-of-the-simulation", "token_type": "Bearer", "expires_in": 7200}),
                )
            } else if parts.last() == Some(&"users") {
                let users: Vec<_> = site
                    .org
                    .present()
                    .iter()
                    .map(|id| json!({"id": id, "name": id}))
                    .collect();
                (
                    200,
                    json!({"entities": users, "pageNumber": 1, "pageCount": 1, "total": users.len()}),
                )
            } else {
                let user = parts.get(5).copied().unwrap_or_default();
                let phones = site.org.people.get(user).map(|person| &person.phones);
                let phones = phones.into_iter().flatten().map(|(id, phone)| {
                    json!({"userId": user, "device": {"id": id}, "registered": phone.now(), "activeCodecs": [phone.codec]})
                });
                (200, json!({"entities": phones.collect::<Vec<_>>()}))
            }
        };
        let late = if trouble == Some(Trouble::Late) {
            8_000 + back * 40
        } else {
            back
        };
        sleep(Duration::from_millis(late)).await;
        let (status, text) = match trouble {
            Some(Trouble::Refused) => (500, "{}".to_owned()),
            Some(Trouble::Busy) => (429, "{}".to_owned()),
            Some(Trouble::Cut) => return,
            Some(Trouble::Garbled) => (200, "<html>".to_owned()),
            _ => (status, body.to_string()),
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        if stream.write_all((head + &text).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A stream of somebody's registrations, until it is cut or nobody listens any more.
async fn follow(site: Shared, mut stream: TcpStream, head: &str, user: String) {
    let trouble = {
        let mut site = site.lock().unwrap();
        let trouble = match site.dice.below(12) {
            0 if !site.calm => Some(Trouble::UpgradeRefused),
            1 if !site.calm => Some(Trouble::UpgradeHangs),
            _ => None,
        };
        if let Some(trouble) = trouble {
            site.strike(trouble);
        }
        trouble
    };
    sleep(Duration::from_millis(20)).await;
    match trouble {
        Some(Trouble::UpgradeHangs) => return sleep(Duration::from_secs(60)).await,
        Some(_) => {
            let _ = stream
                .write_all(b"HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n")
                .await;
            return;
        }
        None => {}
    }
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then(|| value.trim().to_owned())
    });
    let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
    let answer = format!(
        "HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-protocol: v2\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    // It tells from the moment at which it is open for the other side.
    let (to, mut told) = mpsc::unbounded_channel();
    site.lock()
        .unwrap()
        .streams
        .entry(user)
        .or_default()
        .push(to);
    if stream.write_all(answer.as_bytes()).await.is_err() {
        return;
    }
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    loop {
        tokio::select! {
            biased;
            next = told.recv() => match next {
                Some(Told::Say(text)) => {
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                Some(Told::Silence) => return sleep(Duration::from_secs(600)).await,
                Some(Told::Cut) | None => return,
            },
            heard = socket.next() => if !matches!(heard, Some(Ok(_))) {
                return;
            },
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    pub struck: BTreeMap<Trouble, u32>,
    pub looks: u32,
    pub sure: u32,
    pub news: u32,
}

/// Follows an organisation in trouble for so many minutes, and then in calm.
pub fn run(seed: u64, minutes: i64) -> Result<Followed, String> {
    fastrand::seed(seed);
    crate::common::control::provider();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(all(seed, minutes))
}

/// The moment at which all of it begins, by the wall.
const BASE: i64 = 1_781_532_202_000;

async fn all(seed: u64, minutes: i64) -> Result<Followed, String> {
    let mut dice = Dice::of(seed, 30);
    let site = Arc::new(Mutex::new(Site {
        org: Organisation::of(USERS, &mut dice),
        dice: Dice::of(seed, 31),
        calm: false,
        streams: BTreeMap::new(),
        lost: BTreeMap::new(),
        struck: BTreeMap::new(),
        begun: Instant::now(),
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = Arc::clone(&site);
    let door = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(Arc::clone(&serving), stream));
        }
    });
    let client = Client::new(settings(&url)).map_err(|error| error.to_string())?;
    let plan = Plan {
        users: None,
        poll: Duration::from_secs(30),
        max_streams: STREAMS,
        channels: 0,
        carriers: false,
        callbacks: false,
        status_page: None,
    };
    let mailbox = Mailbox::new(CAPACITY);
    let feeds = start_with(client, plan, Arc::clone(&mailbox), Timing::default());
    let (mut store, mut changes) = (Store::default(), Changes::default());
    let mut ran = Followed::default();
    let mut paused = 0;
    let end = minutes * 60_000;
    // An event that was lost on a stream that lives is made good by the round of reads, which takes up to half an hour.
    let calm = end + 35 * 60_000;
    loop {
        let pause = Duration::from_millis(dice.between(20, 4_000).unsigned_abs());
        let mut news = Vec::new();
        tokio::select! {
            biased;
            () = mailbox.ready() => drop(mailbox.drain(512, &mut news)),
            () = sleep(pause) => {}
        }
        let t = site.lock().unwrap().t();
        ran.news += u32::try_from(news.len()).unwrap();
        let quiet = news.is_empty();
        for one in news {
            store.learn(one, Millis(BASE + t), &mut changes);
            changes.clear();
        }
        holds(&store, &site.lock().unwrap(), t, &mut ran)?;
        if !quiet {
            continue;
        }
        let mut site = site.lock().unwrap();
        if t > calm {
            break;
        }
        site.calm = t > end;
        if site.calm {
            if paused > 0 {
                feeds.pause(false);
                paused = 0;
            }
            continue;
        }
        if paused > 0 && t > paused {
            feeds.pause(false);
            paused = 0;
        }
        match dice.below(60) {
            0..30 => site.live(),
            30..33 => site.break_one(),
            33 => {
                let present = site.org.present();
                feeds.reread(&[dice.pick(&present).as_str().into()]);
            }
            34 => {
                let present = site.org.present();
                feeds.attend(&[dice.pick(&present).as_str().into()]);
            }
            35 if dice.one_in(4) && paused == 0 => {
                site.strike(Trouble::Paused);
                paused = t + dice.between(1_000, 90_000);
                feeds.pause(true);
            }
            _ => {}
        }
    }
    let site = site.lock().unwrap();
    for (_, row) in store.registrations.rows() {
        let (user, device) = (row.user_id().raw(), row.device().raw());
        let there = site.org.phone(user, device).and_then(Phone::now);
        let shown = match row.state() {
            State::Ok => Some(true),
            State::Lost => Some(false),
            _ => None,
        };
        if shown.is_none() || shown != there {
            let state = row.state().word();
            return Err(format!(
                "after a long calm {user} {device} is {state}, and {there:?} there"
            ));
        }
    }
    let phones: usize = site
        .org
        .people
        .values()
        .map(|person| person.phones.len())
        .sum();
    if store.registrations.rows().count() != phones {
        return Err(format!(
            "{phones} phones, and {} rows",
            store.registrations.rows().count()
        ));
    }
    door.abort();
    ran.struck.clone_from(&site.struck);
    Ok(ran)
}

/// No row is shown as sure that the organisation changed longer ago than the row's age; and where a stream should have told, no longer
/// ago than it takes to notice that it does not.
fn holds(store: &Store, site: &Site, t: i64, ran: &mut Followed) -> Result<(), String> {
    ran.looks += 1;
    for (_, row) in store.registrations.rows() {
        let shown = match row.state() {
            State::Ok => true,
            State::Lost => false,
            _ => continue,
        };
        ran.sure += 1;
        let (user, device) = (row.user_id().raw(), row.device().raw());
        let Some(phone) = site.org.phone(user, device) else {
            return Err(format!("{user} {device} is no phone"));
        };
        let checked = row.checked().0 - BASE;
        if !phone.was_within(checked - ON_THE_WAY, checked, shown) {
            return Err(format!(
                "at {t}: {user} {device} is {} as of {checked}, and was not in the {ON_THE_WAY} ms before: {phone:?}",
                row.state().word()
            ));
        }
        let lost = site.lost.get(device).is_some_and(|at| t - at < 1_900_000);
        if row.live() && !lost && !phone.was_within(t - NOTICED, t, shown) {
            return Err(format!(
                "at {t}: {user} {device} is live and {}, and has not been for {NOTICED} ms: {phone:?}",
                row.state().word()
            ));
        }
    }
    Ok(())
}
