//! What consoles cost that are attached, beside one that reads by itself: requests, channels, memory, processor time.

#![allow(clippy::print_stderr, reason = "figures are for whoever runs it")]

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Serving;
use super::common::child::Far;
use super::common::program::answer;
use super::harness::Pty;
use super::storm::Storm;

/// How long the memory and the processor time are looked at, at the end.
const WINDOW: Duration = Duration::from_secs(60);

/// Changes a second meanwhile.
const RATE: u64 = 20;

/// What one process has cost within the window.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    resident_kb: u64,
    cpu_ms: u64,
}

/// What the organisation saw from the start of whoever reads to the end of a time; and what consoles showed then.
#[derive(Debug)]
struct Seen {
    requests: usize,
    channels: u64,
    stale: Vec<u64>,
    costs: Vec<Cost>,
}

fn cost(pid: i32) -> Cost {
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap();
    let status = read("status");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let resident = resident.unwrap().trim().trim_end_matches(" kB");
    let stat = read("stat");
    let fields: Vec<u64> = stat
        .rsplit_once(") ")
        .unwrap()
        .1
        .split(' ')
        .map(|field| field.trim().parse().unwrap_or(0))
        .collect();
    Cost {
        resident_kb: resident.parse().unwrap(),
        // proc(5): utime and stime, in hundredths of a second.
        cpu_ms: (fields[11] + fields[12]) * 10,
    }
}

fn console(far: &Far, number: usize, more: &[&str]) -> Pty {
    let state = far.folder.path().join(format!("state-{number}"));
    let mut args = vec!["--config", far.config.to_str().unwrap()];
    args.extend(more);
    let console = Pty::spawn_with(&args, &[("XDG_STATE_HOME", state.to_str().unwrap())]);
    console.resize(40, 140);
    console
}

fn stale(console: &Pty) -> Option<u64> {
    let shown = regex::Regex::new(r"registered [1-9].* stale ([0-9,]+) ").unwrap();
    let screen = console.screen();
    shown.captures(&screen)?[1].replace(',', "").parse().ok()
}

async fn asked(far: &Far) -> usize {
    let seen: Value = far.control.get("/_org/requests").await;
    let kept = seen["requests"].as_array().unwrap().len();
    kept + usize::try_from(seen["dropped"].as_u64().unwrap()).unwrap()
}

/// Waits until everyone was read, and counts what was asked and spent until this time was over.
async fn measured(far: &Far, consoles: &[Pty], read: impl Fn() -> bool, over: Instant) -> Seen {
    let begins = over.checked_sub(WINDOW).unwrap();
    while !(read() && consoles.iter().all(|console| stale(console) == Some(0))) {
        assert!(Instant::now() < begins, "{}", consoles[0].screen());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    eprintln!(
        "everything was read {:?} before the end",
        over - Instant::now()
    );
    let there = far.control.state().await;
    let ids = there["registrations"].as_array().unwrap().iter().take(500);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ids = ids.map(|row| (text(&row["userId"]), text(&row["deviceId"])));
    let mut storm = Storm::begin(&far.control, ids.collect(), RATE);
    tokio::time::sleep_until(begins.into()).await;
    let before: Vec<Cost> = consoles.iter().map(|console| cost(console.id())).collect();
    tokio::time::sleep_until(over.into()).await;
    let requests = asked(far).await;
    let costs = consoles.iter().zip(before).map(|(console, was)| {
        let is = cost(console.id());
        Cost {
            cpu_ms: is.cpu_ms - was.cpu_ms,
            ..is
        }
    });
    let costs = costs.collect();
    let stale = consoles.iter().map(|console| stale(console).unwrap());
    let stale = stale.collect();
    storm.end().await;
    let channels = far.control.state().await["channels"]["open"].as_u64();
    Seen {
        requests,
        channels: channels.unwrap(),
        stale,
        costs,
    }
}

fn organisation(users: u32) -> Far {
    let far = Far::start(&["--users", &users.to_string(), "--api", "platform"]);
    let text = fs::read_to_string(&far.config).unwrap();
    let socket = far.folder.path().join("s");
    let text = format!("{text}\n[share]\nsocket = \"{}\"\n", socket.display());
    fs::write(&far.config, text).unwrap();
    far
}

/// One console that reads by itself, and then so many that are attached to one reader.
async fn compared(users: u32, attached: usize, time: Duration) {
    let far = organisation(users);

    let over = Instant::now() + time;
    let alone = [console(&far, 0, &["--direct"])];
    let read = || !alone[0].screen().contains("connecting");
    let one = measured(&far, &alone, read, over).await;
    drop(alone);
    eprintln!("alone: {one:?}");

    // Another organisation, so that nothing is left of the first reader's channels.
    let far = organisation(users);
    let over = Instant::now() + time;
    let mut serve = far.command(&["serve", "--share", "--listen", "127.0.0.1:0"]);
    let reader = Serving(serve.stderr(std::process::Stdio::null()).spawn().unwrap());
    super::harness::poll("a reader", || {
        far.run(&["share", "status"]).status.success().then_some(())
    });
    let consoles: Vec<_> = (0..attached)
        .map(|number| console(&far, number, &[]))
        .collect();
    let read = || {
        let status = answer(&far.run(&["share", "status", "--json"]));
        status["attached"] == attached
            && status["streams_live"] == status["streams_wanted"]
            && status["users"].as_u64() > Some(0)
    };
    let many = measured(&far, &consoles, read, over).await;
    eprintln!(
        "{attached} attached: {many:?}\nthe reader: {:?}",
        cost(reader.id())
    );
    let most = |seen: &Seen, of: fn(&Cost) -> u64| seen.costs.iter().map(of).max().unwrap();
    assert!(
        many.requests * 100 <= one.requests * 105,
        "{} requests, {} alone",
        many.requests,
        one.requests
    );
    assert!(
        many.channels <= one.channels,
        "{} channels, {} alone",
        many.channels,
        one.channels
    );
    assert!(
        many.stale.iter().all(|stale| *stale == 0),
        "{:?}",
        many.stale
    );
    let memory = |cost: &Cost| cost.resident_kb;
    let processor = |cost: &Cost| cost.cpu_ms;
    assert!(most(&many, memory) < most(&one, memory));
    assert!(most(&many, processor) < most(&one, processor));
}

/// `cargo test --test share -- --ignored --nocapture twenty_attached`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "six minutes, and a machine with nothing else to do"]
async fn twenty_attached_consoles_cost_the_organisation_what_one_does_and_themselves_less() {
    compared(600, 20, Duration::from_secs(180)).await;
}

/// `cargo test --test share -- --ignored --nocapture eleven_thousand`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "sixteen minutes, and a machine with nothing else to do"]
async fn three_consoles_on_eleven_thousand_users_cost_what_one_does() {
    compared(11_000, 3, Duration::from_secs(480)).await;
}
