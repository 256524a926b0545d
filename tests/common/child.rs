//! An organisation in a process of its own, and the program run against it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::control::Control;
use super::program::program;

/// `trunkline org`, quiet. Dropping it ends the process.
pub struct Far {
    child: Child,
    pub control: Control,
    pub config: PathBuf,
    pub folder: TempDir,
}

impl Far {
    pub fn start(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut child = program(folder.path())
            .args(["org", "--rate", "0", "--profile-out"])
            .arg(&config)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        let ca = std::fs::read_to_string(text("ca_file")).unwrap();
        Self {
            child,
            control: Control::at(text("base_url"), text("control_token"), &ca),
            config,
            folder,
        }
    }

    /// Runs a command on the organisation's profile.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command.arg("--config").arg(&self.config).args(args);
        command
    }

    /// Runs a command on a profile in which `from` is written as `to`.
    pub fn run_with(&self, from: &str, to: &str, args: &[&str]) -> Output {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert!(text.contains(from), "{text}");
        let config = self.folder.path().join("other.toml");
        std::fs::write(&config, text.replace(from, to)).unwrap();
        let mut command = program(self.folder.path());
        command.arg("--config").arg(config).args(args);
        command.output().unwrap()
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
