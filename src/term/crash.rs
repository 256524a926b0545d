//! What is said of a panic: a sentence on standard error, and a file with the rest. Neither holds a credential.

use std::backtrace::Backtrace;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::NamedTempFile;

use crate::folder;
use crate::text::safe;
use crate::vault;

/// The file in the state directory; the newest crash takes the place of the one before.
const FILE: &str = "crash.txt";

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Names the state directory, where the report of a crash goes. Until then there is the sentence alone.
pub fn keep_in(state_dir: &Path) {
    let _ = FOLDER.set(state_dir.to_owned());
}

/// Says what happened and where the report is.
pub(super) fn report(info: &PanicHookInfo<'_>) {
    let words = info.payload();
    let what = words
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| words.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no words)");
    let at = info
        .location()
        .map_or_else(String::new, |at| format!(" at {at}"));
    let report = format!(
        "trunkline {} panicked{at}: {what}\nthread: {}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::thread::current().name().unwrap_or("unnamed"),
        Backtrace::force_capture(),
    );
    let kept = FOLDER
        .get()
        .map(|folder| (folder.join(FILE), write(folder, &report)));
    let place = match kept {
        Some((path, Ok(()))) => format!(
            "The report is in {}; it holds no credentials.",
            path.display()
        ),
        Some((path, Err(error))) => format!(
            "The report could not be written to {}: {error}.",
            path.display()
        ),
        None => "It happened before there was a place for a report.".to_owned(),
    };
    // There is nobody to tell that standard error is closed.
    let _ = writeln!(
        io::stderr(),
        "trunkline panicked{at}: {}. This is a fault of trunkline, and it has stopped (exit code 101). {place}",
        safe(what)
    );
}

/// Through a temporary file, which is created 0600.
fn write(folder: &Path, report: &str) -> io::Result<()> {
    folder::make(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(vault::scrub(report).as_bytes())?;
    file.persist(folder.join(FILE))?;
    Ok(())
}
