//! One screen that a wall display can show all day: how much is registered and how that went, the carriers and their
//! certificates, what the console itself is doing. Nothing here can be chosen, so nothing moves but the figures.

mod carriers;
mod feeds;
mod registered;
mod strips;
mod trend;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use self::trend::Trend;
use super::{Desk, Pane, Scene};
use crate::effect::Effect;
use crate::model::finding::Target;
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;

/// What can be done on this pane.
const ACTIONS: &[Action] = &[Action::Zoom, Action::Probe, Action::Reread];

/// View state of the pane: what was drawn, so that it is drawn again only when that has changed.
#[derive(Default)]
pub struct PulsePane {
    trend: Trend,
    /// The book of alerts as it was drawn.
    alerts: u64,
    /// The vendor's word as it was drawn.
    vendor: (bool, Option<Millis>, u32),
    moved: bool,
}

impl Pane for PulsePane {
    fn tab(&self, _: &Store) -> Tab {
        Tab {
            title: "Pulse",
            short: "Pulse",
            count: None,
            trouble: 0,
        }
    }

    fn actions(&self) -> Vec<Action> {
        ACTIONS.to_vec()
    }

    fn apply(&mut self, changes: &Changes, _: &Store, _: Millis) {
        self.moved |= changes.carriers_shown || !changes.findings.is_empty();
    }

    fn turned(&mut self, _: &Store, _: &Store, _: Millis) {
        self.trend = Trend::of(self.trend.span);
        self.moved = true;
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.moved |= self.trend.refresh(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        self.trend.due()
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Act(Action::Probe) => {
                let all = desk
                    .store
                    .probes
                    .iter()
                    .map(|probed| probed.target().clone());
                desk.probe.extend(all.collect::<Vec<Target>>());
            }
            Command::Act(Action::Zoom) => {
                (self.trend.span, self.moved) = (self.trend.span.next(), true);
            }
            Command::Chart(span) => (self.trend.span, self.moved) = (*span, true),
            Command::Act(Action::Reread) => desk.effects.push(Effect::RereadCarriers),
            _ => return false,
        }
        true
    }

    fn moved(&mut self, store: &Store) -> bool {
        let alerts = std::mem::replace(&mut self.alerts, store.alerts.generation());
        let vendor = std::mem::replace(&mut self.vendor, store.vendor.mark());
        std::mem::take(&mut self.moved) || alerts != self.alerts || vendor != self.vendor
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        // Carriers and servers get the lines they need, the chart what is left: at least as much as the figures beside it.
        let needed = scene.store.carriers.len().max(feeds::lines(scene)) + 2;
        let below = u16::try_from(needed).unwrap_or(u16::MAX).max(feeds::HEIGHT);
        let below = below.min(area.height.saturating_sub(registered::LEAST));
        let [above, below] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area);
        let [left, right] =
            Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(below);
        self.trend
            .take(registered::chart(above), scene.store, scene.now);
        registered::render(above, buf, scene, &self.trend);
        carriers::render(left, buf, scene);
        feeds::render(right, buf, scene, &self.trend);
        self.moved = false;
    }
}
