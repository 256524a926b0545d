//! Draws the pane: a line of figures, the interactions, the transfers with their latencies, the detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::{Column, INTERACTIONS, MADE, milliseconds, role};
use super::list::List;
use super::{Half, TransfersPane, detail};
use crate::config::theme::Role;
use crate::model::interaction::Standing;
use crate::model::transfer::made::{Made, Phase};
use crate::pane::Scene;
use crate::store::carriers::Reading;
use crate::store::transfers::{EDGES_MS, Transfers};
use crate::ui::bar::Bar;
use crate::ui::chart;
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;

/// Columns of the bar of several that are under way.
const PROGRESS: u16 = 16;

/// Lines of the lower half that are not rows: its title and its headings.
const LOWER_HEAD: u16 = 2;

impl TransfersPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        if self.drawn != scene.store.transfers.generation() {
            self.arrange(scene.store, scene.now);
        }
        let parts = Parts::of(area, self.detail);
        self.summary(parts.summary, buf, scene);
        let (upper, lower) = share(parts.rows, self.upper.order.len(), self.lower.order.len());
        self.upper(parts.head, upper, buf, scene);
        self.lower(lower, buf, scene);
        if parts.detail.height > 0 {
            detail::render(parts.detail, buf, scene, self.under_cursor(scene.store));
        }
        (self.drawn, self.moved) = (scene.store.transfers.generation(), false);
    }

    fn upper(&mut self, head: Rect, rows: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let table = &scene.store.transfers;
        self.upper.grid.take(rows);
        self.upper.settle();
        headings(&mut self.upper, head, buf, scene, INTERACTIONS);
        if self.upper.is_empty() {
            let text = empty(scene);
            return notice::render(rows, buf, scene.theme, &text);
        }
        let here = self.half == Half::Upper;
        lines(&self.upper, rows, buf, scene, INTERACTIONS, |id| {
            let marks = Marks {
                here,
                marked: self.marked.contains_key(id),
            };
            Some((table.interaction(id)?, marks))
        });
    }

    fn lower(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let table = &scene.store.transfers;
        if area.height <= LOWER_HEAD {
            self.lower.grid.take(Rect::default());
            return;
        }
        let line = |y| Rect {
            y,
            height: 1,
            ..area
        };
        title(line(area.y), buf, scene, table);
        let rows = Rect {
            y: area.y + LOWER_HEAD,
            height: area.height - LOWER_HEAD,
            ..area
        };
        self.lower.grid.take(rows);
        self.lower.settle();
        headings(&mut self.lower, line(area.y + 1), buf, scene, MADE);
        let here = self.half == Half::Lower;
        lines(&self.lower, rows, buf, scene, MADE, |id| {
            let marks = Marks {
                here,
                marked: false,
            };
            Some((table.get(*id)?, marks))
        });
    }

    /// The line of figures: what waits, what is marked, what is under way, and what is out of date.
    fn summary(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let (theme, table) = (scene.theme, &scene.store.transfers);
        let mut bar = Bar::default();
        let of = |standing: &Standing| {
            let stands = table.interactions().filter(|one| one.standing == *standing);
            stands.count()
        };
        let mut figure = |spare, role, word: &str, count: usize| {
            let role = if count > 0 { role } else { Role::Dim };
            bar.left(spare, theme.style(role), format!(" {word} {count}"));
        };
        figure(0, Role::Text, "active", of(&Standing::Active));
        figure(0, Role::Text, "queued", of(&Standing::Queued));
        if !self.marked.is_empty() {
            figure(0, Role::Accent, "marked", self.marked.len());
        }
        if table.open_questions() > 0 {
            figure(0, Role::Unknown, "not known", table.open_questions());
        }
        if table.left_out() > 0 {
            figure(3, Role::Warn, "left out", table.left_out());
        }
        if !table.faults().is_empty() {
            figure(3, Role::Warn, "unreadable", table.faults().len());
        }
        if let Some((done, all)) = several(table) {
            let share = done as f64 / all as f64;
            let words = format!("{done} of {all} {}", chart::bar(share, PROGRESS));
            bar.left(0, theme.style(Role::Accent), words);
        }
        if let (Reading::Failed { since, .. }, false) = (table.reading(), self.upper.is_empty()) {
            let since = since.clock(scene.zone, scene.now);
            bar.left(
                0,
                theme.style(Role::Stale),
                format!("stale since {since}: not readable"),
            );
        }
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let rows = self.upper.order.len() + self.lower.order.len();
            bar.right(
                0,
                theme.style(Role::Accent),
                format!("/{shown}  {rows} rows "),
            );
        }
        bar.render(area, buf);
    }
}

/// Why the upper half is empty, and what to do about it.
fn empty(scene: &Scene<'_>) -> Vec<String> {
    let table = &scene.store.transfers;
    if !scene.connected {
        return notice::no_profile();
    }
    let all = table.interactions().count();
    if all > 0 {
        return vec![format!(
            "The filter hides all {all} interactions. Esc shows them again, / changes the filter."
        )];
    }
    match table.reading() {
        Reading::Awaited | Reading::Paused => {
            vec!["Reading the interactions of the organisation.".to_owned()]
        }
        Reading::Failed { why, .. } => vec![
            why.to_string(),
            "One whose id is known can be transferred all the same: n opens the form.".to_owned(),
        ],
        Reading::Read(_) => {
            vec!["No interaction is active or queued: there is nothing to transfer.".to_owned()]
        }
    }
}

/// Room for both halves: each gets what it needs, and when that is too much the lower one about a third.
fn share(area: Rect, upper: usize, lower: usize) -> (Rect, Rect) {
    let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let below = if lower == 0 {
        0
    } else {
        let wanted = clamp(lower).saturating_add(LOWER_HEAD);
        // An empty half needs room to say why.
        let left = area.height.saturating_sub(clamp(upper.max(3)));
        let third = area.height / 5 * 2;
        wanted.min(left.max(third)).min(area.height)
    };
    let rows = Rect {
        height: area.height - below,
        ..area
    };
    let below = Rect {
        y: rows.bottom(),
        height: below,
        ..area
    };
    (rows, below)
}

fn headings<Id, Of>(
    list: &mut List<Id>,
    area: Rect,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    columns: &[Column<Of>],
) {
    let headings: Vec<_> = columns
        .iter()
        .map(|column| Heading {
            title: column.title,
            wish: column.wish,
            sorted: false,
        })
        .collect();
    list.grid.head(area, buf, scene.theme, &headings);
}

fn lines<'s, Id, Of: 's>(
    list: &List<Id>,
    area: Rect,
    buf: &mut Buffer,
    scene: &Scene<'_>,
    columns: &[Column<Of>],
    row: impl Fn(&Id) -> Option<(&'s Of, Marks)>,
) {
    let visible = list.order.iter().enumerate().skip(list.window.top);
    for ((index, id), y) in visible.zip(area.y..area.bottom()) {
        let Some((of, marks)) = row(id) else {
            continue;
        };
        let marks = Marks {
            here: marks.here && index == list.window.at,
            ..marks
        };
        list.grid.line(y, buf, scene.theme, marks, |n| {
            let column = columns.get(n)?;
            Some(((column.cell)(of, scene.zone, scene.now), (column.role)(of)))
        });
    }
}

/// The title of the lower half: what all transfers since the start come to.
fn title(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, table: &Transfers) {
    let (theme, figures) = (scene.theme, table.figures());
    let mut bar = Bar::default();
    bar.left(0, theme.style(Role::Header), " transfers");
    for phase in Phase::ALL.into_iter().filter(|phase| phase.over()) {
        let count = figures.count(phase);
        if count > 0 {
            let spare = u8::from(phase != Phase::Transferred);
            bar.left(
                spare,
                theme.style(role(phase)),
                format!("{} {count}", phase.word()),
            );
        }
    }
    if figures.retries() > 0 {
        bar.left(
            3,
            theme.style(Role::Dim),
            format!("retries {}", figures.retries()),
        );
    }
    if table.forgotten() > 0 {
        bar.left(
            4,
            theme.style(Role::Dim),
            format!("forgotten {}", table.forgotten()),
        );
    }
    if let Some(latency) = figures.latency() {
        let all = [
            ("p50", latency.p50_us),
            ("p90", latency.p90_us),
            ("p99", latency.p99_us),
        ];
        for (spare, (word, us)) in (2..).zip(all) {
            bar.right(
                spare,
                theme.style(Role::Dim),
                format!("{word} {}", milliseconds(us)),
            );
        }
        bar.right(
            5,
            theme.style(Role::Dim),
            histogram(figures.histogram()) + " ",
        );
    }
    bar.render(area, buf);
}

/// Answers by latency, between the first and the last edge.
fn histogram<const N: usize>(bars: [u64; N]) -> String {
    let chart = chart::counts(&bars.map(|count| count as f32), N, 1.0);
    let (first, last) = (EDGES_MS[0], EDGES_MS[EDGES_MS.len() - 1] / 1_000);
    format!("<{first} ms {chart} >{last} s")
}

/// How far the newest flow of several is, while it is under way.
fn several(table: &Transfers) -> Option<(usize, usize)> {
    let flow = table.made().find(|made| !made.phase.over())?.id.flow;
    let of_it = |made: &&Made| made.id.flow == flow;
    let all = table.made().filter(of_it).count();
    let over = table.made().filter(of_it).filter(|made| made.phase.over());
    (all > 1).then(|| (over.count(), all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_have_room_and_together_they_fill_the_area() {
        for height in 5..60 {
            for (upper, lower) in [(0, 0), (0, 5), (100, 0), (100, 100), (3, 100), (100, 1)] {
                let (a, b) = share(Rect::new(0, 2, 80, height), upper, lower);
                assert_eq!((a.y, a.bottom(), b.bottom()), (2, b.y, 2 + height));
                assert_eq!(b.height > 0, lower > 0, "{height} {upper} {lower}");
            }
        }
        let (a, b) = share(Rect::new(0, 0, 80, 20), 100, 100);
        assert_eq!((a.height, b.height), (12, 8));
    }

    #[test]
    fn a_histogram_has_a_mark_for_each_bar() {
        assert_eq!(histogram([0, 4, 2]), "<10 ms ▁█▅ >5 s");
    }
}
