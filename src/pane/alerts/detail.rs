//! The panel under the rows: everything known of one alert and of its two POSTs.

use ratatui::text::Line;

use crate::kind::alerts::{covers, delivery, lasted};
use crate::model::alert::{Alert, Leg, PostDelivery, Subject};
use crate::pane::Scene;
use crate::text::Text;
use crate::ui::detail::{moment, pairs};
use crate::vocabulary::role::Role;

/// What was changed within so long before an alert may have to do with it, in milliseconds; and how many are named.
const BEFORE_MS: i64 = 15 * 60_000;
const MOST_CHANGES: usize = 3;

/// The lines of an alert.
pub fn lines(alert: &Alert, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = facts(alert, scene);
    lines.extend(changes(alert, scene));
    for (leg, label) in [(Leg::Raise, "notified"), (Leg::Resolve, "its end")] {
        if let Some(post) = alert.post(leg) {
            let words = delivery(&post.delivery, scene.zone, scene.now);
            lines.push(pairs(
                scene.theme,
                &[(label, words), ("key", alert.key(leg))],
            ));
            let body = serde_json::to_string(&post.body).unwrap_or_default();
            let shown = crate::text::shown(&body).into_owned();
            lines.push(Line::styled(shown, scene.theme.style(Role::Dim)));
        }
    }
    lines.extend(targets(alert, scene));
    lines
}

/// A line for each target that the alert is for: how far its beginning and its end have come there.
fn targets(alert: &Alert, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let words = |of: &PostDelivery| delivery(of, scene.zone, scene.now);
    let targets = alert.targets.iter().map(|posts| {
        let mut said = vec![
            ("to", posts.name.to_string()),
            ("notified", words(&posts.raise)),
        ];
        let end = posts.resolve.as_ref();
        said.extend(end.map(|end| ("its end", words(end))));
        pairs(scene.theme, &said)
    });
    targets.collect()
}

/// What others changed shortly before it began: the newest few, with how long before.
fn changes(alert: &Alert, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let before = scene.store.changed.before(alert.began, BEFORE_MS);
    let before = before.take(MOST_CHANGES).map(|change| {
        let ago = lasted(alert.began.since(change.at));
        let text = format!("{ago} before it: {}", change.sentence());
        Line::styled(text, scene.theme.style(Role::Warn))
    });
    before.collect()
}

fn facts(alert: &Alert, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let at = |at| moment(at, scene.zone);
    let mut lines = vec![
        pairs(
            theme,
            &[
                ("alert", crate::text::safe(alert.kind.wire()).into_owned()),
                ("of", alert.what()),
            ],
        ),
        pairs(
            theme,
            &[
                ("state", alert.standing().word().to_owned()),
                ("began", at(alert.began)),
                (
                    "ended",
                    alert.ended.map_or_else(|| "not yet".to_owned(), at),
                ),
                (
                    "lasted",
                    alert
                        .ended
                        .map_or_else(|| "-".to_owned(), |end| lasted(end.since(alert.began))),
                ),
                (
                    "flapping",
                    if alert.flapping { "yes" } else { "no" }.to_owned(),
                ),
            ],
        ),
    ];
    if let Subject::Storm { devices, .. } = &alert.subject {
        let words = format!("{} of {devices}", alert.away);
        lines.push(pairs(theme, &[("still away", words)]));
    }
    if !alert.details.reason.is_empty() {
        lines.push(pairs(
            theme,
            &[("because", alert.details.reason.to_string())],
        ));
    }
    if let Some(ack) = &alert.acknowledged {
        let by = |text: &Text| text.to_string();
        let notice = [
            ("acknowledged by", by(&ack.by)),
            ("at", at(ack.at)),
            ("note", by(&ack.note)),
        ];
        lines.push(pairs(theme, &notice));
    }
    if let Some(until) = alert.silenced_until {
        let silences = scene.store.alerts.silences().iter();
        let why = silences
            .filter(|silence| covers(silence, alert, scene.now))
            .max_by_key(|s| s.until);
        let (by, reason) = why.map_or_else(Default::default, |s| {
            (s.by.to_string(), s.reason.to_string())
        });
        lines.push(pairs(
            theme,
            &[
                ("silenced until", at(until)),
                ("by", by),
                ("because", reason),
            ],
        ));
    }
    lines
}
