//! The carriers with their health, and the days that the certificates of their proxies have left, as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::kind::carriers::{CarrierLine, grade_role, role};
use crate::kind::column::Wish;
use crate::model::carrier::Accord;
use crate::model::finding::TlsVerdict;
use crate::pane::Scene;
use crate::store::carriers::Reading;
use crate::text::chart;
use crate::ui::{detail, table};
use crate::vocabulary::role::Role;

/// Days of a whole bar: what a certificate is issued for these days.
const WHOLE: f64 = 90.0;

/// Columns of a bar on a narrow screen, and at most.
const BAR: (u16, u16) = (8, 30);

/// Draws the part.
pub fn render(area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
    let inner = detail::frame(area, buf, scene.theme, "carriers and certificates");
    let carriers = &scene.store.carriers;
    if carriers.is_empty() {
        let text = match carriers.reading() {
            Reading::Failed { why, .. } => why.to_string(),
            Reading::Read(_) => "The organisation has no carriers.".to_owned(),
            Reading::Awaited | Reading::Paused => "Not read yet.".to_owned(),
        };
        let style = scene.theme.style(Role::Dim);
        buf.set_stringn(inner.x, inner.y, text, usize::from(inner.width), style);
        return;
    }
    let mut lines: Vec<CarrierLine<'_>> = carriers
        .iter()
        .map(|row| CarrierLine::of(row, scene.store))
        .collect();
    lines.sort_by(|a, b| {
        let order = a.urgency().cmp(&b.urgency());
        order.then_with(|| a.row.name().cmp(b.row.name()))
    });
    let room = usize::from(inner.height);
    let shown = if lines.len() > room {
        room.saturating_sub(1)
    } else {
        room
    };
    for (line, y) in lines.iter().take(shown).zip(inner.y..) {
        carrier(
            Rect {
                y,
                height: 1,
                ..inner
            },
            buf,
            scene,
            line,
        );
    }
    if let Some(beyond) = lines.len().checked_sub(shown).filter(|beyond| *beyond > 0) {
        let text = format!("+{beyond} more");
        let y = inner.y + u16::try_from(shown).unwrap_or(0);
        let style = scene.theme.style(Role::Dim);
        buf.set_stringn(inner.x, y, text, usize::from(inner.width), style);
    }
}

fn carrier(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, line: &CarrierLine<'_>) {
    let theme = scene.theme;
    let wish = |least, ideal| Wish {
        least,
        ideal,
        right: false,
    };
    let wishes = [wish(8, 8), wish(12, 24), wish(9, 13), wish(BAR.0, BAR.1)];
    let places = table::place(&wishes, 0, area.x, area.width);
    let contradiction = line.accord() == Accord::Contradiction;
    let verdict = if contradiction {
        line.accord_words()
    } else {
        line.verdict().to_owned()
    };
    let name = if line.stale { Role::Stale } else { Role::Text };
    let cells = [
        (line.health().to_owned(), role(line)),
        (line.row.name().to_string(), name),
        (verdict, grade_role(line.finding())),
    ];
    for (place, (text, role)) in places.iter().zip(&cells) {
        table::cell(buf, area.y, *place, text, theme.style(*role));
    }
    if let Some(place) = places.get(cells.len()) {
        certificate(*place, area.y, buf, scene, line);
    }
}

/// The days left, and as a bar where they can be counted on: a certificate that is not accepted has none.
fn certificate(
    place: table::ColumnPlace,
    y: u16,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    line: &CarrierLine<'_>,
) {
    let theme = scene.theme;
    let verdict = line.finding().and_then(|f| f.tls()).map(|tls| tls.verdict);
    let (Some(days), Some(verdict)) = (line.days_left(), verdict) else {
        return;
    };
    let number = format!("{days} d ");
    let style = theme.style(if verdict == TlsVerdict::Valid {
        Role::Dim
    } else {
        grade_role(line.finding())
    });
    table::cell(buf, y, place, &number, style);
    if verdict.accepted() {
        let used = 6.min(place.width);
        let share = days.max(0) as f64 / WHOLE;
        let bar = chart::bar(share, (place.width - used).min(BAR.1));
        let role = if verdict == TlsVerdict::Expiring {
            Role::Warn
        } else {
            Role::Chart
        };
        buf.set_string(place.x + used, y, bar, theme.style(role));
    }
}
