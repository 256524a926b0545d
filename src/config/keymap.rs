//! Which key asks for which action. The footer, the help and the palette read their keys from here.

mod defaults;

use std::collections::HashMap;

use crossterm::event::{KeyEvent, KeyEventKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::key::Key;
use super::origin::Origin;
use super::reader::{Notes, Section, Typed};
use crate::vocabulary::action::Action;

/// A file binds at most this many keys to one action; more cannot be meant.
const KEYS_PER_ACTION: usize = 16;

/// Without a key of their own these would leave a person in a console that cannot be left.
const NEEDED: [Action; 2] = [Action::Back, Action::Quit];

/// The bindings in force: every key has one action, an action may have several keys.
#[derive(Clone, Debug)]
pub struct Keymap {
    keys: HashMap<Action, Vec<Key>>,
    actions: HashMap<Key, Action>,
    /// What keys ask for while the past is on the screen, before what they ask for otherwise.
    of_the_past: HashMap<Key, Action>,
}

impl Default for Keymap {
    /// The keys of the manual; no default clashes with tmux, screen or flow control.
    fn default() -> Self {
        Self::index(defaults::keys())
    }
}

impl Keymap {
    /// What this key press asks for, in the present or in the past; a release asks for nothing.
    #[must_use]
    pub fn action(&self, event: KeyEvent, past: bool) -> Option<Action> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let key = Key::from(event);
        let past = self.of_the_past.get(&key).filter(|_| past);
        past.or_else(|| self.actions.get(&key)).copied()
    }

    /// The keys of an action, the one to show first; none when it is unbound.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    fn index(keys: HashMap<Action, Vec<Key>>) -> Self {
        let pairs = keys
            .iter()
            .flat_map(|(action, keys)| keys.iter().map(|key| (*key, *action)));
        let (of_the_past, actions) = pairs.partition(|(_, action)| action.is_of_the_past());
        Self {
            keys,
            actions,
            of_the_past,
        }
    }

    /// The defaults with the `[keys]` table over them. A table entry replaces all default keys of its action.
    pub(super) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Self {
        let mut keys = defaults::keys();
        for action in Action::ALL {
            if let Some(bound) = section.take_as(action.name(), notes, parse) {
                keys.insert(*action, bound);
            }
        }
        for action in NEEDED {
            if keys.get(&action).is_none_or(Vec::is_empty) {
                let name = section.key(action.name());
                let origin = notes.origin(&name);
                notes.fault(
                    origin,
                    &name,
                    "needs a key: without one the console cannot be left",
                );
            }
        }
        report_clashes(&keys, &section, notes);
        section.finish(notes);
        Self::index(keys)
    }
}

/// `"key"` or `["key", …]`, as the file may write it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a key such as \"s\", or a list of keys"
)]
enum Binding {
    One(String),
    Many(Vec<String>),
}

impl Typed for Binding {
    fn schema() -> Value {
        json!({"type": ["string", "array"], "items": {"type": "string"}})
    }
}

fn parse(binding: Binding) -> Result<Vec<Key>, String> {
    let texts = match binding {
        Binding::One(text) => vec![text],
        Binding::Many(texts) => texts,
    };
    if texts.len() > KEYS_PER_ACTION {
        return Err(format!("at most {KEYS_PER_ACTION} keys for one action"));
    }
    let mut keys = Vec::with_capacity(texts.len());
    for text in texts {
        let key = text.parse()?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn report_clashes(keys: &HashMap<Action, Vec<Key>>, section: &Section<'_>, notes: &mut Notes<'_>) {
    // What works on the past alone may share its keys with what does not work there.
    let mut owners: HashMap<(Key, bool), Action> = HashMap::new();
    for action in Action::ALL {
        for key in keys.get(action).into_iter().flatten() {
            let mode = action.is_of_the_past();
            let Some(first) = owners.insert((*key, mode), *action) else {
                continue;
            };
            let (first_key, second_key) = (section.key(first.name()), section.key(action.name()));
            let (first_at, second_at) = (notes.origin(&first_key), notes.origin(&second_key));
            // The one written in the file is the one to point at; the other may be a default.
            let (at, name) = match second_at {
                Origin::Default => (first_at.clone(), first_key),
                _ => (second_at.clone(), second_key),
            };
            let message = format!(
                "{key} asks for both {:?} ({first_at}) and {:?} ({second_at}): give one of them another key, or none with []",
                first.name(),
                action.name(),
            );
            notes.fault(at, &name, message);
        }
    }
}

#[cfg(test)]
mod tests;
