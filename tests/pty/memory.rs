//! The last known rows: what the next start shows before anything is read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use rustix::process::Signal;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use trunkline::org::Org;
use vt100::Parser;

use crate::common::ground::{Ground, quiet};
use crate::harness::Pty;

/// An organisation, a configuration that names it, and a state directory that outlives consoles.
struct House {
    folder: TempDir,
    runtime: Runtime,
    org: Option<Org>,
}

impl House {
    fn new() -> Self {
        Self::of("direct")
    }

    fn of(api: &'static str) -> Self {
        let runtime = Runtime::new().unwrap();
        let ground = runtime.block_on(Ground::start(quiet(4, api)));
        Self {
            folder: ground.folder,
            runtime,
            org: Some(ground.org),
        }
    }

    fn console(&self) -> Pty {
        let config = self.folder.path().join("config.toml");
        let state = self.folder.path().join("state");
        Pty::spawn_with(
            &["--config", config.to_str().unwrap()],
            &[
                ("XDG_STATE_HOME", state.to_str().unwrap()),
                ("NO_COLOR", "1"),
            ],
        )
    }

    /// A console that has read everything and was told to end.
    fn ended_by(&self, signal: Signal) {
        let mut console = self.console();
        console.wait_for(r"registered [1-9].*unknown 0");
        // The tab has no room for its count: the pane says whether its list was read.
        console.send("2");
        console.wait_for(r"healthy [1-9]");
        // The next console opens where this one was left.
        console.send("1");
        console.wait_for(r"registered [1-9].*unknown 0");
        console.signal(signal);
        console.exit_code();
    }

    fn close(&mut self) {
        let org = self.org.take();
        self.runtime.block_on(async move { drop(org) });
    }

    fn file(&self) -> PathBuf {
        self.folder
            .path()
            .join("state/trunkline/memory/org.msgpack")
    }

    fn configure(&self, line: &str) {
        let path = self.folder.path().join("config.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            format!("{text}\n[profiles.org.registrations]\n{line}\n"),
        )
        .unwrap();
    }
}

/// The first frame that a console drew.
fn first_frame(console: &Pty) -> String {
    const END: &[u8] = b"\x1b[?2026l";
    let mut frame = None;
    console.wait_until("first frame", |_, bytes| {
        let end = bytes.windows(END.len()).position(|at| at == END);
        frame = end.map(|end| bytes[..end].to_vec());
        frame.is_some()
    });
    let mut parser = Parser::new(24, 80, 0);
    parser.process(&frame.unwrap());
    parser.screen().contents()
}

#[test]
fn the_first_frame_of_the_next_run_shows_the_last_rows_and_says_what_they_are() {
    let mut house = House::new();
    house.ended_by(Signal::TERM);
    let mode = fs::metadata(house.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let kept = fs::read(house.file()).unwrap();
    // Nothing can be read from now on: what shows is remembered.
    house.close();
    let mut console = house.console();
    let frame = first_frame(&console);
    let rows = frame.lines().filter(|line| {
        line.trim_start_matches('▌')
            .trim_start()
            .starts_with("remembered ")
    });
    assert!(rows.count() >= 4, "{frame}");
    let summary = frame
        .lines()
        .find(|line| line.contains("registered 0"))
        .unwrap();
    assert!(
        summary.contains(" as of ") && !summary.contains('%'),
        "{frame}"
    );
    assert!(!frame.contains(" ok "), "{frame}");
    console.send("2");
    console.wait_for(r"remembered [1-9] as of ");
    assert_eq!(console.quit(), 0);
    assert_eq!(
        fs::read(house.file()).unwrap(),
        kept,
        "what was not read again stays as it was kept"
    );
}

#[test]
fn on_both_apis_remembered_rows_have_their_age_until_they_are_read() {
    for api in ["direct", "platform"] {
        let house = House::of(api);
        house.ended_by(Signal::TERM);
        let mut console = house.console();
        let frame = first_frame(&console);
        let marked = frame.lines().filter(|line| line.contains("remembered "));
        assert!(marked.count() >= 4, "{api}: {frame}");
        assert!(frame.contains(" as of "), "{api}: {frame}");
        assert!(!frame.contains(" ok "), "{api}: {frame}");
        console.wait_for(r"registered [1-9].*unknown 0");
        console.wait_until("everything is read", |screen, _| {
            let text = screen.contents();
            text.contains(" ok ") && !text.contains("remembered") && !text.contains(" as of ")
        });
        assert_eq!(console.quit(), 0);
    }
}

#[test]
fn a_profile_that_wants_no_memory_keeps_none_and_a_damaged_one_is_told() {
    let mut house = House::new();
    house.ended_by(Signal::HUP);
    house.close();
    let whole = fs::read(house.file()).unwrap();
    fs::write(house.file(), &whole[..whole.len() / 2]).unwrap();
    let mut console = house.console();
    let frame = first_frame(&console);
    assert!(!frame.contains("remembered"), "{frame}");
    assert!(frame.contains("damaged and not shown"), "{frame}");
    assert_eq!(console.quit(), 0);
    fs::write(house.file(), &whole).unwrap();
    house.configure("remember = false");
    let mut console = house.console();
    let frame = first_frame(&console);
    assert!(!frame.contains("remembered"), "{frame}");
    assert!(!house.file().exists());
    assert_eq!(console.quit(), 0);
    assert!(!house.file().exists());
}

#[test]
fn two_consoles_of_one_profile_leave_one_whole_memory() {
    let mut house = House::new();
    let mut both = [house.console(), house.console()];
    for console in &both {
        console.wait_for(r"registered [1-9].*unknown 0");
    }
    for console in &both {
        console.signal(Signal::TERM);
    }
    for console in &mut both {
        console.exit_code();
    }
    let folder = house.file().parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    house.close();
    let mut console = house.console();
    assert!(first_frame(&console).contains("remembered"));
    assert_eq!(console.quit(), 0);
}
