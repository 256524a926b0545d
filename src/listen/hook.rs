//! `POST /hooks/TOKEN`: what the organisation tells of jobs and of callbacks (contract §7, §10).
//!
//! The organisation has no bearer token of ours, so the address itself is the secret: 244 random bits that are made
//! once for a profile and kept, mode 0600, so that a webhook that was registered still reaches the console after a
//! restart. A path with another token is a path that does not exist.

mod callback;

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::kept::{self, Exposed};
use super::reply::Refusal;
use crate::cause::misread;
use crate::flow::webhook::TRIAL;
use crate::model::JobId;
use crate::model::callback::Update;
use crate::model::hook::HookUrl;
use crate::model::job::{JobError, Made, Phase, Word};
use crate::text::Text;

/// What stands before the token.
const PREFIX: &str = "/hooks/";

/// The token could not be had; the listener does without the hook.
#[derive(Debug, thiserror::Error)]
#[error(
    "The token of the job webhook: {0}. Jobs are polled; free the disk or fix the permissions."
)]
pub struct HookError(String);

/// The hook of one profile.
#[derive(Clone, Debug)]
pub struct Hook {
    token: SecretString,
}

impl Hook {
    /// Reads the token of a profile, or makes one. It waits for the disk.
    ///
    /// One that others may have read is worth nothing, but a webhook is registered with it: it is kept, and kept close.
    pub fn open(state_dir: &Path, profile: &str) -> Result<Self, HookError> {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC);
        let path = state_dir.join("hooks").join(format!("{name}.token"));
        let token = kept::open(&path, Exposed::Narrow).map_err(|why| HookError(why.to_string()))?;
        Ok(Self { token })
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
pub(super) enum Announced {
    /// Of a job.
    Job(Word),
    /// Of a callback.
    Callback(Box<Update>),
    /// Of nothing: somebody tries whether deliveries arrive.
    Trial,
}

/// Reads a delivery by the name of its event; what is not of callbacks is of jobs.
pub(super) fn told(body: &[u8]) -> Result<Announced, Refusal> {
    #[derive(Deserialize)]
    struct Event {
        event: String,
    }
    let read: Event = serde_json::from_slice(body).map_err(|error| invalid(&misread(&error)))?;
    if read.event == TRIAL {
        return Ok(Announced::Trial);
    }
    if read.event.starts_with(callback::EVENTS) {
        return callback::update(body).map(|update| Announced::Callback(Box::new(update)));
    }
    word(body).map(Announced::Job)
}

/// What a delivery says of its job.
fn word(body: &[u8]) -> Result<Word, Refusal> {
    let read: Delivery = serde_json::from_slice(body).map_err(|error| invalid(&misread(&error)))?;
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
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

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
