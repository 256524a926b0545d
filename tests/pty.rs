//! The real binary on a real terminal: every way out leaves the terminal as it was found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows test functions but not their helpers"
)]

#[path = "pty/children.rs"]
mod children;
#[path = "common/all.rs"]
mod common;
#[path = "pty/harness.rs"]
mod harness;
#[path = "pty/memory.rs"]
mod memory;
#[path = "pty/terminals.rs"]
mod terminals;

use std::os::unix::fs::PermissionsExt as _;

use harness::Pty;
use rustix::process::Signal;

/// On every screen of the console: the first tab.
const UP: &str = "1 Reg";

fn console() -> Pty {
    let pty = Pty::spawn(&["demo"]);
    pty.wait_for(UP);
    pty
}

#[test]
fn it_takes_the_terminal_and_q_gives_it_back() {
    let mut pty = console();
    pty.wait_until("console modes", |screen, _| {
        screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste()
    });
    assert!(!pty.line_modes_restored());
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}

#[test]
fn ctrl_c_is_a_key_that_quits() {
    let mut pty = console();
    pty.send("\x03");
    assert_eq!(pty.exit_code(), 0);
    pty.wait_restored();
}

#[test]
fn a_signal_ends_it_with_128_and_its_number() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let mut pty = console();
        pty.signal(signal);
        assert_eq!(
            pty.exit_code(),
            128 + signal.as_raw().unsigned_abs(),
            "{signal:?}"
        );
        pty.wait_restored();
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_continuing_repaints() {
    let mut pty = console();
    for stop in ["key", "signal"] {
        if stop == "key" {
            pty.send("\x1a");
        } else {
            pty.signal(Signal::TSTP);
        }
        pty.wait_stopped(true);
        pty.wait_restored();
        let sent = pty.sent();
        pty.signal(Signal::CONT);
        pty.wait_until("the screen again", |screen, bytes| {
            let again = &bytes[sent..];
            screen.alternate_screen()
                && again.windows(4).any(|at| at == b"\x1b[2J")
                && screen.contents().contains(UP)
        });
        assert!(!pty.line_modes_restored(), "after a stop by {stop}");
    }
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}

#[test]
fn a_stop_that_cannot_be_caught_is_recovered_from() {
    let mut pty = console();
    pty.signal(Signal::STOP);
    pty.wait_stopped(true);
    let sent = pty.sent();
    pty.signal(Signal::CONT);
    pty.wait_until("the screen again", |screen, bytes| {
        bytes.len() > sent && screen.alternate_screen() && screen.contents().contains(UP)
    });
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}

#[test]
fn a_closed_terminal_ends_it() {
    let mut pty = console();
    pty.close();
    assert_eq!(pty.exit_code(), 129);
}

#[test]
fn a_closed_terminal_ends_it_with_the_hangup_ignored_too() {
    let mut pty = Pty::spawn_ignoring_hangup(&["demo"]);
    pty.wait_for(UP);
    pty.close();
    assert_eq!(pty.exit_code(), 129);
}

#[test]
fn a_terminal_closed_while_it_is_stopped_ends_it() {
    let mut pty = console();
    pty.send("\x1a");
    pty.wait_stopped(true);
    pty.close();
    // A stopped session leader gets the hangup with a continue (POSIX 11.1.10).
    assert_eq!(pty.exit_code(), 129);
}

#[test]
fn a_terminal_that_reads_nothing_can_still_be_left() {
    for (keys, code) in [(Some("q"), 0), (None, 143)] {
        let mut pty = console();
        pty.hold(true);
        pty.fill();
        match keys {
            Some(keys) => pty.send(keys),
            None => pty.signal(Signal::TERM),
        }
        assert_eq!(pty.exit_code(), code);
        pty.hold(false);
        pty.wait_restored();
    }
}

#[test]
fn a_panic_anywhere_restores_and_then_reports() {
    panics(env!("CARGO_BIN_EXE_trunkline"));
}

/// Before a release: `cargo build --release && TRUNKLINE_RELEASE=$PWD/target/release/trunkline cargo test --test pty --
/// --ignored`.
///
/// The gate builds no release: that would double its time for one test. What a profile can change about a panic is whether
/// it unwinds, which [`nothing_in_the_release_profile_changes_a_panic`] holds in the gate; this looks at the very program.
#[test]
#[ignore = "needs the program that is released, named in TRUNKLINE_RELEASE"]
fn a_panic_of_the_released_program_restores_and_then_reports() {
    let program = std::env::var("TRUNKLINE_RELEASE");
    panics(&program.expect("TRUNKLINE_RELEASE names the program that is released"));
}

/// The tests run in the profile of development. The terminal is given back, and a task's panic is noticed, while the stack
/// unwinds and by the panic hook: `panic = "abort"` would skip the first. Speed, symbols and overflow checks change neither.
#[test]
fn nothing_in_the_release_profile_changes_a_panic() {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().unwrap();
    let settings: toml::Table = include_str!("../.cargo/config.toml").parse().unwrap();
    let profiles = [&manifest, &settings].map(|table| table.get("profile"));
    let profiles = profiles.into_iter().flatten();
    for (name, profile) in profiles.flat_map(|table| table.as_table().unwrap()) {
        let panic = profile.get("panic").and_then(toml::Value::as_str);
        assert!(panic.is_none_or(|how| how == "unwind"), "{name}: {panic:?}");
    }
    for key in ["build", "target", "unstable"] {
        assert!(
            settings.get(key).is_none(),
            "[{key}] may hold flags of the compiler"
        );
    }
}

fn panics(program: &str) {
    for place in ["pane", "task", "draw"] {
        // The demo keeps no state: what is said of a fault of the program itself goes to the usual place all the same.
        let mut pty = Pty::spawn_program(
            program,
            &["demo"],
            &[
                ("TRUNKLINE_TEST_PANIC", place),
                ("GENESYS_CLIENT_SECRET", "canary-of-a-crash"),
            ],
        );
        assert_eq!(pty.exit_code(), 101, "in a {place}");
        pty.wait_restored();
        pty.wait_for("(?i)panicked");
        let report = pty.home().join(".local/state/trunkline/crash.txt");
        let mode = std::fs::metadata(&report).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let report = std::fs::read_to_string(report).unwrap();
        assert!(report.contains(&format!("in a {place}")), "{report}");
        assert!(!report.contains("canary"), "{report}");
    }
}

/// Whoever may attach to a process, or read its core, reads its tokens.
#[cfg(target_os = "linux")]
#[test]
fn it_leaves_no_core_and_is_nobodys_to_trace() {
    let pty = console();
    let of = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", pty.id())).unwrap();
    let limits = of("limits");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(
        core.split_whitespace().collect::<Vec<_>>()[4..6],
        ["0", "0"],
        "{core}"
    );
    // Its files in /proc belong to root where it is not dumpable, and its children have limits of 0 as well.
    if !rustix::process::geteuid().is_root() {
        use std::os::unix::fs::MetadataExt as _;
        let owner = std::fs::metadata(format!("/proc/{}/environ", pty.id()))
            .unwrap()
            .uid();
        assert_eq!(owner, 0);
    }
}

#[test]
fn a_resize_repaints_for_the_new_size() {
    let mut pty = console();
    for (rows, cols) in [(40, 120), (24, 80)] {
        let sent = pty.sent();
        pty.resize(rows, cols);
        pty.wait_until("a repaint", |screen, bytes| {
            let again = &bytes[sent..];
            again.windows(4).any(|at| at == b"\x1b[2J") && screen.contents().contains(UP)
        });
    }
    assert_eq!(pty.quit(), 0);
    pty.wait_restored();
}

#[test]
fn no_color_means_no_colour_at_all() {
    let mut pty = Pty::spawn_with(&["demo"], &[("NO_COLOR", "1")]);
    pty.wait_for(UP);
    pty.wait_until("colourless screen", |screen, _| {
        let (rows, cols) = screen.size();
        let mut cells = (0..rows).flat_map(|y| (0..cols).filter_map(move |x| screen.cell(y, x)));
        cells.all(|cell| {
            cell.fgcolor() == vt100::Color::Default && cell.bgcolor() == vt100::Color::Default
        })
    });
    assert_eq!(pty.quit(), 0);
}

#[test]
fn nothing_is_sent_after_the_way_back() {
    let mut pty = console();
    pty.send("q");
    pty.exit_code();
    pty.wait_restored();
    pty.wait_until("the cursor last", |_, bytes| bytes.ends_with(b"\x1b[?25h"));
    assert!(!pty.screen().contains(UP), "the screen from before is back");
}
