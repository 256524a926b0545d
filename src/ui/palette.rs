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
    /// Other names that find it.
    pub also: Vec<&'static str>,
    /// It ends something: it is found once its verb is typed, and run when it is typed whole or moved to.
    pub ends: bool,
    /// It changes or ends something outside: it is run when its name is begun with, and not when its letters are in another
    /// word.
    pub destroys: bool,
}

/// How well a name is what was typed; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// The name, or another name of it.
    Whole,
    /// The name begins with it.
    Begins,
    /// A word of the name begins with it.
    Word,
    /// Its letters are in the name, in their order.
    Letters,
    /// Only its sentence is like it.
    Sentence,
}

/// The palette.
#[derive(Debug)]
pub struct Palette {
    entry: Entry,
    items: Vec<Item>,
    /// What is found, the best first.
    found: Vec<(usize, Match)>,
    at: usize,
    /// Lines that were carried out, the oldest first.
    history: Vec<String>,
    /// Which of them is recalled, counted from the newest; 0 is none.
    back: usize,
    fault: Option<String>,
}

impl Palette {
    /// A palette over the actions that work here; the verbs are added. `history` are lines of before, the oldest first.
    #[must_use]
    pub fn new(mut items: Vec<Item>, history: Vec<String>) -> Self {
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
            at: 0,
            history,
            back: 0,
            fault: None,
        };
        palette.find();
        palette
    }

    /// The same with a line to go on with.
    #[must_use]
    pub fn with(mut self, line: &str) -> Self {
        self.entry = Entry::new(line);
        self.find();
        self
    }

    /// Types, moves, completes, runs or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        let last = self.found.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return LayerOutcome::Close,
            KeyCode::Enter => return self.run(),
            KeyCode::Up if self.at == 0 && self.recalls() => self.recall(self.back + 1),
            KeyCode::Down if self.back > 0 && self.at == 0 => self.recall(self.back - 1),
            KeyCode::Up => self.at = self.at.saturating_sub(1),
            KeyCode::Down => self.at = (self.at + 1).min(last),
            KeyCode::PageUp => self.at = self.at.saturating_sub(usize::from(SHOWN)),
            KeyCode::PageDown => self.at = (self.at + usize::from(SHOWN)).min(last),
            KeyCode::Tab => self.complete(),
            KeyCode::Backspace if self.entry.text().is_empty() => return LayerOutcome::Close,
            _ if self.entry.key(key) => {
                self.back = 0;
                self.find();
            }
            _ => {}
        }
        LayerOutcome::Stay
    }

    /// Whether Up goes back to what was typed before: on an empty line, and from there on.
    fn recalls(&self) -> bool {
        (self.entry.text().is_empty() || self.back > 0) && self.back < self.history.len()
    }

    fn recall(&mut self, back: usize) {
        self.back = back;
        let line = match back {
            0 => "",
            _ => self.history[self.history.len() - back].as_str(),
        };
        self.entry = Entry::new(line);
        self.find();
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.entry.paste(text);
        self.find();
        LayerOutcome::Stay
    }

    /// What was typed.
    #[must_use]
    pub fn line(&self) -> &str {
        self.entry.text().trim()
    }

    fn chosen(&self) -> Option<&Item> {
        self.found
            .get(self.at)
            .and_then(|(n, _)| self.items.get(*n))
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
        // What is a command as it was typed is that command, whatever else is like it; a name is one when there is such a
        // thing.
        let known = self
            .completed()
            .is_none_or(|names| names.contains(&typed.as_str()));
        let exact = self.at == 0 && known && Command::parse(&typed).is_ok();
        match self.chosen().filter(|_| !whole && !exact) {
            Some(item) if !item.words.is_empty() && Command::parse(&item.name).is_err() => {
                self.complete();
                return LayerOutcome::Stay;
            }
            Some(_) | None if typed.is_empty() && self.at == 0 && self.found.is_empty() => {
                return LayerOutcome::Close;
            }
            _ => {}
        }
        let unshown = self.to_be_shown(&typed);
        let line = match self.chosen() {
            Some(item) if !whole && !exact => item.name.clone(),
            _ => typed,
        };
        if !whole && !exact && unshown {
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

    /// Whether what the cursor is on is shown by its name before it is run: it ends something, or it was found by a word of its
    /// sentence, or it destroys something and was found by letters that are somewhere in its name.
    fn to_be_shown(&self, typed: &str) -> bool {
        let (Some(item), Some((_, how))) = (self.chosen(), self.found.get(self.at)) else {
            return false;
        };
        let guessed = *how > Match::Begins && !typed.is_empty();
        self.at == 0 && item.ends
            || *how == Match::Sentence && !typed.is_empty()
            || item.destroys && guessed
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
        let lower = typed.to_lowercase();
        let offered = self.items.iter().enumerate().filter(|(_, i)| offered(i));
        let mut scored: Vec<(Match, u32, usize)> = offered
            .filter_map(|(n, item)| {
                let mut score =
                    |text: &str| pattern.score(Utf32Str::new(text, &mut scratch), &mut matcher);
                let letters = score(&item.name).map(|score| (Match::Letters, score));
                let sentence = || Some((Match::Sentence, score(&item.doc)?));
                let how = match plain(&item.name, &item.also, &lower) {
                    Some(how) => (how, letters.map_or(0, |(_, score)| score)),
                    None => letters.or_else(sentence)?,
                };
                Some((how.0, how.1, n))
            })
            .collect();
        scored.sort_by_key(|(how, score, n)| (*how, std::cmp::Reverse(*score), *n));
        self.found = scored.into_iter().map(|(how, _, n)| (n, how)).collect();
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
            (None, false) => (
                theme.style(Role::Dim),
                "Enter run  Tab complete  Up earlier lines  F1 keys  Esc close",
            ),
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
        let names = shown.filter_map(|(n, _)| self.items.get(*n));
        let widest = names.map(|item| crate::text::width(&item.name)).max();
        let beside = (widest.unwrap_or(0) + 2).clamp(NAMES, NAMES.max(rows_wide / 2));
        for ((n, (index, how)), y) in self
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
            // What is like it only in its sentence is set apart: Enter shows its name first.
            let by_name = *how < Match::Sentence || self.entry.text().is_empty();
            buf.set_stringn(area.x, y, name, width, if by_name { plain } else { dim });
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

/// How a name is what was typed, where it is not a matter of single letters. Nothing typed begins every name.
fn plain(name: &str, also: &[&str], typed: &str) -> Option<Match> {
    let names = || std::iter::once(name).chain(also.iter().copied());
    if names().any(|name| name == typed) {
        return Some(Match::Whole);
    }
    if names().any(|name| name.starts_with(typed)) {
        return Some(Match::Begins);
    }
    let mut words = name.split(['-', ' ']);
    words
        .any(|word| word.starts_with(typed))
        .then_some(Match::Word)
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
            destroys: a.destroys(),
            ..Item::default()
        };
        let history = vec!["theme dark".into(), "sort user".into()];
        Palette::new(Action::ALL.iter().map(item).collect(), history)
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
    fn whole_names_go_before_beginnings_and_those_before_letters() {
        let first = |text: &str| {
            let mut palette = palette();
            palette.paste(text);
            palette.chosen().map(|item| item.name.clone())
        };
        for (typed, found) in [
            ("mark", "mark"),
            ("ed", "edit"),
            ("page", "page-up"),
            ("range", "mark-range"),
            ("del", "delete"),
        ] {
            assert_eq!(first(typed).as_deref(), Some(found), "{typed}");
        }
    }

    #[test]
    fn nothing_that_destroys_is_run_by_letters_that_are_in_its_name() {
        assert_eq!(
            typed("del"),
            LayerOutcome::Run(Command::Act(Action::Delete))
        );
        for letters in ["dlt", "rbt", "lgout", "cncl", "trnsf"] {
            assert!(!matches!(typed(letters), LayerOutcome::Run(_)), "{letters}");
        }
    }

    #[test]
    fn up_goes_back_to_what_was_typed_before() {
        let mut palette = palette();
        let mut press = |code: KeyCode| {
            palette.key(code.into());
            palette.entry.text().to_owned()
        };
        assert_eq!(press(KeyCode::Up), "sort user");
        assert_eq!(press(KeyCode::Up), "theme dark");
        assert_eq!(press(KeyCode::Up), "theme dark");
        assert_eq!(press(KeyCode::Down), "sort user");
        assert_eq!(press(KeyCode::Down), "");
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
