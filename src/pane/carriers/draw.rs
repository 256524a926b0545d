//! Draws the pane: a line of figures, the table, the STUN and TURN servers below it, the detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use super::line::{Line, grade_role};
use super::{CarriersPane, detail, edges};
use crate::config::theme::Role;
use crate::model::carrier::{Accord, Health};
use crate::model::finding::{Finding, Grade, Verdict};
use crate::pane::Scene;
use crate::store::carriers::Reading;
use crate::store::probes::Probed;
use crate::ui::bar::Bar;
use crate::ui::grid::{Heading, Marks, Parts};
use crate::ui::notice;
use crate::ui::table::{self, Wish};

/// Columns of a server: the word, the server, the sentence.
const SERVER: [Wish; 3] = [wish(11, 11), wish(20, 40), wish(20, 80)];

const fn wish(least: u16, ideal: u16) -> Wish {
    Wish {
        least,
        ideal,
        right: false,
    }
}

impl CarriersPane {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let parts = Parts::of(area, self.detail);
        self.summary(parts.summary, buf, scene);
        let servers: Vec<&Probed> = scene.store.probes.servers().collect();
        let counts = [scene.store.edges.len(), servers.len()];
        let [rows, machines, below] = share(parts.rows, self.order.ids.len(), counts);
        self.grid.take(rows);
        self.window = self.cursor.settle(&self.order.ids, self.grid.height());
        self.head(parts.head, buf, scene);
        if self.order.ids.is_empty() {
            notice::render(rows, buf, scene.theme, &empty(scene, self.filter.text()));
        } else {
            self.rows(rows, buf, scene);
        }
        edges::render(machines, buf, scene);
        self::servers(below, buf, scene, &servers);
        if parts.detail.height > 0 {
            detail::render(parts.detail, buf, scene, self.chosen(scene.store));
        }
        self.moved = false;
    }

    fn head(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let heading = |column: &Column| Heading {
            title: column.title(),
            wish: column.wish(),
            sorted: *column == self.order.column,
        };
        let headings: Vec<Heading> = Column::shown(scene.can).iter().map(heading).collect();
        self.grid.head(area, buf, scene.theme, &headings);
    }

    fn rows(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let columns = Column::shown(scene.can);
        let visible = self.order.ids.iter().enumerate().skip(self.window.top);
        for ((index, id), y) in visible.zip(area.y..area.bottom()) {
            let Some(row) = scene.store.carriers.get(id) else {
                continue;
            };
            let line = Line::of(row, scene.store);
            let marks = Marks {
                here: index == self.window.at,
                marked: false,
            };
            self.grid.line(y, buf, scene.theme, marks, |n| {
                let column = columns.get(n)?;
                Some((
                    column.cell(&line, scene.zone, scene.now),
                    column.role(&line),
                ))
            });
        }
    }

    /// The line of figures: what is well in plain, what is not in its colour and always in words.
    fn summary(&self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        let theme = scene.theme;
        let carriers = &scene.store.carriers;
        let edges = &scene.store.edges;
        let mut bar = Bar::default();
        let lines = || carriers.iter().map(|row| Line::of(row, scene.store));
        let contradictions = lines().filter(|l| l.accord() == Accord::Contradiction);
        let verdicts = |wanted: fn(Verdict) -> bool| {
            let found = lines().filter_map(|line| Some(line.finding()?.tls()?.verdict));
            found.filter(|verdict| wanted(*verdict)).count()
        };
        let figures = [
            (0, Role::Text, "healthy", carriers.count(Health::Healthy)),
            (0, Role::Bad, "down", carriers.count(Health::Down)),
            (0, Role::Warn, "degraded", carriers.count(Health::Degraded)),
            (1, Role::Unknown, "unknown", carriers.count(Health::Unknown)),
            (0, Role::Bad, "contradictions", contradictions.count()),
            (2, Role::Bad, "expired", verdicts(|v| v == Verdict::Expired)),
            (
                2,
                Role::Warn,
                "expiring",
                verdicts(|v| v == Verdict::Expiring),
            ),
            (3, Role::Warn, "unreadable", carriers.faults().len()),
            (1, Role::Bad, "edges in trouble", edges.suffering()),
            (
                3,
                Role::Warn,
                "left out",
                carriers.refused() + edges.refused(),
            ),
        ];
        for (n, (spare, role, word, count)) in figures.into_iter().enumerate() {
            let role = if count > 0 { role } else { Role::Dim };
            if count > 0 || n < 3 {
                let lead = if n == 0 { " " } else { "" };
                bar.left(spare, theme.style(role), format!("{lead}{word} {count}"));
            }
        }
        if let Some((role, words)) = staleness(carriers.reading(), scene) {
            bar.left(0, theme.style(role), words);
        }
        if !self.filter.text().is_empty() {
            let shown = crate::text::fit(self.filter.text(), 40);
            let text = format!("/{shown}  {} rows", self.order.ids.len());
            bar.right(0, theme.style(Role::Accent), text);
        }
        let arrow = if self.order.descending { "▼" } else { "▲" };
        let sort = format!("sort {} {arrow} ", self.order.column.name());
        bar.right(4, theme.style(Role::Dim), sort);
        bar.render(area, buf);
    }
}

/// Why what is shown may be out of date.
fn staleness(reading: &Reading, scene: &Scene<'_>) -> Option<(Role, String)> {
    match reading {
        Reading::Failed { since, .. } if !scene.store.carriers.is_empty() => {
            let since = since.clock(scene.zone, scene.now);
            Some((Role::Stale, format!("stale since {since}: not readable")))
        }
        Reading::Paused => Some((Role::Stale, "stale: paused".to_owned())),
        _ => None,
    }
}

/// Room for the carriers, and below them for the edges, as many as fit, and for the servers when all of them do.
fn share(area: Rect, carriers: usize, [edges, servers]: [usize; 2]) -> [Rect; 3] {
    let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    // A blank line and a heading above each.
    let wanted = |n: usize| if n > 0 { clamp(n).saturating_add(2) } else { 0 };
    // An empty table needs room to say why.
    let spare = area.height.saturating_sub(clamp(carriers.max(4)));
    let edges = wanted(edges).min(spare);
    let edges = if edges < 3 { 0 } else { edges };
    let servers = Some(wanted(servers)).filter(|servers| *servers <= spare - edges);
    let servers = servers.unwrap_or(0);
    let part = |y, height| Rect { y, height, ..area };
    let rows = part(area.y, area.height - edges - servers);
    let edges = part(rows.bottom(), edges);
    [rows, edges, part(edges.bottom(), servers)]
}

/// The STUN and TURN servers of the profile, one a line.
fn servers(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, servers: &[&Probed]) {
    let theme = scene.theme;
    if area.height < 2 {
        return;
    }
    let head = "  STUN AND TURN SERVERS";
    buf.set_stringn(
        area.x,
        area.y + 1,
        head,
        usize::from(area.width),
        theme.style(Role::Dim),
    );
    for (probed, y) in servers.iter().zip(area.y + 2..area.bottom()) {
        let finding = probed.finding();
        let sentence = finding.map_or_else(String::new, Finding::sentence);
        let bad = finding.is_some_and(|finding| finding.grade() < Grade::Good);
        let said = if bad { Role::Text } else { Role::Dim };
        let cells = [
            (
                finding.map_or("awaited", Finding::word),
                grade_role(finding),
            ),
            (&probed.target().to_string(), Role::Text),
            (&sentence, said),
        ];
        let places = table::place(&SERVER, 0, area.x + 2, area.width.saturating_sub(4));
        for (place, (text, role)) in places.iter().zip(cells) {
            table::cell(buf, y, *place, text, theme.style(role));
        }
    }
}

/// Why there is nothing to see, and what to do about it.
fn empty(scene: &Scene<'_>, filter: &str) -> Vec<String> {
    let carriers = &scene.store.carriers;
    match (carriers.reading(), scene.trouble) {
        _ if !scene.connected => notice::no_profile(),
        _ if !carriers.is_empty() && !filter.is_empty() => vec![format!(
            "The filter hides all {} carriers. Esc shows them again, / changes the filter.",
            carriers.len()
        )],
        (Reading::Failed { why, .. }, _) => {
            vec![
                "The carriers could not be read:".to_owned(),
                why.to_string(),
            ]
        }
        (Reading::Read(_), _) => {
            let mut lines = vec!["The organisation has no carriers.".to_owned()];
            lines.extend(carriers.faults().iter().map(ToString::to_string));
            lines
        }
        (Reading::Paused, _) => {
            vec!["Paused before the carriers were read. :resume goes on.".to_owned()]
        }
        (Reading::Awaited, Some(trouble)) => {
            vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()]
        }
        (Reading::Awaited, None) => vec!["Signing in and reading the carriers …".to_owned()],
    }
}
