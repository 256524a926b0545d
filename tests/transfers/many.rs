//! Five hundred transfers through one socket, with everything going wrong that can.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use trunkline::cloud::direct::transfer::{Session, Timing};
use trunkline::model::transfer::made::{Made, Phase};

use crate::rig::{Rig, TIMING, begin, kit, log, transfer, wanted};

const COUNT: usize = 500;

/// Longer than anything takes on a machine that is busy with other tests: only silence may look like silence.
const PATIENCE: Duration = Duration::from_millis(2_500);

const FAULTS: [&str; 7] = [
    "transfer-ms=20",
    "transfer-shuffle=0.5",
    "transfer-reject=0.05",
    "transfer-unsupported=0.05",
    "transfer-silent=0.01",
    "transfer-deaf=0.01",
    "transfer-close=0.006",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_five_hundred_ends_as_the_organisation_says_and_none_is_done_twice() {
    let rig = Rig::with(&FAULTS).await;
    let mut kit = kit(&rig, "concurrency = 64").await;
    let patient = Timing {
        answer: PATIENCE,
        ..TIMING
    };
    kit.transfers = Session::new(kit.client.clone(), patient);
    // The media server has tests of its own; each time it is told is two more lines that wait for the disk.
    let mut profile = (*kit.profile).clone();
    profile.transfers.media_callback = None;
    kit.profile = profile.into();
    let ids = begin(&rig, COUNT).await;
    let moves = ids
        .iter()
        .map(|id| wanted(id, "genesys://user/agent-98765"));
    let began = Instant::now();
    let ran = transfer(&kit, moves.collect(), false).await;
    let took = began.elapsed();

    let made = ran.made();
    let log = log(&rig).await;
    let mut theirs: HashMap<&str, Vec<&Value>> = HashMap::new();
    for entry in &log {
        let id = entry["interactionId"].as_str().unwrap();
        theirs.entry(id).or_default().push(entry);
        let count = |key: &str| entry[key].as_u64().unwrap();
        // One that was only ever turned away before the person stopped asking has no other receipt.
        let again = count("received").saturating_sub(count("turnedAway") + 1);
        // A close takes the answers of others with it. One of those is asked once more, under its own id, when it has not moved
        // the interaction in the time that any answer has: the organisation was deaf to the first.
        let asked_again = made.iter().find(|made| made.interaction.raw() == id);
        let doubted = asked_again.is_some_and(|made| made.retries > 0);
        assert!(again <= u64::from(doubted), "sent again: {entry}");
    }
    assert_eq!(made.len(), COUNT);
    for made in &made {
        agrees(
            made,
            theirs
                .get(made.interaction.raw())
                .map_or(&[], Vec::as_slice),
        );
    }
    report(&made, &theirs, took);
}

/// What the console says of a transfer is what the organisation's own log says.
fn agrees(made: &Made, theirs: &[&Value]) {
    let of = |outcome: &str| {
        theirs
            .iter()
            .filter(|entry| entry["outcome"] == outcome)
            .count()
    };
    let told = || format!("{} ({}): {theirs:?}", made.phase.word(), made.why);
    assert!(of("transferred") <= 1, "done twice: {}", told());
    let last = theirs
        .last()
        .map(|entry| entry["outcome"].as_str().unwrap());
    let agrees = match made.phase {
        Phase::Transferred => of("transferred") == 1,
        Phase::Rejected => matches!(last, Some("rejected" | "unsupported")),
        Phase::TimedOut => last == Some("ignored"),
        // In doubt twice, and not moved: then the console does not go on asking.
        Phase::Unknown => of("transferred") == 0,
        Phase::Stopped => matches!(last, None | Some("turned-away")),
        phase => panic!("{} is no end", phase.word()),
    };
    assert!(agrees, "{}", told());
}

/// The figures, for `--nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "whoever asks for the figures reads them there"
)]
fn report(made: &[&Made], theirs: &HashMap<&str, Vec<&Value>>, took: std::time::Duration) {
    let mut over: Vec<f64> = Vec::new();
    for made in made {
        let entry = theirs
            .get(made.interaction.raw())
            .and_then(|all| all.last());
        let org = entry.and_then(|entry| entry["ms"].as_f64());
        if let (Some(us), Some(org), 0) = (made.latency_us, org, made.retries) {
            over.push(us as f64 / 1_000.0 - org);
        }
    }
    over.sort_by(f64::total_cmp);
    let at = |percent: usize| over[(over.len() - 1) * percent / 100];
    let of = |phase: Phase| made.iter().filter(|made| made.phase == phase).count();
    let retries: u32 = made.iter().map(|made| made.retries).sum();
    println!(
        "{} transfers in {took:.1?}: {} transferred, {} rejected, {} timed out, {} stopped, {} unknown, {retries} retries; over the organisation's own delay p50 {:.1} ms, p99 {:.1} ms",
        made.len(),
        of(Phase::Transferred),
        of(Phase::Rejected),
        of(Phase::TimedOut),
        of(Phase::Stopped),
        of(Phase::Unknown),
        at(50),
        at(99),
    );
}
