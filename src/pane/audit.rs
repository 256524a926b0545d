//! The audit: what was written to the organisation, what was refused, by whom, with what outcome, and whether the
//! record of it still is what was written.

mod detail;

use ratatui::text::Line;

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related};
use super::{Desk, Scene};
use crate::effect::Effect;
use crate::kind::audit::{self as kind, Audit};
use crate::model::audit::{Chain, LineStatus};
use crate::store::Store;
use crate::store::audit::AuditRow;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// The pane.
pub type AuditPane = ListPane<Audit>;

impl Listing for Audit {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[Action::Detail, Action::Filter, Action::Reread];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("id", "the id of the write"), ("job", "the job's id")];

    fn tab(&self, store: &Store) -> Tab {
        let broken = matches!(store.audit.chain(), Chain::Broken { .. });
        Tab {
            title: "Audit",
            short: "Audt",
            count: usize::try_from(store.audit.lines()).ok(),
            trouble: usize::from(broken),
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, log) = (scene.theme, &scene.store.audit);
        let (role, words) = chain(log.chain(), scene);
        bar.left(0, theme.style(role), format!(" {words}"));
        for status in [
            LineStatus::Ok,
            LineStatus::Refused,
            LineStatus::Failed,
            LineStatus::Unknown,
            LineStatus::Cancelled,
        ] {
            let count = log.count(status);
            if count > 0 {
                let text = format!("{} {count}", status.word());
                bar.left(1, theme.style(kind::role(status)), text);
            }
        }
        if log.open() > 0 {
            let text = format!("under way {}", log.open());
            bar.left(1, theme.style(Role::Accent), text);
        }
        if log.older() > 0 {
            let text = format!("older {} on disk", log.older());
            bar.left(2, theme.style(Role::Dim), text);
        }
    }

    fn detail(&self, row: &&AuditRow, scene: &Scene<'_>) -> Vec<Line<'static>> {
        detail::lines(row, scene)
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        match scene.store.audit.chain() {
            Chain::Unread => vec!["Reading the audit …".to_owned()],
            Chain::Unreadable(why) => vec!["The audit could not be read:".to_owned(), why.clone()],
            Chain::Broken { fault, .. } => vec![fault.clone()],
            Chain::Empty | Chain::Good { .. } => vec![
                "Nothing has been written with this profile yet.".to_owned(),
                "Every write stands here before it is sent and again with its outcome, and every one that was refused.".to_owned(),
            ],
        }
    }

    fn copy(&self, row: &&AuditRow, what: &str) -> Option<(&'static str, String)> {
        match what {
            "id" => Some(("id of the write", row.record.id.raw().to_owned())),
            "job" => {
                let job = row.record.job_id.as_ref()?;
                Some(("job id", job.raw().to_owned()))
            }
            _ => None,
        }
    }

    fn related(&self, row: &&AuditRow, _: &Desk<'_>) -> Vec<Related> {
        vec![
            Related::new("Audit", "id", row.record.id.raw()),
            Related::new("Jobs", "auditId", row.record.id.raw()),
        ]
    }

    fn act(&mut self, action: Action, _: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action != Action::Reread {
            return false;
        }
        desk.effects.push(Effect::ReadAudit);
        let text = "reading the audit again and verifying it";
        desk.messages.say(Weight::Note, text, desk.now);
        true
    }
}

/// Whether the chain holds, in words.
fn chain(chain: &Chain, scene: &Scene<'_>) -> (Role, String) {
    let clock = |at: &crate::time::Millis| at.clock(scene.zone, scene.now);
    match chain {
        Chain::Unread => (Role::Dim, "chain not verified yet".to_owned()),
        Chain::Empty => (Role::Dim, "no earlier entries".to_owned()),
        Chain::Good { lines, at } => {
            let since = scene.store.audit.lines().saturating_sub(*lines);
            let since = match since {
                0 => String::new(),
                since => format!(", {since} written since"),
            };
            let text = format!(
                "audit chain verified to line {lines} at {}{since}",
                clock(at)
            );
            (Role::Text, text)
        }
        Chain::Broken { fault, at } => {
            (Role::Bad, format!("chain BROKEN at {}: {fault}", clock(at)))
        }
        Chain::Unreadable(_) => (
            Role::Bad,
            "chain not verified: the audit can't be read".to_owned(),
        ),
    }
}
