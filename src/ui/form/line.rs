//! The lines of the left side.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::Input;

use crate::config::theme::Theme;
use crate::ui::{entry, table};
use crate::vocabulary::role::Role;

/// What stands in for a character of a secret.
const DOT: &str = "•";

/// One line of the left side.
#[derive(Debug)]
pub(super) struct FieldLine {
    pub(super) what: What,
    /// The field and the row that a click on it means.
    pub(super) target: Option<(usize, usize)>,
    /// Whether it belongs to what is in focus, and so must be in view.
    pub(super) focus: bool,
}

/// What a line says; every text is safe to show, apart from what is being typed.
#[derive(Debug)]
pub(super) enum What {
    /// The heading of a group.
    Group(&'static str),
    /// A field with its value.
    Field {
        label: &'static str,
        value: String,
        role: Role,
    },
    /// The field that is typed in.
    Typed {
        label: &'static str,
        input: Input,
        secret: bool,
    },
    /// A row of a field.
    Row {
        text: String,
        role: Role,
        here: bool,
    },
    /// The row that is typed in.
    TypedRow { input: Input },
    /// A sentence below a field.
    Note { text: String, role: Role },
    /// The way to the review.
    Button { text: String, role: Role },
}

/// Columns of the labels.
pub(super) const LABEL: u16 = 24;
/// Columns before rows and sentences.
pub(super) const INDENT: u16 = 4;

impl FieldLine {
    pub(super) fn target(&self) -> Option<(usize, usize)> {
        self.target
    }

    /// Draws the line; says where the text cursor is, if it is in it.
    pub(super) fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let from = |x: u16| Rect {
            x: area.x.saturating_add(x).min(area.right()),
            width: area.width.saturating_sub(x),
            ..area
        };
        let plain = |buf: &mut Buffer, x: u16, text: &str, role: Role| {
            let place = from(x);
            let width = usize::from(place.width);
            let text = crate::text::fit(text, width);
            let style = match role {
                Role::Selection => selected(theme),
                role => theme.style(role),
            };
            buf.set_stringn(place.x, place.y, text, width, style);
        };
        match &self.what {
            What::Group(title) => plain(buf, 1, title, Role::Header),
            What::Field { label, value, role } => {
                self.mark(area, buf, theme);
                plain(buf, 2, label, self.label_role());
                plain(buf, LABEL, value, *role);
            }
            What::Typed {
                label,
                input,
                secret,
            } => {
                self.mark(area, buf, theme);
                plain(buf, 2, label, self.label_role());
                let place = from(LABEL);
                table::blank(buf, place, selected(theme));
                return Some(typed(input, *secret, place, buf, theme));
            }
            What::Row { text, role, here } => {
                self.mark(area, buf, theme);
                if *here {
                    table::blank(buf, from(INDENT), selected(theme));
                    plain(buf, INDENT, text, Role::Selection);
                } else {
                    plain(buf, INDENT, text, *role);
                }
            }
            What::TypedRow { input } => {
                self.mark(area, buf, theme);
                let place = from(INDENT);
                table::blank(buf, place, selected(theme));
                return Some(typed(input, false, place, buf, theme));
            }
            What::Note { text, role } => {
                self.mark(area, buf, theme);
                plain(buf, INDENT, text, *role);
            }
            What::Button { text, role } => {
                self.mark(area, buf, theme);
                plain(buf, 2, text, *role);
            }
        }
        None
    }

    fn label_role(&self) -> Role {
        if self.focus { Role::Accent } else { Role::Text }
    }

    fn mark(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        if self.focus {
            buf.set_stringn(area.x, area.y, "▌", 1, theme.style(Role::Accent));
        }
    }
}

/// The selection over plain text: a theme may leave the colour of the letters to what is under it.
fn selected(theme: &Theme) -> Style {
    theme.style(Role::Text).patch(theme.style(Role::Selection))
}

fn typed(input: &Input, secret: bool, area: Rect, buf: &mut Buffer, theme: &Theme) -> Position {
    let style = selected(theme);
    if !secret {
        return entry::draw(input, area, buf, style);
    }
    let dots = DOT.repeat(input.value().chars().count());
    let hidden = Input::new(dots).with_cursor(input.cursor());
    entry::draw(&hidden, area, buf, style)
}
