//! What went wrong is JSON too, for whoever reads standard output alone, and the exit code says what it was.

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

/// The one document that was printed.
fn document(output: &Output) -> Result<Value, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).map_err(|_| format!("no JSON: {text:?}, {}", said(output)))
}

/// A command with all that it needs, and `--json`; none where there is no such flag.
fn typed(leaf: &[String], given: &Given) -> Option<Vec<String>> {
    let name = leaf.join(" ");
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let mut args: Vec<String> = match name.as_str() {
        name if NO_JSON.contains(&name) => return None,
        "dump" => words(&["users", "--at", "-1s"]),
        "share status" => Vec::new(),
        "webhook add" => words(&["jobs", "--uri", "https://127.0.0.1:9/x", "--dry-run"]),
        "webhook test" | "webhook remove" => words(&["wh_x", "--dry-run"]),
        "provision" => words(&["-f", "nothing.json", "--dry-run"]),
        name => given.arguments(name)?,
    };
    if !args.iter().any(|arg| arg == "--json") {
        args.push("--json".to_owned());
    }
    Some([leaf.to_vec(), args].concat())
}

#[test]
fn what_goes_wrong_is_json_too_and_the_exit_code_says_what() {
    let far = Far::start(&["--users", "4", "--rate-limit", "0"]);
    let given = Given::of(&far);
    let torn = far.folder.path().join("torn.toml");
    std::fs::write(&torn, "[profiles").unwrap();
    let mut wrong = Vec::new();
    for leaf in leaves() {
        let name = leaf.join(" ");
        if let Some(args) = typed(&leaf, &given) {
            // A configuration that cannot be read.
            let mut command = program(far.folder.path());
            let output = command.arg("--config").arg(&torn).args(&args).output();
            let output = output.unwrap();
            match document(&output) {
                Ok(_) if output.status.code() == Some(2) => {}
                Ok(said) => wrong.push(format!("{name}: {:?}: {said}", output.status)),
                Err(why) => wrong.push(format!("{name}: {why}")),
            }
        }
        // A command line that cannot be read.
        let mut words: Vec<&str> = leaf.iter().map(String::as_str).collect();
        words.extend(["--json", "--nonsense"]);
        let output = far.run(&words);
        let exit = document(&output).map(|said| said["error"]["exit"].clone());
        if output.status.code() != Some(2) || exit != Ok(Value::from(2)) {
            wrong.push(format!("{name}: {:?}: {exit:?}", output.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
