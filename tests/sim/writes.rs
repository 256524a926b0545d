//! Writes to an organisation that loses requests and answers, over real connections and on a clock of the test's own.
//!
//! What the flows do is the product's own: guard, audit, retries, reconciliation. Requests go over plain HTTP on loopback within
//! one thread, and time moves only when nothing else does (`tokio::time::pause`), so a year of time-outs passes in a second. The
//! organisation knows what it has taken; the test knows what was proved not taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use trunkline::audit::Audit;
use trunkline::flow::callback::CallbackOrder;
use trunkline::flow::callback::direct::Reschedule;
use trunkline::flow::{self, Order, Stop};
use trunkline::model::audit::LineStatus;
use trunkline::model::callback::{Booking, Channels, Slot};
use trunkline::model::flow::{FlowId, Outcome};

use crate::common::ground::{kit, written};
use crate::common::ran::{Told, records};
use crate::dice::Dice;

/// What the organisation does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    Good,
    /// The connection ends before a byte of the request was read.
    Unread,
    /// It is read and thrown away; the connection ends.
    Lost,
    /// It is taken; the connection ends.
    AnswerLost,
    /// It is taken, and half of the answer comes.
    HalfAnswer,
    /// It is taken, and the answer is no JSON.
    Garbage,
    /// It is taken, and the answer comes when nobody waits any more.
    Late,
    /// 429 with a wait, or without one.
    Busy,
    /// 503.
    Away,
    /// 500, taken or not.
    Broken,
    BrokenTaken,
    /// 401: another token is asked for.
    Unknown,
    /// 409.
    Conflict,
    /// It is good, and the connection ends after it without a word.
    GoodAndGone,
}

const ANSWERS: [Answer; 14] = [
    Answer::Good,
    Answer::Unread,
    Answer::Lost,
    Answer::AnswerLost,
    Answer::HalfAnswer,
    Answer::Garbage,
    Answer::Late,
    Answer::Busy,
    Answer::Away,
    Answer::Broken,
    Answer::BrokenTaken,
    Answer::Unknown,
    Answer::Conflict,
    Answer::GoodAndGone,
];

impl Answer {
    /// Whether whoever asked knows by it that nothing was taken.
    fn proves_not_taken(self) -> bool {
        matches!(
            self,
            Self::Unread | Self::Busy | Self::Away | Self::Unknown | Self::Conflict
        )
    }

    fn takes(self) -> bool {
        !self.proves_not_taken() && !matches!(self, Self::Lost | Self::Broken)
    }
}

#[derive(Debug, Default)]
struct Book {
    /// Reservations by their ids: the booker's name for it, and how often each write was taken.
    reservations: BTreeMap<String, Value>,
    taken: BTreeMap<String, u32>,
    /// What each write met with, in order.
    met: BTreeMap<String, Vec<Answer>>,
    struck: BTreeMap<Answer, u32>,
    wrong: Vec<String>,
    trace: Vec<String>,
}

struct Host {
    book: Mutex<Book>,
    dice: Mutex<Dice>,
    state: std::path::PathBuf,
}

impl Host {
    fn draw(&self, writes: bool) -> Answer {
        let mut dice = self.dice.lock().unwrap();
        if dice.one_in(if writes { 3 } else { 2 }) || (!writes && !dice.one_in(4)) {
            return Answer::Good;
        }
        *dice.pick(&ANSWERS)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let Some((head, body)) = request(&mut stream, &mut buffer).await else {
                return;
            };
            let mut first = head.lines().next().unwrap_or_default().split(' ');
            let (verb, path) = (
                first.next().unwrap_or_default(),
                first.next().unwrap_or_default(),
            );
            let (answer, status, reply) = self.decide(verb, path, &body);
            let wait = self.dice.lock().unwrap().between(1, 300);
            sleep(Duration::from_millis(wait.unsigned_abs())).await;
            match answer {
                Answer::Unread | Answer::Lost | Answer::AnswerLost => return,
                Answer::Late => sleep(Duration::from_secs(120)).await,
                _ => {}
            }
            let text = if answer == Answer::Garbage {
                "<html>gateway</html>".to_owned()
            } else {
                reply.to_string()
            };
            let wait = if answer == Answer::Busy && wait % 2 == 0 {
                "retry-after: 3\r\n"
            } else {
                ""
            };
            let whole = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{wait}content-length: {}\r\n\r\n{text}",
                text.len()
            );
            let cut = if answer == Answer::HalfAnswer {
                whole.len() - 5
            } else {
                whole.len()
            };
            let _ = stream.write_all(&whole.as_bytes()[..cut]).await;
            if matches!(answer, Answer::HalfAnswer | Answer::GoodAndGone) {
                return;
            }
        }
    }

    fn decide(&self, verb: &str, path: &str, body: &str) -> (Answer, u16, Value) {
        if path == "/oauth/token" {
            let token = json!({"access_token": "t0ken-of-the-simulation", "token_type": "Bearer", "expires_in": 7200});
            return (Answer::Good, 200, token);
        }
        let writes = verb != "GET";
        let mut answer = self.draw(writes);
        // Nothing can be closed unread here once it was read: a read request that is thrown away is lost.
        if answer == Answer::Unread {
            answer = Answer::Lost;
        }
        let mut book = self.book.lock().unwrap();
        *book.struck.entry(answer).or_default() += 1;
        book.trace.push(format!("{verb} {path} {answer:?}"));
        if !writes {
            let reply = book.read(path);
            return (answer, status(answer, 200), reply);
        }
        let name = format!("{verb} {path} {body}");
        // No write without its intent.
        let intents = records(&self.state, "sim");
        let intents = intents
            .iter()
            .filter(|line| line.status == LineStatus::Intent);
        if intents.count() < book.met.len() + usize::from(!book.met.contains_key(&name)) {
            let told = format!("{name} was sent without its intent");
            book.wrong.push(told);
        }
        let before = book.met.entry(name.clone()).or_default();
        if let Some(open) = before.iter().find(|met| !met.proves_not_taken()) {
            let told = format!("{name} was sent again after {open:?}");
            book.wrong.push(told);
        }
        if let Some(before) = book.met.get_mut(&name) {
            before.push(answer);
        }
        if answer.takes() {
            *book.taken.entry(name).or_default() += 1;
            let reply = book.take(verb, path, body);
            return (answer, status(answer, 200), reply);
        }
        (answer, status(answer, 200), json!({"message": "no"}))
    }
}

fn status(answer: Answer, good: u16) -> u16 {
    match answer {
        Answer::Busy => 429,
        Answer::Away => 503,
        Answer::Broken | Answer::BrokenTaken => 500,
        Answer::Unknown => 401,
        Answer::Conflict => 409,
        _ => good,
    }
}

impl Book {
    fn read(&self, path: &str) -> Value {
        if path.starts_with("/api/v2/queues/") {
            let hours: Vec<Value> = [
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ]
            .iter()
            .map(|day| json!({"day": day, "open": "00:00", "close": "24:00"}))
            .collect();
            return json!({
                "id": "queue_sim", "name": "Simulated", "timeZone": "UTC", "operatingHours": hours,
                "maxConcurrentCallbacks": 100, "scheduledCallbacks": 1,
            });
        }
        let all: Vec<&Value> = self.reservations.values().collect();
        json!({"entities": all, "pageCount": 1, "total": all.len()})
    }

    fn take(&mut self, verb: &str, path: &str, body: &str) -> Value {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let id = match verb {
            "POST" => format!("r-{}", self.reservations.len() + 1),
            _ => path.rsplit('/').next().unwrap_or_default().to_owned(),
        };
        let reservation = json!({
            "id": id, "status": if verb == "DELETE" { "cancelled" } else { "scheduled" },
            "callback_number": "+14155550199", "callback_time": "2030-06-14T14:00:00Z",
            "queue_id": "queue_sim", "reason": "sim", "callback_id": body["callback_id"],
        });
        self.reservations.insert(id, reservation.clone());
        reservation
    }
}

/// The head and the body of the next request; none at the end.
pub async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, String)> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if buffer.len() >= end + 4 + length {
                let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
                let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
                buffer.drain(..end + 4 + length);
                return Some((head, body));
            }
        }
        let mut some = [0; 4096];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => buffer.extend_from_slice(&some[..read]),
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub struck: BTreeMap<Answer, u32>,
    pub outcomes: BTreeMap<&'static str, u32>,
    pub killed: u32,
    pub trace: Vec<String>,
}

fn order(dice: &mut Dice, n: usize) -> Order {
    let day = 1 + n % 28;
    let slot = |day| Slot {
        start: format!("2030-06-{day:02}T14:00:00Z"),
        end: format!("2030-06-{day:02}T14:15:00Z"),
    };
    let order = match dice.below(4) {
        0 => CallbackOrder::Cancel(vec![format!("r-old-{n}").as_str().into()]),
        1 => CallbackOrder::Reschedule(Box::new(Reschedule {
            id: format!("r-old-{n}").as_str().into(),
            queue: "queue_sim".into(),
            slots: vec![slot(day)],
        })),
        _ => CallbackOrder::Book(Box::new(Booking {
            callback_id: format!("cb-{n}"),
            callback_number: "+14155550199".into(),
            time_slot_matrix: vec![slot(day)],
            channel_preferences: Channels::default(),
            queue_id: "queue_sim".to_owned(),
            reason: "sim".to_owned(),
            concurrency_limit: 1,
        })),
    };
    Order::Callback(order)
}

/// Runs so many writes of a seed, one after the other; some are killed in the middle.
pub fn run(seed: u64, writes: usize) -> Result<Written, String> {
    fastrand::seed(seed);
    crate::common::control::provider();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(all(seed, writes))
}

async fn all(seed: u64, writes: usize) -> Result<Written, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!(
        "[profiles.sim]\napi = \"direct\"\nbase_url = \"http://127.0.0.1:{port}\"\nclient_id = \"sim\"\nclient_secret_file = \"SECRET\"\n"
    );
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "canary-secret-of-the-simulation").unwrap();
    let text = text.replace("SECRET", secret.path().to_str().unwrap());
    let (loaded, folder) = written(Some(&text), "mono");
    let profile = loaded.profile.ok_or("no profile")?;
    let state = folder.path().join("state");
    let host = Arc::new(Host {
        book: Mutex::default(),
        dice: Mutex::new(Dice::of(seed, 20)),
        state: state.clone(),
    });
    let serving = Arc::clone(&host);
    let door = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&serving).serve(stream));
        }
    });
    let mut dice = Dice::of(seed, 21);
    let mut ran = Written::default();
    let mut kit_now = kit(profile.clone(), &state).await;
    for n in 0..writes {
        let order = order(&mut dice, n);
        let before = named(&host);
        let (told, (_stopper, stop)) = (Told::default(), Stop::new());
        let tell = told.tell();
        let work = flow::run(&kit_now, FlowId(n as u64), order, &tell, &stop);
        let kill = dice
            .one_in(6)
            .then(|| Duration::from_millis(dice.between(0, 4_000).unsigned_abs()));
        let outcome = match kill {
            Some(after) => tokio::time::timeout(after, work).await.ok(),
            None => Some(work.await),
        };
        let news = named(&host);
        let fresh: Vec<String> = news.difference(&before).cloned().collect();
        if fresh.len() > 1 {
            return Err(format!("one order sent {fresh:?}"));
        }
        let taken = {
            let book = host.book.lock().unwrap();
            fresh
                .first()
                .map_or(0, |name| book.taken.get(name).copied().unwrap_or(0))
        };
        let word = match &outcome {
            Some(Outcome::Done(_)) => "done",
            Some(Outcome::Refused(_)) => "refused",
            Some(Outcome::Unknown { .. }) => "unknown",
            Some(Outcome::Cancelled(_)) => "cancelled",
            None => "killed",
        };
        *ran.outcomes.entry(word).or_default() += 1;
        ran.trace.push(format!("{n} {word} {taken}"));
        match word {
            "done" if taken != 1 => {
                return Err(format!("write {n} is done, and was taken {taken} times"));
            }
            "refused" if taken != 0 => {
                return Err(format!("write {n} is refused, and was taken: {outcome:?}"));
            }
            _ if taken > 1 => return Err(format!("write {n} was taken {taken} times")),
            _ => {}
        }
        if outcome.is_none() {
            ran.killed += 1;
            // What a thread of that process was writing is written: let it.
            sleep(Duration::from_millis(5)).await;
            kit_now = kit(profile.clone(), &state).await;
        }
        // Other writes of the kind are not left alone for what this one met with.
        sleep(Duration::from_secs(90)).await;
    }
    door.abort();
    let mut book = host.book.lock().unwrap();
    if let Some(wrong) = book.wrong.first() {
        return Err(wrong.clone());
    }
    drop(kit_now);
    audited(&state)?;
    ran.struck = std::mem::take(&mut book.struck);
    ran.trace.append(&mut book.trace);
    Ok(ran)
}

/// Every write that was sent, by its name.
fn named(host: &Host) -> BTreeSet<String> {
    host.book.lock().unwrap().met.keys().cloned().collect()
}

/// The audit is as it was written, and after the next start every intent has an outcome.
fn audited(state: &Path) -> Result<(), String> {
    let audit = Audit::open(state, "sim").map_err(|error| error.to_string())?;
    drop(audit);
    let found =
        trunkline::audit::verify::verify(state, "sim").map_err(|error| format!("{error}"))?;
    if let Some(fault) = found.fault {
        return Err(format!("the audit does not verify: {fault}"));
    }
    let mut open = BTreeSet::new();
    for line in records(state, "sim") {
        match line.status {
            LineStatus::Intent => drop(open.insert(line.id.raw().to_owned())),
            _ => drop(open.remove(line.id.raw())),
        }
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(format!("intents without an outcome: {open:?}"))
    }
}
