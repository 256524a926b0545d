//! What the past costs: a day of 50 events a second over 100,000 rows is written, then looked at anywhere.
//!
//! `cargo bench --bench record` prints bytes a day, what a second of news costs the writing thread, and how long a jump to a
//! random moment takes, from opening the folder to everything known. `-- --hours 1` writes less. A figure that is beyond what
//! is promised ends it with an error. Set `TMPDIR` to a disk with some 200 MB.

#![allow(
    clippy::print_stdout,
    reason = "the figures are what this bench is run for"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use trunkline::model::registration::{Device, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::record::{About, Record, RecordFolder, RecordSettings, Writer};
use trunkline::text::Text;
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;

const ROWS: u32 = 100_000;
const A_SECOND: i64 = 50;
/// Reads of the sweep, beside the events.
const SWEPT_A_SECOND: i64 = 3;
/// 2026-06-15T00:00:00Z.
const BEGIN: Millis = Millis(1_781_481_600_000);
const SITES: [&str; 5] = ["Frankfurt", "Accra", "Lab", "Lisbon", "Austin"];
const CODECS: [&str; 3] = ["opus", "PCMU", "G722"];
/// Phones that come and go.
const FLAPPING: usize = 250;
const JUMPS: usize = 200;

/// What is promised.
const BYTES_A_DAY: u64 = 60_000_000;
const JUMP: Duration = Duration::from_millis(200);
/// Of one core, for a second of news: the console itself takes about a tenth of one at that rate.
const A_SECOND_OF_NEWS: Duration = Duration::from_millis(5);

struct Phone {
    user: UserId,
    device: DeviceId,
    registered: bool,
    codec: usize,
}

struct World {
    random: fastrand::Rng,
    phones: Vec<Phone>,
}

/// An id as organisations give them: nothing in it can be guessed.
fn uuid(random: &mut fastrand::Rng) -> String {
    let n = format!("{:032x}", random.u128(..));
    let part = |from: usize, to: usize| n.get(from..to).unwrap().to_owned();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

impl World {
    fn new() -> Self {
        let mut random = fastrand::Rng::with_seed(21);
        let mut phones: Vec<Phone> = Vec::new();
        for n in 0..ROWS {
            let user = match phones.last().filter(|_| n % 2 == 1) {
                Some(first) => first.user.clone(),
                None => UserId::from(uuid(&mut random).as_str()),
            };
            phones.push(Phone {
                user,
                device: DeviceId::from(uuid(&mut random).as_str()),
                registered: random.u32(..50) > 0,
                codec: random.usize(..3),
            });
        }
        Self { random, phones }
    }

    fn read(&self, n: usize) -> (UserId, Vec<Device>) {
        let pair = self.phones.get(n * 2..n * 2 + 2).unwrap();
        let device = |phone: &Phone| Device {
            id: phone.device.clone(),
            registered: phone.registered,
            codec: Some(CODECS[phone.codec].into()),
        };
        (pair[0].user.clone(), pair.iter().map(device).collect())
    }

    fn first(&self) -> Vec<News> {
        let user = |n: usize, phone: &Phone| User {
            id: phone.user.clone(),
            name: Text::from(format!("Person number {n}")),
            site: Some(SITES[n % 5].into()),
        };
        let users = self.phones.iter().step_by(2).enumerate();
        let users = users.map(|(n, phone)| user(n, phone)).collect();
        let listed = [News::Users { users, total: None }, News::UsersComplete];
        let read = (0..self.phones.len() / 2).map(|n| {
            let (user, devices) = self.read(n);
            News::Snapshot {
                user,
                devices,
                spoken: Vec::new(),
                whole: true,
                live: true,
                asked: None,
            }
        });
        listed.into_iter().chain(read).collect()
    }

    /// Most events are no news, and of the changes many are of few phones, as in the embedded organisation.
    fn event(&mut self) -> News {
        let what = self.random.u32(..100);
        let among = match what {
            0..5 => FLAPPING,
            _ => self.phones.len(),
        };
        let n = self.random.usize(..among);
        let codec = self.random.usize(..3);
        let phone = self.phones.get_mut(n).unwrap();
        match what {
            0..13 => phone.registered = !phone.registered,
            13..40 => phone.codec = codec,
            _ => {}
        }
        News::Update(Update {
            user: phone.user.clone(),
            device: phone.device.clone(),
            registered: Some(phone.registered),
            codec: Some(CODECS[phone.codec].into()),
            raw: Bytes::from_static(b"{}"),
        })
    }

    fn swept(&mut self) -> News {
        let n = self.random.usize(..self.phones.len() / 2);
        let (user, devices) = self.read(n);
        News::Swept {
            user,
            devices,
            spoken: Vec::new(),
            whole: true,
        }
    }
}

/// Writes that many hours; gives the time of processor that a second took at most and on average.
fn write(folder: RecordFolder, hours: i64) -> (Duration, Duration) {
    let mut world = World::new();
    let settings = RecordSettings::default();
    let mut writer = Writer::open(folder, About::default(), settings).unwrap();
    writer.tell(BEGIN, Writer::news(world.first())).unwrap();
    let (mut took, mut longest) = (Duration::ZERO, Duration::ZERO);
    let seconds = hours * 3_600;
    for second in 1..seconds {
        let told: Vec<(Millis, News)> = (0..A_SECOND)
            .map(|n| {
                let at = BEGIN.plus(second * 1_000 + n * 1_000 / A_SECOND);
                let is_read = n % (A_SECOND / SWEPT_A_SECOND) == 0;
                (
                    at,
                    if is_read {
                        world.swept()
                    } else {
                        world.event()
                    },
                )
            })
            .collect();
        let begun = Instant::now();
        for (at, news) in told {
            writer.tell(at, Writer::news(vec![news])).unwrap();
        }
        let second = begun.elapsed();
        (took, longest) = (took + second, longest.max(second));
    }
    writer.close(BEGIN.plus(seconds * 1_000)).unwrap();
    (took / u32::try_from(seconds).unwrap(), longest)
}

/// Jumps to random moments, each as the console does it: the folder is opened anew.
fn jumps(folder: &RecordFolder, hours: i64) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut took: Vec<Duration> = (0..JUMPS)
        .map(|_| {
            let at = BEGIN.plus(random.i64(1_000..hours * 3_600_000));
            let begun = Instant::now();
            let look = Record::open(folder.clone()).unwrap().look(at).unwrap();
            let took = begun.elapsed();
            assert_eq!(look.store.registrations.counts().total, ROWS);
            took
        })
        .collect();
    took.sort_unstable();
    took
}

fn hours() -> i64 {
    let mut args = std::env::args();
    let given = args.by_ref().any(|arg| arg == "--hours");
    let hours = given.then(|| args.next()).flatten();
    hours.map_or(24, |hours| hours.parse().unwrap())
}

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let hours = hours();
    let folder = folder(dir.path());
    let (second, longest) = write(folder.clone(), hours);
    let bytes = folder.usage().unwrap().bytes() * 24 / hours.cast_unsigned();
    println!("{ROWS} rows, {A_SECOND} events a second, {hours} h");
    println!("bytes a day: {:.1} MB", bytes as f64 / 1e6);
    for (sort, (count, bytes)) in sorts(&folder) {
        println!("  {sort}: {count} blocks, {:.1} MB", bytes as f64 / 1e6);
    }
    println!("a second of news: {second:?}, the longest (with a still) {longest:?}");
    let took = jumps(&folder, hours);
    let (median, worst) = (took[JUMPS / 2], took[JUMPS - 1]);
    let late = took[JUMPS * 99 / 100];
    println!("a jump: median {median:?}, 99 of 100 within {late:?}, the longest {worst:?}");
    assert!(bytes <= BYTES_A_DAY, "too many bytes");
    assert!(second <= A_SECOND_OF_NEWS, "recording takes too much");
    assert!(late <= JUMP, "a jump takes too long");
}

fn folder(dir: &Path) -> RecordFolder {
    RecordFolder::of(dir, "bench")
}

/// What each sort of block takes.
fn sorts(folder: &RecordFolder) -> BTreeMap<String, (u64, u64)> {
    let mut found = BTreeMap::new();
    for day in folder.days().unwrap() {
        let index = std::fs::read(folder.path().join(format!("{day}.index"))).unwrap();
        for entry in index.as_chunks::<{ trunkline::record::ENTRY_BYTES }>().0 {
            let entry = trunkline::record::Entry::read(entry).unwrap();
            let (count, bytes) = found.entry(format!("{:?}", entry.sort)).or_insert((0, 0));
            *count += 1;
            *bytes += u64::from(entry.length);
        }
    }
    found
}
