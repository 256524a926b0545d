//! Names that many rows share, kept once: codecs and sites.

use hashbrown::HashMap;

use crate::text::Text;

/// Names kept; an organisation has tens. What comes past that is shown as [`OVERFLOW_NAME`].
const LIMIT: u16 = 4096;
const OVERFLOW: u16 = LIMIT;
const OVERFLOW_NAME: &str = "(other)";

/// The number of a name; 0 is "none".
pub(super) type NameId = u16;

/// Names by number and numbers by name. Never shrinks, and never grows past its limit.
#[derive(Debug)]
pub(super) struct Names {
    list: Vec<Text>,
    ids: HashMap<Text, NameId>,
    overflow: Text,
    refused: u64,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            list: Vec::new(),
            ids: HashMap::new(),
            overflow: Text::from(OVERFLOW_NAME),
            refused: 0,
        }
    }

    /// The number of a name, new or known; no name and the empty name are 0.
    pub(super) fn id(&mut self, name: Option<&Text>) -> NameId {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return 0;
        };
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        match NameId::try_from(self.list.len() + 1) {
            Ok(id) if id < LIMIT => {
                self.list.push(name.clone());
                self.ids.insert(name.clone(), id);
                id
            }
            _ => {
                self.refused = self.refused.saturating_add(1);
                OVERFLOW
            }
        }
    }

    /// All of them, in the order of their numbers; the first one's is 1.
    pub(super) fn all(&self) -> &[Text] {
        &self.list
    }

    /// The name of a number.
    pub(super) fn name(&self, id: NameId) -> Option<&Text> {
        match id {
            0 => None,
            OVERFLOW => Some(&self.overflow),
            id => self.list.get(usize::from(id) - 1),
        }
    }

    /// How often a name had to be shown as "(other)" because too many were in use.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_a_flood_of_names_is_bounded_and_counted() {
        let mut names = Names::new();
        assert_eq!(names.id(None), 0);
        assert_eq!(names.id(Some(&Text::from(""))), 0);
        let opus = names.id(Some(&Text::from("opus")));
        assert_eq!(names.id(Some(&Text::from("opus"))), opus);
        for n in 0..u32::from(LIMIT) + 10 {
            names.id(Some(&Text::from(n.to_string())));
        }
        assert_eq!(names.list.len(), usize::from(LIMIT) - 1);
        assert_eq!(names.refused(), 12);
        assert_eq!(names.name(OVERFLOW).map(Text::raw), Some("(other)"));
        assert_eq!(names.name(opus).map(Text::raw), Some("opus"));
    }
}
