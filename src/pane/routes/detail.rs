//! Everything that is known of one route: drift, destinations and their deliveries, what was deployed and when, the last
//! run of its pipeline.

mod platform;

use ratatui::text::{Line, Span};

use crate::model::flow::{Flow, StepState};
use crate::model::route::diff::{self, Change};
use crate::model::route::{Check, Deployment, Route, Stage, Verdict, Webhook, header};
use crate::pane::Scene;
use crate::store::routes::destinations::rate;
use crate::store::routes::{Destination, Drift, RouteRow, Sample};
use crate::text;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// Deployments that are listed.
const HISTORY: usize = 8;

/// Before what belongs to the line above.
const INDENT: &str = "          ";

/// Differences that one deployment lists.
const DIFFERENCES: usize = 4;

pub(super) fn lines(row: &RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = vec![identity(row, scene)];
    lines.extend(platform::standing(row, scene));
    lines.extend(drift(row, scene));
    for (uri, known) in scene.store.routes.of(row) {
        lines.extend(destination(uri, known, row, scene));
    }
    lines.extend(carries(row, scene));
    lines.extend(history(row, scene));
    if let Some(flow) = row.flow.and_then(|flow| scene.store.flows.get(flow)) {
        lines.extend(run(flow, scene));
    }
    lines
}

fn identity(row: &RouteRow, scene: &Scene<'_>) -> Line<'static> {
    let changed = row
        .changed
        .map_or("-".to_owned(), |at| at.clock(scene.zone, scene.now));
    pairs(
        scene.theme,
        &[
            ("route", text::shown(row.name()).into_owned()),
            ("id", row.known.id.to_string()),
            ("state", row.state().to_owned()),
            ("changed", changed),
        ],
    )
}

fn drift(row: &RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let last = scene.store.routes.last_taken(row);
    let since = last.map_or_else(String::new, |last| {
        format!(" of {} by {}", moment(last.at, scene.zone), last.operator)
    });
    let (role, words) = match &row.drift {
        Drift::NotOurs => return Vec::new(),
        Drift::AsDeployed => (Role::Dim, format!("as we left it{since}")),
        Drift::Differs(_) => (
            Role::Warn,
            format!("drift: what runs is not our last deployment{since}"),
        ),
        Drift::Gone => (
            Role::Bad,
            format!("gone: somebody has deleted our deployment{since}"),
        ),
        Drift::Back => (
            Role::Warn,
            format!("it is there again after our deletion{since}"),
        ),
        Drift::Unsure => (
            Role::Unknown,
            "how our last deployment ended is not known: compare what runs with what is below"
                .to_owned(),
        ),
    };
    let mut lines = vec![Line::styled(words, theme.style(role))];
    if let Drift::Differs(changes) = &row.drift {
        lines.extend(changes.iter().map(|change| difference(change, scene)));
    }
    lines
}

fn difference(change: &Change, scene: &Scene<'_>) -> Line<'static> {
    let role = match (&change.before, &change.after) {
        (None, _) => Role::Ok,
        (_, None) => Role::Bad,
        _ => Role::Warn,
    };
    Line::styled(format!("  {change}"), scene.theme.style(role))
}

/// A destination: what the last look found, and how events went there.
fn destination(
    uri: &str,
    known: Option<&Destination>,
    row: &RouteRow,
    scene: &Scene<'_>,
) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let verdict = known.and_then(Destination::verdict);
    let checking = known.is_some_and(Destination::checking);
    let (word, role) = match verdict {
        Some(verdict) if verdict.reachable() => (verdict.word(), Role::Ok),
        Some(verdict) => (verdict.word(), Role::Bad),
        None => ("awaited", Role::Dim),
    };
    let mut first = vec![
        Span::styled(format!("{word:<10}"), theme.style(role)),
        Span::styled(format!("{}  ", text::shown(uri)), theme.style(Role::Text)),
    ];
    if let Some(verdict) = verdict {
        let at = verdict.at.clock(scene.zone, scene.now);
        first.push(Span::styled(
            format!("{}  at {at}", stages(verdict)),
            theme.style(Role::Dim),
        ));
    }
    if checking {
        first.push(Span::styled("  looking …", theme.style(Role::Accent)));
    }
    let mut lines = vec![Line::from(first)];
    if let Some((_, why)) = verdict.and_then(Verdict::failure) {
        let why = Span::styled(why.to_string(), theme.style(Role::Bad));
        lines.push(Line::from(vec![Span::raw(INDENT), why]));
    }
    lines.extend(known.and_then(|known| looks(known, scene)));
    let deliveries = scene
        .store
        .routes
        .deliveries(&row.known.id)
        .unwrap_or_default();
    if let Some(told) = deliveries.iter().find(|told| told.uri.raw() == uri) {
        let last = match (told.last_attempt, told.last_status) {
            (Some(at), Some(status)) => {
                format!("last {status} at {}", at.clock(scene.zone, scene.now))
            }
            (Some(at), None) => format!("last unanswered at {}", at.clock(scene.zone, scene.now)),
            (None, _) => "nothing sent yet".to_owned(),
        };
        let role = if told.failed > 0 {
            Role::Warn
        } else {
            Role::Dim
        };
        let words = format!(
            "          delivered {}, failed {}, {last}",
            told.delivered, told.failed
        );
        lines.push(Line::styled(words, theme.style(role)));
    }
    lines
}

/// How a destination was found at its last looks: the share that reached it, and at what the others failed.
fn looks(known: &Destination, scene: &Scene<'_>) -> Option<Line<'static>> {
    let past: Vec<Sample> = known.past().collect();
    let rate = rate(std::iter::once(known)).filter(|_| past.len() > 1)?;
    let failed = |check: Check| {
        past.iter()
            .filter(|look| look.failed == Some(check))
            .count()
    };
    let failures = Check::ALL.into_iter().filter(|check| failed(*check) > 0);
    let failures: Vec<String> = failures
        .map(|check| format!("{} {}", check.word(), failed(check)))
        .collect();
    let mut words = format!(
        "{INDENT}last {} looks: {:.0} % reached it",
        past.len(),
        rate * 100.0
    );
    if let Some(last) = past.iter().find(|look| look.failed.is_some()) {
        let at = last.at.clock(scene.zone, scene.now);
        words = format!("{words}; failed at {}, last at {at}", failures.join(", "));
    }
    let role = if failures.is_empty() {
        Role::Dim
    } else {
        Role::Warn
    };
    Some(Line::styled(words, scene.theme.style(role)))
}

/// The three checks with their times, and what is worth knowing of each.
fn stages(verdict: &Verdict) -> String {
    let seen = |check: Check| match check {
        Check::Dns => None,
        Check::Tls => verdict.days_left.map(|days| format!(", {days} days left")),
        Check::Health => verdict.status.map(|status| format!(", {status}")),
    };
    let stage = |check: Check| match verdict.stage(check) {
        Stage::Passed { took_ms, .. } => {
            let seen = seen(check).unwrap_or_default();
            Some(format!("{} {took_ms} ms{seen}", check.word()))
        }
        Stage::Failed { took_ms, .. } => Some(format!("{} {took_ms} ms, failed", check.word())),
        Stage::Waiting | Stage::Running => None,
    };
    let stages: Vec<String> = Check::ALL.into_iter().filter_map(stage).collect();
    stages.join(" · ")
}

fn carries(row: &RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    match &row.known.route {
        Route::Webhook(route) => webhook(route, scene),
        Route::EventBridge(route) => platform::bridge(route, scene),
        Route::Trigger(route) => platform::trigger(route, scene),
    }
}

fn webhook(route: &Webhook, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = vec![pairs(
        scene.theme,
        &[("tries", route.retry_policy.preview())],
    )];
    for filter in &route.event_filters {
        let fields = match filter.fields.as_slice() {
            [] => "all".to_owned(),
            some => text::shown(&some.join(" ")).into_owned(),
        };
        let event = text::shown(&filter.event_type).into_owned();
        lines.push(pairs(scene.theme, &[("event", event), ("fields", fields)]));
    }
    for (name, value) in &route.headers {
        let shown = text::shown(header::shown(name, value)).into_owned();
        let name = text::shown(name).into_owned();
        lines.push(pairs(
            scene.theme,
            &[("header", format!("{name}: {shown}"))],
        ));
    }
    lines
}

/// What was deployed of it, the newest first.
fn history(row: &RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut lines = Vec::new();
    for deployment in scene.store.routes.history(row).take(HISTORY) {
        let Deployment {
            at,
            operator,
            deed,
            state,
            why,
            ..
        } = deployment;
        let words = format!(
            "{}  {} by {operator}, {}",
            moment(*at, scene.zone),
            deed.word(),
            state.word()
        );
        lines.push(Line::styled(words, theme.style(Role::Dim)));
        if let Some(why) = why {
            let why = format!("  why: {why}");
            lines.push(Line::styled(why, theme.style(Role::Text)));
        }
        if let (Some(before), Some(after)) = (&deployment.before, &deployment.after) {
            let changes = diff::changes(before, after);
            lines.extend(
                changes
                    .iter()
                    .take(DIFFERENCES)
                    .map(|change| difference(change, scene)),
            );
            if let more @ 1.. = changes.len().saturating_sub(DIFFERENCES) {
                lines.push(Line::styled(
                    format!("  and {more} more"),
                    theme.style(Role::Dim),
                ));
            }
        }
    }
    if !lines.is_empty() {
        lines.insert(
            0,
            Line::styled("deployed from here", theme.style(Role::Header)),
        );
    }
    lines
}

/// The last run of its pipeline in this process.
fn run(flow: &Flow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let began = flow.began.clock(scene.zone, scene.now);
    let mut lines = vec![Line::styled(
        format!("last pipeline, began {began}"),
        theme.style(Role::Header),
    )];
    for step in &flow.steps {
        let (mark, role) = match step.state {
            StepState::Running => ("…", Role::Accent),
            StepState::Done => ("✓", Role::Ok),
            StepState::Failed => ("✗", Role::Bad),
            StepState::Stopped => ("-", Role::Dim),
        };
        let took = step.took.map_or_else(String::new, |ms| format!("{ms} ms"));
        lines.push(Line::from(vec![
            Span::styled(format!("  {mark} "), theme.style(role)),
            Span::styled(format!("{:<14} ", step.name), theme.style(Role::Text)),
            Span::styled(
                format!("{took:>8}  {}  {}", step.subject, step.note),
                theme.style(Role::Dim),
            ),
        ]));
    }
    if let Some((outcome, _)) = &flow.end {
        lines.push(Line::styled(
            format!("  {outcome}"),
            theme.style(Role::Text),
        ));
    }
    lines
}
