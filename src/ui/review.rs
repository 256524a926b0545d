//! The review: what is about to be sent, what it changes and how it can be undone. Enter sends exactly what it shows.

mod lines;

use std::cell::Cell;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::lines::Said;
use super::bar::Bar;
use super::entry::Entry;
use super::footer;
use super::form::Ask;
use super::layer::LayerOutcome;
use super::sheet::Sheet;
use crate::config::theme::Theme;
use crate::form::Plan;
use crate::model::write::Write;
use crate::text::{fit, more_lines, safe};
use crate::vocabulary::role::Role;

/// The request as it may be shown: the token and every other secret is masked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// How it travels.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<String>,
    /// A shell command that does the same.
    pub curl: String,
}

impl Shown {
    /// A request that goes to somebody else, without the organisation's token.
    #[must_use]
    pub fn outside(write: &Write, to: &str) -> Self {
        let body = write.shown_body();
        let data = body.as_deref().unwrap_or_default().replace('\'', r"'\''");
        let kind = ("Content-Type".to_owned(), "application/json".to_owned());
        Self {
            method: write.method.word(),
            url: to.to_owned(),
            headers: vec![kind],
            curl: format!(
                "curl -X {} -H 'Content-Type: application/json' --data '{data}' '{to}'",
                write.method.word()
            ),
            body,
        }
    }
}

/// A plan under review.
#[derive(Debug)]
pub struct Review {
    plan: Plan,
    shown: Shown,
    said: Vec<Said>,
    /// Why nothing is sent from here.
    stop: Option<String>,
    typed: Entry,
    top: usize,
    /// The last line that can be the first on the page, as drawn last: how many there are depends on the width.
    last: Cell<usize>,
}

impl Review {
    /// A review of a plan: `concerns` are checks that did not come out well, `stop` is why it ends here.
    #[must_use]
    pub fn new(plan: Plan, shown: Shown, concerns: &[String], stop: Option<String>) -> Self {
        let said = lines::of(&plan, &shown, concerns);
        Self {
            last: Cell::new(said.len()),
            said,
            plan,
            shown,
            stop,
            typed: Entry::default(),
            top: 0,
        }
    }

    /// What is under review.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What is to be sent.
    #[must_use]
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// The curl command.
    #[must_use]
    pub fn curl(&self) -> &str {
        &self.shown.curl
    }

    /// Whether Enter sends: nothing stops it, and what must be typed is typed.
    #[must_use]
    pub fn open(&self) -> bool {
        let confirmed = match &self.plan.confirm {
            Some(word) => self.typed.text().trim() == word,
            None => true,
        };
        self.stop.is_none() && confirmed
    }

    /// Whether a word is typed before it is sent.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.plan.confirm.is_some() && self.stop.is_none()
    }

    /// Scrolls, copies, confirms, sends, or goes back.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        let typing = self.asks();
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return LayerOutcome::Close,
            KeyCode::Enter if self.open() => return LayerOutcome::Ask(Ask::Send),
            KeyCode::Enter => {}
            KeyCode::Down => self.scroll(1),
            KeyCode::Up => self.scroll(-1),
            KeyCode::PageDown => self.scroll(10),
            KeyCode::PageUp => self.scroll(-10),
            KeyCode::End => self.scroll(isize::MAX),
            KeyCode::Home => self.top = 0,
            KeyCode::Char('y') if control || !typing => return LayerOutcome::Ask(Ask::Curl),
            _ if typing => {
                self.typed.key(key);
            }
            KeyCode::Char('j') => self.scroll(1),
            KeyCode::Char('k') => self.scroll(-1),
            KeyCode::Char(' ') => self.scroll(10),
            KeyCode::Char('q') => return LayerOutcome::Close,
            _ => {}
        }
        LayerOutcome::Stay
    }

    /// Takes pasted text for what must be typed.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        if self.plan.confirm.is_some() {
            self.typed.paste(text);
        }
        LayerOutcome::Stay
    }

    fn scroll(&mut self, by: isize) {
        let last = self.last.get();
        self.top = self.top.min(last).saturating_add_signed(by).min(last);
    }

    /// Draws the review; says where the text cursor is, where something must be typed.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let sheet = Sheet::of(area);
        sheet.clear(buf, theme);
        let mut bar = Bar::default();
        let subject = self
            .plan
            .writes()
            .first()
            .map_or("", |w| w.subject.as_str());
        bar.left(0, theme.style(Role::Header), " review");
        bar.left(1, theme.style(Role::Accent), safe(subject));
        bar.render(sheet.title, buf);
        // The last line of the body is for what stands between the operator and the send.
        let body = Rect {
            x: sheet.body.x + 1.min(sheet.body.width),
            width: sheet.body.width.saturating_sub(2),
            height: sheet.body.height.saturating_sub(1),
            ..sheet.body
        };
        let (width, rows) = (usize::from(body.width), usize::from(body.height));
        let lines = lines::wrapped(&self.said, width);
        self.last.set(lines.len().saturating_sub(rows));
        let top = self.top.min(self.last.get());
        for ((text, role), y) in lines.iter().skip(top).take(rows).zip(body.y..) {
            buf.set_stringn(body.x, y, fit(text, width), width, theme.style(*role));
        }
        let below = lines.len().saturating_sub(top + rows);
        if below > 0 && body.height > 0 {
            let text = format!(" {} below: Down, PageDown, End", more_lines(below));
            let wide = u16::try_from(text.len()).unwrap_or(u16::MAX);
            let x = body.right().saturating_sub(wide).max(body.x);
            buf.set_stringn(x, body.bottom() - 1, text, width, theme.style(Role::Dim));
        }
        footer::hints(sheet.foot, buf, theme, &self.hints());
        let ask = Rect {
            y: body.bottom(),
            height: 1.min(sheet.body.height),
            ..body
        };
        self.ask(ask, buf, theme)
    }

    /// The line that says what stands between the operator and the send.
    fn ask(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let width = usize::from(area.width);
        let mut say = |role: Role, text: &str| {
            let text = fit(text, width);
            buf.set_stringn(area.x, area.y, text, width, theme.style(role))
                .0
        };
        if let Some(stop) = &self.stop {
            say(Role::Warn, stop);
            return None;
        }
        let Some(word) = &self.plan.confirm else {
            return None;
        };
        let x = say(Role::Warn, &format!("Type {word} to confirm: "));
        let entry = Rect {
            x,
            width: area.right().saturating_sub(x),
            ..area
        };
        let role = if self.open() { Role::Ok } else { Role::Text };
        Some(self.typed.render(entry, buf, theme.style(role)))
    }

    fn hints(&self) -> Vec<(&'static str, &'static str)> {
        let copy = if self.plan.confirm.is_some() && self.stop.is_none() {
            "Ctrl-y"
        } else {
            "y"
        };
        let send = self.open().then_some(("Enter", "send this"));
        let rest = [
            (copy, "copy as curl"),
            ("Esc", "back"),
            ("Up/Down", "scroll"),
        ];
        send.into_iter().chain(rest).collect()
    }
}
