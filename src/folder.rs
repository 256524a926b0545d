//! Folders of our own: for this user alone, also where an earlier version or a person has made them wider.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use crate::text::safe;

/// What others may not do in a folder of ours: anything.
const BY_OTHERS: u32 = 0o077;

/// Makes a folder and those above it that are missing, mode 0700; one that is there is left as it is.
pub fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Takes from others what they may do in the state directory and in the folders in it.
///
/// # Errors
/// A sentence, when others may write there and it cannot be taken from them: what is kept there could be anybody's.
pub fn narrow(state_dir: &Path) -> Result<(), String> {
    close(state_dir)?;
    let Ok(entries) = fs::read_dir(state_dir) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            close(&entry.path())?;
        }
    }
    Ok(())
}

fn close(folder: &Path) -> Result<(), String> {
    let Ok(found) = fs::metadata(folder) else {
        // Nothing is there yet; what stands in the way is told by whoever has something to keep.
        return Ok(());
    };
    let mode = found.permissions().mode() & 0o7777;
    if mode & BY_OTHERS == 0 || !found.is_dir() {
        return Ok(());
    }
    let narrowed = fs::set_permissions(folder, Permissions::from_mode(mode & !BY_OTHERS));
    match narrowed {
        Err(error) if mode & 0o022 != 0 => Err(format!(
            "the folder {} may be written by others (mode {mode:04o}), and closing it failed: {error}. Run chmod 700 on it, or name another place with XDG_STATE_HOME",
            safe(&folder.to_string_lossy())
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_and_kept_for_its_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let (state, inner) = (
            root.path().join("a/state"),
            root.path().join("a/state/audit"),
        );
        make(&inner).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&inner)), (0o700, 0o700));
        for folder in [&state, &inner] {
            fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
        }
        narrow(&state).unwrap();
        assert_eq!((mode(&state), mode(&inner)), (0o700, 0o700));
        assert_eq!(narrow(&root.path().join("none")), Ok(()));
    }
}
