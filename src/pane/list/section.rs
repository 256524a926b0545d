//! Rows of another kind below those of a list: a heading and as many rows as there is room for, to be looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::kind::column::Wish;
use crate::kind::{CellLook, Kind, sheet};
use crate::pane::Scene;
use crate::ui::table;
use crate::vocabulary::role::Role;

/// Draws a blank line, the headings, then rows as long as there is room; the columns are those that usually show, or
/// these under these headings.
pub fn render<K: Kind>(
    area: Rect,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    rows: &[K::Row<'_>],
    columns: Option<&[(&str, &'static str)]>,
) {
    if area.height < 3 || rows.is_empty() {
        return;
    }
    let theme = scene.theme;
    let columns: Vec<(usize, &str)> = if let Some(named) = columns {
        let known = |(name, title): &(&str, &'static str)| Some((K::named(name)?, *title));
        named.iter().filter_map(known).collect()
    } else {
        let usual = sheet::usual::<K>(scene.can).into_iter();
        usual.map(|n| (n, K::COLUMNS[n].title)).collect()
    };
    let wishes: Vec<Wish> = columns.iter().map(|(n, _)| K::COLUMNS[*n].wish).collect();
    let places = table::place(&wishes, 0, area.x + 2, area.width.saturating_sub(4));
    let look = CellLook {
        zone: scene.zone,
        now: scene.now,
    };
    for place in &places {
        let heading = columns[place.column].1;
        table::cell(buf, area.y + 1, *place, heading, theme.style(Role::Dim));
    }
    let room = usize::from(area.height - 2);
    let shown = if rows.len() > room { room - 1 } else { room };
    for (row, y) in rows.iter().take(shown).zip(area.y + 2..) {
        for place in &places {
            let column = &K::COLUMNS[columns[place.column].0];
            let style = theme.style((column.role)(row));
            table::cell(buf, y, *place, &column.cell(row, &look), style);
        }
    }
    if let Some(beyond) = rows.len().checked_sub(shown).filter(|beyond| *beyond > 0) {
        let text = format!("  +{beyond} more {}", K::NAME);
        let y = area.bottom() - 1;
        let style = theme.style(Role::Dim);
        buf.set_stringn(area.x, y, text, usize::from(area.width), style);
    }
}
