//! What comes after a console: another profile; and without a configuration, the way to one.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;

/// What a person wants to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The profile of this name.
    Profile(String),
    /// A first configuration: it is asked for where there is no screen.
    Setup,
    /// An organisation to look around in.
    Demo,
}

impl App {
    /// What a person wants to go on with, once this has ended.
    #[must_use]
    pub fn next(&self) -> Option<&Next> {
        self.next.as_ref()
    }

    /// Without a configuration, two keys lead to one, or to an organisation to look around in.
    pub(super) fn arrive(&mut self, key: KeyEvent) -> bool {
        let next = match key.code {
            KeyCode::Char('i') => Next::Setup,
            KeyCode::Char('d') => Next::Demo,
            _ => return false,
        };
        let first = self.profile.is_none() && !self.configured && self.replaying.is_none();
        if first && key.modifiers.is_empty() {
            (self.next, self.ended) = (Some(next), Some(0));
        }
        first
    }
}
