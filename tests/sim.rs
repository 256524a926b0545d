//! Every fault from a seed: a year of bad nights in an hour, on a clock of its own.
//!
//! A world of one thread: an organisation, feeds, the real mailbox, store, console, record and alerts, a second console on a link, and
//! somebody who presses keys. All of it draws from one number, so that a run is the same twice, and what was found is a line:
//! `TRUNKLINE_SIM=17:200:9 cargo test --test sim replay -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::too_many_lines,
    clippy::struct_excessive_bools,
    clippy::used_underscore_binding,
    clippy::similar_names,
    clippy::enum_variant_names,
    reason = "the lint knows test functions but not their helpers; a long run says what it saw"
)]

#[path = "sim/case.rs"]
mod case;
#[path = "common/all.rs"]
mod common;
#[path = "sim/dice.rs"]
mod dice;
#[path = "sim/feed.rs"]
mod feed;
#[path = "sim/feeds.rs"]
mod feeds;
#[path = "sim/hook.rs"]
mod hook;
#[path = "sim/known.rs"]
mod known;
#[path = "sim/organisation.rs"]
mod organisation;
#[path = "sim/people.rs"]
mod people;
#[path = "sim/smaller.rs"]
mod smaller;
#[path = "sim/tape.rs"]
mod tape;
#[path = "sim/viewer.rs"]
mod viewer;
#[path = "sim/whole.rs"]
mod whole;
#[path = "sim/world.rs"]
mod world;
#[path = "sim/writes.rs"]
mod writes;

use std::path::Path;

use case::Case;
use smaller::{attempt, smallest};
use trunkline::model::api::Api;
use whole::Shift;

/// Seeds of every run of the tests.
const FEW: u64 = 20;

fn told(case: &Case, why: &str) -> String {
    format!("{why}\n    TRUNKLINE_SIM={case} cargo test --test sim replay -- --ignored --nocapture")
}

/// Does it again and again on every core there is, until there is no more to do.
fn on_every_core(work: impl Fn() -> bool + Sync) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| while work() {});
        }
    });
}

/// Runs them all on every core there is; what fails is made smaller, and named in one line.
fn run(seeds: std::ops::Range<u64>) -> Vec<String> {
    let next = std::sync::atomic::AtomicU64::new(seeds.start);
    let failed = std::sync::Mutex::new(Vec::new());
    let struck = std::sync::Mutex::new(case::Struck::default());
    on_every_core(|| {
        let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if seed >= seeds.end || failed.lock().unwrap().len() >= 8 {
            return false;
        }
        match attempt(&Case::of(seed)) {
            Ok(ran) => struck.lock().unwrap().join(&ran.struck),
            Err(failure) => {
                eprintln!(
                    "seed {seed} fails at step {}: {}",
                    failure.step, failure.why
                );
                let (case, failure) = smallest(&Case::of(seed), failure);
                failed.lock().unwrap().push(told(&case, &failure.why));
            }
        }
        true
    });
    let mut failed = failed.into_inner().unwrap();
    let missing = struck.into_inner().unwrap().missing();
    if failed.is_empty() && !missing.is_empty() {
        failed.push(format!("inert: never struck: {}", missing.join(", ")));
    }
    failed
}

#[test]
fn seeds_are_clean() {
    let failed = run(0..FEW);
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn a_run_is_the_same_twice() {
    let case = Case::of(7);
    let [one, other] =
        [attempt(&case), attempt(&case)].map(|ran| ran.map_err(|f| told(&case, &f.why)));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one, other);
    let looked = one.looked.iter().all(|count| *count > 2);
    assert!(
        looked,
        "a run looks at the past, at the viewer and at the screen: {:?}",
        one.looked
    );
    assert_ne!(one.trace, attempt(&Case::of(8)).unwrap().trace);
}

/// The feeds themselves, over connections: no row is sure that was not so within its age, and after a calm all of them are.
#[test]
fn feeds_claim_no_more_than_they_know() {
    let mut struck = std::collections::BTreeMap::new();
    let mut sure = 0;
    for seed in 0..4 {
        let ran = feeds::run(seed, 20).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for (trouble, times) in ran.struck {
            *struck.entry(trouble).or_insert(0) += times;
        }
        sure += ran.sure;
    }
    println!("{struck:?} {sure}");
    assert!(
        struck.len() == 12 && sure > 10_000,
        "inert: {struck:?} {sure}"
    );
}

/// Shifts of both APIs, on every core there is. Every trouble and every deed has struck in the end.
fn shifts(seeds: std::ops::Range<u64>) {
    let todo: Vec<(u64, Api)> = seeds
        .flat_map(|seed| Api::ALL.map(|api| (seed, api)))
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let struck = std::sync::Mutex::new(std::collections::BTreeMap::new());
    let failed = std::sync::Mutex::new(Vec::new());
    on_every_core(|| {
        let taken = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let Some((seed, api)) = todo.get(taken).copied() else {
            return false;
        };
        let off = std::collections::BTreeSet::new();
        let minutes = 12;
        let shift = Shift {
            seed,
            api,
            minutes,
            off,
        };
        match whole::run(&shift) {
            Ok(ran) => {
                let mut struck = struck.lock().unwrap();
                for (trouble, times) in ran.struck {
                    *struck.entry(trouble).or_insert(0) += times;
                }
            }
            Err(why) => {
                eprintln!("{shift} fails: {why}");
                let (shift, why) = whole::smallest(shift, why);
                let again = format!(
                    "{why}\n    TRUNKLINE_SIM_SHIFT={shift} cargo test --test sim a_shift_again -- --ignored --nocapture"
                );
                failed.lock().unwrap().push(again);
            }
        }
        true
    });
    let (failed, struck) = (failed.into_inner().unwrap(), struck.into_inner().unwrap());
    println!("{struck:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(struck.len(), whole::KINDS, "inert: {struck:?}");
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).ok().map_or(or, |n| n.parse().unwrap())
}

/// The same on everything that the embedded organisation does, and can be told to do wrong.
#[test]
fn feeds_claim_no_more_than_they_know_of_a_whole_organisation() {
    shifts(0..2);
}

/// `TRUNKLINE_SIM_SEEDS=200 cargo test --release --test sim -- --ignored many_shifts --nocapture`
#[test]
#[ignore = "as long as it is told to"]
fn many_shifts() {
    let first = number("TRUNKLINE_SIM_FIRST", 2);
    shifts(first..first + number("TRUNKLINE_SIM_SEEDS", 20));
}

#[test]
#[ignore = "runs the one shift that TRUNKLINE_SIM_SHIFT names"]
fn a_shift_again() {
    let shift: Shift = std::env::var("TRUNKLINE_SIM_SHIFT")
        .unwrap()
        .parse()
        .unwrap();
    dice::tell_story();
    let ran = whole::run(&shift);
    println!("{}", dice::end_of_story().join("\n"));
    println!("{ran:?}");
    ran.unwrap();
}

/// Nothing is sent without its intent, and nothing twice whose first was not proved not taken.
#[test]
fn writes_are_sent_once_and_are_on_record() {
    let mut struck = std::collections::BTreeMap::new();
    let (mut outcomes, mut killed) = (std::collections::BTreeMap::new(), 0);
    for seed in 0..FEW {
        let ran = writes::run(seed, 12).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for (answer, times) in ran.struck {
            *struck.entry(answer).or_insert(0) += times;
        }
        for (word, times) in ran.outcomes {
            *outcomes.entry(word).or_insert(0) += times;
        }
        killed += ran.killed;
    }
    println!("{struck:?} {outcomes:?} {killed}");
    assert!(
        struck.len() >= 13 && outcomes.len() >= 4 && killed > 0,
        "inert: {struck:?} {outcomes:?}"
    );
}

/// What was found once is not found again.
#[test]
fn found_seeds_stay_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sim/found");
    let mut failed = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            let case: Case = line.parse().unwrap();
            if (0..FEW).any(|seed| Case::of(seed) == case) {
                continue; // Among those that are run anyway.
            }
            if let Err(failure) = attempt(&case) {
                failed.push(told(&case, &failure.why));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// `TRUNKLINE_SIM_SEEDS=10000 cargo test --release --test sim -- --ignored sim_long --nocapture`
#[test]
#[ignore = "as long as it is told to"]
fn sim_long() {
    let first = number("TRUNKLINE_SIM_FIRST", FEW);
    let seeds = number("TRUNKLINE_SIM_SEEDS", 100);
    let began = std::time::Instant::now();
    let failed = run(first..first + seeds);
    println!(
        "{seeds} seeds from {first} in {:?}, {} failed",
        began.elapsed(),
        failed.len()
    );
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
#[ignore = "runs the one case that TRUNKLINE_SIM names"]
fn replay() {
    let case: Case = std::env::var("TRUNKLINE_SIM").unwrap().parse().unwrap();
    dice::tell_story();
    match attempt(&case) {
        Ok(ran) => println!("{case} is clean: {ran:?}"),
        Err(failure) => {
            println!("{}", dice::end_of_story().join("\n"));
            panic!("at step {}: {}", failure.step, failure.why)
        }
    }
}
