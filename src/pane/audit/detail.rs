//! Everything that one line of the audit says.

use ratatui::text::Line;

use crate::kind::audit::role;
use crate::model::audit::Record;
use crate::pane::Scene;
use crate::store::audit::AuditRow;
use crate::text::Text;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// The lines of the detail.
pub(super) fn lines(row: &AuditRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let (record, theme) = (&row.record, scene.theme);
    let mut lines = vec![
        pairs(
            theme,
            &[
                ("write", record.action.to_string()),
                ("of", record.subject.to_string()),
                ("by", record.operator.to_string()),
                ("with profile", record.profile.to_string()),
            ],
        ),
        pairs(
            theme,
            &[
                ("status", record.status.word().to_owned()),
                ("at", moment(record.timestamp, scene.zone)),
                ("took", took(record)),
            ],
        ),
    ];
    if row.open {
        let words = "The outcome is not on record yet: it is under way, or its console is gone.";
        lines.push(Line::styled(words, theme.style(Role::Accent)));
    }
    if let Some(error) = &record.error {
        let style = theme.style(role(record.status));
        lines.push(Line::styled(error.to_string(), style));
    }
    if !record.method.is_empty() {
        let request = format!("{} {}", record.method, record.path);
        lines.push(pairs(theme, &[("request", request)]));
        let hash = or_none(record.body_sha256.as_ref());
        lines.push(pairs(theme, &[("SHA-256 of its body", hash)]));
    }
    let job = or_none(record.job_id.as_ref());
    lines.push(pairs(theme, &[("id", record.id.to_string()), ("job", job)]));
    if !record.extra.is_empty() {
        let safe: Vec<(String, String)> = record
            .extra
            .iter()
            .map(|(name, value)| (safe(name), safe(&value.to_string())))
            .collect();
        let shown: Vec<(&str, String)> = safe
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        lines.push(pairs(theme, &shown));
    }
    lines.push(pairs(
        theme,
        &[
            ("line", record.line.to_string()),
            ("of session", record.session.to_string()),
        ],
    ));
    let prev = ("SHA-256 of the line before", record.prev.to_string());
    lines.push(pairs(theme, &[prev]));
    lines
}

fn took(record: &Record) -> String {
    let ms = record.latency_ms;
    ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms} ms"))
}

fn or_none(text: Option<&Text>) -> String {
    text.map_or_else(|| "none".to_owned(), Text::to_string)
}

fn safe(raw: &str) -> String {
    crate::text::shown(raw).into_owned()
}
