//! `POST /hooks/TOKEN`: what the organisation tells of jobs and of callbacks (contract §7, §10).
//!
//! The organisation has no bearer token of ours, so the address itself is the secret: 244 random bits that are made
//! once for a profile and kept, mode 0600, so that a webhook that was registered still reaches the console after a
//! restart. A path with another token is a path that does not exist.

mod callback;

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use tempfile::NamedTempFile;
use url::Url;

use super::ask::Asker;
use super::reply::Refusal;
use super::{ListenError, Listener};
use crate::cloud;
use crate::config::profile::listen::Listen;
use crate::config::{Environment, Profile};
use crate::model::JobId;
use crate::model::callback::Update;
use crate::model::hook::{Hook as Reach, HookUrl};
use crate::model::job::{JobError, Made, Phase, Word};
use crate::text::Text;
use crate::vault;

/// What stands before the token.
const PREFIX: &str = "/hooks/";

/// The token could not be had; the listener does without the hook.
#[derive(Debug, thiserror::Error)]
#[error("{doing} the token of the job webhook in {path}: {source}. Jobs are polled; free the disk or fix the permissions.", path = .path.display())]
pub struct HookError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The hook of one profile.
#[derive(Clone, Debug)]
pub struct Hook {
    token: SecretString,
}

impl Hook {
    /// Reads the token of a profile, or makes one. It waits for the disk.
    pub fn open(state_dir: &Path, profile: &str) -> Result<Self, HookError> {
        let folder = state_dir.join("hooks");
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC);
        let path = folder.join(format!("{name}.token"));
        let failed = |doing| {
            let path = path.clone();
            move |source| HookError {
                doing,
                path,
                source,
            }
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(failed("making the folder of"))?;
        make(&folder, &path).map_err(failed("writing"))?;
        narrow(&path).map_err(failed("taking from others"))?;
        let token = fs::read_to_string(&path).map_err(failed("reading"))?;
        let token = token.trim();
        if token.len() < 32 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let why = io::Error::new(
                io::ErrorKind::InvalidData,
                "it is no token; remove the file for a new one",
            );
            return Err(failed("reading")(why));
        }
        vault::keep(token);
        Ok(Self {
            token: token.into(),
        })
    }

    /// The address of the hook behind a base, as it is told to the organisation.
    #[must_use]
    pub fn url(&self, base: &Url) -> HookUrl {
        let base = base.as_str().trim_end_matches('/');
        HookUrl::new(format!("{base}{PREFIX}{}", self.token.expose_secret()))
    }

    /// Whether a path is the hook's, in a time that does not tell how much of it was right.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let expected = self.token.expose_secret().as_bytes();
        path.strip_prefix(PREFIX)
            .is_some_and(|given| given.as_bytes().ct_eq(expected).into())
    }
}

impl Listener {
    /// Starts for a profile, with its hook; and tells whether job events can be delivered to it.
    ///
    /// Without a `public_url` an organisation on this machine, as the embedded one is, reaches the address itself.
    pub async fn for_profile(
        profile: &Profile,
        listen: &Listen,
        environment: &Environment,
        asker: Asker,
        state_dir: &Path,
    ) -> Result<(Self, Result<Reach, HookError>), ListenError> {
        let (state_dir, name) = (state_dir.to_owned(), profile.name.clone());
        let opened = tokio::task::spawn_blocking(move || Hook::open(&state_dir, &name)).await;
        let opened = opened.unwrap_or_else(|stopped| {
            Err(HookError {
                doing: "reading",
                path: PathBuf::new(),
                source: io::Error::other(stopped),
            })
        });
        let hook = opened.as_ref().ok().cloned();
        let listener = Self::start_with(listen, environment, asker, hook).await?;
        let local = || {
            let near = cloud::on_this_machine(&profile.base_url) && !listen.is_open();
            near.then(|| Url::parse(&format!("http://{}", listener.address())).ok())?
        };
        let reach = opened.map(|hook| match listen.public_url.clone().or_else(local) {
            Some(base) => Reach::Ready(hook.url(&base)),
            None => Reach::Nameless,
        });
        Ok((listener, reach))
    }
}

/// Makes a token unless there is one: whole or not at all, and the same for consoles that start at once.
fn make(folder: &Path, path: &Path) -> io::Result<()> {
    if fs::exists(path)? {
        return Ok(());
    }
    // Made 0600, as temporary files are.
    let mut file = NamedTempFile::new_in(folder)?;
    let (one, other) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    writeln!(file, "{}{}", one.simple(), other.simple())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

/// A token that others may have read is worth nothing, but a webhook is registered with it: it is kept, and kept close.
fn narrow(path: &Path) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let by_others = permissions.mode() & 0o077;
    if by_others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// What is delivered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivery {
    event: String,
    job_id: String,
    #[serde(default)]
    results: Vec<Entity>,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(default)]
    code: Text,
    #[serde(default)]
    message: Text,
}

/// What the organisation tells.
#[derive(Debug)]
pub(super) enum Told {
    /// Of a job.
    Job(Word),
    /// Of a callback.
    Callback(Box<Update>),
}

/// Reads a delivery by the name of its event; what is not of callbacks is of jobs.
pub(super) fn told(body: &[u8]) -> Result<Told, Refusal> {
    #[derive(Deserialize)]
    struct Event {
        event: String,
    }
    let read: Event = serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    if read.event.starts_with(callback::EVENTS) {
        return callback::update(body).map(|update| Told::Callback(Box::new(update)));
    }
    word(body).map(Told::Job)
}

/// What a delivery says of its job.
fn word(body: &[u8]) -> Result<Word, Refusal> {
    let read: Delivery =
        serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    if read.job_id.is_empty() {
        return Err(invalid("jobId is empty"));
    }
    let phase = match read.event.as_str() {
        "async.job.completed" => Some(Phase::Completed),
        "async.job.failed" => Some(Phase::Failed),
        // Told of a job all the same.
        _ => None,
    };
    let made = |entity: Entity| Made {
        id: entity.id,
        name: entity.name,
    };
    Ok(Word {
        id: Some(JobId::from(read.job_id.as_str())),
        phase,
        results: read.results.into_iter().map(made).collect(),
        error: read.error.map(|error| JobError {
            code: error.code,
            message: error.message,
        }),
    })
}

fn invalid(why: &str) -> Refusal {
    let message = format!("this is no event of a job or a callback: {why}");
    Refusal::new(hyper::StatusCode::BAD_REQUEST, "bad.request", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_made_once_and_for_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let one = Hook::open(state.path(), "acme").unwrap();
        let again = Hook::open(state.path(), "acme").unwrap();
        let other = Hook::open(state.path(), "lab").unwrap();
        let path = |hook: &Hook| format!("{PREFIX}{}", hook.token.expose_secret());
        assert!(again.is_at(&path(&one)) && !other.is_at(&path(&one)));
        let file = state.path().join("hooks/acme.token");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{one:?}").contains(one.token.expose_secret()));
        fs::write(&file, "short").unwrap();
        assert!(Hook::open(state.path(), "acme").is_err());
    }

    #[test]
    fn only_the_whole_path_is_the_hook() {
        let state = tempfile::tempdir().unwrap();
        let hook = Hook::open(state.path(), "acme").unwrap();
        let token = hook.token.expose_secret();
        for path in [
            format!("/hooks/{token}/"),
            format!("/hooks/{}", &token[1..]),
            format!("/hooks/{token}0"),
            "/hooks/".to_owned(),
            "/hooks".to_owned(),
            token.to_owned(),
        ] {
            assert!(!hook.is_at(&path), "{path}");
        }
    }

    #[test]
    fn a_delivery_is_read_leniently_and_never_without_its_job() {
        let body = br#"{"event":"async.job.completed","timestamp":"2026-06-15T14:00:00Z","jobId":"job-1","results":[{"id":"c-1","name":"edge"}]}"#;
        let read = word(body).unwrap();
        assert_eq!(
            (read.phase, read.results.len()),
            (Some(Phase::Completed), 1)
        );
        let read = word(br#"{"event":"async.job.paused","jobId":"job-1"}"#).unwrap();
        assert_eq!((read.phase, read.results.len()), (None, 0));
        for body in [
            "",
            "{}",
            "[]",
            r#"{"event":"x","jobId":""}"#,
            r#"{"event":1,"jobId":"j"}"#,
        ] {
            assert!(word(body.as_bytes()).is_err(), "{body}");
        }
    }
}
