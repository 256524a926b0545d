//! Standard output that ends early: a reader that has had enough, a disk that is full, and none from the start.

use std::io::{BufRead as _, BufReader, PipeWriter};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use clap::CommandFactory as _;
use serde_json::{Value, json};
use trunkline::cli::Cli;

use super::{Far, said};

/// What a shell sees of a program that SIGPIPE has ended.
const PIPE: i32 = 141;

/// A pipe that nobody reads.
fn unread() -> PipeWriter {
    let (_, writer) = std::io::pipe().unwrap();
    writer
}

/// Every command that has none below it, as it is typed.
pub fn leaves() -> Vec<Vec<String>> {
    fn below(command: &clap::Command, path: &[String], all: &mut Vec<Vec<String>>) {
        if command.get_subcommands().next().is_none() {
            all.push(path.to_vec());
        }
        for sub in command.get_subcommands() {
            let path = [path, &[sub.get_name().to_owned()]].concat();
            below(sub, &path, all);
        }
    }
    let mut all = Vec::new();
    below(&Cli::command(), &[], &mut all);
    all
}

/// What the commands that need something are given.
pub struct Given {
    folder: String,
    route: String,
    queue: String,
    interaction: String,
    endpoints: String,
}

impl Given {
    pub fn of(far: &Far) -> Self {
        let rows = |args: &[&str]| -> Value {
            let output = far.run(args);
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
        };
        let first = |rows: Value, key: &str| rows[0][key].as_str().unwrap().to_owned();
        let route = first(rows(&["route", "list", "--json"]), "name");
        let queue = first(rows(&["callback", "queues", "--json"]), "id");
        let interactions = rows(&["get", "interactions", "--json"]);
        let interaction = first(interactions, "interaction");
        let folder = far.folder.path().join("routes");
        std::fs::create_dir_all(&folder).unwrap();
        let body = far.run(&["route", "show", &route, "--body"]).stdout;
        std::fs::write(folder.join("route.json"), body).unwrap();
        let slot = json!({"start": "2030-06-17T15:00:00Z", "end": "2030-06-17T15:30:00Z"});
        let booking = json!({
            "callback_id": "cb_pipe", "callback_number": "+14155550123", "time_slot_matrix": [slot], "queue_id": queue,
            "channel_preferences": {"primary": "voice", "allow_sms": false}, "reason": "r", "concurrency_limit": 1,
        });
        let endpoints = far.folder.path().join("endpoints");
        std::fs::create_dir_all(&endpoints).unwrap();
        let given = Self {
            folder: folder.to_str().unwrap().to_owned(),
            route,
            queue,
            interaction,
            endpoints: endpoints.to_str().unwrap().to_owned(),
        };
        let endpoint = far.run(&["provision", "--template"]).stdout;
        std::fs::write(endpoints.join("endpoint.json"), endpoint).unwrap();
        std::fs::write(given.file("booking.json"), booking.to_string()).unwrap();
        // So that there is an audit.
        let output = far.run(&["callback", "cancel", "cb_nobody", "--yes"]);
        assert_ne!(output.status.code(), Some(2), "{}", said(&output));
        given
    }

    /// A file beside the routes: those are the only ones there.
    pub fn file(&self, name: &str) -> String {
        format!("{}/../{name}", self.folder)
    }

    /// What follows the name of a command; none for those that write nothing to standard output.
    pub fn arguments(&self, command: &str) -> Option<Vec<String>> {
        let route = || self.route.clone();
        let words: Vec<String> = match command {
            // They need a terminal, or end by a signal and talk on standard error; a person does the last two.
            // Nothing is recorded or shared here, and no webhook is registered: what is about these says so on standard error.
            // Neither has this API SIP messages.
            "demo" | "serve" | "login" | "logout" | "replay" | "dump" | "digest" | "handover"
            | "packet" | "bookmark remove" | "record verify" | "record prune" | "share status"
            | "webhook add" | "webhook test" | "webhook remove" | "alert test" | "sip" => {
                return None;
            }
            "provision apply" => vec![self.endpoints.clone(), "--plan".into()],
            "callback waiting" => vec!["--json".into()],
            "get" => vec!["users".into()],
            "whois" => vec!["8031".into(), "--json".into()],
            "api" => vec!["GET".into(), "queues".into()],
            "probe" => vec!["dns".into(), "localhost".into()],
            "transfer" => [
                &self.interaction,
                "--to",
                &format!("genesys://queue/{}", self.queue),
                "--dry-run",
            ]
            .map(str::to_owned)
            .to_vec(),
            "callback book" => vec!["-f".into(), self.file("booking.json"), "--dry-run".into()],
            "callback cancel" => vec!["cb_nobody".into(), "--dry-run".into()],
            "route show" => vec![route()],
            "route deploy" => vec![
                "-f".into(),
                format!("{}/route.json", self.folder),
                "--dry-run".into(),
            ],
            "route test" | "route delete" => vec![route(), "--dry-run".into()],
            "route apply" => vec![self.folder.clone(), "--plan".into()],
            "completions" => vec!["bash".into()],
            "org" => vec!["--users".into(), "1".into()],
            _ => Vec::new(),
        };
        Some(words)
    }
}

fn quiet(output: &Output, what: &str) {
    let said = said(output);
    for word in ["panicked", "RUST_BACKTRACE", "Broken pipe", "os error"] {
        assert!(!said.contains(word), "{what}: {said}");
    }
}

#[test]
fn every_command_ends_quietly_when_nobody_reads() {
    let far = Far::start(&["--users", "4", "--rate-limit", "0"]);
    let given = Given::of(&far);
    let leaves = leaves();
    assert!(leaves.len() > 20, "{leaves:?}");
    for leaf in &leaves {
        let name = leaf.join(" ");
        let mut runs = vec![[leaf.clone(), vec!["--help".to_owned()]].concat()];
        runs.extend(
            given
                .arguments(&name)
                .map(|more| [leaf.clone(), more].concat()),
        );
        for args in runs {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let mut command = far.command(&args);
            if name == "config init" {
                command = super::program(std::env::temp_dir());
                command
                    .args(&args)
                    .arg("--config")
                    .arg(given.file("new.toml"));
            }
            let output = command.stdout(unread()).output().unwrap();
            quiet(&output, &args.join(" "));
            assert_eq!(
                output.status.code(),
                Some(PIPE),
                "{args:?}: {}",
                said(&output)
            );
        }
    }
}

#[test]
fn nobody_reading_the_errors_either_stops_nothing() {
    let far = Far::start(&["--users", "2", "--rate-limit", "0"]);
    let output = far
        .command(&["route", "show", "no such route"])
        .stderr(unread())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = super::program(std::env::temp_dir())
        .arg("--nonsense")
        .stderr(unread())
        .output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

#[test]
fn a_full_disk_is_said_and_is_no_success() {
    let far = Far::start(&["--users", "3", "--rate-limit", "0"]);
    for args in [
        &["get", "registrations"][..],
        &["get", "registrations", "--json"],
        &["report"],
        &["config", "show"],
        &["man"],
        &["completions", "zsh"],
        &["--help"],
        &["org", "--help"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = far.command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            said(&output).contains("the disk is full"),
            "{args:?}: {}",
            said(&output)
        );
    }
}

/// With a shell's `>&-`: no standard output at all.
fn shut(far: &Far, args: &[&str]) -> Output {
    let command = far.command(args);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" \"$@\" >&-"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.output().unwrap()
}

#[test]
fn a_closed_output_is_said_before_anything_is_done_and_dev_null_is_none() {
    let far = Far::start(&["--users", "2", "--rate-limit", "0"]);
    let given = Given::of(&far);
    for leaf in leaves() {
        let name = leaf.join(" ");
        let mut args = leaf.clone();
        match given.arguments(&name) {
            Some(more) => args.extend(more),
            None => args.push("--help".to_owned()),
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = shut(&far, &args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(
            said(&output).contains("standard output is closed"),
            "{args:?}: {}",
            said(&output)
        );
    }
    let booking = given.file("booking.json");
    let before = far.run(&["callback", "list", "--json"]).stdout;
    let output = shut(&far, &["callback", "book", "-f", &booking, "--yes"]);
    assert_eq!(output.status.code(), Some(2));
    let after = far.run(&["callback", "list", "--json"]).stdout;
    let count = |json: &[u8]| {
        let rows: Value = serde_json::from_slice(json).unwrap();
        rows.as_array().unwrap().len()
    };
    assert_eq!(count(&before), count(&after), "nothing was sent");
    // What is thrown away on purpose is no fault, however it was opened.
    let null = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .unwrap();
    let output = far.command(&["config", "show"]).stdout(null).output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

#[test]
fn a_watch_ends_with_its_reader_also_where_nothing_happens() {
    let far = Far::start(&["--users", "3", "--rate-limit", "0"]);
    let mut command: Command = far.command(&["get", "users", "--watch", "--json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        let mut line = String::new();
        rows.read_line(&mut line).unwrap();
        assert!(line.starts_with('{'), "{line}");
    }
    drop(rows);
    let until = Instant::now() + Duration::from_secs(20);
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > until {
            let _ = child.kill();
            panic!("it goes on");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(ended.code(), Some(PIPE));
}
