//! Whoever is at the console: looks at the screen, then presses a key.

use crossterm::event::KeyEvent;
use trunkline::app::App;
use trunkline::app::event::Event;
use trunkline::flow::Order;

use crate::common::screen::{drawn, key, lines};
use crate::dice::{Dice, Trace, story};

const MOVES: [&str; 14] = [
    "j", "k", "g", "G", "Down", "Up", "Tab", "BackTab", "1", "2", "5", "6", "7", "l",
];
const ACTS: [&str; 44] = [
    "/", "s", "S", "v", "Space", "*", "V", "~", "a", "z", "R", "D", "=", "Z", "f", "r", "n", "e",
    "E", "d", "u", "t", "B", "M", "c", "w", "p", "P", "y", "x", "o", ">", "<", "{", "}", "A", "b",
    "-", "[", "]", "T", "m", ":", "?",
];
const CLOSES: [&str; 6] = ["Enter", "Enter", "Enter", "Esc", "Esc", "Esc"];
const TYPED: [&str; 10] = ["s", "t", ":", "l", "o", "u", "-", "1", "Backspace", "Space"];
const LINES: [&str; 9] = [
    ":pause",
    ":silence 30m this power work",
    ":at -2m",
    "/state:lost",
    "/user:ana since>1m",
    ":messages",
    ":theme mono",
    ":export csv",
    ":budget",
];

pub struct Person {
    dice: Dice,
    size: (u16, u16),
    /// What is on the screen.
    seen: String,
    typing: Vec<String>,
    pub frames: usize,
}

impl Person {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::of(seed, 6),
            size: (80, 24),
            seen: String::new(),
            typing: Vec::new(),
            frames: 0,
        }
    }

    /// A console that has just begun.
    pub fn began(&mut self) {
        (self.seen, self.typing) = (String::new(), Vec::new());
    }

    pub fn resize(&mut self) {
        let sizes = [(80, 24), (120, 40), (40, 10), (1, 1), (200, 50), (20, 3)];
        self.size = *self.dice.pick(&sizes);
    }

    /// Looks, and presses the next key.
    pub fn press(&mut self, app: &mut App, trace: &mut Trace) -> Event {
        self.look(app);
        trace.note(&self.seen);
        if self.typing.is_empty() && self.dice.one_in(12) {
            let line = self.dice.pick(&LINES);
            let mut keys: Vec<String> = line.chars().map(String::from).collect();
            keys.push("Enter".to_owned());
            keys.reverse();
            self.typing = keys;
        }
        let pressed: KeyEvent = match self.typing.pop() {
            Some(name) if name == "-" => KeyEvent::from(crossterm::event::KeyCode::Char('-')),
            Some(name) if name == " " => key("Space"),
            Some(name) => key(&name),
            None => {
                let from: &[&str] = match self.dice.below(20) {
                    0..7 => &MOVES,
                    7..13 => &ACTS,
                    13..18 => &CLOSES,
                    _ => &TYPED,
                };
                let name = *self.dice.pick(from);
                if name == "-" {
                    KeyEvent::from(crossterm::event::KeyCode::Char('-'))
                } else {
                    key(name)
                }
            }
        };
        trace.note(&format!("{:?}", pressed.code));
        story(|| format!("    key {:?}", pressed.code));
        Event::Key(pressed)
    }

    fn look(&mut self, app: &mut App) {
        self.seen = lines(&drawn(app, self.size)).join("\n");
        self.frames += 1;
    }

    pub fn pressed(&mut self, app: &mut App) {
        self.look(app);
    }

    /// Something is sent: what it is about was on the screen when the key was pressed.
    pub fn ordered(&mut self, order: &Order) -> Result<(), String> {
        let title = order.title().to_string();
        let begin: String = title.chars().take(8).collect();
        if self.size.0 >= 40 && !begin.is_empty() && !self.seen.contains(&begin) {
            let kind = order.kind().action();
            return Err(format!(
                "{kind} {title} was not on the screen:\n{}",
                self.seen
            ));
        }
        Ok(())
    }
}
