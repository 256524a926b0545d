//! A person signs in: where the browser is to go, and a line for what it came back with.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::entry::Entry;
use super::layer::LayerOutcome;
use super::popup::popup;
use crate::config::theme::Theme;
use crate::model::person::Pasted;
use crate::text;
use crate::vocabulary::role::Role;

/// Inner width of the box, where the screen has it.
const WIDTH: u16 = 92;

/// What a person does with a sign-in.
#[derive(Clone, Debug, PartialEq)]
pub enum Stroke {
    /// Hands in what the browser came back with.
    Bring(Pasted),
    /// Takes the address once more.
    Copy,
    /// Gives it up.
    GiveUp,
}

impl Eq for Stroke {}

/// A sign-in under way.
#[derive(Debug)]
pub struct SignIn {
    url: String,
    /// Where the browser comes back to by itself, or why it cannot.
    door: Result<String, String>,
    /// Whether a browser was opened on this machine.
    opened: bool,
    entry: Entry,
    /// What is wrong with what was brought, or what is being done with it.
    told: Option<(Role, String)>,
}

impl SignIn {
    /// A sign-in that waits for the browser.
    #[must_use]
    pub fn new(url: String, door: Result<String, String>, opened: bool) -> Self {
        Self {
            url,
            door,
            opened,
            entry: Entry::default(),
            told: None,
        }
    }

    /// The address that the browser is to go to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Says what is wrong with what was brought; it can be brought again.
    pub fn wrong(&mut self, why: String) {
        self.entry = Entry::default();
        self.told = Some((Role::Bad, why));
    }

    /// The code is here: the organisation is asked who it is.
    pub fn handed_in(&mut self) {
        self.entry = Entry::default();
        self.told = Some((Role::Accent, "handing in the code …".to_owned()));
    }

    /// Types, hands in, copies or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Esc => LayerOutcome::SignIn(Stroke::GiveUp),
            KeyCode::Tab => LayerOutcome::SignIn(Stroke::Copy),
            KeyCode::Enter if self.entry.text().trim().is_empty() => LayerOutcome::Stay,
            KeyCode::Enter => LayerOutcome::SignIn(Stroke::Bring(Pasted::new(self.entry.text()))),
            _ => {
                self.entry.key(key);
                self.told = None;
                LayerOutcome::Stay
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.entry.paste(text.trim());
        self.told = None;
        LayerOutcome::Stay
    }

    /// Draws it in a box; says where the text cursor is.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let width = WIDTH.min(area.width.saturating_sub(6));
        let mut rows: Vec<(Role, String)> = Vec::new();
        let intro = if self.opened {
            "A browser was opened at this address, which was copied as well:"
        } else {
            "Open this address in a browser; it was copied:"
        };
        rows.push((Role::Text, intro.to_owned()));
        rows.push((Role::Text, String::new()));
        rows.extend(chunks(&self.url, usize::from(width)).map(|line| (Role::Accent, line)));
        rows.push((Role::Text, String::new()));
        for line in wrapped(&self.way_back(), usize::from(width)) {
            rows.push((Role::Text, line));
        }
        rows.push((Role::Text, String::new()));
        let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
        let inner = popup(
            area,
            buf,
            theme,
            "sign in",
            (width, height.saturating_add(3)),
        );
        let room = inner.height.saturating_sub(3);
        let line = |row: u16| {
            inner
                .y
                .saturating_add(row.min(inner.height.saturating_sub(1)))
        };
        let mut put = |row: u16, style: Style, words: &str| {
            if !inner.is_empty() {
                buf.set_stringn(inner.x, line(row), words, usize::from(inner.width), style);
            }
        };
        for ((role, words), row) in rows.iter().zip(0..room) {
            put(row, theme.style(*role), words);
        }
        let shown = height.min(room);
        // What is typed can sign somebody in: its length alone is shown.
        let typed = self.entry.text().chars().count();
        let masked = match typed {
            0 => "> ".to_owned(),
            n => format!("> {}  {n} characters", "•".repeat(n.min(24))),
        };
        put(shown, theme.style(Role::Text), &masked);
        if let Some((role, words)) = &self.told {
            put(shown + 1, theme.style(*role), words);
        }
        let foot = "Enter submit   Tab copy the address again   Esc cancel";
        put(shown + 2, theme.style(Role::Dim), foot);
        let column = u16::try_from(typed.min(24)).unwrap_or(0) + 2;
        Position {
            x: inner
                .x
                .saturating_add(column)
                .min(inner.right().saturating_sub(1)),
            y: line(shown),
        }
    }

    fn way_back(&self) -> String {
        match &self.door {
            Ok(door) => format!(
                "A browser on this machine comes back to {door} by itself. If it is on another, its last page does not load: paste the address of that page here, or the code in it."
            ),
            Err(why) => format!(
                "The browser cannot come back by itself: {}. Its last page does not load: paste the address of that page here, or the code in it.",
                text::safe(why)
            ),
        }
    }
}

/// A long word in pieces of a width; it has one column a character.
fn chunks(text: &str, width: usize) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text::safe(text).chars().collect();
    let pieces: Vec<String> = characters
        .chunks(width.max(1))
        .map(|piece| piece.iter().collect())
        .collect();
    pieces.into_iter()
}

/// Words in lines of a width.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines.last().is_some_and(|line| {
            !line.is_empty() && text::width(line) + 1 + text::width(word) > width
        });
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
