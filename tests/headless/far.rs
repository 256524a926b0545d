//! The organisation far away, and the program run against it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// `trunkline org` in a process of its own.
pub struct Far {
    child: Child,
    pub base: String,
    token: String,
    ca: Vec<u8>,
    pub config: PathBuf,
    pub folder: TempDir,
}

impl Far {
    pub fn start(args: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut child = program()
            .args(["org", "--rate", "0", "--profile-out"])
            .arg(&config)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        let ca = std::fs::read(text("ca_file")).unwrap();
        Self {
            child,
            base: text("base_url"),
            token: text("control_token"),
            ca,
            config,
            folder,
        }
    }

    /// Runs a command on the organisation's profile.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.arg("--config").arg(&self.config).args(args);
        command
    }

    /// Runs a command on a profile in which `from` is written as `to`.
    pub fn run_with(&self, from: &str, to: &str, args: &[&str]) -> Output {
        let text = std::fs::read_to_string(&self.config).unwrap();
        assert!(text.contains(from), "{text}");
        let config = self.folder.path().join("other.toml");
        std::fs::write(&config, text.replace(from, to)).unwrap();
        program()
            .arg("--config")
            .arg(config)
            .args(args)
            .output()
            .unwrap()
    }

    pub async fn control(&self, verb: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let ca = reqwest::Certificate::from_pem(&self.ca).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .build()
            .unwrap();
        let request = http
            .request(verb, format!("{}{path}", self.base))
            .bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, with nothing of the person who runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
