//! Copying, also over SSH and in tmux, and saying where it went: nothing is called copied that nobody has confirmed.
//!
//! A terminal sets its clipboard when it is asked to (OSC 52), and never says whether it did. Inside tmux the sequence goes to
//! tmux, which drops it unless it is set otherwise: there tmux itself is asked, and answers. What can go neither way is
//! written to a file.

mod tmux;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

pub use self::tmux::{Tmux, hand};
use crate::environment::Environment;
use crate::file;

/// The longest payload, in base64 bytes, that terminals take whole (xterm and hterm cut or drop longer ones).
const MAX_PAYLOAD: usize = 74_994;

/// Name of the file for what goes nowhere else; always the same one, so that copies do not pile up.
const FILE: &str = "clipboard.txt";

/// Which way copies go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// tmux is asked.
    Tmux,
    /// The terminal is asked.
    Terminal,
    /// Neither can be: why, in words that follow "the clipboard is not reached".
    File(&'static str),
}

impl Way {
    /// The way of a process with these variables; `osc52` is what the configuration says.
    #[must_use]
    pub fn of(environment: &Environment, osc52: bool) -> Self {
        let is_set = |name| environment.get(name).is_some_and(|value| !value.is_empty());
        if !osc52 {
            Self::File("osc52 = false in the configuration")
        } else if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") {
            Self::File("GNU screen keeps it from the terminal")
        } else if environment.get("TERM").is_some_and(|term| term == "linux") {
            Self::File("a Linux virtual console has none")
        } else {
            Self::Terminal
        }
    }
}

/// Why something could not be copied.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot copy: writing it to {} failed: {source}; check that directory, or copy less",
    path.display()
)]
pub struct CopyError {
    path: PathBuf,
    source: io::Error,
}

/// What asks the terminal to put `text` on its clipboard, to be sent with [`super::Term::write_raw`]; none when it is too long
/// for that.
#[must_use]
pub fn sequence(text: &str) -> Option<Vec<u8>> {
    if text.len().div_ceil(3).saturating_mul(4) > MAX_PAYLOAD {
        return None;
    }
    let mut sequence = String::new();
    // A `String` takes every write.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    Some(sequence.into_bytes())
}

/// Writes a copy to a file, mode 0600, in place of the one before it. `state` is the console's state directory; it is made,
/// for this user only, when it is missing.
pub fn write(text: &str, state: &Path) -> Result<PathBuf, CopyError> {
    let path = state.join(FILE);
    match save(text, state, &path) {
        Ok(()) => Ok(path),
        Err(source) => Err(CopyError { path, source }),
    }
}

/// Through a temporary file, which is created 0600: what is in the copy is never readable by others, nor half there.
fn save(text: &str, state: &Path, path: &Path) -> io::Result<()> {
    if !fs::exists(state)? {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(state)?;
    }
    file::replace(path, text.as_bytes()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_row_goes_to_the_terminal() {
        let hostile = "a\x1b]0;b\x07";
        let expected = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(hostile));
        assert_eq!(sequence(hostile), Some(expected.into_bytes()));
    }

    #[test]
    fn the_cap_is_in_encoded_bytes() {
        let most = MAX_PAYLOAD / 4 * 3;
        assert!(sequence(&"x".repeat(most)).is_some());
        assert!(sequence(&"x".repeat(most + 1)).is_none());
    }

    #[test]
    fn the_way_is_the_one_that_can_be_answered_for() {
        let way = |variables: &[(&str, &str)], osc52| {
            Way::of(&variables.iter().copied().collect(), osc52)
        };
        assert_eq!(way(&[("TERM", "xterm")], true), Way::Terminal);
        assert_eq!(way(&[("TMUX", "/tmp/t,1,0")], true), Way::Tmux);
        assert_eq!(way(&[("TMUX", "")], true), Way::Terminal);
        for (variables, osc52) in [
            (&[("TMUX", "/tmp/t,1,0")][..], false),
            (&[("STY", "1.pts")], true),
            (&[("TERM", "linux")], true),
        ] {
            assert!(
                matches!(way(variables, osc52), Way::File(_)),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn a_file_is_private_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state/trunkline");
        for letter in ["a", "b"] {
            let text = letter.repeat(100_000);
            let path = write(&text, &state).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(&state).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        fs::write(&blocked, "").unwrap();
        let error = write("x", &blocked).unwrap_err();
        assert!(error.to_string().contains("clipboard.txt"), "{error}");
    }
}
