//! Two rows side by side, what differs between them first.

use ratatui::text::{Line, Span};

use super::{IdOf, ListPane, Listing};
use crate::kind::{CellLook, Kind, sheet};
use crate::pane::Desk;
use crate::text::{fit, width};
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// Columns of the names, and of the first of the two values.
const NAME: usize = 16;
const VALUE: usize = 30;

impl<L: Listing> ListPane<L> {
    /// Opens the comparison of two marked rows, in their order on the screen, or of the marked one and that under the cursor.
    pub(super) fn compare(&self, desk: &mut Desk<'_>) {
        let mut ids: Vec<IdOf<L>> = self.all_rows();
        ids.retain(|id| self.marked.contains_key(id));
        if let (1, Some(here)) = (ids.len(), self.cursor.row())
            && ids[0] != here
        {
            ids.push(here);
        }
        let rows = ids.iter();
        let rows: Vec<_> = rows
            .filter_map(|id| <L::Kind>::row(desk.store, id, desk.now))
            .collect();
        let [left, right] = rows.as_slice() else {
            let text = "mark two rows to compare them, or mark one and go to the other";
            return desk.messages.say(Weight::Note, text, desk.now);
        };
        let look = CellLook {
            zone: desk.zone,
            now: desk.now,
        };
        let columns = sheet::all::<L::Kind>(desk.can).into_iter();
        let cells = columns.map(|n| {
            let column = &<L::Kind>::COLUMNS[n];
            (
                column.name,
                column.cell(left, &look),
                column.cell(right, &look),
            )
        });
        let (same, differ): (Vec<_>, Vec<_>) = cells.partition(|(_, a, b)| a == b);
        let line = |(name, a, b): &(&str, String, String), role: Role| {
            let sign = if a == b { ' ' } else { '≠' };
            let style = desk.theme.style(role);
            let name = Span::styled(
                format!("{sign} {}", padded(name, NAME)),
                desk.theme.style(Role::Dim),
            );
            Line::from(vec![
                name,
                Span::styled(padded(a, VALUE), style),
                Span::styled(b.clone(), style),
            ])
        };
        let mut lines: Vec<_> = differ.iter().map(|cells| line(cells, Role::Warn)).collect();
        lines.push(Line::default());
        lines.extend(same.iter().map(|cells| line(cells, Role::Text)));
        let title = format!(
            "compare: {} of {} differ",
            differ.len(),
            differ.len() + same.len()
        );
        desk.open.push(Layer::Reader(Reader::new(title, lines, "")));
    }
}

/// A text in so many columns, and two between it and the next.
fn padded(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let gap = columns.saturating_sub(width(&text)) + 2;
    format!("{text}{}", " ".repeat(gap))
}
