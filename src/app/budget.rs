//! The view of the budget: each token's minute, what the organisation says of it, and on what it goes.

use ratatui::text::{Line, Span};

use super::App;
use super::duty::Duty;
use super::person::{BudgetSheet, called, clock};
use crate::cloud::{Spending, Spent, Who};
use crate::effect::Effect;
use crate::model::person::Person;
use crate::text::fit;
use crate::text::grouped;
use crate::time::Millis;
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::vocabulary::role::Role;

/// Columns of the names on the left.
const NAMES: usize = 15;

/// Columns of an operation.
const OPERATION: usize = 56;

/// The beat of the view, in milliseconds: its minute moves by the second.
const BEAT_MS: i64 = 1_000;

/// Reads of the view.
#[derive(Debug, Default)]
pub(super) struct BudgetReads {
    /// It was asked for and is not there yet.
    asked: bool,
    /// When it is read anew while it is open.
    next: Millis,
}

/// The open view of the budget is read anew.
pub(super) const DUTY: Duty = Duty {
    due: App::budget_deadline,
    tick: App::watch_budget,
};

impl App {
    /// Asks for the view.
    pub(super) fn open_budget(&mut self) {
        self.budget.asked = true;
        self.effects.push(Effect::ReadBudget);
    }

    /// When the view that is open is read anew; none while none is.
    fn budget_deadline(&self) -> Option<Millis> {
        let open = self.layers.iter().any(|l| matches!(l, Layer::Budget(_)));
        open.then_some(self.budget.next)
    }

    /// Reads the view that is open anew once its beat is over.
    fn watch_budget(&mut self) {
        if self.budget_deadline().is_some_and(|due| self.now >= due) {
            self.budget.next = self.now.plus(BEAT_MS);
            self.effects.push(Effect::ReadBudget);
        }
    }

    /// Opens the view, or fills the one that is open anew. What comes after it was closed is left out.
    pub(super) fn show_budget(&mut self, sheet: &BudgetSheet) {
        let page = self.budget_page(sheet);
        self.budget.next = self.now.plus(BEAT_MS);
        let open = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Budget(reader) => Some(reader),
            _ => None,
        });
        match open {
            Some(reader) => reader.refill(page),
            None if self.budget.asked => self.layers.push(Layer::Budget(page)),
            None => {}
        }
        self.budget.asked = false;
    }

    fn budget_page(&self, sheet: &BudgetSheet) -> Reader {
        let mut lines = Vec::new();
        for spending in &sheet.spending {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            self.token_lines(spending, &mut lines);
        }
        if let Some(limits) = &sheet.limits {
            lines.push(Line::default());
            lines.push(match limits {
                Ok(()) if sheet.spending.iter().all(|one| one.budget.allowed.is_none()) => self.note(
                    "The profile sets no limit (requests_per_minute = 0); the organisation's count and its 429 still hold.",
                ),
                Ok(()) => {
                    self.note("The organisation's own limits have been read; the lower one holds.")
                }
                Err(why) => self.note(&format!(
                    "The organisation's own limits could not be read: {why}"
                )),
            });
        }
        let title = format!("budget at {} UTC", clock(self.now));
        let empty = "Nothing is connected yet.";
        Reader::new(title, lines, empty)
    }

    fn token_lines(&self, spending: &Spending, lines: &mut Vec<Line<'static>>) {
        let unused = spending.spent.is_empty() && spending.refused.is_none();
        if spending.holder == Who::Person && unused && !self.store.person.is_signed_in() {
            let holder = self.holder(spending.holder);
            lines.push(Line::styled(holder, self.theme.style(Role::Header)));
            return;
        }
        let budget = &spending.budget;
        lines.push(Line::styled(
            self.holder(spending.holder),
            self.theme.style(Role::Header),
        ));
        let allowed = budget
            .allowed
            .map_or("no limit".to_owned(), |n| n.to_string());
        let full = budget.allowed.is_some_and(|allowed| budget.used >= allowed);
        let role = if full { Role::Warn } else { Role::Text };
        let used = match budget.others {
            0 => format!("{} of {allowed}", budget.used),
            others => format!("{} of {allowed}, {others} of them by others", budget.used),
        };
        lines.push(self.named("this minute", role, used));
        let said = budget.said.map_or_else(
            || "says nothing of its count".to_owned(),
            |said| {
                format!(
                    "server count {}/{}, resets in {} s",
                    said.count,
                    said.allowed,
                    said.reset.as_secs()
                )
            },
        );
        lines.push(self.named("organisation", Role::Text, said));
        if let Some(until) = budget.held_until {
            let held = format!("until {} (429)", clock(until));
            lines.push(self.named("held", Role::Warn, held));
        }
        for (operation, until) in &spending.held {
            let held = format!("until {}  {}", clock(*until), fit(operation, OPERATION));
            lines.push(self.named("held by itself", Role::Warn, held));
        }
        lines.push(self.refusals(spending));
        lines.push(Line::default());
        lines.push(Line::styled(
            format!("  {:<NAMES$}{:>8}{:>10}", "spent on", "minute", "hour"),
            self.theme.style(Role::Dim),
        ));
        for (concern, spent) in &spending.spent {
            lines.push(self.spent(concern.word(), *spent));
        }
        if spending.spent.is_empty() {
            lines.push(self.note("nothing in the last hour"));
        }
    }

    fn holder(&self, holder: Who) -> String {
        let profile = self.profile.as_ref();
        match (holder, &self.store.person) {
            (Who::Client, _) => {
                let id = profile.and_then(|profile| Some(profile.client.as_ref()?.id.as_str()));
                format!("client  {}", fit(id.unwrap_or_default(), 60))
            }
            (Who::Person, Person::SignedIn { name, until, .. }) => {
                format!(
                    "user    {}, until {} UTC",
                    called(name),
                    until.timestamp().strftime("%Y-%m-%d %H:%M")
                )
            }
            (Who::Person, _) => "user    not signed in: :login".to_owned(),
        }
    }

    fn refusals(&self, spending: &Spending) -> Line<'static> {
        let Spent { minute, hour } = spending.refusals;
        let last = spending.refused.as_ref().map(|(at, operation)| {
            let operation = fit(operation, OPERATION);
            format!("; last {} {operation}", clock(*at))
        });
        let last = last.unwrap_or_default();
        let words = format!("{minute} in the last minute, {hour} in the last hour{last}");
        let role = if minute > 0 { Role::Warn } else { Role::Text };
        self.named("refused (429)", role, words)
    }

    fn spent(&self, name: &str, spent: Spent) -> Line<'static> {
        let (minute, hour) = (grouped(spent.minute as usize), grouped(spent.hour as usize));
        Line::styled(
            format!("  {name:<NAMES$}{minute:>8}{hour:>10}"),
            self.theme.style(Role::Text),
        )
    }

    fn named(&self, name: &str, role: Role, words: String) -> Line<'static> {
        Line::from(vec![
            Span::styled(format!("  {name:<NAMES$}"), self.theme.style(Role::Dim)),
            Span::styled(words, self.theme.style(role)),
        ])
    }

    fn note(&self, words: &str) -> Line<'static> {
        Line::styled(format!("  {words}"), self.theme.style(Role::Dim))
    }
}
