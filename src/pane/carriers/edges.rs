//! The edges below the carriers, a line each, the worst first: whether the cloud reaches them, how busy they are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::edge::{Edge, EdgeState, Load};
use crate::model::trunk::By;
use crate::pane::Scene;
use crate::store::edges::EdgeRow;
use crate::ui::table::{self, Wish};

/// Columns of an edge: state, name, since, conversations, load, how it is kept up, what else there is to say.
const COLUMNS: [Wish; 7] = [
    wish(8, 8, false),
    wish(16, 28, false),
    wish(8, 8, true),
    wish(9, 9, true),
    wish(21, 24, false),
    wish(6, 6, false),
    wish(10, 40, false),
];

const HEADINGS: [&str; 7] = [
    "EDGE",
    "NAME",
    "SINCE",
    "CONVERS.",
    "BUSY, %",
    "HEARD",
    "SITE, STATE, SOFTWARE",
];

const fn wish(least: u16, ideal: u16, right: bool) -> Wish {
    Wish {
        least,
        ideal,
        right,
    }
}

/// Draws the section: a blank line, a heading, then edges as long as there is room.
pub(super) fn render(area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
    if area.height < 3 {
        return;
    }
    let theme = scene.theme;
    let places = table::place(&COLUMNS, 0, area.x + 2, area.width.saturating_sub(4));
    for place in &places {
        let heading = HEADINGS.get(place.column).copied().unwrap_or_default();
        table::cell(buf, area.y + 1, *place, heading, theme.style(Role::Dim));
    }
    let rows = scene.store.edges.worst_first();
    let room = usize::from(area.height - 2);
    let shown = if rows.len() > room { room - 1 } else { room };
    for (row, y) in rows.iter().take(shown).zip(area.y + 2..) {
        let cells = cells(row, scene);
        for place in &places {
            if let Some((text, role)) = cells.get(place.column) {
                table::cell(buf, y, *place, text, theme.style(*role));
            }
        }
    }
    if let Some(beyond) = rows.len().checked_sub(shown).filter(|beyond| *beyond > 0) {
        let text = format!("  and {beyond} more, none of them worse");
        let y = area.bottom() - 1;
        let style = theme.style(Role::Dim);
        buf.set_stringn(area.x, y, text, usize::from(area.width), style);
    }
}

fn cells(row: &EdgeRow, scene: &Scene<'_>) -> [(String, Role); 7] {
    let edge = &row.edge;
    let doubtful = scene.store.carriers.stale() || edge.heard.by == By::Gap;
    let (word, look) = match edge.state() {
        _ if doubtful => ("stale", Role::Stale),
        state => (state.word(), role(state)),
    };
    let quiet = if doubtful { Role::Stale } else { Role::Text };
    let calls = edge.conversations.map_or("-".to_owned(), |n| n.to_string());
    [
        (word.to_owned(), look),
        (edge.title().to_string(), quiet),
        (row.since.clock(scene.zone, scene.now), Role::Dim),
        (calls, quiet),
        (edge.load.map_or("-".to_owned(), busy), Role::Dim),
        (edge.heard.by.word().to_owned(), Role::Dim),
        (more(edge), Role::Dim),
    ]
}

const fn role(state: EdgeState) -> Role {
    match state {
        EdgeState::Offline => Role::Bad,
        EdgeState::Inactive | EdgeState::Draining => Role::Warn,
        EdgeState::Unknown => Role::Unknown,
        EdgeState::Online => Role::Ok,
    }
}

/// The shares in use in percent, as far as they are told; the heading says the unit.
fn busy(load: Load) -> String {
    let parts = [
        ("cpu", load.processor),
        ("mem", load.memory),
        ("disk", load.disk),
    ];
    let told = parts.into_iter().filter_map(|(name, share)| {
        let share = share?;
        Some(format!("{name} {share:.0}"))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "-".to_owned()
    } else {
        told.join(" ")
    }
}

/// The site, and whatever of its state the first column does not say.
fn more(edge: &Edge) -> String {
    let site = Some(&edge.site).filter(|site| !site.is_empty());
    let status = edge.status.as_ref().filter(|word| word.raw() != "ACTIVE");
    let draining = edge.draining.as_ref();
    let parts = [site, status, draining, edge.version.as_ref()];
    let parts = parts.into_iter().flatten();
    let parts: Vec<String> = parts.map(ToString::to_string).collect();
    parts.join(", ")
}
