//! The themes there are: the shipped ones, and a person's own beside the configuration.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Theme;
use crate::config::near;
use crate::config::origin::{Fault, Origin};

/// A theme file is a screenful of text; more is a mistake.
const MAX_BYTES: u64 = 64 * 1024;

/// More than a chooser can show with sense; the rest is counted in a warning.
const MAX_OWN: usize = 64;

const SHIPPED: [(&str, &str); 6] = [
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../../themes/high-contrast.toml"),
    ),
    (
        "colour-blind",
        include_str!("../../../themes/colour-blind.toml"),
    ),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// Every theme that can be chosen, read up front so that choosing one needs no I/O.
#[derive(Clone, Debug)]
pub struct Themes {
    all: Vec<Theme>,
    /// What is wrong with the person's own themes, by theme name; those are not in the list.
    broken: Vec<(String, Vec<Fault>)>,
    /// Own themes beyond [`MAX_OWN`].
    dropped: usize,
}

impl Themes {
    /// The shipped themes alone.
    #[must_use]
    pub fn shipped() -> Self {
        let mut themes = Self {
            all: Vec::new(),
            broken: Vec::new(),
            dropped: 0,
        };
        for (name, text) in SHIPPED {
            let path = format!("themes/{name}.toml");
            themes.add(name, Path::new(&path), text);
        }
        themes
    }

    /// The shipped themes and those in `dir`; a directory that is not there holds none. An own theme takes the place
    /// of a shipped one of the same name.
    #[must_use]
    pub fn load(dir: &Path) -> Self {
        let mut themes = Self::shipped();
        let mut files = files(dir);
        themes.dropped = files.len().saturating_sub(MAX_OWN);
        files.truncate(MAX_OWN);
        for path in files {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match read(&path) {
                Ok(text) => themes.add(&name, &path, &text),
                Err(message) => {
                    let fault = fault(
                        Origin::File {
                            path: path.into(),
                            line: 1,
                        },
                        message,
                    );
                    themes.broken.push((name, vec![fault]));
                }
            }
        }
        themes
    }

    /// The themes in the order of the chooser: shipped first, then a person's own by name.
    pub fn iter(&self) -> impl Iterator<Item = &Theme> {
        self.all.iter()
    }

    /// The theme of that name, or why it cannot be used: its own mistakes, or that there is none.
    pub fn get(&self, name: &str, asked: &Origin) -> Result<&Theme, Vec<Fault>> {
        if let Some((_, faults)) = self.broken.iter().find(|(broken, _)| broken == name) {
            return Err(faults.clone());
        }
        self.all
            .iter()
            .find(|theme| theme.name == name)
            .ok_or_else(|| {
                let names: Vec<&str> = self.iter().map(Theme::name).collect();
                let hint = near::hint(name, names.iter().copied());
                let message = format!("no theme named {name:?} among {}{hint}", names.join(", "));
                let mut fault = fault(asked.clone(), message);
                "ui.theme".clone_into(&mut fault.key);
                vec![fault]
            })
    }

    /// What is wrong with themes that are not in use.
    pub(in crate::config) fn warnings(&self) -> Vec<String> {
        let faults = self.broken.iter().flat_map(|(_, faults)| faults);
        let mut warnings: Vec<String> = faults.map(ToString::to_string).collect();
        if self.dropped > 0 {
            warnings.push(format!(
                "{} themes were left out: at most {MAX_OWN} are read",
                self.dropped
            ));
        }
        warnings
    }

    fn add(&mut self, name: &str, path: &Path, text: &str) {
        match Theme::read(name, path, text, &self.all) {
            Ok(theme) => match self.all.iter_mut().find(|t| t.name == theme.name) {
                Some(shipped) => *shipped = theme,
                None => self.all.push(theme),
            },
            Err(faults) => self.broken.push((name.to_owned(), faults)),
        }
    }
}

fn fault(origin: Origin, message: String) -> Fault {
    Fault {
        origin,
        key: String::new(),
        message,
    }
}

/// The theme files of a directory, in the order of their names; pipes and the like are none.
pub(in crate::config) fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "toml") && path.is_file())
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_BYTES {
        return Err(format!("longer than {MAX_BYTES} bytes: this is no theme"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::role::Role;

    fn with(files: &[(&str, &str)]) -> Themes {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        Themes::load(dir.path())
    }

    #[test]
    fn all_six_are_whole() {
        let themes = Themes::shipped();
        assert_eq!(themes.warnings(), Vec::<String>::new());
        assert_eq!(themes.iter().count(), SHIPPED.len());
        for (name, text) in SHIPPED {
            for role in Role::ALL {
                let given = text
                    .lines()
                    .any(|line| line.starts_with(&format!("{} = ", role.name())));
                assert!(given, "{name} gives {} no look", role.name());
            }
        }
    }

    #[test]
    fn an_own_theme_inherits_and_overrides() {
        let themes = with(&[(
            "night.toml",
            "inherits = \"dark\"\nbad = { fg = \"#ff0000\", bold = true }",
        )]);
        let night = themes.get("night", &Origin::Default).unwrap();
        let dark = themes.get("dark", &Origin::Default).unwrap();
        assert_eq!(night.style(Role::Text), dark.style(Role::Text));
        assert_ne!(night.style(Role::Bad), dark.style(Role::Bad));
    }

    #[test]
    fn a_broken_theme_is_a_warning_until_it_is_chosen() {
        let themes = with(&[("oops.toml", "# mine\nbaad = { fg = 1 }\nok = { fg = 300 }")]);
        assert_eq!(themes.warnings().len(), 2);
        let faults = themes.get("oops", &Origin::Default).unwrap_err();
        let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let all = all.join("\n");
        assert!(
            all.contains("oops.toml:2: baad: unknown key; did you mean \"bad\"?"),
            "{all}"
        );
        assert!(
            all.contains("oops.toml:3: ok: fg: expected a colour name"),
            "{all}"
        );
    }

    #[test]
    fn a_name_that_is_none_gets_the_nearest() {
        let faults = Themes::shipped()
            .get("drak", &Origin::Flag("--theme"))
            .unwrap_err();
        assert!(
            faults[0].to_string().contains(
                "flag --theme: ui.theme: no theme named \"drak\" among terminal, dark, light, high-contrast, colour-blind, mono; did you mean \"dark\"?"
            )
        );
    }
}
