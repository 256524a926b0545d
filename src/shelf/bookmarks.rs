//! Bookmarks: `bookmarks/PROFILE/NUMBER.json` in the state directory, one file each, mode 0600.

use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use super::{LARGEST, Shelf, ShelfError, ShelfNews};
use crate::file::{self, For};
use crate::folder;
use crate::model::bookmark::{Bookmark, LONGEST_NOTE};
use crate::text::Text;
use crate::vault;

/// Bookmarks of one profile; nobody looks through more.
const MOST: usize = 500;

impl Shelf {
    /// Every bookmark that can be read, in the order of their numbers.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn bookmarks(&self) -> Result<Vec<Bookmark>, ShelfError> {
        let numbers = self.bookmark_numbers()?;
        let read = numbers.into_iter().filter_map(|number| {
            let bookmark = self.bookmark(number).ok()?;
            // The file's name counts, so that what is listed can be deleted.
            Some(Bookmark { number, ..bookmark })
        });
        Ok(read.collect())
    }

    /// Tells which bookmarks there are, after something.
    pub(super) fn told_bookmarks(&self, said: Option<String>) -> Result<ShelfNews, ShelfError> {
        Ok(ShelfNews::Bookmarks(self.bookmarks()?, said))
    }

    /// Keeps a bookmark under the next number.
    pub(super) fn keep_bookmark(&self, bookmark: Bookmark) -> Result<ShelfNews, String> {
        folder::make(&self.bookmarks)
            .map_err(|source| self.failed("making the folder of", source).to_string())?;
        let numbers = self.bookmark_numbers().map_err(|e| e.to_string())?;
        if numbers.len() >= MOST {
            return Err(format!(
                "{MOST} bookmarks are kept, and no more can be: :drop-bookmark NUMBER deletes one"
            ));
        }
        let number = numbers.last().map_or(1, |last| last.saturating_add(1));
        let bookmark = Bookmark {
            number,
            note: Text::from(bookmark.note.fit(LONGEST_NOTE).into_owned()),
            ..bookmark
        };
        let failed = |source| self.failed("writing", source).to_string();
        let bytes = serde_json::to_vec(&bookmark).map_err(|e| failed(e.into()))?;
        file::replace(&self.bookmark_path(number), &vault::scrub_bytes(&bytes)).map_err(failed)?;
        let said = format!("bookmark {number}: {}", bookmark.words());
        self.told_bookmarks(Some(said)).map_err(|e| e.to_string())
    }

    /// Deletes a bookmark; one that is not there is said to be none.
    pub(super) fn drop_bookmark(&self, number: u32) -> Result<ShelfNews, ShelfError> {
        let said = match fs::remove_file(self.bookmark_path(number)) {
            Ok(()) => format!("bookmark {number} deleted"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                format!("there is no bookmark {number}")
            }
            Err(source) => return Err(self.failed("removing", source)),
        };
        self.told_bookmarks(Some(said))
    }

    fn failed(&self, doing: &'static str, source: io::Error) -> ShelfError {
        let path = self.bookmarks.clone();
        ShelfError {
            doing,
            path,
            source,
        }
    }

    fn bookmark(&self, number: u32) -> io::Result<Bookmark> {
        let mut text = String::new();
        file::open(&self.bookmark_path(number), For::Reading)?
            .take(LARGEST)
            .read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }

    fn bookmark_numbers(&self) -> Result<Vec<u32>, ShelfError> {
        let found = match fs::read_dir(&self.bookmarks) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(|source| self.failed("reading", source))?,
        };
        let mut numbers = Vec::new();
        for entry in found {
            let entry = entry.map_err(|source| self.failed("reading", source))?;
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".json"));
            numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn bookmark_path(&self, number: u32) -> PathBuf {
        self.bookmarks.join(format!("{number}.json"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::ShelfOrder;
    use super::*;
    use crate::time::Millis;

    fn told(shelf: &Shelf, order: ShelfOrder) -> (Vec<Bookmark>, String) {
        match shelf.obey(order).unwrap() {
            Some(ShelfNews::Bookmarks(list, said)) => (list, said.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bookmarks_count_up_and_are_there_again_for_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "a/b");
        assert_eq!(
            told(&shelf, ShelfOrder::Bookmarks),
            (Vec::new(), String::new())
        );
        let one = Bookmark {
            at: Millis(1_781_532_000_000),
            pane: "registrations".to_owned(),
            filter: "state:lost".to_owned(),
            note: "the trunk of\u{1b}[31m Accra".into(),
            ..Bookmark::default()
        };
        let keep = || ShelfOrder::KeepBookmark(Box::new(one.clone()));
        told(&shelf, keep());
        let (kept, said) = told(&shelf, keep());
        assert_eq!(said, "bookmark 2: registrations /state:lost");
        assert_eq!(
            kept.iter().map(|one| one.number).collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(
            kept[1],
            Bookmark {
                number: 2,
                // What came from a keyboard or a clipboard is kept as it is shown.
                note: "the trunk of\\u{1b}[31m Accra".into(),
                ..one.clone()
            }
        );
        let mode = fs::metadata(shelf.bookmark_path(1))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        // What is torn is left out, and a number is not given twice while a later one is there.
        fs::write(shelf.bookmark_path(1), "{").unwrap();
        let (kept, said) = told(&shelf, ShelfOrder::DropBookmark(7));
        assert_eq!((kept.len(), said.as_str()), (1, "there is no bookmark 7"));
        let (kept, _) = told(&Shelf::new(folder.path(), "a/b"), keep());
        assert_eq!(
            kept.iter().map(|one| one.number).collect::<Vec<_>>(),
            [2, 3]
        );
        let (kept, said) = told(&shelf, ShelfOrder::DropBookmark(2));
        assert_eq!((kept.len(), said.as_str()), (1, "bookmark 2 deleted"));
    }
}
