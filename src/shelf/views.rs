//! Views that were kept with `:save-view`: `views/PROFILE/NAME.toml` in the state directory.
//!
//! They are not written into the configuration. That file is somebody's own: its comments and its order would be lost,
//! it may be shared, versioned or not writable at all, and two consoles could write it at once. A file here has what
//! stands below `[views.NAME]` there, so that a view is moved into the configuration by copying it. One file a view: two
//! consoles of one profile cannot disturb each other. They belong to a profile, for what is filtered by belongs to its
//! organisation.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::{LARGEST, NAMES, Shelf, ShelfError, ShelfNews};
use crate::file::{self, For};
use crate::folder;
use crate::kind::view::{View, check_name};
use crate::vault;

/// Views of one profile.
const MOST: usize = 200;

/// The views that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// By their names.
    pub views: BTreeMap<String, View>,
    /// What is wrong with those that cannot be shown.
    pub faults: Vec<String>,
}

impl Shelf {
    /// Every view that is kept.
    pub fn views(&self) -> Result<Contents, ShelfError> {
        let names = match self.view_names() {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(source) => {
                return Err(ShelfError {
                    doing: "reading",
                    path: self.views.clone(),
                    source,
                });
            }
        };
        let mut contents = Contents::default();
        for name in names {
            match self.view(&name) {
                Ok(Some(view)) => {
                    contents.views.insert(name, view);
                }
                Ok(None) => {}
                Err(why) => {
                    let path = self.view_path(&name);
                    let fault = format!("view {name} is left out: {}: {why}", path.display());
                    contents.faults.push(fault);
                }
            }
        }
        Ok(contents)
    }

    /// Tells which views there are, after something.
    pub(super) fn told(&self, said: Option<String>) -> Result<ShelfNews, ShelfError> {
        Ok(ShelfNews::Views(self.views()?, said))
    }

    /// Keeps a view in place of what had its name.
    pub(super) fn keep_view(&self, name: &str, view: &View) -> Result<ShelfNews, String> {
        check_name(name)?;
        let path = self.view_path(name);
        let failed = |doing, source| {
            let path = path.clone();
            let error = ShelfError {
                doing,
                path,
                source,
            };
            error.to_string()
        };
        folder::make(&self.views).map_err(|e| failed("making the folder of", e))?;
        let names = self.view_names().map_err(|e| failed("looking beside", e))?;
        let known = names.iter().any(|known| known == name);
        if !known && names.len() >= MOST {
            return Err(format!(
                "{MOST} views are kept, and no more can be: :drop-view NAME deletes one"
            ));
        }
        let text = toml::to_string(view).map_err(|e| failed("writing", io::Error::other(e)))?;
        let bytes = vault::scrub_bytes(text.as_bytes());
        file::replace(&path, &bytes).map_err(|e| failed("writing", e))?;
        let before = if known {
            ", in place of the one before"
        } else {
            ""
        };
        let said = format!("view {name} kept{before}: {}", view.words());
        self.told(Some(said)).map_err(|error| error.to_string())
    }

    /// Deletes a view; one that is not there is gone already.
    pub(super) fn drop_view(&self, name: &str) -> Result<ShelfNews, ShelfError> {
        let was = self.view(name).ok().flatten();
        let path = self.view_path(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ShelfError {
                doing: "removing",
                path,
                source,
            }),
            _ => {
                let was = was.map_or_else(String::new, |view| format!("; it was {}", view.words()));
                self.told(Some(format!("view {name} deleted{was}")))
            }
        }
    }

    /// None where another console was quicker to delete it.
    fn view(&self, name: &str) -> Result<Option<View>, String> {
        let mut text = String::new();
        let read = file::open(&self.view_path(name), For::Reading)
            .and_then(|file| file.take(LARGEST).read_to_string(&mut text));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
            Ok(_) => {}
        }
        let view: View = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        view.check().map(|()| Some(view))
    }

    fn view_names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.views)? {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|name| name.strip_suffix(".toml"));
            let name = name.and_then(|name| percent_decode_str(name).decode_utf8().ok());
            let name = name.filter(|name| check_name(name).is_ok());
            names.extend(name.map(std::borrow::Cow::into_owned));
        }
        names.sort_unstable();
        names.truncate(MOST);
        Ok(names)
    }

    fn view_path(&self, name: &str) -> PathBuf {
        let name = utf8_percent_encode(name, &NAMES);
        self.views.join(format!("{name}.toml"))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::ShelfOrder;
    use super::*;

    fn view(filter: &str) -> View {
        View {
            pane: "registrations".to_owned(),
            filter: filter.to_owned(),
            sort: Some("-since".to_owned()),
            columns: vec!["user".to_owned(), "site".to_owned()],
        }
    }

    fn told(shelf: &Shelf, order: ShelfOrder) -> (Contents, String) {
        match shelf.obey(order).unwrap() {
            Some(ShelfNews::Views(contents, said)) => (contents, said.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_kept_is_there_for_the_next_run_and_only_the_owners() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "a/b");
        assert_eq!(shelf.views().unwrap(), Contents::default());
        let keep = |name: &str, filter| ShelfOrder::KeepView(name.to_owned(), view(filter));
        told(&shelf, keep("lost", "state:lost"));
        told(&shelf, keep("Zürich_1", "site:Zürich"));
        let (_, said) = told(&shelf, keep("lost", "state:lost flaps>3"));
        assert!(said.contains("in place of the one before"), "{said}");
        let again = Shelf::new(folder.path(), "a/b").views().unwrap();
        let names: Vec<&String> = again.views.keys().collect();
        assert_eq!(names, ["Zürich_1", "lost"]);
        assert_eq!(again.views["lost"], view("state:lost flaps>3"));
        let path = shelf.view_path("lost");
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("filter = \"state:lost flaps>3\""), "{text}");
        let (left, said) = told(&shelf, ShelfOrder::DropView("lost".to_owned()));
        assert!(left.views.len() == 1 && said.contains("state:lost"));
        let other = Shelf::new(folder.path(), "c").views().unwrap();
        assert!(other.views.is_empty());
    }

    #[test]
    fn what_cannot_be_shown_is_named_and_no_name_leads_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path(), "p");
        let refused = ShelfOrder::KeepView("../x".to_owned(), view(""));
        assert!(shelf.obey(refused).is_err());
        told(&shelf, ShelfOrder::KeepView("good".to_owned(), view("")));
        let bad = "pane = \"carriers\"\nsort = \"helth\"";
        fs::write(shelf.view_path("bad"), bad).unwrap();
        let contents = shelf.views().unwrap();
        assert_eq!(contents.views.len(), 1);
        let [fault] = contents.faults.as_slice() else {
            panic!("{:?}", contents.faults);
        };
        assert!(
            fault.contains("bad.toml") && fault.contains("`helth`"),
            "{fault}"
        );
    }
}
