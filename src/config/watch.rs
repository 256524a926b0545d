//! Reloads the configuration when its file or a theme changes.
//!
//! The directories are watched, not the files, for editors save by renaming. The system tells of changes, so a
//! configuration that does not change costs no wake-ups.

mod places;

use std::path::PathBuf;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{ConfigError, Flags, Loaded, Paths, load};
use crate::environment::Environment;
use places::WatchedPlaces;

/// A save is several events; the file is read when it has been quiet for this long.
const QUIET: Duration = Duration::from_millis(100);

/// A file that is written without end is still read after this many events.
const RESTLESS: usize = 20;

/// What a change came to.
#[derive(Debug)]
pub enum Reload {
    /// A configuration to use from now on.
    Changed(Box<Loaded>),
    /// What is there now cannot be used; keep what is in force, and say why.
    Refused(ConfigError),
}

/// Why changes are not noticed. The console works without; it only has to be restarted to see them.
#[derive(Debug, thiserror::Error)]
#[error("changes to {} are not noticed until a restart: {source}", crate::text::safe(&.dir.to_string_lossy()))]
pub struct WatchError {
    dir: PathBuf,
    source: notify::Error,
}

/// A watch on the configuration in use; it ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    reloads: mpsc::Receiver<Reload>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Starts watching what [`load()`] reads with the same arguments. Needs a tokio runtime.
    pub fn start(flags: Flags, env: Environment, paths: Paths) -> Result<Self, WatchError> {
        let places = WatchedPlaces::of(&flags, &env, &paths);
        let (notice, changes) = mpsc::channel(1);
        let watcher = places.watch(notice)?;
        let (send, reloads) = mpsc::channel(1);
        let before = places.fingerprint();
        let mut follow = Follow {
            watcher,
            places,
            before,
            changes,
        };
        let task = tokio::spawn(async move {
            while follow.changed().await {
                let (flags, env, paths) = (flags.clone(), env.clone(), paths.clone());
                let loading = tokio::task::spawn_blocking(move || load(&flags, &env, &paths));
                let reload = match loading.await {
                    Ok(Ok(loaded)) => Reload::Changed(Box::new(loaded)),
                    Ok(Err(error)) => Reload::Refused(error),
                    Err(_stopped) => return,
                };
                if send.send(reload).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self { reloads, task })
    }

    /// The next change; waits without end while nothing changes. May be dropped and called again without loss.
    pub async fn next(&mut self) -> Option<Reload> {
        self.reloads.recv().await
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The watch at work.
struct Follow {
    watcher: RecommendedWatcher,
    places: WatchedPlaces,
    before: u64,
    changes: mpsc::Receiver<()>,
}

impl Follow {
    /// Waits until the files are quiet and hold something else than before; false when there is no more to come.
    async fn changed(&mut self) -> bool {
        while self.changes.recv().await.is_some() {
            for _ in 0..RESTLESS {
                if tokio::time::timeout(QUIET, self.changes.recv())
                    .await
                    .is_err()
                {
                    break;
                }
            }
            // A themes directory that was made just now is watched from here on; one that is not there is no fault.
            let _ = self
                .watcher
                .watch(&self.places.themes, RecursiveMode::NonRecursive);
            let places = self.places.clone();
            let reading = tokio::task::spawn_blocking(move || places.fingerprint());
            let Ok(now) = reading.await else {
                return false;
            };
            if std::mem::replace(&mut self.before, now) != now {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::paths;

    fn home(config: &str) -> (tempfile::TempDir, Paths) {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::under(dir.path());
        fs::create_dir_all(paths.config_file.parent().unwrap()).unwrap();
        fs::write(&paths.config_file, config).unwrap();
        (dir, paths)
    }

    fn start(paths: &Paths) -> Watch {
        Watch::start(Flags::default(), Environment::default(), paths.clone()).unwrap()
    }

    #[tokio::test]
    async fn a_save_by_rename_is_a_reload_and_a_bad_one_is_refused() {
        let (dir, paths) = home("");
        let mut watch = start(&paths);
        let draft = dir.path().join("draft");
        fs::write(&draft, "[ui]\ntheme = \"dark\"").unwrap();
        fs::rename(&draft, &paths.config_file).unwrap();
        let Some(Reload::Changed(loaded)) = watch.next().await else {
            panic!("refused");
        };
        assert_eq!(loaded.theme.name(), "dark");
        fs::write(&paths.config_file, "[ui]\ntheme = \"drak\"").unwrap();
        let Some(Reload::Refused(error)) = watch.next().await else {
            panic!("accepted");
        };
        assert!(
            error.to_string().contains("did you mean \"dark\"?"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_theme_that_changes_is_a_reload() {
        let (_dir, paths) = home("[ui]\ntheme = \"mine\"");
        let themes = paths::themes_dir(&paths.config_file);
        fs::create_dir(&themes).unwrap();
        fs::write(themes.join("mine.toml"), "bad = { fg = \"red\" }").unwrap();
        let mut watch = start(&paths);
        fs::write(themes.join("mine.toml"), "bad = { fg = \"blue\" }").unwrap();
        let Some(Reload::Changed(loaded)) = watch.next().await else {
            panic!("refused");
        };
        let bad = loaded.theme.style(crate::vocabulary::role::Role::Bad);
        assert_eq!(bad.fg, Some(ratatui::style::Color::Blue));
    }
}
