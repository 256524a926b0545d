//! Themes: what each role on screen looks like. Every style of the console derives from these roles.

mod catalogue;
#[cfg(test)]
mod contrast;
mod look;

use std::path::Path;

use ratatui::style::Style;

pub use catalogue::Themes;
pub(super) use catalogue::files;

use super::near;
use super::origin::Fault;
use super::reader::Notes;
use crate::vocabulary::role::Role;
use look::RoleLook;
pub(super) use look::named as colour;

/// One look for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    looks: [RoleLook; Role::ALL.len()],
}

impl Theme {
    /// The name to choose it by: the file's name without `.toml`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How a role differs from what is under it. Fill the screen with [`Role::Text`] first and patch the rest over
    /// it: a role that sets no background stands on that of the text.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.looks
            .get(role as usize)
            .map_or_else(Style::default, |look| look.style())
    }

    /// Reads a theme file. Roles it leaves out look as in the shipped theme that `inherits` names, else as in
    /// `terminal`.
    fn read(name: &str, path: &Path, text: &str, shipped: &[Self]) -> Result<Self, Vec<Fault>> {
        let mut notes = Notes::new(path, text);
        let mut root = notes.parse();
        let parent = root.take_as("inherits", &mut notes, |parent: String| {
            let found = shipped.iter().find(|theme| theme.name == parent);
            found.ok_or_else(|| {
                let hint = near::hint(&parent, shipped.iter().map(Self::name));
                format!("{parent:?} is not a shipped theme{hint}")
            })
        });
        let mut looks = parent
            .or(shipped.first())
            .map_or_else(Default::default, |t| t.looks);
        for role in Role::ALL {
            let look = root.take::<RoleLook>(role.name(), &mut notes);
            if let (Some(look), Some(slot)) = (look, looks.get_mut(*role as usize)) {
                *slot = look;
            }
        }
        root.finish(&mut notes);
        if notes.faults.is_empty() {
            Ok(Self {
                name: name.to_owned(),
                looks,
            })
        } else {
            Err(notes.faults)
        }
    }
}
