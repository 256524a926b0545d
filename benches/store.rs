//! What the store costs at 1k, 10k, 100k and 1M rows: taking news in, keeping a view, reading a page, and bytes a row.
//!
//! Timings of different sizes are taken in turn in one run; compare them as ratios.

#![allow(
    missing_docs,
    reason = "criterion's macros make public items without docs"
)]
#![allow(
    clippy::print_stdout,
    reason = "the memory note is what this bench is run for"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot be set up should stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use trunkline::kind::registrations::FIELDS;
use trunkline::model::registration::{Device, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::query::Query;
use trunkline::store::column::{Cell, Column};
use trunkline::store::view::{Sort, View};
use trunkline::store::{Believed, Changes, Limits, Registrations};
use trunkline::text::Text;
use trunkline::time::Millis;

const SIZES: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
const BATCH: usize = 512;
const START: Millis = Millis(1_781_532_202_000);
const GIVEN: [&str; 8] = [
    "Ana", "Bob", "Chidi", "Dora", "Efua", "Femi", "Grace", "Hanna",
];
const FAMILY: [&str; 8] = [
    "Petrova", "Osei", "Okafor", "Silva", "Mensah", "Ade", "Hopper", "Berg",
];
const SITES: [&str; 5] = ["Frankfurt", "Accra", "Lab", "Lisbon", "Austin"];
const CODECS: [&str; 3] = ["opus", "PCMU", "G722"];

fn web(n: u32) -> DeviceId {
    DeviceId::from(format!("webrtc-{n:06}").as_str())
}

fn user(n: u32) -> UserId {
    UserId::from(format!("u-{n:07}").as_str())
}

/// A table of that many rows, two devices a user, one in a hundred lost.
fn table(rows: u32) -> Registrations {
    // Room for every flap of a run, so that each size does the same work.
    let limits = Limits {
        flaps: 1 << 26,
        ..Limits::default()
    };
    let (mut table, mut changes) = (Registrations::new(limits), Changes::default());
    let mut random = fastrand::Rng::with_seed(1);
    for n in 0..rows / 2 {
        let (given, family) = (random.usize(..8), random.usize(..8));
        let listed = User {
            id: user(n),
            name: Text::from(format!("{} {} {n}", GIVEN[given], FAMILY[family])),
            site: Some(Text::from(SITES[random.usize(..5)])),
        };
        let device = |kind: &str, random: &mut fastrand::Rng| Device {
            id: DeviceId::from(format!("{kind}-{n:06}").as_str()),
            registered: random.u32(..100) > 0,
            codec: Some(Text::from(CODECS[random.usize(..3)])),
        };
        let devices = vec![device("webrtc", &mut random), device("poly", &mut random)];
        let now = START.plus(i64::from(n / 100));
        table.users(vec![listed], now, &mut changes);
        table.snapshot(&user(n), devices, &[], true, now, &mut changes);
        changes.clear();
    }
    table
}

/// A table, which devices of it are registered, and a clock.
struct Feed {
    rows: u32,
    table: Registrations,
    registered: Vec<bool>,
    random: fastrand::Rng,
    now: Millis,
}

impl Feed {
    fn new(rows: u32) -> Self {
        let table = table(rows);
        let web = |n: u32| {
            let id = table.find(&user(n), &web(n)).unwrap();
            table.row(id).unwrap().believed() == Believed::Registered
        };
        Self {
            rows,
            registered: (0..rows / 2).map(web).collect(),
            table,
            random: fastrand::Rng::with_seed(u64::from(rows)),
            now: START.plus(1_000_000),
        }
    }

    /// Frames that each turn a registration over, all over the table.
    fn frames(&mut self, count: usize) -> Vec<Update> {
        let mut frame = || {
            let n = self.random.u32(..self.rows / 2);
            let registered = &mut self.registered[n as usize];
            *registered = !*registered;
            Update {
                user: user(n),
                device: web(n),
                registered: Some(*registered),
                codec: None,
                raw: Bytes::from_static(br#"{"eventType":"registration","payload":{}}"#),
            }
        };
        (0..count).map(|_| frame()).collect()
    }

    /// Applies that many frames in batches; returns the time that the table took, or the view when there is one.
    fn run(&mut self, mut view: Option<&mut View>, events: u64) -> Duration {
        let (mut changes, mut spent) = (Changes::default(), Duration::ZERO);
        let mut left = usize::try_from(events).unwrap();
        while left > 0 {
            let frames = self.frames(left.min(BATCH));
            left -= frames.len();
            self.now = self.now.plus(1);
            changes.clear();
            let started = Instant::now();
            for frame in frames {
                self.table.update(frame, self.now, &mut changes);
            }
            let applied = Instant::now();
            match &mut view {
                None => spent += applied - started,
                Some(view) => {
                    view.apply(&changes, &self.table, self.now);
                    spent += applied.elapsed();
                }
            }
        }
        spent
    }
}

fn news(c: &mut Criterion) {
    let mut group = c.benchmark_group("update");
    for rows in SIZES {
        let mut feed = Feed::new(rows);
        group.bench_function(BenchmarkId::from_parameter(rows), |b| {
            b.iter_custom(|events| feed.run(None, events));
        });
    }
}

fn upkeep(c: &mut Criterion) {
    let views = [
        ("filter", Column::User, Some("state:lost")),
        ("since", Column::Since, None),
        ("state", Column::State, None),
    ];
    for (name, column, filter) in views {
        let mut group = c.benchmark_group(format!("view/{name}"));
        for rows in SIZES {
            let mut feed = Feed::new(rows);
            let filter = filter.map(|filter| Query::parse(filter, FIELDS).unwrap());
            let sort = Sort {
                column,
                descending: column.descends_first(),
            };
            let mut view = View::new(sort, filter);
            view.rebuild(&feed.table, feed.now);
            group.bench_function(BenchmarkId::from_parameter(rows), |b| {
                b.iter_custom(|events| feed.run(Some(&mut view), events));
            });
        }
    }
}

/// A page of 50 rows with every cell of the default columns, from the middle of a filtered and sorted view.
fn page(c: &mut Criterion) {
    let mut group = c.benchmark_group("page");
    for rows in SIZES {
        let mut feed = Feed::new(rows);
        let filter = Query::parse("state:ok !site:lab", FIELDS).unwrap();
        let mut view = View::new(
            Sort {
                column: Column::User,
                descending: false,
            },
            Some(filter),
        );
        view.rebuild(&feed.table, feed.now);
        feed.run(Some(&mut view), 10_000);
        group.bench_function(BenchmarkId::from_parameter(rows), |b| {
            b.iter(|| {
                for id in view.page(view.len() / 2, 50) {
                    let row = feed.table.row(id).unwrap();
                    for column in Column::DEFAULT {
                        black_box(match column.cell(&row) {
                            Cell::Text(text) => text.fit(20).len(),
                            Cell::What(what) => what.to_string().len(),
                            Cell::Word(word) => word.len(),
                            Cell::Moment(_) | Cell::Count(_) => 8,
                        });
                    }
                }
            });
        });
    }
}

fn rebuild(c: &mut Criterion) {
    let mut group = c.benchmark_group("rebuild");
    group.sample_size(10);
    for rows in [10_000, 1_000_000] {
        let table = table(rows);
        let filter = Query::parse("petrova state:ok", FIELDS).unwrap();
        for (name, filter) in [("sort", None), ("fuzzy", Some(filter))] {
            let mut view = View::new(Sort::default(), filter);
            group.bench_function(BenchmarkId::new(name, rows), |b| {
                b.iter(|| view.rebuild(&table, START));
            });
        }
    }
}

/// Bytes resident, all in: rows, index, users and one view; two devices a user.
fn memory(_: &mut Criterion) {
    let resident = || -> Option<u64> {
        let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
        Some(statm.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
    };
    for rows in [1_000_000, 100_000] {
        let Some(before) = resident() else { return };
        let table = table(rows);
        let mut view = View::new(Sort::default(), None);
        view.rebuild(&table, START);
        let took = resident().unwrap_or_default().saturating_sub(before);
        let each = took / u64::from(rows);
        println!(
            "memory/{rows}: {:.1} MiB, {each} B a row",
            took as f64 / 1_048_576.0
        );
        black_box((&table, &view));
    }
}

criterion_group!(benches, memory, news, upkeep, page, rebuild);
criterion_main!(benches);
