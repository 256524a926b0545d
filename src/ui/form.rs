//! A form on the screen: fields on the left, the JSON and the checks on the right; one above the other where it is narrow.

mod keys;
mod left;
mod line;
mod right;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::Value;

use self::line::FieldLine;
use super::bar::Bar;
use super::layer::LayerOutcome;
use super::sheet::Sheet;
use crate::config::theme::Theme;
use crate::form::{Form, Stroke};
use crate::model::payload;
use crate::text::safe;
use crate::vocabulary::role::Role;

/// From this width on the two sides stand beside each other.
const BOTH: u16 = 100;

/// What a form asks of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Show what it comes to.
    Review,
    /// Close it and keep what was typed.
    Keep,
    /// Edit the JSON in `$EDITOR`.
    Edit,
    /// Take the body from a file.
    Load,
    /// Choose one of the payloads that were sent earlier.
    History,
    /// Send what is under review.
    Send,
    /// Copy what is under review as curl.
    Curl,
    /// Stop the flow that is looked at.
    Stop,
    /// Open the form of the flow that is looked at again.
    Again,
}

/// A form with what is seen of it.
#[derive(Debug)]
pub struct FormView {
    form: Form,
    /// On a narrow screen: whether the JSON shows instead of the fields.
    aside: bool,
    /// Why the review stops: the profile is read-only.
    read_only: bool,
    /// The name that its draft is kept under.
    draft: String,
    /// The version of the form that is kept.
    kept: u64,
    /// JSON that came back from an editor and could not be read, to be mended there.
    torn: Option<String>,
}

impl FormView {
    /// A form on its first field, whose draft is kept under a name.
    #[must_use]
    pub fn new(form: Form, draft: String, read_only: bool) -> Self {
        Self {
            kept: form.version(),
            form,
            aside: false,
            read_only,
            draft,
            torn: None,
        }
    }

    /// The form.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The form, to be worked on.
    pub fn form_mut(&mut self) -> &mut Form {
        &mut self.form
    }

    /// The name that its draft is kept under.
    #[must_use]
    pub fn draft(&self) -> &str {
        &self.draft
    }

    /// Whether something was typed that is not kept yet.
    #[must_use]
    pub fn unkept(&self) -> bool {
        self.form.changed() && self.form.version() != self.kept
    }

    /// What was typed is kept now.
    pub fn mark_kept(&mut self) {
        self.kept = self.form.version();
    }

    /// What an editor is given: the JSON without its secrets, or what could not be read the last time.
    #[must_use]
    pub fn to_edit(&self) -> String {
        let body = || self.form.spec().without_secrets(self.form.body());
        let pretty = || serde_json::to_string_pretty(&body()).unwrap_or_default() + "\n";
        self.torn.clone().unwrap_or_else(pretty)
    }

    /// Takes JSON from an editor or a file; secrets that it leaves empty stay as they are.
    pub fn take_json(&mut self, text: String) -> Result<(), String> {
        match payload::read::<Value>(&text) {
            Ok(body) => {
                let body = self.form.spec().with_secrets_of(&body, self.form.body());
                self.form.replace(&body);
                self.torn = None;
                Ok(())
            }
            Err(fault) => {
                // There is nothing in an empty one to go on with.
                self.torn = Some(text).filter(|text| !text.trim().is_empty());
                let what = match fault.message.strip_prefix("it ") {
                    Some(fault) => format!("the text {fault}"),
                    None => fault.message,
                };
                Err(format!(
                    "{what}. The form is as it was; Ctrl-x opens {} again.",
                    self.torn.as_ref().map_or("it", |_| "the text")
                ))
            }
        }
    }

    /// Hands a key to the form.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match keys::meaning(key, &self.form) {
            Some(keys::Meaning::Stroke(stroke)) => {
                self.aside = false;
                self.form.stroke(stroke);
                LayerOutcome::Stay
            }
            Some(keys::Meaning::Ask(ask)) => LayerOutcome::Ask(ask),
            Some(keys::Meaning::Aside) => {
                self.aside = !self.aside;
                LayerOutcome::Stay
            }
            Some(keys::Meaning::CheckAgain) => {
                self.form.check_again();
                LayerOutcome::Stay
            }
            None => LayerOutcome::Stay,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        self.form.stroke(Stroke::Paste(text.to_owned()));
        LayerOutcome::Stay
    }

    /// A click puts a field in focus, and on the way to the review takes it.
    pub fn click(&mut self, area: Rect, at: Position) -> LayerOutcome {
        let places = Places::of(area);
        let Some(fields) = places
            .fields(self.aside)
            .filter(|fields| fields.contains(at))
        else {
            return LayerOutcome::Stay;
        };
        let lines = left::lines(&self.form, usize::from(fields.width), places.json.is_none());
        let top = left::top(&lines, usize::from(fields.height));
        let line = lines.get(top + usize::from(at.y - fields.y));
        match line.and_then(FieldLine::target) {
            Some((field, _)) if field == self.form.spec().fields.len() => {
                LayerOutcome::Ask(Ask::Review)
            }
            Some((field, row)) => {
                self.form.click(field, row);
                LayerOutcome::Stay
            }
            None => LayerOutcome::Stay,
        }
    }

    /// Draws the form over everything but the header; says where the text cursor is.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let places = Places::of(area);
        let narrow = places.json.is_none();
        places.sheet.clear(buf, theme);
        self.title(places.sheet.title, buf, theme);
        let foot = places.sheet.foot;
        keys::foot(&self.form, self.aside, narrow, foot, buf, theme);
        let cursor = places
            .fields(self.aside)
            .and_then(|fields| left::render(&self.form, narrow, fields, buf, theme));
        if let Some(json) = places
            .json
            .or((narrow && self.aside).then_some(places.left))
        {
            right::render(&self.form, json, buf, theme);
        }
        cursor
    }

    fn title(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let mut bar = Bar::default();
        bar.left(
            0,
            theme.style(Role::Header),
            format!(" {}", self.form.spec().title),
        );
        bar.left(1, theme.style(Role::Accent), safe(self.form.subject()));
        if self.read_only {
            let text = "read-only profile: the review stops";
            bar.right(2, theme.style(Role::Warn), text);
        }
        let faults = self.form.faults().len();
        let (role, state) = match faults {
            0 => (Role::Dim, "complete ".to_owned()),
            1 => (Role::Warn, "1 field needs attention ".to_owned()),
            n => (Role::Warn, format!("{n} fields need attention ")),
        };
        bar.right(1, theme.style(role), state);
        bar.render(area, buf);
    }
}

/// Where the parts of the form are.
struct Places {
    sheet: Sheet,
    left: Rect,
    /// The right side; none where it is narrow.
    json: Option<Rect>,
}

impl Places {
    fn of(screen: Rect) -> Self {
        let sheet = Sheet::of(screen);
        let body = sheet.body;
        if screen.width < BOTH {
            return Self {
                sheet,
                left: body,
                json: None,
            };
        }
        let width = body.width * 11 / 20;
        let json = Rect {
            x: body.x + width,
            width: body.width - width,
            ..body
        };
        Self {
            sheet,
            left: Rect { width, ..body },
            json: Some(json),
        }
    }

    fn fields(&self, aside: bool) -> Option<Rect> {
        (self.json.is_some() || !aside).then_some(self.left)
    }
}
