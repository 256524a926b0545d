//! What is particular to routes of the Platform API: the state that is reported, the bus, the criteria and the workflow.

use ratatui::text::{Line, Span};

use crate::model::route::eventbridge::RETRIED_DAYS;
use crate::model::route::{EventBridge, Kind, Trigger};
use crate::pane::Scene;
use crate::store::routes::{Presence, RouteRow};
use crate::text::shown;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// How it stands, and what was said of it when it was last asked about.
pub(super) fn standing(row: &RouteRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
    if row.known.route.kind() == Kind::Webhook || row.presence != Presence::There {
        return Vec::new();
    }
    let theme = scene.theme;
    let mut lines = Vec::new();
    if let Some(integration) = &row.known.integration {
        let role = if integration.standing().is_trouble() {
            Role::Bad
        } else {
            Role::Text
        };
        let mut line = vec![Span::styled(integration.sentence(), theme.style(role))];
        if let Some(at) = integration.since {
            let since = format!("  since {}", moment(at, scene.zone));
            line.push(Span::styled(since, theme.style(Role::Dim)));
        }
        lines.push(Line::from(line));
    }
    let asked = scene.store.routes.look(&row.known.id);
    lines.push(if let Some((look, at)) = asked {
        let role = if look.good { Role::Ok } else { Role::Bad };
        let at = at.clock(scene.zone, scene.now);
        let words = format!("asked at {at}: {}: {}", look.word, look.says);
        Line::styled(words, theme.style(role))
    } else {
        let words = "It has no address to reach; p asks the organisation about it.";
        Line::styled(words, theme.style(Role::Dim))
    });
    lines
}

/// The bus, and what is sent to it.
pub(super) fn bridge(route: &EventBridge, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let text = |text: &str| shown(text).into_owned();
    let mut lines = vec![
        pairs(
            scene.theme,
            &[
                ("aws account", text(&route.aws_account_id)),
                ("region", text(&route.aws_account_region)),
                ("source suffix", text(&route.event_source_suffix)),
            ],
        ),
        pairs(
            scene.theme,
            &[(
                "tries",
                format!("for up to {RETRIED_DAYS} days, by the organisation's own rules"),
            )],
        ),
    ];
    let topics = route.event_filter.iter();
    lines.extend(topics.map(|topic| pairs(scene.theme, &[("topic", text(topic))])));
    if !route.notes.is_empty() {
        lines.push(pairs(scene.theme, &[("notes", text(&route.notes))]));
    }
    lines
}

/// What sets a trigger off, and what it starts.
pub(super) fn trigger(route: &Trigger, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let text = |text: &str| shown(text).into_owned();
    let seconds = |seconds: Option<i64>| seconds.map_or("-".to_owned(), |n| format!("{n} s"));
    let settings = route.target.workflow_target_settings.as_ref();
    let format = settings.and_then(|settings| settings.data_format.as_deref());
    let mut lines = vec![
        pairs(scene.theme, &[("topic", text(&route.topic_name))]),
        pairs(
            scene.theme,
            &[
                ("starts", text(&route.towards())),
                ("data as", text(format.unwrap_or("-"))),
                ("after", seconds(route.delay_by_seconds)),
                ("too old after", seconds(route.event_ttl_seconds)),
            ],
        ),
    ];
    if route.match_criteria.is_empty() {
        lines.push(pairs(scene.theme, &[("when", route.criteria())]));
    }
    let criteria = route.match_criteria.iter();
    lines.extend(criteria.map(|one| pairs(scene.theme, &[("when", text(&one.line()))])));
    if !route.description.is_empty() {
        lines.push(pairs(
            scene.theme,
            &[("description", text(&route.description))],
        ));
    }
    lines
}
