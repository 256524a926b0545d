//! Two consoles on two terminals, side by side.

use std::time::{Duration, Instant};

use super::Jump;
use super::common::ground::quiet;
use super::harness::{PATIENCE, Pty};

/// Two people who look at the same thing see it change together, and not at the next read or beat. How near is measured and
/// printed (some 35 ms where nothing else runs); a busy machine takes its turns where it likes.
const TOGETHER: Duration = Duration::from_secs(2);

fn console(jump: &Jump, operator: &str) -> Pty {
    let config = jump.ground.config.to_str().unwrap();
    let state = jump.ground.folder.path().join(operator);
    let environment = [
        ("USER", operator),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
    ];
    let pty = Pty::spawn_with(&["--config", config], &environment);
    pty.resize(40, 140);
    pty.wait_for("shared by .*, 2 attached|shared by .*, 1 attached");
    pty
}

/// When each of both shows it.
fn both(consoles: &[Pty; 2], pattern: &str) -> [Instant; 2] {
    let pattern = regex::Regex::new(pattern).unwrap();
    let began = Instant::now();
    let mut seen = [None, None];
    while seen.contains(&None) {
        for (seen, pty) in seen.iter_mut().zip(consoles) {
            if seen.is_none() && pattern.is_match(&pty.screen()) {
                *seen = Some(Instant::now());
            }
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{pattern}: {}",
            consoles[1].screen()
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    seen.map(Option::unwrap)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_consoles_show_a_change_together_and_one_sees_what_the_other_acknowledges() {
    let jump = Jump::start(quiet(12, "direct")).await;
    let _reader = jump.reader();
    let mut consoles = [console(&jump, "ana"), console(&jump, "ben")];
    let state = jump.ground.control.state().await;
    let all = state["registrations"].as_array().unwrap();
    let good: Vec<_> = all.iter().filter(|row| row["registered"] == true).collect();
    both(&consoles, "lost 0|lost [1-9]");
    let lost = all.len() - good.len();
    let mut apart: Vec<Duration> = Vec::new();
    for (number, row) in good.iter().take(7).enumerate() {
        let (user, device) = (
            row["userId"].as_str().unwrap(),
            row["deviceId"].as_str().unwrap(),
        );
        let body = serde_json::json!({ "registered": false });
        jump.ground.control.register(user, device, &body).await;
        let shown = format!("lost {} ", lost + number + 1);
        let [first, second] = tokio::task::block_in_place(|| both(&consoles, &shown));
        apart.push(first.max(second) - first.min(second));
    }
    apart.sort_unstable();
    eprintln!("apart: {apart:?}");
    assert!(apart[apart.len() / 2] < TOGETHER, "{apart:?}");

    for pty in &mut consoles {
        pty.send("7");
        pty.wait_for("▌ open");
    }
    let [ana, ben] = &mut consoles;
    ana.send("a");
    ana.wait_for("acknowledged by ana");
    ben.wait_for("ana");

    // What one pins is there for the other, with his name and his note.
    ana.send(":bookmark the trunk again\r");
    ana.wait_for("bookmark 1: ");
    ben.wait_for("bookmark 1: ");
    ben.send(":bookmarks\r");
    ben.wait_for("ana: the trunk again");
    ben.send("\x1b");
    assert_eq!(ana.quit(), 0);
    assert_eq!(ben.quit(), 0);
}

/// Changes of a row that are measured.
const MEASURED: usize = 100;

/// `cargo test --test share -- --ignored --nocapture within_fifty`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a bound that a busy machine may not keep"]
async fn two_consoles_show_a_change_of_a_row_within_fifty_milliseconds_of_each_other() {
    let jump = Jump::start(quiet(12, "direct")).await;
    let _reader = jump.reader();
    let consoles = [console(&jump, "ana"), console(&jump, "ben")];
    both(&consoles, "lost [0-9]+ .* stale 0 ");
    let truth = jump.truth().await;
    let (user, device) = truth.keys().next().unwrap();
    let mut apart: Vec<Duration> = Vec::new();
    for number in 0..MEASURED {
        // The codec of a change is what shows that it is this one.
        let codec = format!("k{number:03}");
        let body = serde_json::json!({ "registered": number % 2 == 0, "codec": codec });
        jump.ground.control.register(user, device, &body).await;
        let [first, second] = tokio::task::block_in_place(|| both(&consoles, &codec));
        apart.push(first.max(second) - first.min(second));
    }
    apart.sort_unstable();
    let of = |share: usize| apart[(MEASURED - 1) * share / 100];
    eprintln!(
        "apart: half {:?}, 95 of 100 {:?}, all {:?}",
        of(50),
        of(95),
        of(100)
    );
    assert!(of(95) <= Duration::from_millis(50), "{apart:?}");
}
