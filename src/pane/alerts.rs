//! Alerts: what holds now, what is over, how far the telling has come, and who has taken notice.
//!
//! Acknowledging, silencing and sending again are the application's, because they change more than what is shown.

mod detail;
mod folded;

use ratatui::text::Line;

pub use self::folded::AlertsPane;
use super::list::source::Arranged;
use super::list::{Listing, Related};
use super::{Desk, Focus, Scene};
use crate::kind::alerts::{Alerts, grave, role};
use crate::model::alert::{Alert, AlertId, AlertStanding, Leg, Severity, Subject};
use crate::store::Store;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::role::Role;

impl Listing for Alerts {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Acknowledge,
        Action::Unacknowledge,
        Action::Fold,
        Action::Silences,
        Action::Redeliver,
        Action::Filter,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("body", "what is posted"), ("key", "its Idempotency-Key")];

    fn tab(&self, store: &Store) -> Tab {
        tab(store)
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        summary(bar, scene);
    }

    fn detail(&self, alert: &&Alert, scene: &Scene<'_>) -> Vec<Line<'static>> {
        detail::lines(alert, scene)
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec![
            "No alert: nothing that is watched has been in trouble for longer than the settle time.".to_owned(),
            "Alerts are raised for lost registrations, degraded carriers, certificates near their end, and the rules of the profile ([profiles.NAME.alerts]).".to_owned(),
        ]
    }

    fn copy(&self, alert: &&Alert, what: &str) -> Option<(&'static str, String)> {
        let leg = match alert.resolve {
            Some(_) => Leg::Resolve,
            None => Leg::Raise,
        };
        match what {
            // Strings and options cannot fail to serialise.
            "body" => Some((
                "body of the alert",
                serde_json::to_string(&alert.current().body).unwrap_or_default(),
            )),
            "key" => Some(("idempotency key", alert.key(leg))),
            _ => None,
        }
    }

    fn more(&self, alert: &&Alert, _: &Store) -> String {
        let posts = [(Leg::Raise, "raised"), (Leg::Resolve, "resolved")];
        let posts = posts.into_iter().filter_map(|(leg, word)| {
            let body = serde_json::to_string_pretty(&alert.post(leg)?.body).unwrap_or_default();
            let lines = body.lines().map(|line| crate::text::safe(line) + "\n");
            Some(format!(
                "{word} ({})\n{}\n",
                alert.key(leg),
                lines.collect::<String>()
            ))
        });
        posts.collect()
    }

    fn related(&self, alert: &&Alert, _: &Desk<'_>) -> Vec<Related> {
        match &alert.subject {
            Subject::Device { user, device } => vec![
                Related::new("Registrations", "deviceId", device.raw()),
                Related::new("Users", "userId", user.raw()),
            ],
            Subject::Carrier(id) => vec![Related::new("Carriers", "id", id.raw())],
            Subject::Endpoint(host) => vec![Related::new("Carriers", "proxy", host.raw())],
            Subject::Edge(id) => vec![Related::new("Edges", "id", id.raw())],
            Subject::Calls { by, name } => vec![Related::new("Quality", by.raw(), name.raw())],
            Subject::Storm { site, .. } => {
                let there = site.iter().flat_map(|site| {
                    ["Registrations", "Sites"].map(|pane| Related::new(pane, "site", site.raw()))
                });
                there.collect()
            }
        }
    }

    fn alerts<'a>(&self, ids: impl Iterator<Item = &'a AlertId>, _: &Store) -> Vec<AlertId> {
        ids.copied().collect()
    }

    fn focus(&self, id: &AlertId, _: bool, _: &Store) -> Focus {
        Focus {
            alert: Some(*id),
            ..Focus::default()
        }
    }
}

fn tab(store: &Store) -> Tab {
    Tab {
        title: "Alerts",
        short: "Alrt",
        count: Some(store.alerts.len()),
        trouble: store.alerts.open(),
    }
}

fn summary(bar: &mut Bar, scene: &Scene<'_>) {
    let (theme, book) = (scene.theme, &scene.store.alerts);
    if book.is_unsure() {
        let text = "not sure: some may be over, others missing";
        bar.left(0, theme.style(Role::Stale), text.to_owned());
    }
    for (n, standing) in AlertStanding::ALL.into_iter().enumerate() {
        let of_it = book.iter().filter(|alert| alert.standing() == standing);
        let count = of_it.count();
        // Open and resolved are always said, the rest when there is any.
        if count > 0 || matches!(standing, AlertStanding::Open | AlertStanding::Resolved) {
            let role = if count > 0 { role(standing) } else { Role::Dim };
            let spare = u8::try_from(n).unwrap_or(0);
            let text = format!(" {} {count}", standing.word());
            bar.left(spare, theme.style(role), text);
        }
    }
    for severity in Severity::ALL {
        let open = book.iter().filter(|alert| alert.is_open());
        let count = open.filter(|alert| alert.severity() == severity).count();
        if count > 0 {
            let text = format!("{} {count}", severity.word());
            bar.left(1, theme.style(grave(severity)), text);
        }
    }
    if let Some(until) = book.silences().iter().map(|silence| silence.until).max() {
        let until = until.clock(scene.zone, scene.now);
        let text = format!("silences {}, the last until {until}", book.silences().len());
        bar.left(1, theme.style(Role::Warn), text);
    }
    if book.dropped() > 0 {
        let text = format!("forgotten {}", book.dropped());
        bar.left(2, theme.style(Role::Dim), text);
    }
}
