//! An organisation, a profile of it, and what a flow works with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use trunkline::app::{perform, probes};
use trunkline::audit::{AuditError, read};
use trunkline::config::{self, Flags, Paths};
use trunkline::environment::Environment;
use trunkline::flow::{self, FlowNews, Kit, Order, Stop, Tell};
use trunkline::model::audit::{LineStatus, Record};
use trunkline::model::flow::{FlowId, Outcome};
use trunkline::model::provision::Provision;
use trunkline::org::{self, Options, Org};
use trunkline::probe::Prober;

pub struct Rig {
    pub org: Org,
    pub folder: TempDir,
    pub config: PathBuf,
}

/// What a flow came to.
pub struct Ran {
    pub outcome: Outcome,
    pub news: Vec<FlowNews>,
}

impl Rig {
    pub async fn start(faults: &[&str]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let mut options = Options {
            rate: 0.0,
            rate_limit: 0,
            profile_out: Some(config.clone()),
            ..Options::default()
        };
        for fault in std::iter::once(&"job-ms=50").chain(faults) {
            options.faults.set(fault).unwrap();
        }
        let org = org::start(options).await.unwrap();
        Self {
            org,
            folder,
            config,
        }
    }

    /// Where the audit and all else that stays is kept, by the library and by the program.
    pub fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state").join("trunkline")
    }

    pub async fn kit(&self) -> Kit {
        let flags = Flags {
            config: Some(self.config.clone()),
            ..Flags::default()
        };
        let environment = Environment::default();
        let paths = Paths::under(self.folder.path());
        let loaded = config::load(&flags, &environment, &paths).unwrap();
        let profile = Arc::new(loaded.profile.unwrap());
        let client = perform::client(&profile, &environment).await.unwrap();
        let prober = probes::settings(&profile, [], &environment).await;
        let prober = prober.map(Prober::new);
        Kit::open(client, profile, prober, &environment, &self.state_dir()).await
    }

    pub fn endpoint(&self, name: &str) -> Provision {
        let stun = format!("stun:{}", self.org.stun()).parse().unwrap();
        Provision::draft(name.into(), "us-east-1-edge-7f3a".into(), [&stun], [])
    }

    pub async fn provision(&self, kit: &Kit, body: Provision) -> Ran {
        let told: Arc<Mutex<Vec<FlowNews>>> = Arc::default();
        let keep = Arc::clone(&told);
        let tell: Tell = Arc::new(move |_, news| keep.lock().unwrap().push(news));
        let (_stopper, stop) = Stop::new();
        let order = Order::Provision {
            body: Box::new(body),
            follow: true,
        };
        let outcome = flow::run(kit, FlowId(1), order, &tell, &stop).await;
        let news = std::mem::take(&mut *told.lock().unwrap());
        Ran { outcome, news }
    }

    /// The program, with this organisation's profile and this rig's state.
    pub fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("USER", "noc")
            .arg("--config")
            .arg(&self.config)
            .args(args)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.program(args).output().unwrap()
    }

    /// Writes a payload to a file.
    pub fn file(&self, name: &str, body: &Value) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, body.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub async fn control(&self, path: &str) -> Value {
        let ca = reqwest::Certificate::from_pem(self.org.ca_pem().as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .build()
            .unwrap();
        http.get(format!("{}{path}", self.org.base_url()))
            .bearer_auth(self.org.control_token().expose_secret())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// Requests to submit a job that the organisation saw, whatever it answered.
    pub async fn submits(&self) -> usize {
        let seen = self.control("/_org/requests").await;
        let seen = seen["requests"].as_array().unwrap();
        let submit = |request: &&Value| {
            request["verb"] == json!("POST")
                && request["path"].as_str().unwrap().ends_with("/provision")
        };
        seen.iter().filter(submit).count()
    }

    /// Connections that jobs have created.
    pub async fn connections(&self) -> u64 {
        let state = self.control("/_org/state").await;
        state["connections"].as_u64().unwrap()
    }

    /// All lines of the audit of this profile.
    pub fn audit(&self) -> Vec<Record> {
        let mut lines = Vec::new();
        let read = read::each(&self.state_dir(), "org", |line| {
            lines.push(line.record.expect("a line that can be read"));
        });
        assert!(
            matches!(read, Ok(()) | Err(AuditError::Missing(_))),
            "{read:?}"
        );
        lines
    }

    /// How each write ended, by its id; an intent without an outcome is `intent`.
    pub fn endings(&self) -> BTreeMap<String, LineStatus> {
        let lines = self.audit();
        let writes = lines.iter().filter(|line| line.status != LineStatus::Note);
        writes
            .map(|line| (line.id.raw().to_owned(), line.status))
            .collect()
    }
}
