//! The shelf: drafts of forms and the payloads that were sent, on disk, so that neither a restart nor a kill loses what
//! was typed; and the views that were kept ([`views`]).
//!
//! A file each, mode 0600, replaced whole or not at all; two consoles of one profile cannot disturb each other. Secrets
//! never come here: a form hands out its body without them. What is oldest makes room.

pub mod bookmarks;
pub mod recall;
pub mod views;

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::cause::said;
use crate::file::{self, For};
use crate::form::Opening;
use crate::kind::view::View;
use crate::model::bookmark::Bookmark;
use crate::text::Text;
use crate::time::Millis;
use crate::vault;
use crate::vocabulary::command::Half;

/// Bytes of one file; a form's body stays far below.
pub const LARGEST: u64 = 1 << 20;

/// One payload on the shelf.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name on the shelf; see [`name`].
    pub name: String,
    /// When it was kept.
    pub at: Millis,
    /// What people call it; may be empty.
    pub subject: Text,
    /// How to open it again.
    pub opening: Opening,
}

/// What the console asks of the shelf.
#[derive(Clone, Debug, PartialEq)]
pub enum ShelfOrder {
    /// Keep a payload.
    Keep(Half, Box<Kept>),
    /// Take one off.
    Discard(Half, String),
    /// Tell what is there.
    List(Half),
    /// Read a file that the operator names.
    Load(PathBuf),
    /// Tell which views are kept.
    Views,
    /// Keep a view under a name.
    KeepView(String, View),
    /// Delete the view of a name.
    DropView(String),
    /// Tell which bookmarks are kept.
    Bookmarks,
    /// Keep a bookmark; its number is given here.
    KeepBookmark(Box<Bookmark>),
    /// Delete the bookmark of a number.
    DropBookmark(u32),
    /// Tell how the console was left.
    Recall,
    /// Keep how it is left.
    KeepRecalled(Box<recall::Recalled>),
}

/// What the shelf tells.
#[derive(Debug, PartialEq)]
pub enum ShelfNews {
    /// What a half holds.
    Listed(Half, Contents),
    /// A file that the operator named.
    Loaded(String),
    /// How the console was left.
    Recalled(Box<recall::Recalled>),
    /// The bookmarks that are kept, after what the sentence says, if it says something.
    Bookmarks(Vec<Bookmark>, Option<String>),
    /// The views that are kept, after what the sentence says, if it says something.
    Views(views::Contents, Option<String>),
}

/// The shelf cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{doing} {path}: {source}. What is typed is not kept; free the disk or fix the permissions.", path = .path.display())]
pub struct ShelfError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// What a half holds.
#[derive(Debug, Default, PartialEq)]
pub struct Contents {
    /// Payloads, the newest first.
    pub kept: Vec<Kept>,
    /// Files that could not be read.
    pub unreadable: usize,
}

/// The shelf of one profile. A clone is the same shelf.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
    views: PathBuf,
    bookmarks: PathBuf,
    recalled: PathBuf,
}

impl Half {
    /// How much is kept of it.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Self::Drafts => 50,
            Self::Sent => 200,
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::Drafts => "drafts",
            Self::Sent => "sent",
        }
    }
}

/// A name for what is kept from `at` on: names in order are moments in order.
#[must_use]
pub fn name(form: &str, at: Millis) -> String {
    format!("{:015}-{form}", at.0.max(0))
}

impl Shelf {
    /// The shelf of a profile; nothing is made before something is kept.
    #[must_use]
    pub fn new(state_dir: &Path, profile: &str) -> Self {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
        Self {
            folder: state_dir.join("forms").join(&name),
            recalled: state_dir.join("recalled").join(format!("{name}.json")),
            bookmarks: state_dir.join("bookmarks").join(&name),
            views: state_dir.join("views").join(name),
        }
    }

    /// Carries out an order; tells what was asked for, if anything was.
    pub fn obey(&self, order: ShelfOrder) -> Result<Option<ShelfNews>, String> {
        let done = match order {
            ShelfOrder::Keep(half, kept) => self.keep(half, &kept).map(|()| None),
            ShelfOrder::Discard(half, name) => self.discard(half, &name).map(|()| None),
            ShelfOrder::List(half) => {
                let listed = self.contents(half);
                listed.map(|contents| Some(ShelfNews::Listed(half, contents)))
            }
            ShelfOrder::Load(path) => return load(&path).map(|text| Some(ShelfNews::Loaded(text))),
            ShelfOrder::Views => self.told(None).map(Some),
            ShelfOrder::KeepView(name, view) => return self.keep_view(&name, &view).map(Some),
            ShelfOrder::Bookmarks => self.told_bookmarks(None).map(Some),
            ShelfOrder::KeepBookmark(one) => return self.keep_bookmark(*one).map(Some),
            ShelfOrder::DropBookmark(number) => self.drop_bookmark(number).map(Some),
            ShelfOrder::Recall => Ok(Some(ShelfNews::Recalled(Box::new(self.recall())))),
            ShelfOrder::KeepRecalled(recalled) => self.keep_recalled(&recalled).map(|()| None),
            ShelfOrder::DropView(name) => self.drop_view(&name).map(Some),
        };
        done.map_err(|error| error.to_string())
    }

    /// Keeps a payload in place of what had its name; the oldest makes room.
    pub fn keep(&self, half: Half, kept: &Kept) -> Result<(), ShelfError> {
        let path = self.path(half, &kept.name);
        let failed = |doing, source| ShelfError {
            doing,
            path: path.clone(),
            source,
        };
        let folder = self.folder.join(half.folder());
        let mut maker = fs::DirBuilder::new();
        maker.recursive(true).mode(0o700);
        maker
            .create(&folder)
            .map_err(|e| failed("making the folder of", e))?;
        let bytes = serde_json::to_vec(kept).map_err(|e| failed("writing", e.into()))?;
        let bytes = vault::scrub_bytes(&bytes);
        file::replace(&path, &bytes).map_err(|e| failed("writing", e))?;
        let names = self
            .names(half)
            .map_err(|e| failed("tidying up beside", e))?;
        for old in names.iter().rev().skip(half.most()) {
            // Another console may have been quicker.
            let _ = fs::remove_file(self.path(half, old));
        }
        Ok(())
    }

    /// Takes a payload off the shelf; one that is not there is gone already.
    pub fn discard(&self, half: Half, name: &str) -> Result<(), ShelfError> {
        let path = self.path(half, name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ShelfError {
                doing: "removing",
                path,
                source,
            }),
            _ => Ok(()),
        }
    }

    /// Everything in a half, the newest first.
    pub fn contents(&self, half: Half) -> Result<Contents, ShelfError> {
        let names = match self.names(half) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(source) => {
                return Err(ShelfError {
                    doing: "reading",
                    path: self.folder.join(half.folder()),
                    source,
                });
            }
        };
        let mut contents = Contents::default();
        for name in names.iter().rev().take(half.most()) {
            match self.read(half, name) {
                Ok(kept) => contents.kept.push(kept),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => contents.unreadable += 1,
            }
        }
        Ok(contents)
    }

    fn read(&self, half: Half, name: &str) -> io::Result<Kept> {
        let mut text = String::new();
        file::open(&self.path(half, name), For::Reading)?
            .take(LARGEST)
            .read_to_string(&mut text)?;
        let kept: Kept = serde_json::from_str(&text)?;
        // The file's name counts, so that what is shown can be discarded.
        Ok(Kept {
            name: name.to_owned(),
            ..kept
        })
    }

    /// Names, the oldest first.
    fn names(&self, half: Half) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join(half.folder()))? {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".json")) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn path(&self, half: Half, name: &str) -> PathBuf {
        let name = utf8_percent_encode(name, &NAMES);
        self.folder.join(half.folder()).join(format!("{name}.json"))
    }
}

/// What may not be in a file name; names of ours have none of it.
const NAMES: percent_encoding::AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'%');

/// What is said of a file that is no text.
pub const NOT_UTF8: &str = "it is not UTF-8 text; save it as UTF-8";

/// Reads a file that an operator names, as far as it can be a payload.
pub fn load(path: &Path) -> Result<String, String> {
    let failed = |why: String| format!("reading {}: {why}", path.display());
    let read = |file: fs::File| {
        let mut text = String::new();
        file.take(LARGEST + 1)
            .read_to_string(&mut text)
            .map(|_| text)
    };
    let text = file::named(path).and_then(read).map_err(|error| {
        failed(match error.kind() {
            io::ErrorKind::InvalidData => NOT_UTF8.to_owned(),
            _ => said(&error),
        })
    })?;
    if text.len() as u64 > LARGEST {
        return Err(failed(format!("it is longer than {LARGEST} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::*;

    fn kept(at: i64) -> Kept {
        Kept {
            name: name("provision", Millis(at)),
            at: Millis(at),
            subject: "edge".into(),
            opening: Opening {
                form: "provision".into(),
                about: Vec::new(),
                body: Some(json!({"z": 1, "a": 2})),
            },
        }
    }

    #[test]
    fn what_is_kept_is_there_again_newest_first_and_only_the_owners() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "a/../b");
        assert_eq!(shelf.contents(Half::Drafts).unwrap(), Contents::default());
        shelf.keep(Half::Drafts, &kept(1)).unwrap();
        shelf.keep(Half::Drafts, &kept(20)).unwrap();
        let again = Shelf::new(folder.path(), "a/../b");
        let contents = again.contents(Half::Drafts).unwrap();
        assert_eq!(contents.kept, [kept(20), kept(1)]);
        let path = shelf.path(Half::Drafts, &kept(1).name);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        shelf.discard(Half::Drafts, &kept(1).name).unwrap();
        shelf.discard(Half::Drafts, &kept(1).name).unwrap();
        assert_eq!(again.contents(Half::Drafts).unwrap().kept, [kept(20)]);
        assert_eq!(again.contents(Half::Sent).unwrap(), Contents::default());
    }

    #[test]
    fn the_oldest_makes_room_and_what_cannot_be_read_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "p");
        let most = i64::try_from(Half::Drafts.most()).unwrap();
        for at in 0..most + 3 {
            shelf.keep(Half::Drafts, &kept(at)).unwrap();
        }
        let torn = shelf.path(Half::Drafts, &name("x", Millis(i64::MAX)));
        fs::write(torn, "{\"name\"").unwrap();
        let contents = shelf.contents(Half::Drafts).unwrap();
        assert_eq!(contents.kept.len(), Half::Drafts.most() - 1);
        assert_eq!(contents.unreadable, 1);
        assert_eq!(contents.kept[0], kept(most + 2));
    }

    #[test]
    fn a_file_that_is_no_payload_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body.json");
        assert!(load(&path).unwrap_err().contains("body.json"));
        fs::write(&path, vec![b' '; usize::try_from(LARGEST).unwrap() + 1]).unwrap();
        assert!(load(&path).unwrap_err().contains("longer than"));
    }
}
