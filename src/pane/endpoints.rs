//! Endpoints: what was provisioned from here, and another like it.

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related};
use super::{Desk, Scene, breaker};
use crate::form::Opening;
use crate::kind::Kind;
use crate::kind::endpoints::{EndpointLine, Endpoints};
use crate::model::job::JobState;
use crate::model::webhook::WebhookKind;
use crate::model::write::WriteKind;
use crate::store::Store;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type EndpointsPane = ListPane<Endpoints>;

/// Why nothing can be deleted or disabled from here.
const NO_CALL: &str = "no API of this organisation has a call that disables or deletes an endpoint: that is done in its administration";

impl Listing for Endpoints {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::New,
        Action::Clone,
        Action::Filter,
        Action::Sort,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[
        ("id", "the endpoint's id"),
        ("body", "what was asked for, as a file to provision from"),
    ];

    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Endpoints",
            short: "Endp",
            // Jobs of one name are one endpoint: they are put together when somebody looks.
            count: None,
            trouble: store.jobs.count(JobState::Unknown),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let lines = Endpoints::rows(scene.store, scene.now);
        let unknown = lines
            .iter()
            .filter(|line| Endpoints::troubled(line))
            .count();
        let (theme, count) = (scene.theme, lines.len());
        let text = format!(" endpoints {count}");
        bar.left(0, theme.style(Role::Text), text);
        let role = if unknown > 0 {
            Role::Unknown
        } else {
            Role::Dim
        };
        bar.left(0, theme.style(role), format!("unknown {unknown}"));
        let text = "as provisioned from here: no API lists endpoints";
        bar.left(2, theme.style(Role::Dim), text);
        breaker::left_alone(bar, scene, &[WriteKind::Provision, WriteKind::PhoneCreate]);
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec![
            "No endpoint was provisioned from here, and no API lists those of others.".to_owned(),
            "n provisions one; trunkline provision apply FOLDER does so for a folder of files."
                .to_owned(),
        ]
    }

    fn copy(&self, line: &EndpointLine<'_>, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => {
                let made = line.row.job.results.first()?;
                Some(("endpoint id", made.id.raw().to_owned()))
            }
            "body" => {
                let body = serde_json::to_string_pretty(line.body()?).ok()?;
                Some(("body of the endpoint", body))
            }
            _ => None,
        }
    }

    fn related(&self, line: &EndpointLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let job = &line.row.job;
        let mut related = vec![
            Related::new("Jobs", "name", job.name.raw()),
            Related::new("Audit", "subject", job.name.raw()),
        ];
        let made = job.results.first();
        related.extend(made.map(|made| Related::new("Registrations", "deviceId", made.id.raw())));
        related.push(Related::new("Webhooks", "kind", WebhookKind::Jobs.word()));
        related
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        let body = on.row.as_ref().and_then(EndpointLine::body);
        match action {
            Action::New => desk.fill.push(Opening::new("provision")),
            Action::Clone => {
                if let Some(mut body) = body.and_then(|body| serde_json::to_value(body).ok()) {
                    body["name"] = "".into();
                    desk.fill.push(Opening {
                        body: Some(body),
                        ..Opening::new("provision")
                    });
                } else {
                    let text = "what was asked for is not known of this one: n begins another";
                    desk.messages.say(Weight::Note, text, desk.now);
                }
            }
            Action::Delete | Action::Edit => {
                desk.messages.say(Weight::Note, NO_CALL, desk.now);
            }
            _ => return false,
        }
        true
    }
}
