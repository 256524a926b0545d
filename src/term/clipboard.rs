//! Copying, also over SSH: the terminal sets the clipboard (OSC 52), and what is too long for it goes to a file.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use crate::file;

/// The longest payload, in base64 bytes, that terminals take whole (xterm and hterm cut or drop longer ones).
const MAX_PAYLOAD: usize = 74_994;

/// Name of the file for what is too long; always the same one, so that copies do not pile up.
const FILE: &str = "clipboard.txt";

/// Where a copy went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// To the terminal, once these bytes are sent with [`super::Term::write_raw`].
    Sequence(Vec<u8>),
    /// To this file, mode 0600, replacing the copy before it.
    File(PathBuf),
}

/// Why something could not be copied.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot copy: too long for the terminal's clipboard, and writing it to {} failed: {source}; check that directory, or copy less",
    path.display()
)]
pub struct CopyError {
    path: PathBuf,
    source: io::Error,
}

/// Copies `text`. `state` is the console's state directory; it is made, for this user only, when it is missing.
pub fn copy(text: &str, state: &Path) -> Result<Copied, CopyError> {
    if text.len().div_ceil(3).saturating_mul(4) > MAX_PAYLOAD {
        let path = state.join(FILE);
        return match save(text, state, &path) {
            Ok(()) => Ok(Copied::File(path)),
            Err(source) => Err(CopyError { path, source }),
        };
    }
    let mut sequence = String::new();
    // A `String` takes every write.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    Ok(Copied::Sequence(sequence.into_bytes()))
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
        let dir = tempfile::tempdir().unwrap();
        let hostile = "a\x1b]0;b\x07";
        let expected = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(hostile));
        let copied = copy(hostile, dir.path()).unwrap();
        assert_eq!(copied, Copied::Sequence(expected.into_bytes()));
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
    }

    #[test]
    fn the_cap_is_in_encoded_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let most = MAX_PAYLOAD / 4 * 3;
        assert!(matches!(
            copy(&"x".repeat(most), dir.path()),
            Ok(Copied::Sequence(_))
        ));
        assert!(matches!(
            copy(&"x".repeat(most + 1), dir.path()),
            Ok(Copied::File(_))
        ));
    }

    #[test]
    fn too_much_goes_to_a_private_file_that_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state/trunkline");
        for letter in ["a", "b"] {
            let text = letter.repeat(100_000);
            let Ok(Copied::File(path)) = copy(&text, &state) else {
                panic!("not a file");
            };
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
        let error = copy(&"x".repeat(100_000), &blocked).unwrap_err();
        assert!(error.to_string().contains("clipboard.txt"), "{error}");
    }
}
