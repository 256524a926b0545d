//! Reads the end of the log, for a person who wants to know what the program has done.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use tokio::sync::mpsc;

use crate::app::event::Done;
use crate::cause::said;
use crate::file::{self, For};
use crate::{logging, text};

/// Bytes of the log that are read, from its end: some thousand lines.
const END: u64 = 256 * 1024;

/// Reads it; what comes of it goes to `done`.
pub(super) fn read(done: mpsc::UnboundedSender<Done>) {
    tokio::task::spawn_blocking(move || {
        let _ = done.send(Done::Log(look()));
    });
}

fn look() -> Result<(std::path::PathBuf, Vec<String>), String> {
    let Some(path) = logging::kept() else {
        return Err(format!(
            "no log is kept: start with {}=info (or debug) to keep one; `trunkline config path` says where",
            logging::LOG
        ));
    };
    match end(path) {
        Ok(lines) => Ok((path.to_owned(), lines)),
        Err(error) => Err(format!("reading {}: {}", path.display(), said(&error))),
    }
}

/// The last lines, newest first. What is cut in two at the start of the piece is left out.
fn end(path: &Path) -> io::Result<Vec<String>> {
    let mut file: File = file::open(path, For::Reading)?;
    let from = file.metadata()?.len().saturating_sub(END);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let whole = String::from_utf8_lossy(&bytes);
    let cut = usize::from(from > 0);
    let lines = whole
        .lines()
        .skip(cut)
        .map(|line| text::safe(line).into_owned());
    let mut lines: Vec<String> = lines.collect();
    lines.reverse();
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_log_is_whole_lines_newest_first_and_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trunkline.log");
        let lines: Vec<String> = (0..20_000)
            .map(|n| format!("line {n} of the log\n"))
            .collect();
        let mut text = lines.concat();
        text += "bad \x1b[2J line\n";
        std::fs::write(&path, text).unwrap();
        let lines = end(&path).unwrap();
        assert_eq!(lines[0], "bad \\u{1b}[2J line");
        assert_eq!(lines[1], "line 19999 of the log");
        assert!(lines.len() < 20_000);
        let shape = |line: &String| line.starts_with("line ") && line.ends_with(" of the log");
        assert!(lines[1..].iter().all(shape), "{:?}", lines.last());
    }
}
