//! An organisation in this process, with a profile of it in a folder where everything else stays as well.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use trunkline::app::{perform, probes};
use trunkline::cloud::way::Proxy;
use trunkline::cloud::{AuthStyle, Credentials, Settings};
use trunkline::config::{self, Flags, Loaded, Paths, Profile};
use trunkline::environment::Environment;
use trunkline::flow::Kit;
use trunkline::model::api::Api;
use trunkline::model::audit::Record;
use trunkline::org::{self, Options, Org};
use trunkline::probe::Prober;

use super::control::{Control, provider};
use super::program::program;
use super::ran::records;

/// What a suite stands on.
pub struct Ground {
    pub org: Org,
    pub control: Control,
    pub config: PathBuf,
    pub folder: TempDir,
}

/// A quiet organisation of that many users, reached by that API.
pub fn quiet(users: u32, api: &'static str) -> Options {
    Options {
        users,
        api,
        rate: 0.0,
        ..Options::default()
    }
}

/// The same with faults, `key=value` each, and without a limit of requests.
pub fn faulty(users: u32, api: &'static str, faults: &[&str]) -> Options {
    Options {
        faults: faults.join(",").parse().unwrap(),
        rate_limit: 0,
        ..quiet(users, api)
    }
}

impl Ground {
    pub async fn start(options: Options) -> Self {
        provider();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let options = Options {
            profile_out: Some(config.clone()),
            ..options
        };
        let org = org::start(options).await.unwrap();
        Self {
            control: Control::of(&org),
            org,
            config,
            folder,
        }
    }

    /// What the console makes of the configuration, without colours.
    pub fn load(&self) -> Loaded {
        load(self.folder.path(), Some(self.config.clone()), "mono")
    }

    pub fn profile(&self) -> Profile {
        self.load().profile.unwrap()
    }

    /// What a flow on this organisation works with.
    pub async fn kit(&self) -> Kit {
        kit(self.profile(), &self.state_dir()).await
    }

    /// Where the audit and all else that stays is kept, by the library and by the program.
    pub fn state_dir(&self) -> PathBuf {
        self.folder.path().join("state").join("trunkline")
    }

    /// All lines of the audit.
    pub fn audit(&self) -> Vec<Record> {
        records(&self.state_dir(), "org")
    }

    /// The address of a destination for webhooks that behaves as its name says.
    pub fn destination(&self, wanted: &str) -> String {
        let mut named = self.org.destinations().iter();
        named.find(|(name, _)| *name == wanted).unwrap().1.clone()
    }

    /// The program, with this organisation's profile and this ground's state.
    pub fn program(&self, args: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("USER", "noc")
            .arg("--config")
            .arg(&self.config)
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.program(args).output().unwrap()
    }

    /// Writes a payload to a file.
    pub fn file(&self, name: &str, body: &Value) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, body.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// Reads this text as a configuration, or none at all, in that theme. What comes of it lives as long as the folder.
pub fn written(text: Option<&str>, theme: &str) -> (Loaded, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let config = text.map(|text| std::fs::write(&file, text).map(|()| file).unwrap());
    (load(folder.path(), config, theme), folder)
}

/// Reads a configuration, or none at all, with no environment around it.
fn load(root: &Path, config: Option<PathBuf>, theme: &str) -> Loaded {
    let flags = Flags {
        config,
        theme: Some(theme.to_owned()),
        ..Flags::default()
    };
    config::load(&flags, &Environment::default(), &Paths::under(root)).unwrap()
}

/// What a flow works with that keeps its records there.
pub async fn kit(profile: Profile, state: &Path) -> Kit {
    let (environment, profile) = (Environment::default(), Arc::new(profile));
    let client = perform::client(&profile, &environment).await.unwrap();
    let prober = probes::settings(&profile, [], &environment).await;
    let prober = prober.map(Prober::new);
    Kit::open(client, profile, prober, &environment, state).await
}

/// The settings of a client of this organisation, by its own credentials.
pub fn settings(org: &Org, api: Api) -> Settings {
    let mut settings = bare(org.base_url(), org.client_id(), org.client_secret().clone());
    settings.api = api;
    settings.ca_pem = Some(org.ca_pem().into());
    settings
}

/// The settings of a client with these credentials and nothing else.
pub fn bare(base_url: &str, id: &str, secret: secrecy::SecretString) -> Settings {
    Settings {
        api: Api::Direct,
        base_url: base_url.parse().unwrap(),
        login_url: None,
        client: Some(Credentials {
            id: id.to_owned(),
            secret,
            doubt: None,
            auth: AuthStyle::Basic,
            scopes: None,
        }),
        person: None,
        ca_pem: None,
        identity: None,
        proxy: Proxy::None,
        requests_per_minute: None,
        queue_hours: std::collections::BTreeMap::default(),
        deadline: std::time::Duration::from_secs(30),
    }
}
