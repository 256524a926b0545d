//! The fields, one line each; the one in focus is opened up with its rows, its help, its fault and what may be typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::Value;

use super::line::{FieldLine, INDENT, What};
use super::right;
use crate::config::theme::Theme;
use crate::form::{CheckVerdict, Checked, Editing, Field, FieldKind, Form, Progress, item, path};
use crate::model::write::MASK;
use crate::text::safe;
use crate::ui::notice::wrap;
use crate::vocabulary::role::Role;

/// Completions that show at once.
const COMPLETIONS: usize = 6;

/// Every line of the left side.
pub(super) fn lines(form: &Form, width: usize, narrow: bool) -> Vec<FieldLine> {
    let mut lines = Vec::new();
    let mut group = "";
    for (n, field) in form.fields() {
        if field.group != group {
            group = field.group;
            lines.push(FieldLine {
                what: What::Group(group),
                target: None,
                focus: false,
            });
        }
        if n == form.focus() {
            open(form, n, field, &mut lines);
            below(form, n, width, narrow, &mut lines);
        } else {
            lines.push(closed(form, n, field));
            fault(form, n, width, &mut lines);
        }
    }
    button(form, width, &mut lines);
    lines
}

/// The first line to draw so that what is in focus is in view, with a little above it.
pub(super) fn top(lines: &[FieldLine], height: usize) -> usize {
    let first = lines.iter().position(|line| line.focus).unwrap_or(0);
    let last = lines.iter().rposition(|line| line.focus).unwrap_or(0);
    let here = lines.iter().position(|line| {
        matches!(
            line.what,
            What::TypedRow { .. } | What::Row { here: true, .. }
        )
    });
    let most = lines.len().saturating_sub(height);
    let whole = (last + 1).saturating_sub(height);
    // Where even the field in focus is too high, the row that the cursor is on decides.
    let row = here.map_or(first, |here| here.saturating_sub(height / 2));
    let top = if last - first < height { whole } else { row };
    top.min(most)
}

/// Draws the left side; says where the text cursor is.
pub(super) fn render(
    form: &Form,
    narrow: bool,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) -> Option<Position> {
    let lines = lines(form, usize::from(area.width), narrow);
    let height = usize::from(area.height);
    let top = top(&lines, height);
    let mut cursor = None;
    for (line, y) in lines.iter().skip(top).take(height).zip(area.y..) {
        let place = Rect {
            y,
            height: 1,
            ..area
        };
        cursor = line.render(place, buf, theme).or(cursor);
    }
    cursor
}

/// A field that is not in focus: its value in one line.
fn closed(form: &Form, n: usize, field: &'static Field) -> FieldLine {
    let (mut value, mut role) = summary(form, field);
    let failing = failing(form, field);
    if failing > 0 {
        value = format!("{failing} fails: {value}");
        role = Role::Bad;
    }
    FieldLine {
        what: What::Field {
            label: field.label,
            value,
            role: if form.fault_of(n).is_some() {
                Role::Bad
            } else {
                role
            },
        },
        target: Some((n, 0)),
        focus: false,
    }
}

/// The value of a field in one line, safe to show.
fn summary(form: &Form, field: &Field) -> (String, Role) {
    let none = || ("–".to_owned(), Role::Dim);
    let Some(value) = path::get(form.body(), field.path) else {
        return match field.kind {
            FieldKind::Part { .. } => ("left out".to_owned(), Role::Dim),
            _ => none(),
        };
    };
    let text = match (field.kind, value) {
        (FieldKind::Secret, Value::String(text)) if !text.is_empty() => MASK.to_owned(),
        (FieldKind::Toggle, Value::Bool(on)) => if *on { "yes" } else { "no" }.to_owned(),
        (FieldKind::Part { .. }, _) => "with it".to_owned(),
        (FieldKind::Pairs { .. } | FieldKind::List { .. }, _) => {
            let mut rows = shown_rows(form, field);
            rows.pop();
            rows.join(", ")
        }
        (FieldKind::Order(_), Value::Array(words)) => {
            let words: Vec<_> = words.iter().map(item::plain).collect();
            words.join(" > ")
        }
        (FieldKind::Number { unit, .. }, value) => format!("{} {unit}", item::plain(value)),
        (kind, value) => kind.show(value, &form.zone()),
    };
    match text.trim() {
        "" => none(),
        text => (safe(text).into_owned(), Role::Text),
    }
}

/// The rows of a field, with the values of secret names masked.
fn shown_rows(form: &Form, field: &Field) -> Vec<String> {
    let rows = form.rows_of(field);
    match field.kind {
        FieldKind::Pairs { secret, .. } => rows.iter().map(|row| masked(row, secret)).collect(),
        _ => rows,
    }
}

fn masked(row: &str, secret: fn(&str) -> bool) -> String {
    match row.split_once(':') {
        Some((name, value)) if secret(name.trim()) && !value.trim().is_empty() => {
            format!("{name}: {MASK}")
        }
        _ => row.to_owned(),
    }
}

/// The field in focus.
fn open(form: &Form, n: usize, field: &'static Field, lines: &mut Vec<FieldLine>) {
    let line = |what: What, row: usize| FieldLine {
        what,
        target: Some((n, row)),
        focus: true,
    };
    let head = |value: String| What::Field {
        label: field.label,
        value,
        role: Role::Accent,
    };
    match form.editing() {
        Editing::Line(typed) => {
            let what = What::Typed {
                label: field.label,
                input: typed.input().clone(),
                secret: matches!(field.kind, FieldKind::Secret),
            };
            lines.push(line(what, 0));
        }
        Editing::Nothing => {
            let (value, _) = summary(form, field);
            let value = match field.kind {
                FieldKind::Choice(_) => format!("< {value} >"),
                _ => format!("[{value}]"),
            };
            lines.push(line(head(value), 0));
        }
        Editing::Rows {
            rows,
            at,
            line: typed,
        } => {
            lines.push(line(head(String::new()), *at));
            for (row, text) in rows.iter().enumerate() {
                let text = match field.kind {
                    FieldKind::Pairs { secret, .. } => masked(text, secret),
                    _ => text.clone(),
                };
                let what = if row == *at {
                    What::TypedRow {
                        input: typed.input().clone(),
                    }
                } else if row + 1 == rows.len() {
                    let text = "+ add".to_owned();
                    What::Row {
                        text,
                        role: Role::Dim,
                        here: false,
                    }
                } else {
                    let (word, role) = verdict(form, &path::index(field.path, row));
                    What::Row {
                        text: format!("{:<40} {word}", safe(&text)),
                        role,
                        here: false,
                    }
                };
                lines.push(line(what, row));
            }
        }
        Editing::Order { words, at } => {
            lines.push(line(head(String::new()), *at));
            let mut rank = 0;
            for (row, (word, on)) in words.iter().enumerate() {
                rank += usize::from(*on);
                let mark = if *on {
                    format!("{rank:>2}.")
                } else {
                    " - ".to_owned()
                };
                let what = What::Row {
                    text: format!("{mark} {}", safe(word)),
                    role: if *on { Role::Text } else { Role::Dim },
                    here: row == *at,
                };
                lines.push(line(what, row));
            }
        }
    }
}

/// What stands below the field in focus: its fault, what may be typed, its help.
fn below(form: &Form, n: usize, width: usize, narrow: bool, lines: &mut Vec<FieldLine>) {
    let start = lines.len();
    fault(form, n, width, lines);
    let room = width.saturating_sub(usize::from(INDENT) + 1);
    let mut note = |text: String, role: Role| {
        lines.push(FieldLine {
            what: What::Note { text, role },
            target: None,
            focus: true,
        });
    };
    for completion in form.completions(COMPLETIONS) {
        let (value, about) = (safe(&completion.value), &completion.note);
        note(format!("> {value}   {about}"), Role::Accent);
    }
    if let Some(field) = form.field() {
        let zone = form.zone();
        let zone = zone.iana_name().filter(|_| field.kind.dated());
        let zone = zone.map_or(String::new(), |zone| format!(" Times are those of {zone}."));
        let help = format!("{} {}{zone}", field.help, hint(field));
        for text in wrap(help.trim(), room) {
            note(text, Role::Dim);
        }
    }
    if narrow {
        for (text, role) in right::about_focus(form, room) {
            note(text, role);
        }
    }
    for line in lines.iter_mut().skip(start) {
        line.focus = true;
    }
}

/// What the world says of a row, in a word.
fn verdict(form: &Form, at: &str) -> (&'static str, Role) {
    let checks = form.checks();
    let check = checks.iter().find(|checked| checked.check.path == at);
    match check.map(|checked| right::word(&checked.progress)) {
        Some((word, role @ (Role::Bad | Role::Warn))) => (word, role),
        Some((word, _)) => (word, Role::Text),
        None => ("", Role::Text),
    }
}

/// How many of a field's checks failed.
fn failing(form: &Form, field: &Field) -> usize {
    let failed = |checked: &Checked| {
        path::within(&checked.check.path, field.path)
            && matches!(checked.progress, Progress::Done(CheckVerdict::Bad, _))
    };
    form.checks()
        .iter()
        .filter(|checked| failed(checked))
        .count()
}

/// How the field is written, where the screen does not show it already.
fn hint(field: &Field) -> String {
    match field.kind {
        FieldKind::Number { .. }
        | FieldKind::Moment
        | FieldKind::List { .. }
        | FieldKind::Pairs { .. } => {
            let shape = field.kind.shape();
            let mut first = shape.chars();
            let initial = first.next().map(|c| c.to_uppercase().to_string());
            format!("{}{}.", initial.unwrap_or_default(), first.as_str())
        }
        _ if field.optional => "Optional.".to_owned(),
        _ => String::new(),
    }
}

fn fault(form: &Form, n: usize, width: usize, lines: &mut Vec<FieldLine>) {
    let Some(fault) = form.fault_of(n) else {
        return;
    };
    let own = form.spec().fields.get(n).map_or("", |field| field.path);
    let inside = fault.path.strip_prefix(own).unwrap_or_default();
    let text = match inside.trim_start_matches('.') {
        "" => format!("! {}", fault.message),
        inside => format!("! {inside}: {}", fault.message),
    };
    for text in wrap(&safe(&text), width.saturating_sub(usize::from(INDENT) + 1)) {
        lines.push(FieldLine {
            what: What::Note {
                text,
                role: Role::Bad,
            },
            target: Some((n, 0)),
            focus: false,
        });
    }
}

/// The way to the review, and what is wrong that belongs to no field.
fn button(form: &Form, width: usize, lines: &mut Vec<FieldLine>) {
    let last = form.spec().fields.len();
    let focus = form.focus() == last;
    lines.push(FieldLine {
        what: What::Button {
            text: "[ Review ]".to_owned(),
            role: if focus { Role::Selection } else { Role::Accent },
        },
        target: Some((last, 0)),
        focus,
    });
    let stray = form.stray_faults().map(|fault| format!("! {fault}"));
    let wrapped = stray.flat_map(|text| wrap(&safe(&text), width.saturating_sub(2)));
    lines.extend(wrapped.map(|text| FieldLine {
        what: What::Note {
            text,
            role: Role::Bad,
        },
        target: None,
        focus,
    }));
}
