//! What a shell offers behind `TAB`, asked as fish asks.

use std::fs;

use super::{program, said};

const CONFIG: &str = r#"
[profiles.acme-us]
region = "us-east-1"
client_id = "a"
client_secret = { env = "SECRET" }

[profiles.lab]
region = "eu-central-1"
client_id = "a"
client_secret = { env = "SECRET" }

[views.night]
pane = "registrations"
filter = "state:lost"
"#;

/// What is offered for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, CONFIG).unwrap();
    fs::create_dir(folder.path().join("themes")).unwrap();
    let theme = include_str!("../../themes/light.toml");
    fs::write(folder.path().join("themes/noon.toml"), theme).unwrap();
    let mut program = program(folder.path());
    program.env("TRUNKLINE_COMPLETE", "fish").env("SECRET", "s");
    program.args(["--", "trunkline", "--config"]).arg(&file);
    let output = program.args(words).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |line: &str| line.split('\t').next().unwrap().to_owned();
    text.lines().map(value).collect()
}

#[test]
fn values_of_today_are_completed() {
    assert_eq!(offered(&["--profile", "ac"]), ["acme-us"]);
    assert_eq!(offered(&["--profile", ""]), ["acme-us", "lab"]);
    assert_eq!(offered(&["--theme", "no"]), ["noon"]);
    assert!(offered(&["--theme", "hi"]).contains(&"high-contrast".to_owned()));
    assert_eq!(offered(&["get", "regis"]), ["registrations"]);
    assert_eq!(offered(&["get", "registrations", "--view", "n"]), ["night"]);
    assert_eq!(offered(&["get", "carriers", "--sort", "day"]), ["days"]);
    assert_eq!(offered(&["get", "carriers", "--sort", "-day"]), ["-days"]);
    let columns = offered(&["get", "carriers", "--columns", "name,tl"]);
    assert_eq!(columns, ["name,tls"]);
    assert!(offered(&["conf"]).contains(&"config".to_owned()));
}

#[test]
fn every_shell_gets_a_script_that_asks() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = program(folder.path()).args(["completions", shell]).output();
        let script = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(script.contains("TRUNKLINE_COMPLETE"), "{shell}: {script}");
    }
}
