use std::path::Path;

use crossterm::event::{KeyCode, KeyModifiers};

use super::*;

fn read(table: &str) -> Result<Keymap, Vec<String>> {
    let text = format!("[keys]\n{table}");
    let mut notes = Notes::new(Path::new("c.toml"), &text);
    let mut root = notes.parse();
    let section = root.section("keys", &mut notes).unwrap();
    let keymap = Keymap::read(section, &mut notes);
    if notes.faults.is_empty() {
        Ok(keymap)
    } else {
        Err(notes.faults.iter().map(ToString::to_string).collect())
    }
}

fn press(text: &str) -> KeyEvent {
    let code = match text.chars().collect::<Vec<_>>()[..] {
        [c] => KeyCode::Char(c),
        _ => panic!("one character"),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

#[test]
fn no_default_takes_a_key_of_tmux_screen_or_the_line() {
    let keymap = Keymap::default();
    for text in [
        "Ctrl-b", "Ctrl-a", "Ctrl-s", "Ctrl-q", "Ctrl-h", "Ctrl-j", "Ctrl-k",
    ] {
        let key: Key = text.parse().unwrap();
        assert_eq!(keymap.actions.get(&key), None, "{text}");
    }
    let redraw: Key = "Ctrl-l".parse().unwrap();
    assert_eq!(keymap.actions.get(&redraw), Some(&Action::Redraw));
}

#[test]
fn defaults_are_whole_and_free_of_clashes() {
    let keymap = Keymap::default();
    let bound: usize = keymap.keys.values().map(Vec::len).sum();
    let kept = keymap.actions.len() + keymap.of_the_past.len();
    assert_eq!(bound, kept, "a key has two actions");
    for action in Action::ALL {
        let palette_only = matches!(
            action,
            Action::Pause
                | Action::Log
                | Action::Direct
                | Action::Frames
                | Action::Drafts
                | Action::History
                | Action::Unmask
                | Action::Budget
                | Action::Login
                | Action::Logout
                | Action::Views
                | Action::Unacknowledge
                | Action::Silences
                | Action::Live
                | Action::HandOver
                | Action::TakeOver
                | Action::Bookmarks
        );
        assert_eq!(
            keymap.keys(*action).is_empty(),
            palette_only,
            "{}",
            action.name()
        );
    }
    assert_eq!(keymap.keys(Action::Quit)[0].to_string(), "q");
    assert_eq!(keymap.keys(Action::Mark)[0].to_string(), "Space");
}

#[test]
fn a_binding_replaces_the_defaults_of_its_action() {
    let keymap = read("freeze = [\"F5\", \"Q\"]\nexport = []\nmessages = \"m\"").unwrap();
    assert_eq!(keymap.action(press("f"), false), None);
    assert_eq!(keymap.action(press("Q"), false), Some(Action::Freeze));
    assert_eq!(keymap.action(press("m"), false), Some(Action::Messages));
    assert_eq!(keymap.keys(Action::Export), &[]);
    let mut release = press("Q");
    release.kind = KeyEventKind::Release;
    assert_eq!(keymap.action(release, false), None);
}

#[test]
fn a_clash_names_both_actions_and_the_key() {
    let faults = read("filter = \"f\"").unwrap_err();
    assert_eq!(
        faults,
        [
            "c.toml:2: keys.filter: f asks for both \"filter\" (c.toml:2) and \"freeze\" (default): give one of them another key, or none with []"
        ]
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    let faults = read("freze = \"z\"\nsort = \"Ctrl-m\"\nquit = []\ncopy = 3").unwrap_err();
    let all = faults.join("\n");
    assert_eq!(faults.len(), 4, "{all}");
    assert!(
        all.contains("c.toml:2: keys.freze: unknown key; did you mean \"freeze\"?"),
        "{all}"
    );
    assert!(
        all.contains("c.toml:3: keys.sort: terminals send Enter for Ctrl-m"),
        "{all}"
    );
    assert!(all.contains("c.toml:4: keys.quit: needs a key"), "{all}");
    assert!(
        all.contains("c.toml:5: keys.copy: expected a key such as \"s\""),
        "{all}"
    );
}
