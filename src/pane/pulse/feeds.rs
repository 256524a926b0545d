//! What the console itself is doing: events, reads, streams, the budget, the servers that calls need.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::trend::Trend;
use crate::kind::carriers::grade_role;
use crate::model::finding::{Finding, Grade};
use crate::pane::Scene;
use crate::text;
use crate::text::chart;
use crate::time::Millis;
use crate::ui::{detail, vendor as words};
use crate::vocabulary::role::Role;

/// Lines with the title: below this height the part says too little.
pub const HEIGHT: u16 = 7;

/// Columns of the labels, and of the charts beside the figures.
const LABEL: usize = 9;
const SPARK: usize = 30;

/// Lines that show all of it: alerts, the cloud, events, checks, reads, their times, streams, budget, then the servers.
pub fn lines(scene: &Scene<'_>) -> usize {
    8 + scene.store.probes.servers().count()
}

/// Draws the part.
pub fn render(area: Rect, buf: &mut Buffer, scene: &Scene<'_>, trend: &Trend) {
    let inner = detail::frame(area, buf, scene.theme, "console");
    let room = usize::from(inner.width)
        .saturating_sub(LABEL + 12)
        .min(SPARK);
    let mut lines = vec![
        alerts(scene),
        vendor(scene),
        events(scene, trend, room),
        checks(scene),
        reads(scene),
        times(scene),
        streams(scene),
        budget(scene, room),
    ];
    lines.extend(servers(scene));
    detail::lines(inner, buf, &lines);
}

/// A labelled line of figures in their roles.
fn line(scene: &Scene<'_>, label: &str, figures: Vec<(Role, String)>) -> Line<'static> {
    let label = Span::styled(format!("{label:<LABEL$}"), scene.theme.style(Role::Dim));
    let figures = figures
        .into_iter()
        .map(|(role, text)| Span::styled(text, scene.theme.style(role)));
    Line::from(std::iter::once(label).chain(figures).collect::<Vec<_>>())
}

/// How many alerts are open, and what the newest of them is.
fn alerts(scene: &Scene<'_>) -> Line<'static> {
    let book = &scene.store.alerts;
    let (none, unsure) = if book.is_unsure() {
        ("not sure whether any is open", "as last told, ")
    } else {
        ("none open", "")
    };
    let newest = book.in_order().find(|alert| alert.is_open());
    let Some(newest) = newest else {
        return line(scene, "alerts", vec![(Role::Dim, none.to_owned())]);
    };
    let open = (Role::Bad, format!("{unsure}{} open  ", book.open()));
    line(scene, "alerts", vec![open, (Role::Text, newest.what())])
}

/// What the vendor says of its cloud: always there, so that nobody takes silence for well.
fn vendor(scene: &Scene<'_>) -> Line<'static> {
    let (role, words) = words::in_full(&scene.store.vendor, scene.zone, scene.now);
    line(scene, "cloud", vec![(role, words)])
}

fn events(scene: &Scene<'_>, trend: &Trend, room: usize) -> Line<'static> {
    let rate = scene.reading.rate;
    let figure = if rate < 10.0 {
        format!("{rate:<5.1}/s  ")
    } else {
        format!("{rate:<5.0}/s  ")
    };
    let spark = chart::counts(&trend.rates, room, 1.0);
    line(
        scene,
        "events",
        vec![(Role::Text, figure), (Role::Chart, spark)],
    )
}

/// Registrations looked at since the start, and how many of them were registered.
fn checks(scene: &Scene<'_>) -> Line<'static> {
    let metrics = scene.store.registrations.metrics();
    let of = text::grouped(usize::try_from(metrics.checks.total()).unwrap_or(usize::MAX));
    let share = share(metrics.checks.success_rate(), &format!("ok of {of}"));
    let lost = last(scene, "last lost", metrics.last_lost);
    line(
        scene,
        "checks",
        std::iter::once(share).chain(lost).collect(),
    )
}

fn reads(scene: &Scene<'_>) -> Line<'static> {
    let metrics = scene.store.registrations.metrics();
    let share = share(metrics.reads.success_rate(), "ok");
    let failed = last(scene, "last failure", metrics.last_failure);
    line(
        scene,
        "reads",
        std::iter::once(share).chain(failed).collect(),
    )
}

fn share(rate: Option<f64>, of: &str) -> (Role, String) {
    let Some(rate) = rate else {
        return (Role::Dim, "none yet".to_owned());
    };
    let role = if rate < 99.0 { Role::Warn } else { Role::Text };
    // A rate that is rounded up to 100 would hide what failed.
    (
        role,
        format!("{:.2} % {of}", (rate * 100.0).floor() / 100.0),
    )
}

fn last(scene: &Scene<'_>, what: &str, at: Option<Millis>) -> Option<(Role, String)> {
    let at = at?.clock(scene.zone, scene.now);
    Some((Role::Dim, format!("   {what} {at}")))
}

/// How long reads took within the last hour.
fn times(scene: &Scene<'_>) -> Line<'static> {
    let Some(latency) = scene.reading.status.latency else {
        return line(scene, "latency", vec![(Role::Dim, "none yet".to_owned())]);
    };
    let ms = |us: u64| (us / 1_000).max(1);
    let text = format!(
        "p50 {}  p90 {}  p99 {} ms",
        ms(latency.p50_us),
        ms(latency.p90_us),
        ms(latency.p99_us)
    );
    line(scene, "latency", vec![(Role::Text, text)])
}

fn streams(scene: &Scene<'_>) -> Line<'static> {
    let status = &scene.reading.status;
    let missing = status.streams_live < status.streams_wanted;
    let role = if missing { Role::Warn } else { Role::Text };
    let live = format!("{}/{} live", status.streams_live, status.streams_wanted);
    let minutes = |ms: u64| ms.div_ceil(60_000);
    let polled = (status.polled > 0).then(|| {
        let every = status.poll_round_ms.div_ceil(1_000);
        (
            Role::Dim,
            format!("   {} polled every {every} s", status.polled),
        )
    });
    let swept = (status.sweep_round_ms > 0 && status.streams_live > 0).then(|| {
        let every = minutes(status.sweep_round_ms);
        (Role::Dim, format!("   re-read every {every} min"))
    });
    let missed = scene.reading.counts.missed;
    let missed = (missed > 0).then(|| (Role::Warn, format!("   missed {missed}")));
    line(
        scene,
        "streams",
        std::iter::once((role, live))
            .chain(polled)
            .chain(swept)
            .chain(missed)
            .collect(),
    )
}

fn budget(scene: &Scene<'_>, room: usize) -> Line<'static> {
    let status = &scene.reading.status;
    let Some(allowed) = status.budget_allowed.filter(|allowed| *allowed > 0) else {
        return line(scene, "budget", vec![(Role::Dim, "unlimited".to_owned())]);
    };
    let share = f64::from(status.budget_used) / f64::from(allowed);
    let role = if share >= 1.0 { Role::Warn } else { Role::Text };
    let figure = format!("{:<9}", format!("{}/{allowed}", status.budget_used));
    let width = u16::try_from(room).unwrap_or(0);
    line(
        scene,
        "budget",
        vec![(role, figure), (Role::Chart, chart::bar(share, width))],
    )
}

/// STUN and TURN servers, one a line, the word first.
fn servers(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let servers = scene.store.probes.servers().map(|probed| {
        let finding = probed.finding();
        let role = match finding {
            Some(finding) if finding.grade() == Grade::Good => Role::Text,
            other => grade_role(other),
        };
        let word = finding.map_or("awaited", Finding::word);
        let took = finding.map_or_else(String::new, |finding| match finding.took_ms {
            0 => "<1 ms  ".to_owned(),
            ms => format!("{ms} ms  "),
        });
        let text = format!("{word}  {took}{}", probed.target().address());
        line(scene, probed.target().protocol().word(), vec![(role, text)])
    });
    servers.collect()
}
