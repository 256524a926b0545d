//! The default keys.
//!
//! None takes a key that tmux, screen, flow control or a terminal's own line ends need: C-b C-a C-s C-q C-h C-j C-k C-l.
//! The one exception is Ctrl-l, on which every full-screen program redraws.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::config::key::Key;
use crate::vocabulary::action::Action;

const PANES: [Action; 9] = [
    Action::Pane1,
    Action::Pane2,
    Action::Pane3,
    Action::Pane4,
    Action::Pane5,
    Action::Pane6,
    Action::Pane7,
    Action::Pane8,
    Action::Pane9,
];

const CHARACTERS: &[(Action, char)] = &[
    (Action::Filter, '/'),
    (Action::Sort, 's'),
    (Action::Reverse, 'S'),
    (Action::Columns, 'v'),
    (Action::Mark, ' '),
    (Action::MarkAll, '*'),
    (Action::MarkRange, 'V'),
    (Action::MarkInvert, '~'),
    (Action::Acknowledge, 'a'),
    (Action::Fold, 'z'),
    (Action::Redeliver, 'R'),
    (Action::Day, 'D'),
    (Action::Compare, '='),
    (Action::Zoom, 'Z'),
    (Action::Freeze, 'f'),
    (Action::Reread, 'r'),
    (Action::New, 'n'),
    (Action::Clone, 'e'),
    (Action::Edit, 'E'),
    (Action::Delete, 'd'),
    (Action::Undo, 'u'),
    (Action::Transfer, 't'),
    (Action::Consult, 'C'),
    (Action::Sip, 'L'),
    (Action::Reboot, 'B'),
    (Action::Station, 'M'),
    (Action::Cancel, 'c'),
    (Action::Webhook, 'w'),
    (Action::Probe, 'p'),
    (Action::Test, 'P'),
    (Action::Copy, 'y'),
    (Action::Export, 'x'),
    (Action::OpenPager, 'o'),
    (Action::Related, '>'),
    (Action::Rewind, '<'),
    (Action::MinuteBack, '{'),
    (Action::MinuteOn, '}'),
    (Action::Forward, '>'),
    (Action::Play, ' '),
    (Action::Faster, '+'),
    (Action::Slower, '-'),
    (Action::Digest, 'A'),
    (Action::Bookmark, 'b'),
    (Action::Earlier, '-'),
    (Action::Earlier, '['),
    (Action::Later, ']'),
    (Action::Theme, 'T'),
    (Action::Messages, 'm'),
    (Action::Palette, ':'),
    (Action::Help, '?'),
    (Action::Up, 'k'),
    (Action::Down, 'j'),
    (Action::Top, 'g'),
    (Action::Bottom, 'G'),
    (Action::Left, 'h'),
    (Action::Right, 'l'),
    (Action::Quit, 'q'),
];

const NAMED: &[(Action, KeyCode)] = &[
    (Action::Detail, KeyCode::Enter),
    (Action::Up, KeyCode::Up),
    (Action::Down, KeyCode::Down),
    (Action::Left, KeyCode::Left),
    (Action::Right, KeyCode::Right),
    (Action::PageUp, KeyCode::PageUp),
    (Action::PageDown, KeyCode::PageDown),
    (Action::Top, KeyCode::Home),
    (Action::Bottom, KeyCode::End),
    (Action::NextPane, KeyCode::Tab),
    (Action::PreviousPane, KeyCode::BackTab),
    (Action::Back, KeyCode::Esc),
    (Action::Help, KeyCode::F(1)),
];

const CONTROLS: &[(Action, char)] = &[
    (Action::Quit, 'c'),
    (Action::Redraw, 'l'),
    (Action::Suspend, 'z'),
];

/// Every default binding. `pause`, `log`, `frames`, `drafts`, `history` and `views` have none: they are in the palette.
pub(super) fn keys() -> HashMap<Action, Vec<Key>> {
    let plain = |code| Key::new(code, KeyModifiers::NONE);
    let panes = PANES.into_iter().zip('1'..='9');
    let characters = CHARACTERS.iter().copied().chain(panes);
    let mut keys: HashMap<Action, Vec<Key>> = HashMap::new();
    for (action, c) in characters {
        keys.entry(action)
            .or_default()
            .push(plain(KeyCode::Char(c)));
    }
    for (action, code) in NAMED {
        keys.entry(*action).or_default().push(plain(*code));
    }
    for (action, c) in CONTROLS {
        let key = Key::new(KeyCode::Char(*c), KeyModifiers::CONTROL);
        keys.entry(*action).or_default().push(key);
    }
    keys
}
