//! `:` — any action by name, found as it is typed, with its key beside it; or a verb with its words.

use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::entry::Entry;
use super::layer::LayerOutcome;
use super::popup::popup;
use crate::config::theme::Theme;
use crate::vocabulary::command::{Command, VERBS};
use crate::vocabulary::role::Role;

/// Lines of the list shown at once.
const SHOWN: u16 = 12;
/// Columns of the names, unless one is longer.
const NAMES: usize = 16;
/// Inner width of the box.
const WIDTH: u16 = 76;

/// One thing that can be found.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Its name, which typing finds.
    pub name: String,
    /// Words that must follow it; empty for actions.
    pub words: &'static str,
    /// The key that does the same.
    pub key: String,
    /// What it does.
    pub doc: String,
    /// It ends something: it is found once its verb is typed, and run when it is typed whole or moved to.
    pub ends: bool,
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    entry: Entry,
    items: Vec<Item>,
    found: Vec<usize>,
    /// Places in `found` of those whose name is not like what was typed.
    by_sentence: std::ops::Range<usize>,
    at: usize,
    fault: Option<String>,
}

impl Palette {
    /// A palette over the actions that work here; the verbs are added.
    #[must_use]
    pub fn new(mut items: Vec<Item>) -> Self {
        items.extend(VERBS.iter().map(|v| Item {
            name: v.name.to_owned(),
            words: v.words,
            doc: v.doc.to_owned(),
            ..Item::default()
        }));
        let mut palette = Self {
            entry: Entry::default(),
            items,
            found: Vec::new(),
            by_sentence: 0..0,
            at: 0,
            fault: None,
        };
        palette.find();
        palette
    }

    /// Types, moves, completes, runs or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        let last = self.found.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return LayerOutcome::Close,
            KeyCode::Enter => return self.run(),
            KeyCode::Up => self.at = self.at.saturating_sub(1),
            KeyCode::Down => self.at = (self.at + 1).min(last),
            KeyCode::PageUp => self.at = self.at.saturating_sub(usize::from(SHOWN)),
            KeyCode::PageDown => self.at = (self.at + usize::from(SHOWN)).min(last),
            KeyCode::Tab => self.complete(),
            KeyCode::Backspace if self.entry.text().is_empty() => return LayerOutcome::Close,
            _ if self.entry.key(key) => self.find(),
            _ => {}
        }
        LayerOutcome::Stay
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.entry.paste(text);
        self.find();
        LayerOutcome::Stay
    }

    fn chosen(&self) -> Option<&Item> {
        self.found.get(self.at).and_then(|n| self.items.get(*n))
    }

    fn complete(&mut self) {
        if let Some(item) = self.chosen() {
            let space = if item.words.is_empty() { "" } else { " " };
            self.entry = Entry::new(&format!("{}{space}", item.name));
            self.find();
        }
    }

    /// A line with words is read as typed; a single word runs what the cursor is on.
    fn run(&mut self) -> LayerOutcome {
        let typed = self.entry.text().trim().to_owned();
        let whole = self.found.is_empty()
            || typed.contains(char::is_whitespace) && self.completed().is_none();
        match self.chosen().filter(|_| !whole) {
            Some(item) if !item.words.is_empty() && Command::parse(&item.name).is_err() => {
                self.complete();
                return LayerOutcome::Stay;
            }
            Some(_) | None if typed.is_empty() && self.at == 0 && self.found.is_empty() => {
                return LayerOutcome::Close;
            }
            _ => {}
        }
        // What is a command as it was typed is that command, whatever else is like it; a name is one when there is such a
        // thing.
        let known = self
            .completed()
            .is_none_or(|names| names.contains(&typed.as_str()));
        let exact = self.at == 0 && known && Command::parse(&typed).is_ok();
        let line = match self.chosen() {
            Some(item) if !whole && !exact => item.name.clone(),
            _ => typed,
        };
        let ends = self.at == 0 && self.chosen().is_some_and(|item| item.ends);
        if !whole && !exact && (ends || self.by_sentence.contains(&self.at)) {
            // Found by a word of its sentence alone, or the end of something: it is shown by its name first.
            self.complete();
            return LayerOutcome::Stay;
        }
        match Command::parse(&line) {
            Ok(command) => LayerOutcome::Run(command),
            Err(fault) => {
                self.fault = Some(fault);
                LayerOutcome::Stay
            }
        }
    }

    /// The items that complete what is typed: a verb and names that it knows.
    fn completed(&self) -> Option<Vec<&str>> {
        let (verb, _) = self.entry.text().split_once(char::is_whitespace)?;
        let names = self.items.iter().map(|item| item.name.as_str());
        let names = names.filter(|name| name.split_once(' ').is_some_and(|(word, _)| word == verb));
        let names: Vec<&str> = names.collect();
        (!names.is_empty()).then_some(names)
    }

    fn find(&mut self) {
        self.fault = None;
        self.at = 0;
        let completes = self.completed().is_some();
        let verb = self.entry.text().split_whitespace().next().unwrap_or("");
        let typed = if completes { self.entry.text() } else { verb };
        let offered = |item: &Item| match item.name.split_once(' ') {
            Some((word, _)) if completes => word == verb,
            _ => !completes && !item.ends,
        };
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut scratch = Vec::new();
        let mut scored: Vec<(bool, u32, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| offered(item))
            .filter_map(|(n, item)| {
                let mut score =
                    |text: &str| pattern.score(Utf32Str::new(text, &mut scratch), &mut matcher);
                let of_name = score(&item.name).map(|score| (false, score, n));
                of_name.or_else(|| Some((true, score(&item.doc)?, n)))
            })
            .collect();
        // Names before sentences.
        scored.sort_by_key(|(sentence, score, n)| (*sentence, std::cmp::Reverse(*score), *n));
        let named = scored.iter().filter(|(sentence, ..)| !sentence).count();
        self.by_sentence = if typed.is_empty() {
            0..0
        } else {
            named..scored.len()
        };
        self.found = scored.into_iter().map(|(_, _, n)| n).collect();
    }

    /// Draws the palette in a box; says where the text cursor is.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
        let inner = popup(area, buf, theme, "command", (WIDTH, SHOWN + 2));
        buf.set_stringn(
            inner.x,
            inner.y,
            ":",
            usize::from(inner.width),
            theme.style(Role::Key),
        );
        let field = Rect {
            x: inner.x + 1.min(inner.width),
            width: inner.width.saturating_sub(1),
            height: 1,
            ..inner
        };
        let cursor = self.entry.render(field, buf, theme.style(Role::Text));
        let list = Rect {
            y: inner.y + 1.min(inner.height),
            height: inner.height.saturating_sub(2),
            ..inner
        };
        self.render_list(list, buf, theme);
        let (style, foot) = match (&self.fault, self.found.is_empty()) {
            (Some(fault), _) => (theme.style(Role::Bad), fault.as_str()),
            (None, true) => (
                theme.style(Role::Dim),
                "nothing of that name; Enter tries it as typed",
            ),
            (None, false) => (theme.style(Role::Dim), "Enter run  Tab complete  Esc close"),
        };
        if inner.height > 1 {
            buf.set_stringn(
                inner.x,
                inner.bottom() - 1,
                foot,
                usize::from(inner.width),
                style,
            );
        }
        cursor
    }

    fn render_list(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (rows, rows_wide) = (usize::from(area.height), usize::from(area.width));
        let top = (self.at + 1).saturating_sub(rows);
        let shown = self.found.iter().skip(top).take(rows);
        let names = shown.filter_map(|n| self.items.get(*n));
        let widest = names.map(|item| crate::text::width(&item.name)).max();
        let beside = (widest.unwrap_or(0) + 2).clamp(NAMES, NAMES.max(rows_wide / 2));
        for ((n, index), y) in self
            .found
            .iter()
            .enumerate()
            .skip(top)
            .take(rows)
            .zip(area.y..)
        {
            let Some(item) = self.items.get(*index) else {
                continue;
            };
            let here = n == self.at;
            let plain = theme.style(if here { Role::Selection } else { Role::Text });
            let dim = if here { plain } else { theme.style(Role::Dim) };
            let width = rows_wide;
            buf.set_stringn(area.x, y, " ".repeat(width), width, plain);
            let more = if item.words.is_empty() { "" } else { " …" };
            let name = format!("{}{more}", item.name);
            let name = crate::text::fit(&name, beside.saturating_sub(1));
            buf.set_stringn(area.x, y, name, width, plain);
            let doc = if item.words.is_empty() {
                item.doc.clone()
            } else {
                format!("{}: {}", item.words, item.doc)
            };
            let x = area.x + u16::try_from(beside).unwrap_or(area.width);
            buf.set_stringn(x, y, doc, width.saturating_sub(beside + 8), dim);
            let key = u16::try_from(item.key.len().min(7)).unwrap_or(7);
            buf.set_stringn(area.right().saturating_sub(key), y, &item.key, 7, dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;
    use crate::vocabulary::action::Action;

    fn palette() -> Palette {
        let item = |a: &Action| Item {
            name: a.name().into(),
            doc: a.doc().into(),
            ..Item::default()
        };
        Palette::new(Action::ALL.iter().map(item).collect())
    }

    fn typed(text: &str) -> LayerOutcome {
        let mut palette = palette();
        for c in text.chars() {
            palette.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        palette.key(KeyCode::Enter.into())
    }

    #[test]
    fn a_few_letters_find_an_action() {
        assert_eq!(
            typed("frz"),
            LayerOutcome::Run(Command::Act(Action::Freeze))
        );
        assert_eq!(
            typed("messa"),
            LayerOutcome::Run(Command::Act(Action::Messages))
        );
        assert_eq!(typed("q"), LayerOutcome::Run(Command::Act(Action::Quit)));
    }

    #[test]
    fn what_is_typed_whole_is_run_and_a_word_of_a_sentence_runs_nothing() {
        assert_eq!(typed("users"), LayerOutcome::Run(Command::Open("Users")));
        assert_eq!(typed("edges"), LayerOutcome::Run(Command::Open("Edges")));
        assert_eq!(typed("sites"), LayerOutcome::Run(Command::Open("Sites")));
        for word in ["revoke", "organisation", "anew"] {
            assert!(!matches!(typed(word), LayerOutcome::Run(_)), "{word}");
        }
    }

    #[test]
    fn a_verb_with_words_is_read_as_typed() {
        assert_eq!(
            typed("theme dark"),
            LayerOutcome::Run(Command::Theme("dark".into()))
        );
        assert_eq!(typed("sort user sideways"), LayerOutcome::Stay);
    }

    #[test]
    fn a_verb_that_needs_words_asks_for_them() {
        let mut palette = palette();
        palette.paste("expor");
        palette.key(KeyCode::Enter.into());
        assert!(
            ["export", "export "].contains(&palette.entry.text())
                || palette.entry.text() == "expor"
        );
    }
}
