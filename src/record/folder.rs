//! Where the past of a profile lies: a folder, two files a day.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{RecordError, RecordSettings};
use crate::file::{self, For};
use crate::time::Millis;
use crate::{folder, lock};

/// The folder of a profile's past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFolder {
    path: PathBuf,
}

/// What the past takes on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Each day (UTC, `2026-06-15`) and the bytes that it takes, oldest first.
    pub days: Vec<(String, u64)>,
}

impl Usage {
    /// Bytes in all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.days.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl RecordFolder {
    /// That of the profile.
    #[must_use]
    pub fn of(state_dir: &Path, profile: &str) -> Self {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC);
        Self::at(state_dir.join("record").join(name.to_string()))
    }

    /// This one.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, and takes its lock: who has it may write. None where somebody else has it. The lock is empty until they have begun.
    pub(super) fn hold(&self) -> io::Result<Option<File>> {
        folder::make(&self.path)?;
        let file = file::open(&self.path.join("lock"), For::Keeping)?;
        if !lock::take(&file)? {
            return Ok(None);
        }
        file.set_len(0)?;
        Ok(Some(file))
    }

    /// Whether the run at the end of it is going on: a process that has the lock and has not begun yet is none that went on from it.
    pub(super) fn goes_on(&self) -> bool {
        let begun = || fs::metadata(self.path.join("lock")).is_ok_and(|lock| lock.len() > 0);
        self.is_written() && begun()
    }

    /// Whether a process records there now.
    #[must_use]
    pub fn is_written(&self) -> bool {
        let file = file::open(&self.path.join("lock"), For::Reading);
        file.is_ok_and(|file| !lock::take(&file).unwrap_or(true))
    }

    /// The days that there is something of, oldest first.
    pub fn days(&self) -> io::Result<Vec<String>> {
        let mut days = Vec::new();
        let found = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(days),
            found => found?,
        };
        for entry in found {
            let name = entry?.file_name();
            let day = name.to_str().and_then(|name| name.strip_suffix(".index"));
            days.extend(day.filter(|day| is_day(day)).map(ToOwned::to_owned));
        }
        days.sort_unstable();
        Ok(days)
    }

    /// The file of a day: `data` or `index`.
    pub(super) fn file(&self, day: &str, what: &str) -> PathBuf {
        self.path.join(format!("{day}.{what}"))
    }

    /// What it takes on disk.
    pub fn usage(&self) -> Result<Usage, RecordError> {
        let days = self.days();
        let days = days.map_err(RecordError::unusable("reading", &self.path))?;
        let size =
            |day: &str, what| fs::metadata(self.file(day, what)).map_or(0, |file| file.len());
        let days = days.into_iter().map(|day| {
            let bytes = size(&day, "data") + size(&day, "index");
            (day, bytes)
        });
        Ok(Usage {
            days: days.collect(),
        })
    }
}

/// The day of a moment, by UTC.
pub(super) fn day_of(at: Millis) -> String {
    at.timestamp().strftime("%Y-%m-%d").to_string()
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Removes the days that are too old or too many, whole and oldest first; the day of `now` stays. Gives those that went.
///
/// # Errors
/// When the folder or a file of it cannot be used.
pub fn prune(
    folder: &RecordFolder,
    settings: &RecordSettings,
    now: Millis,
) -> Result<Vec<String>, RecordError> {
    let keep = i64::try_from(settings.keep_ms).unwrap_or(i64::MAX);
    let oldest = day_of(now.plus(keep.saturating_neg()));
    let today = day_of(now);
    let usage = folder.usage()?;
    let mut bytes = usage.bytes();
    let mut gone = Vec::new();
    for (day, size) in usage.days {
        if day >= today || (day >= oldest && bytes <= settings.size) {
            continue;
        }
        // The index first: data without one is nothing, an index without data would be damage.
        for what in ["index", "data"] {
            let path = folder.file(&day, what);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(RecordError::unusable("removing", &path)(error));
                }
                _ => {}
            }
        }
        bytes = bytes.saturating_sub(size);
        gone.push(day);
    }
    Ok(gone)
}
