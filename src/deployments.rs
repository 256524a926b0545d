//! What this console has deployed, on disk, so that drift, history and undo outlive a restart (and a kill).
//!
//! One JSON record a line; the newest record of a run counts. Deployments are made by people, a few a day: every use
//! reads the whole file under a lock, which keeps several consoles of one profile apart, and rewrites it, whole or not
//! at all, when there is something to forget or to repair. What routes send as headers is kept as hashes under a key that
//! stays beside them; files are mode 0600 and their folder 0700.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::file::{self, For};
use crate::lock;
use crate::model::route::deployment::KEPT;
use crate::model::route::{Deployment, DeploymentState};
use crate::vault::{self, Key};

/// Bytes that are read; 500 bodies of a listener's largest stay below.
const LARGEST: u64 = 64 << 20;

/// The record cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{doing} the deployments in {path}: {source}. Free the disk or fix the permissions.", path = .path.display())]
pub struct DeploymentsError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// Where the deployments of one profile are kept.
#[derive(Clone, Debug)]
pub struct Deployments {
    path: PathBuf,
}

impl Deployments {
    /// The place of a profile; nothing is read or made yet.
    #[must_use]
    pub fn new(state_dir: &Path, profile: &str) -> Self {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
        Self {
            path: state_dir.join("routes").join(format!("{name}.jsonl")),
        }
    }

    /// Everything kept, the oldest first. Waits for the disk.
    pub fn load(&self) -> Result<Vec<Deployment>, DeploymentsError> {
        if !self.path.exists() {
            return Ok(Vec::new());
        }
        let _lock = self.lock()?;
        self.key()?;
        Ok(self.read()?.kept)
    }

    /// What the hashes are made with, and compared.
    fn key(&self) -> Result<Key, DeploymentsError> {
        let path = self.path.with_extension("key");
        Key::open(&path).map_err(self.failed("reading the key of"))
    }

    /// Keeps a deployment, or its newer state; returns when it is on disk. Waits for the disk.
    pub fn note(&self, deployment: &Deployment) -> Result<(), DeploymentsError> {
        let _lock = self.lock()?;
        let key = self.key()?;
        let deployment = &deployment.kept(&key);
        let mut held = self.read()?;
        // Versions before this one kept the values themselves.
        for older in &mut held.kept {
            let kept = older.kept(&key);
            held.untidy |= kept != *older;
            *older = kept;
        }
        held.take(deployment.clone());
        if held.untidy || held.kept.len() > KEPT || held.lines > 2 * KEPT {
            held.forget();
            return self.rewrite(&held.kept).map_err(self.failed("rewriting"));
        }
        self.append(deployment).map_err(self.failed("writing"))
    }

    fn lock(&self) -> Result<File, DeploymentsError> {
        if let Some(folder) = self.path.parent() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(self.failed("making the folder of"))?;
        }
        let lock = file::open(&self.path.with_extension("lock"), For::Keeping);
        let lock = lock.map_err(self.failed("locking"))?;
        lock::wait(&lock).map_err(self.failed("locking"))?;
        Ok(lock)
    }

    fn read(&self) -> Result<Held, DeploymentsError> {
        let bytes = self.bytes().map_err(self.failed("reading"))?;
        Ok(Held::of(&String::from_utf8_lossy(&bytes)))
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let file = file::open(&self.path, For::Keeping)?;
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn append(&self, deployment: &Deployment) -> io::Result<()> {
        let line = line(deployment)?;
        let mut file = file::open(&self.path, For::Appending)?;
        let sound = file.metadata()?.len();
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if written.is_err() {
            // Half a line would swallow the next one.
            let _ = file.set_len(sound);
        }
        written
    }

    fn rewrite(&self, kept: &[Deployment]) -> io::Result<()> {
        let mut lines = Vec::new();
        for deployment in kept {
            lines.extend_from_slice(&line(deployment)?);
        }
        file::replace(&self.path, &lines).map(drop)
    }

    fn failed(&self, doing: &'static str) -> impl Fn(io::Error) -> DeploymentsError + use<> {
        let path = self.path.clone();
        move |source| DeploymentsError {
            doing,
            path: path.clone(),
            source,
        }
    }
}

/// A record as it is kept: a name of an organisation may repeat what it was sent.
fn line(deployment: &Deployment) -> io::Result<Vec<u8>> {
    let line = serde_json::to_vec(deployment)?;
    let mut line = vault::scrub_bytes(&line).into_owned();
    line.push(b'\n');
    Ok(line)
}

/// The file as it was read.
#[derive(Default)]
struct Held {
    kept: Vec<Deployment>,
    lines: usize,
    /// A line was torn by a crash or cannot be understood: the next write leaves it out.
    untidy: bool,
}

impl Held {
    fn of(text: &str) -> Self {
        let mut held = Self {
            untidy: !text.is_empty() && !text.ends_with('\n'),
            ..Self::default()
        };
        for line in text.lines() {
            held.lines += 1;
            match serde_json::from_str(line) {
                Ok(deployment) => held.take(deployment),
                Err(_) => held.untidy = true,
            }
        }
        held
    }

    fn take(&mut self, deployment: Deployment) {
        let known = self
            .kept
            .iter()
            .rposition(|other| other.run == deployment.run);
        match known.and_then(|at| self.kept.get_mut(at)) {
            Some(known) => *known = deployment,
            None => self.kept.push(deployment),
        }
    }

    /// Forgets what was refused first: it has changed nothing.
    fn forget(&mut self) {
        let mut over = self.kept.len().saturating_sub(KEPT);
        self.kept.retain(|deployment| {
            let goes = over > 0 && deployment.state == DeploymentState::Refused;
            over -= usize::from(goes);
            !goes
        });
        self.kept.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::model::route::Deed;
    use crate::time::Millis;

    fn deployment(run: usize, state: DeploymentState) -> Deployment {
        Deployment {
            run: format!("r{run}").into(),
            at: Millis(i64::try_from(run).unwrap()),
            operator: "ana".into(),
            deed: Deed::Created,
            id: None,
            name: "queue-events".into(),
            before: None,
            after: None,
            state,
            why: None,
        }
    }

    fn place() -> (tempfile::TempDir, Deployments) {
        let folder = tempfile::tempdir().unwrap();
        let place = Deployments::new(folder.path(), "acme/prod");
        (folder, place)
    }

    #[test]
    fn the_newest_state_of_a_run_is_what_is_kept_for_its_owner_alone() {
        let (_folder, place) = place();
        assert_eq!(place.load().unwrap(), []);
        place
            .note(&deployment(1, DeploymentState::Submitted))
            .unwrap();
        place
            .note(&deployment(2, DeploymentState::Submitted))
            .unwrap();
        place.note(&deployment(1, DeploymentState::Done)).unwrap();
        let kept = place.load().unwrap();
        assert_eq!(
            kept,
            [
                deployment(1, DeploymentState::Done),
                deployment(2, DeploymentState::Submitted)
            ]
        );
        let mode = fs::metadata(&place.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(place.path.ends_with("routes/acme%2Fprod.jsonl"));
    }

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let (_folder, place) = place();
        place.note(&deployment(1, DeploymentState::Done)).unwrap();
        let mut file = OpenOptions::new().append(true).open(&place.path).unwrap();
        file.write_all(br#"{"run":"r2","at"#).unwrap();
        assert_eq!(place.load().unwrap().len(), 1);
        place.note(&deployment(3, DeploymentState::Done)).unwrap();
        let kept = place.load().unwrap();
        assert_eq!(
            kept,
            [
                deployment(1, DeploymentState::Done),
                deployment(3, DeploymentState::Done)
            ]
        );
        assert!(fs::read_to_string(&place.path).unwrap().ends_with("}\n"));
    }

    #[test]
    fn it_is_bounded_and_forgets_refused_ones_first() {
        let mut held = Held::default();
        for run in 0..KEPT + 10 {
            let refused = run % 100 == 99;
            let state = if refused {
                DeploymentState::Refused
            } else {
                DeploymentState::Done
            };
            held.take(deployment(run, state));
        }
        held.forget();
        assert_eq!(held.kept.len(), KEPT);
        assert!(
            held.kept
                .iter()
                .all(|kept| kept.state == DeploymentState::Done)
        );
        assert_eq!(held.kept[0].run.raw(), "r5");
    }

    #[test]
    fn several_at_once_lose_nothing() {
        let (_folder, place) = place();
        std::thread::scope(|scope| {
            for n in 0..4 {
                let place = place.clone();
                scope.spawn(move || {
                    for run in 0..10 {
                        place
                            .note(&deployment(n * 10 + run, DeploymentState::Done))
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(place.load().unwrap().len(), 40);
    }
}
