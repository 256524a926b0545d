//! What programs get of every command: JSON of one style on standard output, also of what went wrong, and the exit code that
//! the table of the documentation has.

use std::process::Output;

use serde_json::Value;

use super::pipes::{Given, leaves};
use super::{Far, program, said};

/// Commands that have no `--json`: they print something else, or nothing.
const NO_JSON: &[&str] = &[
    "audit verify",
    "callback calendar",
    "completions",
    "config check",
    "config init",
    "config path",
    "config schema",
    "config show",
    "demo",
    "login",
    "logout",
    "man",
    "org",
    "record prune",
    "record verify",
    "replay",
    "serve",
];

/// Commands that ask the organisation for nothing.
const LOCAL: &[&str] = &[
    "audit show",
    "callback waiting",
    "dump",
    "probe",
    "record status",
    "share status",
];

/// One document, or a document a line.
fn documents(output: &Output) -> Result<Vec<Value>, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    if let Ok(one) = serde_json::from_str(&text) {
        return Ok(vec![one]);
    }
    let lines = text.lines().map(serde_json::from_str);
    let lines: Result<Vec<Value>, _> = lines.collect();
    match lines {
        Ok(lines) if !lines.is_empty() => Ok(lines),
        _ => Err(format!("no JSON: {text:?}, {}", said(output))),
    }
}

/// Keys that are in another style; what is below `body` and `headers` is the organisation's.
fn odd(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if !key.chars().all(|c| c.is_ascii_alphanumeric()) {
                    all.push(key.clone());
                }
                if !["body", "headers", "payload", "data"].contains(&key.as_str()) {
                    odd(value, all);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| odd(value, all)),
        _ => {}
    }
}

/// A command with all that it needs, and `--json`.
fn typed(leaf: &[String], given: &Given) -> Option<Vec<String>> {
    let name = leaf.join(" ");
    if NO_JSON.contains(&name.as_str()) {
        return None;
    }
    let mut args = match name.as_str() {
        "dump" => vec!["users".to_owned(), "--at".to_owned(), "-1s".to_owned()],
        "webhook add" => ["jobs", "--uri", "https://127.0.0.1:9/x", "--dry-run"]
            .map(str::to_owned)
            .to_vec(),
        "webhook test" | "webhook remove" => vec!["wh_x".to_owned(), "--dry-run".to_owned()],
        "provision" => vec![
            "-f".to_owned(),
            given.file("nothing.json"),
            "--dry-run".to_owned(),
        ],
        _ => given.arguments(&name)?,
    };
    if !args.contains(&"--json".to_owned()) {
        args.push("--json".to_owned());
    }
    Some([leaf.to_vec(), args].concat())
}

#[test]
fn json_is_json_in_one_style_whatever_happens_and_the_exit_code_says_what() {
    let far = Far::start(&["--users", "4", "--rate-limit", "0"]);
    let given = Given::of(&far);
    let config = std::fs::read_to_string(&far.config).unwrap();
    let other = |name: &str, text: &str| {
        let file = far.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        file
    };
    let replaced = |key: &str, value: &str| {
        let lines = config.lines().map(|line| match line.split_once(" = ") {
            Some((k, _)) if k.trim() == key => format!("{key} = {value:?}"),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    // Refused, unreachable, unreadable, not there.
    let faults = [
        ("works", far.config.clone(), None),
        (
            "secret",
            other("secret.toml", &replaced("client_id", "nobody")),
            Some(3),
        ),
        (
            "unreachable",
            other("far.toml", &replaced("base_url", "https://127.0.0.1:9")),
            Some(4),
        ),
        ("torn", other("torn.toml", "[profiles"), Some(2)),
    ];
    let mut wrong = Vec::new();
    for leaf in leaves() {
        let Some(args) = typed(&leaf, &given) else {
            continue;
        };
        let name = leaf.join(" ");
        for (fault, config, code) in &faults {
            let mut command = program(far.folder.path());
            command.env("XDG_STATE_HOME", far.folder.path().join("state"));
            let output = command
                .arg("--config")
                .arg(config)
                .args(&args)
                .output()
                .unwrap();
            let code = code.filter(|code| *code == 2 || !LOCAL.contains(&name.as_str()));
            let code = code.filter(|_| {
                !matches!(name.as_str(), "doctor" | "provision" | "probe") || *fault == "torn"
            });
            if code.is_some() && output.status.code() != code {
                wrong.push(format!(
                    "{name}, {fault}: exit {:?} and not {code:?}: {}",
                    output.status.code(),
                    said(&output)
                ));
            }
            if !(0..=5).contains(&output.status.code().unwrap_or(-1)) {
                wrong.push(format!("{name}, {fault}: exit {:?}", output.status.code()));
            }
            match documents(&output) {
                Err(why) => wrong.push(format!("{name}, {fault}: {why}")),
                Ok(all) => {
                    let mut keys = Vec::new();
                    all.iter().for_each(|value| odd(value, &mut keys));
                    if !keys.is_empty() {
                        wrong.push(format!("{name}, {fault}: keys {keys:?}"));
                    }
                }
            }
        }
        // What cannot be understood is said in JSON too.
        let output = far.run(
            &[
                &leaf.iter().map(String::as_str).collect::<Vec<_>>()[..],
                &["--json", "--nonsense"],
            ]
            .concat(),
        );
        let said_so = documents(&output).is_ok_and(|all| all[0]["error"]["exit"] == 2);
        if output.status.code() != Some(2) || !said_so {
            wrong.push(format!(
                "{name}, usage: {:?} {:?}",
                output.status.code(),
                String::from_utf8_lossy(&output.stdout)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
