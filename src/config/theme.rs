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
use look::Look;
pub(super) use look::named as colour;

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// What a cell is for. A theme gives each role a look, and nothing else on screen chooses colours.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[doc = $doc])+ $variant,)+ }

        impl Role {
            /// Every role, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The key in a theme file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

roles! {
    /// Everything that is not something else; its colours are the ground the other roles stand on.
    Text = "text";
    /// What may be overlooked: units, hints, empty values.
    Dim = "dim";
    /// What the person is on or asked for: the open tab, a match.
    Accent = "accent";
    /// A healthy state; quiet, for most rows are healthy.
    Ok = "ok";
    /// Something to keep an eye on.
    Warn = "warn";
    /// Something is wrong.
    Bad = "bad";
    /// Nothing is known.
    Unknown = "unknown";
    /// It was known once; never looks healthy.
    Stale = "stale";
    /// The row under the cursor, laid over the row's own styles.
    Selection = "selection";
    /// Rules and frames.
    Border = "border";
    /// Column heads and the header line.
    Header = "header";
    /// A count or a mark on a tab.
    Badge = "badge";
    /// Sparklines and bars.
    Chart = "chart";
    /// A key in the footer and in help.
    Key = "key";
    /// The name of a production profile.
    Production = "production";
}

/// One look for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    looks: [Look; Role::ALL.len()],
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
            let look = root.take::<Look>(role.name(), &mut notes);
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
