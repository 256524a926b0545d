//! Numbers: whose a number or an extension is, with the phones of its user; what is free; where the lists disagree.

use ratatui::text::{Line, Span};

use super::list::source::Arranged;
use super::list::{ListPane, Listing, Picked, Related, facts};
use super::{Abroad, Desk, Scene};
use crate::effect::Effect;
use crate::kind::numbers::{NumberLine, Numbers};
use crate::model::api::Capabilities;
use crate::model::inquiry::Inquiry;
use crate::model::number::{OwnerSort, Tenure};
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::ui::bar::Bar;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::role::Role;

/// Numbers and extensions.
pub type NumbersPane = ListPane<Numbers>;

/// Why there is nothing to read where the API has none.
const ABSENT: &str = "numbers and extensions are not available from the API of this organisation";

/// How long ago something was read, in the words of the figures.
pub(super) fn age(reading: &Reading, awaited: bool, bar: &mut Bar, scene: &Scene<'_>) {
    let (role, text) = match reading {
        Reading::Read(at) => (
            Role::Dim,
            format!("read {}", at.clock(scene.zone, scene.now)),
        ),
        Reading::Failed { since, .. } => {
            let since = since.clock(scene.zone, scene.now);
            (Role::Stale, format!("stale since {since}: not readable"))
        }
        Reading::Awaited | Reading::Paused => return,
    };
    bar.left(0, scene.theme.style(role), text);
    if awaited {
        let style = scene.theme.style(Role::Dim);
        bar.left(1, style, "being read again".to_owned());
    }
}

/// Why there is nothing, where it is read while it is looked at.
pub(super) fn unread(
    reading: &Reading,
    what: &str,
    awaited: bool,
    scene: &Scene<'_>,
) -> Vec<String> {
    match (reading, scene.trouble) {
        (Reading::Failed { why, .. }, _) => {
            vec![format!("The {what} could not be read:"), why.to_string()]
        }
        (_, Some(trouble)) => vec!["Nothing could be read yet:".to_owned(), trouble.to_owned()],
        _ if awaited => vec![format!("Reading the {what} …")],
        // A moment of the past has none: they are not recorded.
        _ => vec![format!(
            "The {what} are read while they are looked at; none are known of this moment."
        )],
    }
}

impl Listing for Numbers {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Related,
        Action::Filter,
        Action::Sort,
        Action::Reread,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("number", "the number"), ("id", "the id of whose it is")];

    fn tab(&self, store: &Store) -> Tab {
        let read = matches!(store.numbers.reading(), Reading::Read(_));
        let rows = || store.numbers.rows();
        Tab {
            title: "Numbers",
            short: "Numb",
            count: read.then(|| rows().count()),
            trouble: 0,
        }
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        let (theme, numbers) = (scene.theme, &scene.store.numbers);
        if *numbers.reading() == Reading::Awaited {
            return;
        }
        let of = |tenure: Tenure| numbers.rows().filter(|row| row.tenure == tenure).count();
        let rows = numbers.rows().count();
        bar.left(0, theme.style(Role::Text), format!(" numbers {rows}"));
        let free = numbers
            .rows()
            .filter_map(|row| row.count)
            .fold(0, u64::saturating_add);
        for (spare, role, word, many) in [
            (0, Role::Bad, "double", of(Tenure::Double)),
            (0, Role::Warn, "mismatched", of(Tenure::Mismatched)),
        ] {
            let role = if many > 0 { role } else { Role::Dim };
            bar.left(spare, theme.style(role), format!("{word} {many}"));
        }
        bar.left(1, theme.style(Role::Dim), format!("free {free}"));
        if !numbers.faults().is_empty() {
            let text = format!("not readable {}", numbers.faults().len());
            bar.left(0, theme.style(Role::Warn), text);
        }
        age(numbers.reading(), numbers.awaited().is_some(), bar, scene);
    }

    fn empty(&self, scene: &Scene<'_>) -> Vec<String> {
        if !scene.can.numbers {
            return vec![format!("Not available: {ABSENT}.")];
        }
        let numbers = &scene.store.numbers;
        match numbers.reading() {
            Reading::Read(_) => vec![
                "The organisation tells of no numbers, or this client may see none of them."
                    .to_owned(),
            ],
            reading => unread(reading, "numbers", numbers.awaited().is_some(), scene),
        }
    }

    fn detail(&self, line: &NumberLine<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
        let theme = scene.theme;
        let mut lines = facts::<Self>(line, scene);
        for owner in line
            .row
            .owners
            .iter()
            .filter(|owner| owner.sort == OwnerSort::User)
        {
            let others = scene.store.numbers.of_owner(&owner.id);
            let others = others.filter(|row| !row.number.is_empty());
            let others: Vec<String> = others.map(|row| row.number.to_string()).collect();
            let text = format!("{}: {}", owner.name, others.join(", "));
            lines.push(Line::styled(text, theme.style(Role::Text)));
        }
        for phone in line.phones() {
            let state = format!("  {}  ", phone.label());
            let mut spans = vec![
                Span::styled("phone", theme.style(Role::Dim)),
                Span::styled(state, theme.style(Role::Text)),
                Span::styled(
                    phone.status().into_owned(),
                    theme.style(crate::kind::registrations::role(phone.state())),
                ),
            ];
            if let Some(obstacle) = phone.obstacle() {
                let text = format!("  cannot take calls: {}", obstacle.word());
                spans.push(Span::styled(text, theme.style(Role::Bad)));
            }
            lines.push(Line::from(spans));
        }
        lines
    }

    fn abroad(&self, line: &NumberLine<'_>, can: &Capabilities) -> Vec<Abroad> {
        let user = line.user().filter(|_| can.numbers);
        let read = user.map(|user| Abroad::read(&["users", user.raw()]));
        let page = can
            .numbers
            .then(|| Abroad::Page("admin/telephony/dids".to_owned()));
        read.into_iter().chain(page).collect()
    }

    fn copy(&self, line: &NumberLine<'_>, what: &str) -> Option<(&'static str, String)> {
        let owner = line.row.owners.first();
        match what {
            "number" => Some(("number", line.row.number.raw().to_owned())),
            "id" => owner.map(|owner| ("id of whose it is", owner.id.raw().to_owned())),
            _ => None,
        }
    }

    fn related(&self, line: &NumberLine<'_>, _: &Desk<'_>) -> Vec<Related> {
        let user = line.user();
        let panes = ["Registrations", "Contradictions"].into_iter();
        let to = |user: &crate::model::UserId| {
            let all = panes.map(|pane| Related::new(pane, "userId", user.raw()));
            all.collect()
        };
        user.as_ref().map(to).unwrap_or_default()
    }

    fn act(&mut self, action: Action, _: &mut Picked<'_, Self>, desk: &mut Desk<'_>) -> bool {
        if action == Action::Reread {
            if desk.can.numbers {
                desk.effects
                    .push(Effect::Inquire(Inquiry::Numbers, Vec::new()));
                let text = "reading the numbers again";
                desk.messages.say(Weight::Note, text, desk.now);
            } else {
                desk.messages.say(Weight::Note, ABSENT, desk.now);
            }
        }
        action == Action::Reread
    }
}
