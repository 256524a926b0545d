//! One table of exit codes, over every command and every fault: `docs/headless.md` has it, and this holds it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::pipes::{Given, leaves};
use super::{Far, program, said};

/// Commands that stay until they are ended, or need a terminal.
const STAYING: &[&str] = &["demo", "login", "org", "replay", "serve"];

/// A command with all that it needs to be carried out.
fn typed(leaf: &[String], given: &Given) -> Option<Vec<String>> {
    let name = leaf.join(" ");
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let more: Vec<String> = match name.as_str() {
        name if STAYING.contains(&name) => return None,
        "sip" => words(&["c-1"]),
        "dump" => words(&["users", "--at", "-1s"]),
        "config init" => return None, // It has a test of its own.
        "packet" => words(&["--from", "-2m", "--to", "-1m", "-o", "/dev/null"]),
        "bookmark remove" => words(&["1"]),
        "webhook add" => words(&["jobs", "--uri", "https://127.0.0.1:9/x", "--dry-run"]),
        "alert test" => words(&["nobody"]),
        "webhook test" | "webhook remove" => words(&["wh_x", "--dry-run"]),
        "provision" => words(&["-f", &given.file("endpoints/endpoint.json"), "--dry-run"]),
        name => given.arguments(name).unwrap_or_default(),
    };
    Some([leaf.to_vec(), more].concat())
}

/// What each fault is made of: the configuration, and with it the folder that the command is run in.
fn faults(far: &Far) -> [(&'static str, PathBuf); 4] {
    let good = std::fs::read_to_string(&far.config).unwrap();
    let line = |key: &str| {
        let mut lines = good.lines();
        let line = lines.find(|line| line.trim_start().starts_with(key));
        line.unwrap_or_else(|| panic!("no {key} in {good}"))
            .to_owned()
    };
    let with = |name: &str, text: &str| {
        let path = far.folder.path().join(format!("{name}.toml"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let away = good.replace(&line("base_url"), "base_url = \"https://127.0.0.1:1\"");
    let secret = far.folder.path().join("another.secret");
    std::fs::write(&secret, "another").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let another = format!("client_secret_file = \"{}\"", secret.display());
    let refused = good.replace(&line("client_secret_file"), &another);
    [
        ("well", far.config.clone()),
        ("configuration", with("torn", "[profiles")),
        ("refused", with("refused", &refused)),
        ("away", with("away", &away)),
    ]
}

fn code(folder: &Path, config: &Path, args: &[String]) -> String {
    let output = program(folder)
        .arg("--config")
        .arg(config)
        .args(args)
        .output();
    let output = output.unwrap();
    match output.status.code() {
        Some(code) => code.to_string(),
        None => format!("ended: {}", said(&output)),
    }
}

#[test]
fn the_page_has_the_exit_code_of_every_command_at_every_fault() {
    let far = Far::start(&["--users", "4", "--rate-limit", "0"]);
    let given = Given::of(&far);
    let faults = faults(&far);
    // `provision` is one by itself, and has another below it.
    let commands = leaves().into_iter().chain([vec!["provision".to_owned()]]);
    let commands: Vec<_> = commands
        .filter_map(|leaf| Some((leaf.join(" "), typed(&leaf, &given)?)))
        .collect();
    let jobs = commands.iter().flat_map(|(name, args)| {
        let each = faults.iter().enumerate();
        each.map(move |(place, (_, config))| (name, place, config, args))
    });
    // Most of the time goes into waiting for an organisation that is not there.
    let (jobs, found) = (Mutex::new(jobs), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let next = jobs.lock().unwrap().next();
                    let Some((name, place, config, args)) = next else {
                        return;
                    };
                    let ended = code(far.folder.path(), config, args);
                    found.lock().unwrap().insert((name.clone(), place), ended);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    let row = |(name, _): &(String, Vec<String>)| {
        let code = |place| found[&(name.clone(), place)].as_str();
        format!("| `{name}` | {} |", [0, 1, 2, 3].map(code).join(" | "))
    };
    let table = commands.iter().map(row).collect::<Vec<_>>().join("\n");
    let page = std::fs::read_to_string("docs/headless.md").unwrap();
    assert!(
        page.contains(&table),
        "docs/headless.md is to have:\n{table}"
    );
}
