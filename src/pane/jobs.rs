//! Jobs: every one of this run and of earlier ones, how far each has come, and how well they do.

mod detail;

use ratatui::text::Line;

use super::list::source::Arranged;
use super::list::{self, ListPane, Listing, Picked, Related};
use super::{Abroad, Desk, Made, Scene, breaker, webhooks};
use crate::effect::Effect;
use crate::flow::Order;
use crate::form::Opening;
use crate::kind::column::length;
use crate::kind::jobs::{Jobs, role};
use crate::model::api::Capabilities;
use crate::model::job::{JobKey, JobState, Phase};
use crate::model::webhook::WebhookKind;
use crate::model::write::WriteKind;
use crate::store::Store;
use crate::store::jobs::JobRow;
use crate::text::chart;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type JobsPane = ListPane<Jobs>;

/// Columns of the sparkline.
const SPARK: usize = 16;

impl Listing for Jobs {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::New,
        Action::Cancel,
        Action::Reread,
        Action::Webhook,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("id", "the job's id"), ("result", "the id of what it made")];

    fn made(&self, made: &Made) -> Option<JobKey> {
        match made {
            Made::Job(key) => Some(key.clone()),
            _ => None,
        }
    }

    fn tab(&self, store: &Store) -> Tab {
        Tab {
            title: "Jobs",
            short: "Jobs",
            count: Some(store.jobs.len()),
            trouble: store.jobs.count(JobState::Unknown),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, jobs) = (scene.theme, &scene.store.jobs);
        let figures = jobs.figures();
        let rate = figures.success_rate();
        let rate = rate.map_or_else(
            || "no job has ended yet".to_owned(),
            |rate| format!("success {rate:.1} %"),
        );
        bar.left(0, theme.style(Role::Text), format!(" {rate}"));
        if let Some(ms) = figures.average_ms {
            // Half of the average: what differs by less looks alike.
            let spark = chart::sparkline(&figures.latencies, SPARK, ms as f32 / 2.0);
            bar.left(
                0,
                theme.style(Role::Text),
                format!("average {}", length(ms)),
            );
            bar.left(2, theme.style(Role::Chart), spark);
        }
        for (spare, state) in JobState::ALL.into_iter().enumerate() {
            let count = jobs.count(state);
            if count > 0 {
                let spare = u8::try_from(spare).unwrap_or(u8::MAX);
                let text = format!("{} {count}", state.word());
                bar.left(spare, theme.style(role(state)), text);
            }
        }
        breaker::left_alone(bar, scene, &[WriteKind::Provision, WriteKind::PhoneCreate]);
        let remembered = jobs.newest_first().filter(|row| row.remembered());
        let known = |row: &JobRow| row.job.heard.unwrap_or(row.job.began());
        list::remembered(bar, scene, remembered.map(known));
        if jobs.dropped() > 0 {
            let text = format!("left out {}", jobs.dropped());
            bar.left(1, theme.style(Role::Warn), text);
        }
    }

    fn detail(&self, row: &&JobRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
        detail::lines(row, scene)
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec![
            "No job yet: nothing has been provisioned with this profile.".to_owned(),
            "n begins one. It stands here until it has ended, also after a restart.".to_owned(),
        ]
    }

    fn abroad(&self, row: &&JobRow, can: &Capabilities) -> Vec<Abroad> {
        let id = row.job.id.as_ref().filter(|_| can.endpoint_jobs);
        let read = id.map(|id| Abroad::read(&["async-jobs", id.raw()]));
        read.into_iter().collect()
    }

    fn copy(&self, row: &&JobRow, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => Some(("job id", row.job.id.as_ref()?.raw().to_owned())),
            "result" => {
                let made = row.job.results.first()?;
                Some(("id of what the job made", made.id.raw().to_owned()))
            }
            _ => None,
        }
    }

    fn related(&self, row: &&JobRow, _: &Desk<'_>) -> Vec<Related> {
        let mut related = vec![Related::new("Audit", "id", row.job.key.0.raw())];
        if row.job.phase() == Phase::Completed && !row.job.name.is_empty() {
            related.push(Related::new("Endpoints", "name", row.job.name.raw()));
        }
        related.push(Related::new("Webhooks", "kind", WebhookKind::Jobs.word()));
        related
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        let row = on.row;
        match action {
            Action::New => desk.fill.push(Opening::new("provision")),
            Action::Cancel => stop(row, desk),
            Action::Reread => read_again(row, desk),
            Action::Webhook if !desk.can.job_webhooks => {
                let text = "this API delivers no ends of jobs: the console carries them out itself";
                desk.messages.say(Weight::Note, text, desk.now);
            }
            Action::Webhook => webhooks::to_console(WebhookKind::Jobs, desk),
            _ => return false,
        }
        true
    }
}

/// Stops following; the job itself goes on, as the organisation has no way to stop it.
fn stop(row: Option<&JobRow>, desk: &mut Desk<'_>) {
    let Some(row) = row else {
        return;
    };
    if let Some(flow) = row.flow {
        return desk.effects.push(Effect::StopFlow(flow));
    }
    let text = if row.job.phase().ended() {
        "the job is over: there is nothing to stop following"
    } else {
        "the job is not being followed"
    };
    desk.messages.say(Weight::Note, text, desk.now);
}

/// Follows a job again, beginning with a read; one that is followed is read every few seconds anyway.
fn read_again(row: Option<&JobRow>, desk: &mut Desk<'_>) {
    let Some(row) = row else {
        return;
    };
    let said = match Order::that_follows(&row.job) {
        _ if row.flow.is_some() => "the job is being read every 3 s".to_owned(),
        Some(order) => {
            desk.flow.push(order);
            "reading the job again".to_owned()
        }
        None => "there is no id and no name to find the job by".to_owned(),
    };
    desk.messages.say(Weight::Note, said, desk.now);
}
