//! How one reading of an organisation is shared on this machine: the `[share]` table.

use std::path::PathBuf;

use super::paths;
use super::profile::listen::{Account, account};
use super::reader::{Notes, Section};

/// Where a reader offers what it hears, for whom, and what becomes of the consoles when it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareSettings {
    /// The socket; none is the usual place of the profile.
    pub socket: Option<PathBuf>,
    /// The group whose members may attach; none is the reader's own user alone.
    pub group: Option<Account>,
    /// Whether one of the consoles becomes the reader when there is none.
    pub take_over: bool,
}

pub(super) fn read(mut from: Section<'_>, notes: &mut Notes<'_>) -> ShareSettings {
    let socket = from.take_as("socket", notes, paths::written);
    let settings = ShareSettings {
        socket: socket.map(|path| notes.beside(&path)),
        group: from.take_as("group", notes, |value| account(&value)),
        take_over: from.take("take_over", notes).unwrap_or_default(),
    };
    from.finish(notes);
    settings
}
