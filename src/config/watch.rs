//! Reloads the configuration when its file or a theme changes.
//!
//! The directories are watched, not the files, for editors save by renaming. The system tells of changes, so a
//! configuration that does not change costs no wake-ups.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{ConfigError, Environment, Flags, Loaded, Paths, file_in_use, load, paths, theme};

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
    /// Starts watching what [`load`] reads with the same arguments. Needs a tokio runtime.
    pub fn start(flags: Flags, env: Environment, paths: Paths) -> Result<Self, WatchError> {
        let places = Places::of(&flags, &env, &paths);
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
    places: Places,
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

/// What is watched.
#[derive(Clone)]
struct Places {
    /// The file as it is named, and where its links lead: either may change.
    files: Vec<PathBuf>,
    themes: PathBuf,
}

impl Places {
    fn of(flags: &Flags, env: &Environment, paths: &Paths) -> Self {
        let (file, _) = file_in_use(flags, env, paths);
        let file = std::path::absolute(&file).unwrap_or(file);
        let themes = paths::themes_dir(&file);
        let target = file.canonicalize().ok().filter(|target| *target != file);
        Self {
            files: std::iter::once(file).chain(target).collect(),
            themes,
        }
    }

    fn watch(&self, notice: mpsc::Sender<()>) -> Result<RecommendedWatcher, WatchError> {
        let concerns = self.clone();
        let on_event = move |event: notify::Result<notify::Event>| {
            let concerned = event.is_ok_and(|event| {
                is_change(event.kind) && event.paths.iter().any(|path| concerns.concerned(path))
            });
            if concerned {
                // One that waits already stands for all.
                let _ = notice.try_send(());
            }
        };
        let failed = |dir: &Path| {
            let dir = dir.to_owned();
            |source| WatchError { dir, source }
        };
        let mut watcher = notify::recommended_watcher(on_event).map_err(failed(&self.themes))?;
        for dir in self.files.iter().filter_map(|file| file.parent()) {
            watcher
                .watch(dir, RecursiveMode::NonRecursive)
                .map_err(failed(dir))?;
        }
        // Most people have no themes of their own.
        let _ = watcher.watch(&self.themes, RecursiveMode::NonRecursive);
        Ok(watcher)
    }

    fn concerned(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file == path) || path.starts_with(&self.themes)
    }

    /// What the files hold, in one number: a file that is touched or saved unchanged is no reload.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for path in self.files.iter().chain(&theme::files(&self.themes)) {
            path.hash(&mut hasher);
            std::fs::read(path).ok().hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// Whether the event can mean another content; reading a file makes events too.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

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
        let bad = loaded.theme.style(crate::config::Role::Bad);
        assert_eq!(bad.fg, Some(ratatui::style::Color::Blue));
    }

    #[test]
    fn reading_a_file_and_its_neighbours_are_no_change() {
        assert!(!is_change(EventKind::Access(AccessKind::Open(
            AccessMode::Read
        ))));
        let (_dir, paths) = home("");
        let places = Places::of(&Flags::default(), &Environment::default(), &paths);
        assert!(places.concerned(&paths.config_file));
        assert!(!places.concerned(&paths.config_file.with_extension("swp")));
        let before = places.fingerprint();
        fs::write(&paths.config_file, "").unwrap();
        assert_eq!(places.fingerprint(), before, "saved unchanged");
    }
}
