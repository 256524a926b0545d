//! Quality: how the calls of the last hour sounded, the worst first, and what the poor ones have in common.

use ratatui::text::{Line, Span};

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related, facts};
use super::numbers::{age, unread};
use super::{Abroad, Desk, Scene, ladder};
use crate::effect::Effect;
use crate::kind::quality::{CallLine, Quality, role};
use crate::model::api::Capabilities;
use crate::model::inquiry::Inquiry;
use crate::model::quality::{Call, Scores};
use crate::model::sip::SipAsk;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::store::quality::{CallGroup, FEW};
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// Calls by how they sounded.
pub type QualityPane = ListPane<Quality>;

/// Why there is nothing to read where the API has none.
const ABSENT: &str = "the quality of calls is not available from the API of this organisation";

/// The share of a group's calls that sound poor, since the first did, from which on it is said of the group, in percent.
const MOST_OF: usize = 50;

/// Groups that the detail names.
const GROUPS: usize = 6;

/// The group of which most calls sound poor, where it is most of them.
fn suspect(store: &Store) -> Option<CallGroup> {
    let groups = store.call_groups(|_| true).into_iter();
    let mut bad = groups.filter(|group| {
        let (poor, since) = (group.scores.poor(), group.scores.since());
        poor >= FEW && poor * 100 >= since * MOST_OF
    });
    bad.next()
}

/// A group in a line: `carrier Northwind Telecom: 7 of 9 poor since 10:02:11, p5 2.10`.
fn told(group: &CallGroup, scene: &Scene<'_>) -> String {
    let scores = &group.scores;
    let since = scores.poor_since.map(|at| at.clock(scene.zone, scene.now));
    let since = since.map_or_else(String::new, |at| format!(" since {at}"));
    let p5 = scores
        .p5()
        .map_or_else(String::new, |p5| format!(", p5 {p5:.2}"));
    let (poor, all) = (scores.poor(), scores.since());
    format!(
        "{} {}: {poor} of {all} poor{since}{p5}",
        group.by, group.name
    )
}

/// Opens the SIP ladder of a call.
fn sip(call: &Call, desk: &mut Desk<'_>) {
    let asked = SipAsk {
        id: call.id.clone(),
        began: call.began,
        ended: call.ended,
    };
    ladder::open(asked, desk);
}

impl Listing for Quality {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Sip,
        Action::Related,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the conversation's id")];

    fn tab(&self, store: &Store) -> Tab {
        let read = matches!(store.quality.reading(), Reading::Read(_));
        Tab {
            title: "Quality",
            short: "Qual",
            count: read.then(|| store.quality.calls().count()),
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, quality) = (scene.theme, &scene.store.quality);
        if *quality.reading() == Reading::Awaited {
            return;
        }
        let scores = Scores::of(quality.calls());
        let calls = quality.calls().count();
        bar.left(0, theme.style(Role::Text), format!(" calls {calls}"));
        let poor = scores.poor();
        let look = if poor > 0 { Role::Bad } else { Role::Dim };
        let text = format!("poor {poor}/{}", scores.measured());
        bar.left(0, theme.style(look), text);
        if let Some(group) = suspect(scene.store) {
            bar.left(0, theme.style(Role::Bad), told(&group, scene));
        } else if let Some(p5) = scores.p5() {
            bar.left(1, theme.style(role(Some(p5))), format!("p5 {p5:.2}"));
        }
        if quality.left_out() > 0 {
            let text = format!("older ones not read {}", quality.left_out());
            bar.left(2, theme.style(Role::Warn), text);
        }
        if !quality.faults().is_empty() {
            let text = format!("not readable {}", quality.faults().len());
            bar.left(2, theme.style(Role::Warn), text);
        }
        age(quality.reading(), quality.awaited().is_some(), bar, scene);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.quality {
            return vec![format!("Not available: {ABSENT}.")];
        }
        let quality = &scene.store.quality;
        match quality.reading() {
            Reading::Read(_) => vec!["Nobody has telephoned within the last hour.".to_owned()],
            reading => unread(reading, "calls", quality.awaited().is_some(), scene),
        }
    }

    fn detail(&self, line: &CallLine<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
        let theme = scene.theme;
        let (dim, text) = (theme.style(Role::Dim), theme.style(Role::Text));
        let mut lines = facts::<Self>(line, scene);
        for leg in &line.call.legs {
            let purpose = format!("leg  {}  ", leg.purpose);
            let mos = leg
                .mos
                .map_or("not measured".to_owned(), |mos| format!("MOS {mos:.2}"));
            let parts = [
                leg.latency_ms.map(|ms| format!("delay {ms} ms")),
                leg.lost.map(|lost| format!("{lost} packets of no use")),
                leg.host.as_ref().map(ToString::to_string),
            ];
            let rest = parts.into_iter().flatten().map(|part| format!("  {part}"));
            let rest = rest.collect::<String>();
            lines.push(Line::from(vec![
                Span::styled(purpose, dim),
                Span::styled(mos, theme.style(role(leg.mos))),
                Span::styled(rest, text),
            ]));
        }
        lines.push(Line::styled(
            "what the calls of the last hour have in common",
            dim,
        ));
        let groups = scene.store.call_groups(|_| true);
        lines.extend(groups.iter().take(GROUPS).map(|group| {
            let look = if group.scores.poor() > 0 {
                Role::Warn
            } else {
                Role::Dim
            };
            Line::styled(format!("  {}", told(group, scene)), theme.style(look))
        }));
        lines
    }

    fn abroad(&self, line: &CallLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let id = line.call.id.raw();
        let path = ["analytics", "conversations", id, "details"];
        let read = can.quality.then(|| Abroad::read(&path));
        read.into_iter().collect()
    }

    fn copy(&self, line: &CallLine<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("conversation id", line.call.id.raw().to_owned()))
    }

    fn related(&self, line: &CallLine<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let user = line.call.users().next();
        let user = user.map(|user| Related::new("Registrations", "userId", user.raw()));
        let edge = line.call.outside().and_then(|leg| leg.edge.as_ref());
        let edge = edge.map(|edge| Related::new("Edges", "id", edge.raw()));
        let carrier = desk.store.call_carrier(line.call);
        let carrier = carrier.into_iter().flat_map(|name| {
            ["Carriers", "Trunks", "Quality"].map(|pane| {
                let field = if pane == "Carriers" {
                    "name"
                } else {
                    "carrier"
                };
                Related::new(pane, field, name.raw())
            })
        });
        user.into_iter().chain(edge).chain(carrier).collect()
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Sip {
            // Where there are no calls, the API is why.
            match &on.row {
                Some(line) => sip(line.call, desk),
                None if !desk.can.sip => ladder::absent(desk),
                None => {}
            }
            return true;
        }
        if action == Action::Reread {
            if desk.can.quality {
                desk.effects
                    .push(Effect::Inquire(Inquiry::Quality, Vec::new()));
                let text = "reading the calls again";
                desk.messages.say(Weight::Note, text, desk.now);
            } else {
                desk.messages.say(Weight::Note, ABSENT, desk.now);
            }
        }
        action == Action::Reread
    }
}
