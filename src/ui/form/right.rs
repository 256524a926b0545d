//! The right side: the JSON as it would be sent, and below it what the field in focus means and what the world says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Theme;
use crate::form::{CheckVerdict, Checked, Form, JsonLine, Progress, json_lines, path};
use crate::text::{fit, more_lines, safe};
use crate::ui::notice::wrap;
use crate::vocabulary::role::Role;

/// Lines that are left to the JSON whatever the checks say.
const LEAST_JSON: u16 = 6;
/// Columns of the word that a check comes to.
const WORD: usize = 8;

/// Draws the right side.
pub(super) fn render(form: &Form, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let inner = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(3),
        ..area
    };
    for y in area.y..area.bottom() {
        buf.set_stringn(area.x, y, "│", 1, theme.style(Role::Border));
    }
    let below = below(form, usize::from(inner.width));
    let wanted = u16::try_from(below.len()).unwrap_or(u16::MAX);
    let room = inner.height.saturating_sub(LEAST_JSON).min(wanted);
    let lines = json_lines(&form.spec().masked(form.body()));
    let whole = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let json = Rect {
        height: (inner.height - room).min(whole),
        ..inner
    };
    render_json(form, &lines, json, buf, theme);
    for ((text, role), y) in below.iter().zip(json.bottom()..inner.bottom()) {
        let width = usize::from(inner.width);
        buf.set_stringn(inner.x, y, fit(text, width), width, theme.style(*role));
    }
}

fn render_json(form: &Form, lines: &[JsonLine], area: Rect, buf: &mut Buffer, theme: &Theme) {
    let place = form.place();
    let focus = |line: &JsonLine| !place.is_empty() && path::within(&line.path, &place);
    let first = lines.iter().position(focus).unwrap_or(0);
    let last = lines.iter().rposition(focus).unwrap_or(0);
    let height = usize::from(area.height);
    let top = (last + 1).saturating_sub(height).min(first);
    let width = usize::from(area.width);
    for (line, y) in lines.iter().skip(top).take(height).zip(area.y..) {
        let wrong = form
            .faults()
            .iter()
            .any(|fault| fault.path == line.path && !fault.path.is_empty());
        let role = match (wrong, focus(line)) {
            (true, _) => Role::Bad,
            (false, true) => Role::Accent,
            (false, false) => Role::Text,
        };
        if wrong {
            buf.set_stringn(area.x, y, "!", 1, theme.style(Role::Bad));
        }
        let text = fit(&line.text, width.saturating_sub(2));
        buf.set_stringn(
            area.x + 2,
            y,
            text,
            width.saturating_sub(2),
            theme.style(role),
        );
    }
    let hidden = lines.len().saturating_sub(top + height);
    if hidden > 0 && area.height > 0 {
        let text = format!(" {} below ", more_lines(hidden));
        let x = area
            .right()
            .saturating_sub(u16::try_from(text.len()).unwrap_or(0));
        let y = area.bottom() - 1;
        buf.set_stringn(x.max(area.x), y, text, width, theme.style(Role::Dim));
    }
}

/// What stands below the JSON.
fn below(form: &Form, width: usize) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    let explained = form.explain();
    if !explained.is_empty() {
        lines.push((String::new(), Role::Text));
        lines.extend(sentences(&explained, width));
    }
    let checks = form.checks();
    if !checks.is_empty() {
        lines.push((String::new(), Role::Text));
        lines.push(("checks".to_owned(), Role::Header));
        let place = form.place();
        for checked in &checks {
            let here = path::within(&checked.check.path, &place);
            lines.extend(told(checked, width, here));
        }
    }
    lines
}

/// What there is to tell of the field in focus, where there is no right side to tell it on.
pub(super) fn about_focus(form: &Form, width: usize) -> Vec<(String, Role)> {
    let place = form.place();
    let mut lines = sentences(&form.explain(), width);
    for checked in form.checks() {
        if path::within(&checked.check.path, &place) {
            lines.extend(told(&checked, width, true));
        }
    }
    lines
}

/// What is explained, each on as many lines as it needs: the end of a sentence is often what to do.
fn sentences(explained: &[String], width: usize) -> Vec<(String, Role)> {
    let lines = explained.iter().flat_map(|text| wrap(text, width));
    lines.map(|text| (text, Role::Text)).collect()
}

/// A check in one line, or in as many as it needs.
fn told(checked: &Checked, width: usize, whole: bool) -> Vec<(String, Role)> {
    let (word, role) = word(&checked.progress);
    let sentence = match &checked.progress {
        Progress::Waiting | Progress::Running => "",
        Progress::Done(_, sentence) => sentence,
    };
    let label = safe(&checked.check.label);
    // A finding often begins with the address itself.
    let text = if sentence.starts_with(&*label) {
        sentence.to_owned()
    } else {
        format!("{label} {sentence}")
    };
    let mut lines = if whole {
        wrap(text.trim_end(), width.saturating_sub(WORD))
    } else {
        vec![text]
    };
    for (n, line) in lines.iter_mut().enumerate() {
        let word = if n == 0 { word } else { "" };
        *line = format!("{word:<WORD$}{line}");
    }
    lines.into_iter().map(|line| (line, role)).collect()
}

/// How a check came out, in a word.
pub(super) fn word(progress: &Progress) -> (&'static str, Role) {
    match progress {
        Progress::Waiting => ("waits", Role::Dim),
        Progress::Running => ("asking", Role::Dim),
        Progress::Done(CheckVerdict::Good, _) => ("ok", Role::Ok),
        Progress::Done(CheckVerdict::Warning, _) => ("look", Role::Warn),
        Progress::Done(CheckVerdict::Bad, _) => ("fails", Role::Bad),
    }
}
