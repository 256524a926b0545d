//! The cost of a frame, filter and sort on, by how many rows there are behind it; and of a key on the way to it.
//!
//! `cargo bench --bench frame`: a frame at 1,000,000 rows should cost what it costs at 1,000.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench is no product")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::config::{self, Flags, Paths};
use trunkline::environment::Environment;
use trunkline::model::registration::{Device, Update, User};
use trunkline::model::{DeviceId, UserId};
use trunkline::time::Millis;
use trunkline::vocabulary::news::News;

const NOON: Millis = Millis(1_781_532_202_000);
const AREA: Rect = Rect::new(0, 0, 120, 40);

fn feed(app: &mut App, news: Vec<News>, now: Millis) {
    app.update(
        Event::Feed {
            news,
            overflowed: Vec::new(),
            dropped: 0,
        },
        now,
    );
}

/// An application with that many rows, two to a user, filtered and sorted by since.
fn app(rows: u32) -> App {
    let folder = tempfile::tempdir().unwrap();
    let loaded = config::load(
        &Flags::default(),
        &Environment::default(),
        &Paths::under(folder.path()),
    )
    .unwrap();
    let mut app = App::new(loaded);
    for batch in (0..rows / 2).collect::<Vec<_>>().chunks(500) {
        let user = |n: &u32| User {
            id: UserId::from(format!("u-{n}").as_str()),
            name: format!("Person {:06}", n.wrapping_mul(2_654_435_761) % 1_000_000).into(),
            site: Some(["Frankfurt", "Accra", "Osaka", "Denver"][*n as usize % 4].into()),
        };
        let read = |n: &u32| News::Snapshot {
            user: UserId::from(format!("u-{n}").as_str()),
            devices: (0..2)
                .map(|d| Device {
                    id: DeviceId::from(format!("webrtc-{n}-{d}").as_str()),
                    registered: !n.is_multiple_of(50),
                    codec: Some("opus".into()),
                })
                .collect(),
            spoken: Vec::new(),
            whole: true,
            live: true,
            asked: None,
        };
        feed(
            &mut app,
            vec![News::Users {
                users: batch.iter().map(user).collect(),
                total: None,
            }],
            NOON,
        );
        feed(&mut app, batch.iter().map(read).collect(), NOON);
    }
    for key in "/codec:opus !site:lab".chars() {
        press(&mut app, KeyCode::Char(key), NOON);
    }
    press(&mut app, KeyCode::Enter, NOON);
    for key in ":sort since".chars() {
        press(&mut app, KeyCode::Char(key), NOON);
    }
    press(&mut app, KeyCode::Enter, NOON);
    app
}

fn press(app: &mut App, code: KeyCode, now: Millis) {
    app.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), now);
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("frame");
    for rows in [1_000, 10_000, 100_000, 1_000_000] {
        let mut app = app(rows);
        let mut buf = Buffer::empty(AREA);
        group.bench_function(BenchmarkId::new("draw", rows), |b| {
            b.iter(|| {
                buf.reset();
                trunkline::screen::render(&mut app, AREA, black_box(&mut buf));
            });
        });
        group.bench_function(BenchmarkId::new("key and draw", rows), |b| {
            let mut down = false;
            b.iter(|| {
                down = !down;
                press(
                    &mut app,
                    if down { KeyCode::Down } else { KeyCode::Up },
                    NOON,
                );
                buf.reset();
                trunkline::screen::render(&mut app, AREA, black_box(&mut buf));
            });
        });
        group.bench_function(
            BenchmarkId::new("512 updates, then draw if visible", rows),
            |b| {
                let mut n = 0_u32;
                let mut now = NOON;
                b.iter(|| {
                    now = now.plus(1);
                    let update = |_| {
                        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        let user = (n >> 8) % (rows / 2);
                        News::Update(Update {
                            user: UserId::from(format!("u-{user}").as_str()),
                            device: DeviceId::from(format!("webrtc-{user}-{}", n & 1).as_str()),
                            registered: Some(n & 64 == 0),
                            codec: None,
                            raw: Bytes::from_static(b"{}"),
                        })
                    };
                    feed(&mut app, (0..512).map(update).collect(), now);
                    if app.dirty() {
                        buf.reset();
                        trunkline::screen::render(&mut app, AREA, black_box(&mut buf));
                    }
                });
            },
        );
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = frames
}
criterion_main!(benches);
