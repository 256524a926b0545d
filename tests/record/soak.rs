//! What takes an hour, or a quiet machine: `cargo test --test record -- --ignored`. `TRUNKLINE_SOAK_SECONDS` makes it shorter.

use std::process::{Child, Stdio};
use std::time::Duration;

use trunkline::org::Options;
use trunkline::record::{Record, verify};
use trunkline::time::Millis;

use crate::common::ground::{Ground, faulty};
use crate::{Held, Seen, compared, folder, moment, now, serve, stop, watch};

/// Seconds that a soak takes: an hour, unless the environment says otherwise.
fn soak() -> Duration {
    let given = std::env::var("TRUNKLINE_SOAK_SECONDS").ok();
    Duration::from_secs(given.map_or(3_600, |seconds| seconds.parse().unwrap()))
}

/// A thousand looks at random moments, over an hour with faults.
async fn a_thousand_moments(api: &'static str, faults: &[&str]) {
    let ground = Ground::start(Options {
        rate: 10.0,
        ..faulty(150, api, faults)
    })
    .await;
    let mut serving = serve(&ground);
    watch(&ground, 0, Duration::ZERO).await;
    let mean = soak() / 1_000;
    let mut random = fastrand::Rng::new();
    let mut held = Held::default();
    // Held against the record as it grows, a few at a time: an hour of states is large.
    for _ in 0..50 {
        let mut seen = Vec::new();
        for _ in 0..20 {
            tokio::time::sleep(mean.mul_f64(random.f64() * 2.0)).await;
            let state = ground.control.get("/_org/state").await;
            seen.push(Seen {
                at: moment(&state["time"]),
                rows: state["registrations"].clone(),
            });
        }
        // What was told a second ago may not be written yet.
        tokio::time::sleep(Duration::from_secs(12)).await;
        let more = compared(&ground, &seen);
        held = Held {
            live: held.live + more.live,
            polled: held.polled + more.polled,
            unsure: held.unsure + more.unsure,
        };
        println!("{api}: {held:?}");
    }
    stop(&mut serving);
    assert_eq!(verify(&folder(&ground)).unwrap().damage, []);
    assert!(held.live > 10_000, "{held:?}");
}

/// `cargo test --test record -- --ignored an_hour`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes an hour"]
async fn an_hour_of_the_direct_api_with_faults_is_as_it_was() {
    a_thousand_moments(
        "direct",
        &[
            "http-503=0.02",
            "ws-drop=60",
            "latency=20",
            "ws-garbage=0.01",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes an hour"]
async fn an_hour_of_the_platform_api_with_faults_is_as_it_was() {
    a_thousand_moments(
        "platform",
        &["http-503=0.02", "latency=20", "ws-closing=120"],
    )
    .await;
}

/// Killed a thousand times while 50 events a second are recorded. `cargo test --test record -- --ignored a_thousand_times`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes an hour"]
async fn killed_a_thousand_times_nothing_is_lost_but_the_last_second() {
    let ground = Ground::start(Options {
        rate: 50.0,
        ..faulty(50, "direct", &[])
    })
    .await;
    let begun = std::time::Instant::now();
    let mut random = fastrand::Rng::new();
    let mut last = Millis::default();
    let mut times = 0;
    while times < 1_000 && begun.elapsed() < soak() {
        let mut serving = serve(&ground);
        watch(&ground, 0, Duration::ZERO).await;
        tokio::time::sleep(Duration::from_millis(random.u64(0..2_500))).await;
        serving.kill().unwrap();
        serving.wait().unwrap();
        let killed = now();
        let mut record = Record::open(folder(&ground)).unwrap();
        let reel = record.reel(killed).unwrap();
        assert_eq!(reel.damage, Vec::<String>::new());
        assert!(
            killed.since(reel.until) < 2_500,
            "{} to {killed}",
            reel.until
        );
        assert!(last < reel.from, "a run of its own");
        last = reel.until;
        times += 1;
    }
    let sound = verify(&folder(&ground)).unwrap();
    assert_eq!(sound.damage, []);
    println!(
        "killed {times} times, {} blocks are sound, {} bytes were torn",
        sound.blocks, sound.torn
    );
}

/// Ticks of the processor that a process has used.
fn used(child: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let (_, stat) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = stat.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Two of them follow the same organisation for as long, one that records and one that does not: what it costs is the
/// difference. Meant for the release program: `cargo test --release --test record -- --ignored costs --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes, and a quiet machine"]
async fn recording_costs_a_twentieth_at_most() {
    let ground = Ground::start(Options {
        rate: 50.0,
        ..faulty(500, "direct", &[])
    })
    .await;
    let config = std::fs::read_to_string(&ground.config).unwrap();
    let with = |enabled: bool| {
        let text = format!("{config}\n[record]\nenabled = {enabled}\n");
        std::fs::write(&ground.config, text).unwrap();
    };
    with(false);
    let other = ground.folder.path().join("other");
    let mut command = ground.program(&["serve", "--listen", "127.0.0.1:0"]);
    let mut without = command
        .env("XDG_STATE_HOME", other)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    with(true);
    let mut recording = serve(&ground);
    watch(&ground, 0, Duration::ZERO).await;
    // The start is no part of it.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let before = [used(&recording), used(&without)];
    tokio::time::sleep(soak().min(Duration::from_secs(300))).await;
    let [with, without_it] = [used(&recording) - before[0], used(&without) - before[1]];
    let more = with as f64 / without_it as f64 - 1.0;
    println!(
        "with {with} ticks, without {without_it}: {:.1} % more",
        more * 100.0
    );
    stop(&mut recording);
    stop(&mut without);
    assert!(more <= 0.05, "{with} ticks to {without_it}");
}
