//! Which files matter, which events concern them, and whether they hold something else than before.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use super::WatchError;
use crate::config::{Flags, Paths, file_in_use, paths, theme};
use crate::environment::Environment;

/// What is watched.
#[derive(Clone)]
pub(super) struct WatchedPlaces {
    /// The file as it is named, and where its links lead: either may change.
    files: Vec<PathBuf>,
    pub(super) themes: PathBuf,
}

impl WatchedPlaces {
    pub(super) fn of(flags: &Flags, env: &Environment, paths: &Paths) -> Self {
        let (file, _) = file_in_use(flags, env, paths);
        let file = std::path::absolute(&file).unwrap_or(file);
        let themes = paths::themes_dir(&file);
        let target = file.canonicalize().ok().filter(|target| *target != file);
        Self {
            files: std::iter::once(file).chain(target).collect(),
            themes,
        }
    }

    pub(super) fn watch(&self, notice: mpsc::Sender<()>) -> Result<RecommendedWatcher, WatchError> {
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
    pub(super) fn fingerprint(&self) -> u64 {
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

    #[test]
    fn reading_a_file_and_its_neighbours_are_no_change() {
        assert!(!is_change(EventKind::Access(AccessKind::Open(
            AccessMode::Read
        ))));
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::under(dir.path());
        fs::create_dir_all(paths.config_file.parent().unwrap()).unwrap();
        fs::write(&paths.config_file, "").unwrap();
        let places = WatchedPlaces::of(&Flags::default(), &Environment::default(), &paths);
        assert!(places.concerned(&paths.config_file));
        assert!(!places.concerned(&paths.config_file.with_extension("swp")));
        let before = places.fingerprint();
        fs::write(&paths.config_file, "").unwrap();
        assert_eq!(places.fingerprint(), before, "saved unchanged");
    }
}
