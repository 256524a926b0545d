//! The lower half: transfers that were made.

use std::fmt::Write as _;

use ratatui::text::Line;

use crate::effect::Effect;
use crate::flow::Order;
use crate::form::Opening;
use crate::kind::transfers::Transfers;
use crate::model::sip::SipAsk;
use crate::model::transfer::made::{Callback, Made, Phase};
use crate::pane::ladder;
use crate::pane::list::source::Arranged;
use crate::pane::list::{Listing, Picked};
use crate::pane::{Desk, Scene};
use crate::store::Store;
use crate::ui::bar::Bar;
use crate::ui::detail::Panel;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;

impl Listing for Transfers {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = super::ACTIONS;
    const COPIES: &'static [(&'static str, &'static str)] = &[("id", "the interaction's id")];

    fn tab(&self, store: &Store) -> Tab {
        Tab {
            count: Some(store.transfers.made().count()),
            ..super::tab(store)
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        super::figures::fill(bar, scene);
    }

    fn panel(&self, panel: &mut Panel<'_>, made: &&Made, scene: &Scene<'_>) {
        super::detail::fill(panel, made, scene);
    }

    fn detail(&self, made: &&Made, scene: &Scene<'_>) -> Vec<Line<'static>> {
        super::detail::facts(made, scene)
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec!["No transfer has been made in this run.".to_owned()]
    }

    fn copy(&self, made: &&Made, what: &str) -> Option<(&'static str, String)> {
        (what == "id").then(|| ("interaction id", made.interaction.raw().to_owned()))
    }

    fn more(&self, made: &&Made, _: &Store) -> String {
        let mut text = "course (oldest first)\n".to_owned();
        if made.forgotten > 0 {
            let _ = writeln!(text, "{} earlier lines are not kept", made.forgotten);
        }
        let course = made.course.iter();
        text.extend(course.map(|line| format!("{}  {}\n", line.at, line.text)));
        text
    }

    fn act(&mut self, action: Action, on: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        match action {
            Action::Transfer | Action::Clone => desk.fill.push(again(on.row)),
            Action::Consult => super::consult::consult(None, desk),
            Action::Sip => {
                // When the transfer was made is not when the call began.
                if let Some(made) = on.row {
                    let asked = SipAsk {
                        id: made.interaction.clone(),
                        began: None,
                        ended: None,
                    };
                    ladder::open(asked, desk);
                }
            }
            Action::New => desk.fill.push(Opening::new("transfer")),
            Action::Reread => match on.row.and_then(Made::open) {
                // Of one whose end is not known, its interaction.
                Some(open) => desk.flow.push(Order::Settle(Box::new(open))),
                None => super::upper::reread(desk),
            },
            Action::Cancel => cancel(on.row, desk),
            Action::Redeliver => retell(on.row, desk),
            _ => return false,
        }
        true
    }
}

/// The form with what a transfer was asked with.
fn again(made: Option<&Made>) -> Opening {
    Opening {
        // Plain strings and numbers cannot fail to serialise.
        body: made.and_then(|made| serde_json::to_value(&made.request).ok()),
        ..Opening::new("transfer")
    }
}

fn cancel(made: Option<&Made>, desk: &mut Desk<'_>) {
    let Some(made) = made else { return };
    if made.phase.over() {
        let text = format!("this transfer is over: {}", made.phase.word());
        return desk.messages.say(Weight::Note, text, desk.now);
    }
    desk.effects.push(Effect::StopFlow(made.id.flow));
    let text = "stopping: what has not been sent stays unsent, what has is followed to its end";
    desk.messages.say(Weight::Note, text, desk.now);
}

/// Tells the media server once more.
fn retell(made: Option<&Made>, desk: &mut Desk<'_>) {
    let owed = made.filter(|made| {
        made.phase == Phase::Transferred && matches!(made.callback, Callback::Failed(_))
    });
    let Some(made) = owed else {
        return nothing_owed(desk);
    };
    let took = made.ended.map_or(0, |ended| ended.since(made.began));
    desk.flow.push(Order::Retell {
        id: made.id,
        interaction: made.interaction.clone(),
        latency_ms: made.latency_us.map_or(took, |us| us / 1_000),
    });
}

pub(super) fn nothing_owed(desk: &mut Desk<'_>) {
    let text = "the media server is owed nothing here";
    desk.messages.say(Weight::Note, text, desk.now);
}
