//! `trunkline alert test`: a target is tried, and whether it takes alerts is said.

use std::fs;
use std::io::Write as _;

use serde_json::Value;

use super::{Far, said};

#[test]
fn a_target_is_told_of_a_test_and_its_end_and_one_that_fails_is_said() {
    let far = Far::start(&["--users", "2"]);
    let heard = far.folder.path().join("heard");
    let name = fs::read_to_string(&far.config).unwrap();
    let name = name
        .lines()
        .find_map(|line| line.strip_prefix("profile = "));
    let name = name.unwrap().trim_matches('"').to_owned();
    let target = |target: &str, script: &str| {
        format!(
            "[[profiles.{name}.alerts.targets]]\nname = \"{target}\"\nkind = \"command\"\n\
             command = [\"sh\", \"-c\", \"{script}\"]\n"
        )
    };
    let mut config = fs::OpenOptions::new()
        .append(true)
        .open(&far.config)
        .unwrap();
    let takes = target("sms", &format!("cat >> {}", heard.display()));
    let fails = target("broken", "echo no modem >&2; exit 7");
    write!(config, "\n{takes}{fails}").unwrap();

    let output = far.run(&["alert", "test", "sms"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "delivered to sms (command): a test alert and its end\n"
    );
    let lines = fs::read_to_string(&heard).unwrap();
    let states = lines.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["state"].as_str().unwrap().to_owned()
    });
    assert_eq!(states.collect::<Vec<_>>(), ["raised", "resolved"]);

    let output = far.run(&["alert", "test", "broken"]);
    assert_eq!(output.status.code(), Some(1));
    let why = said(&output);
    assert!(
        why.contains("broken: the test alert was not delivered: sh ended with exit status: 7, saying \"no modem\"."),
        "{why}"
    );
    let output = far.run(&["alert", "test", "nobody"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("it has sms, broken"),
        "{}",
        said(&output)
    );

    let output = far.run(&["doctor"]);
    let steps = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        steps.contains("alert targets  sms (command), broken (command) ready"),
        "{steps}"
    );
}
