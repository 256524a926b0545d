//! A short list to choose from: the sort column, the columns shown, the theme, what to copy, how to export.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layer::LayerOutcome;
use super::popup::popup;
use super::table;
use crate::config::theme::Theme;
use crate::vocabulary::command::Command;
use crate::vocabulary::command::Half;
use crate::vocabulary::role::Role;

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the command is given.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// A word more, dimmed.
    pub note: String,
    /// In force now.
    pub on: bool,
}

/// What becomes of the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sort by it.
    Sort,
    /// Show all that are on.
    Columns,
    /// Use it; it shows while the cursor moves.
    Theme,
    /// Copy it.
    Copy,
    /// Export in it.
    Export,
    /// Go on with that draft.
    Draft,
    /// Fill in what was sent then.
    Sent,
    /// Go on so with a consult transfer.
    Consult,
    /// Fill in that form.
    Form,
    /// Go there.
    Go,
    /// Open the view of that name, or delete it.
    View,
    /// Change that silence, or end it.
    Silence,
    /// Undo that write.
    Undo,
    /// Go on with that profile: the line that does.
    Profile,
    /// Go to that bookmark, or delete it.
    Bookmark,
    /// Carry that line out, as if it were typed; an empty one is nothing.
    Line,
}

/// A list with a cursor.
#[derive(Debug)]
pub struct Chooser {
    purpose: Purpose,
    choices: Vec<Choice>,
    at: usize,
    before: String,
}

impl Chooser {
    /// A chooser whose cursor is on what is in force.
    #[must_use]
    pub fn new(purpose: Purpose, choices: Vec<Choice>) -> Self {
        let at = match purpose {
            Purpose::Columns => 0,
            _ => choices.iter().position(|c| c.on).unwrap_or(0),
        };
        let before = choices.get(at).map(|c| c.value.clone()).unwrap_or_default();
        Self {
            purpose,
            choices,
            at,
            before,
        }
    }

    /// A chooser of plain words, each with a note.
    #[must_use]
    pub fn words(purpose: Purpose, words: &[(&str, &str)]) -> Self {
        let choice = |(value, note): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*value).to_owned(),
            note: (*note).to_owned(),
            on: false,
        };
        Self::new(purpose, words.iter().map(choice).collect())
    }

    /// The formats that every table is exported in.
    #[must_use]
    pub fn exports() -> Self {
        Self::words(
            Purpose::Export,
            &[
                ("csv", "comma-separated"),
                ("json", "one array"),
                ("md", "a Markdown table"),
                ("csv-raw", "comma-separated, formulas not disarmed"),
            ],
        )
    }

    /// Moves, turns on and off, chooses or gives up.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match key.code {
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => {
                self.go((self.at + 1) % self.choices.len().max(1))
            }
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => self.go(self
                .at
                .checked_sub(1)
                .unwrap_or(self.choices.len().saturating_sub(1))),
            KeyCode::Home | KeyCode::Char('g') => self.go(0),
            KeyCode::End | KeyCode::Char('G') => self.go(self.choices.len().saturating_sub(1)),
            KeyCode::Char(' ') if self.purpose == Purpose::Columns => self.toggle(),
            KeyCode::Char('K') if self.purpose == Purpose::Columns => {
                self.shift(self.at.checked_sub(1))
            }
            KeyCode::Char('J') if self.purpose == Purpose::Columns => self.shift(Some(self.at + 1)),
            KeyCode::Char('d') | KeyCode::Delete if self.purpose == Purpose::Draft => {
                self.discard()
            }
            KeyCode::Char('d') | KeyCode::Delete if self.purpose == Purpose::View => {
                let view = self.choices.get(self.at);
                let drop = view.map(|view| Command::DropView(view.value.clone()));
                drop.map_or(LayerOutcome::Close, LayerOutcome::Run)
            }
            KeyCode::Char('d') | KeyCode::Delete if self.purpose == Purpose::Bookmark => {
                let number = self
                    .choices
                    .get(self.at)
                    .and_then(|one| one.value.parse().ok());
                let drop = number.map(Command::DropBookmark);
                drop.map_or(LayerOutcome::Close, LayerOutcome::Run)
            }
            KeyCode::Char('d') | KeyCode::Delete if self.purpose == Purpose::Silence => self
                .command()
                .map_or(LayerOutcome::Close, LayerOutcome::Run),
            KeyCode::Enter if self.purpose == Purpose::Silence => {
                let silence = self.choices.get(self.at);
                let change = silence.map(|silence| Command::Resilence(silence.value.clone()));
                change.map_or(LayerOutcome::Close, LayerOutcome::Run)
            }
            KeyCode::Enter => self
                .command()
                .map_or(LayerOutcome::Close, LayerOutcome::Run),
            KeyCode::Esc | KeyCode::Char('q') if self.purpose == Purpose::Theme => {
                LayerOutcome::Run(Command::Theme(self.before.clone()))
            }
            KeyCode::Esc | KeyCode::Char('q') => LayerOutcome::Close,
            _ => LayerOutcome::Stay,
        }
    }

    fn go(&mut self, at: usize) -> LayerOutcome {
        self.at = at;
        match self.purpose {
            Purpose::Theme => self
                .command()
                .map_or(LayerOutcome::Stay, LayerOutcome::Live),
            _ => LayerOutcome::Stay,
        }
    }

    fn toggle(&mut self) -> LayerOutcome {
        let on = self.choices.iter().filter(|c| c.on).count();
        if let Some(choice) = self.choices.get_mut(self.at)
            && (!choice.on || on > 1)
        {
            choice.on = !choice.on;
        }
        self.command()
            .map_or(LayerOutcome::Stay, LayerOutcome::Live)
    }

    fn shift(&mut self, to: Option<usize>) -> LayerOutcome {
        match to {
            Some(to) if to < self.choices.len() => {
                self.choices.swap(self.at, to);
                self.at = to;
                self.command()
                    .map_or(LayerOutcome::Stay, LayerOutcome::Live)
            }
            _ => LayerOutcome::Stay,
        }
    }

    /// Throws the draft under the cursor away.
    fn discard(&mut self) -> LayerOutcome {
        if self.at >= self.choices.len() {
            return LayerOutcome::Close;
        }
        let gone = self.choices.remove(self.at);
        self.at = self.at.min(self.choices.len().saturating_sub(1));
        LayerOutcome::Live(Command::Discard(gone.value))
    }

    fn command(&self) -> Option<Command> {
        let value = self.choices.get(self.at)?.value.clone();
        Some(match self.purpose {
            Purpose::Sort => Command::Sort {
                column: value,
                descending: None,
            },
            Purpose::Columns => Command::Columns(
                self.choices
                    .iter()
                    .filter(|c| c.on)
                    .map(|c| c.value.clone())
                    .collect(),
            ),
            Purpose::Theme => Command::Theme(value),
            Purpose::Copy => Command::Copy(value),
            Purpose::Export => Command::Export {
                ending: value,
                path: None,
            },
            Purpose::Draft => Command::Reopen(Half::Drafts, value),
            Purpose::Sent => Command::Reopen(Half::Sent, value),
            Purpose::Consult => Command::Consult(value),
            Purpose::Form => Command::Fill(value),
            Purpose::View => Command::View(value),
            Purpose::Silence => Command::Lift(value),
            Purpose::Undo => Command::UndoWrite(value),
            Purpose::Bookmark => Command::GoToBookmark(value.parse().ok()?),
            Purpose::Line | Purpose::Profile => Command::parse(&value).ok()?,
            Purpose::Go => {
                let (pane, filter) = value.split_once(' ')?;
                Command::Go {
                    pane: pane.to_owned(),
                    filter: filter.to_owned(),
                }
            }
        })
    }

    /// Draws the list in a box.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (title, foot) = match self.purpose {
            Purpose::Sort => ("sort by", "Enter sort  Esc close"),
            Purpose::Columns => ("columns", "Space on/off  J K move  Enter done"),
            Purpose::Theme => ("theme", "Enter use  Esc as it was"),
            Purpose::Copy => ("copy", "Enter copy  Esc close"),
            Purpose::Export => ("export what is shown as", "Enter write  Esc close"),
            Purpose::Draft => ("drafts", "Enter resume  d discard  Esc close"),
            Purpose::Consult => ("the announced call", "Enter review  Esc close"),
            Purpose::Sent => ("sent earlier", "Enter reuse  Esc close"),
            Purpose::Form => ("new", "Enter fill in  Esc close"),
            Purpose::Go => ("go to", "Enter go  Esc close"),
            Purpose::View => ("views", "Enter open  d delete  Esc close"),
            Purpose::Bookmark => ("bookmarks", "Enter go there  d delete  Esc close"),
            Purpose::Profile => ("profiles", "Enter choose  Esc close"),
            Purpose::Undo => ("undo", "Enter undo, after a review  Esc close"),
            Purpose::Silence => ("silences in force", "Enter change  d lift  Esc close"),
            Purpose::Line => ("are you sure?", "Enter choose  Esc close"),
        };
        let label = self
            .choices
            .iter()
            .map(|c| c.label.len())
            .max()
            .unwrap_or(0);
        let width = self
            .choices
            .iter()
            .map(|c| label + c.note.len() + 6)
            .max()
            .unwrap_or(0)
            .max(foot.len());
        let inner = popup(
            area,
            buf,
            theme,
            title,
            (clamp(width), clamp(self.choices.len() + 1)),
        );
        let rows = usize::from(inner.height.saturating_sub(1));
        let top = (self.at + 1).saturating_sub(rows);
        for ((n, choice), y) in self
            .choices
            .iter()
            .enumerate()
            .skip(top)
            .take(rows)
            .zip(inner.y..)
        {
            let style = theme.style(if n == self.at {
                Role::Selection
            } else {
                Role::Text
            });
            let mark = if choice.on { "•" } else { " " };
            let text = format!("{mark} {:label$}  ", choice.label);
            table::stripe(buf, inner, y, style);
            let (x, _) = buf.set_stringn(inner.x, y, text, usize::from(inner.width), style);
            let dim = if n == self.at {
                style
            } else {
                theme.style(Role::Dim)
            };
            buf.set_stringn(
                x,
                y,
                &choice.note,
                usize::from(inner.right().saturating_sub(x)),
                dim,
            );
        }
        if inner.height > 0 {
            buf.set_stringn(
                inner.x,
                inner.bottom() - 1,
                foot,
                usize::from(inner.width),
                theme.style(Role::Dim),
            );
        }
    }
}

fn clamp(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
