//! The pane of alerts: one by one, or folded into groups. Only one of the two is on the screen, each with a filter of its own.

use crossterm::event::MouseEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::kind::Kind as _;
use crate::kind::alerts::{Alerts, grave, role};
use crate::kind::groups::{BY, Group, GroupId, Groups, filter};
use crate::kind::view::View;
use crate::model::alert::AlertId;
use crate::pane::list::source::Arranged;
use crate::pane::list::{LAYERS, ListPane, Listing, Related};
use crate::pane::{Desk, Focus, Pane, Scene};
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::ui::bar::Bar;
use crate::ui::detail::{Panel, pairs};
use crate::ui::filter::FilterFault;
use crate::ui::tabs::Tab;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::role::Role;

impl Listing for Groups {
    type Kind = Self;
    type Source = Arranged<Self>;

    const ACTIONS: &'static [Action] = &[
        Action::Detail,
        Action::Acknowledge,
        Action::Unacknowledge,
        Action::Fold,
        Action::Silences,
        Action::Filter,
    ];
    const COPIES: &'static [(&'static str, &'static str)] =
        &[("filter", "the filter that its alerts pass")];

    fn tab(&self, store: &Store) -> Tab {
        super::tab(store)
    }

    fn summary(&self, bar: &mut Bar, scene: &Scene<'_>) {
        super::summary(bar, scene);
    }

    fn panel(&self, panel: &mut Panel<'_>, group: &Group<'_>, scene: &Scene<'_>) {
        panel.put(&self.detail(group, scene));
    }

    /// Its alerts, the worst first.
    fn detail(&self, group: &Group<'_>, scene: &Scene<'_>) -> Vec<Line<'static>> {
        let theme = scene.theme;
        let of = group.id.1.as_deref().map(crate::text::safe);
        let of = of.map_or("not known".to_owned(), std::borrow::Cow::into_owned);
        let head = pairs(theme, &[(group.id.0, of)]);
        let alerts = group.alerts.iter().map(|alert| {
            let began = alert.began.clock(scene.zone, scene.now);
            let text = format!("{began}  {}: {}", alert.title(), alert.thing());
            Line::from(vec![
                ratatui::text::Span::styled(
                    format!("{:9}", alert.severity().word()),
                    theme.style(grave(alert.severity())),
                ),
                ratatui::text::Span::styled(
                    format!("{:13}", alert.standing().word()),
                    theme.style(role(alert.standing())),
                ),
                ratatui::text::Span::styled(text, theme.style(Role::Text)),
            ])
        });
        std::iter::once(head).chain(alerts).collect()
    }

    fn empty(&self, _: &Scene<'_>) -> Vec<String> {
        vec!["No alert holds, so there is nothing to group. z shows what is over.".to_owned()]
    }

    fn copy(&self, group: &Group<'_>, what: &str) -> Option<(&'static str, String)> {
        (what == "filter").then(|| ("filter", filter(&group.id)))
    }

    fn related(&self, group: &Group<'_>, desk: &Desk<'_>) -> Vec<Related> {
        let mut related = vec![Related {
            pane: "Alerts",
            filter: filter(&group.id),
            note: String::new(),
        }];
        let Some(name) = &group.id.1 else {
            return related;
        };
        related.extend(match group.id.0 {
            "site" => ["Registrations", "Sites"]
                .map(|pane| Related::new(pane, "site", name))
                .to_vec(),
            "edge" if desk.can.trunks => vec![Related::new("Edges", "name", name)],
            "carrier" => vec![Related::new("Carriers", "name", name)],
            _ => Vec::new(),
        });
        related
    }

    fn alerts<'a>(&self, ids: impl Iterator<Item = &'a GroupId>, store: &Store) -> Vec<AlertId> {
        let groups = ids.filter_map(|id| Groups::row(store, id, Millis(0)));
        groups.flat_map(|group| group.ids()).collect()
    }

    fn focus(&self, id: &GroupId, _: bool, store: &Store) -> Focus {
        let of_it = self.alerts(std::iter::once(id), store);
        Focus {
            alert: of_it.first().copied(),
            alerts: Some(filter(id)),
            ..Focus::default()
        }
    }
}

/// The pane.
#[derive(Default)]
pub struct AlertsPane {
    alerts: ListPane<Alerts>,
    groups: ListPane<Groups>,
    folded: bool,
}

impl AlertsPane {
    fn list(&self) -> &dyn Pane {
        if self.folded {
            &self.groups
        } else {
            &self.alerts
        }
    }

    fn list_mut(&mut self) -> &mut dyn Pane {
        if self.folded {
            &mut self.groups
        } else {
            &mut self.alerts
        }
    }

    /// By site first, then by what follows it, then one by one again.
    fn fold(&mut self, desk: &Desk<'_>) {
        let shown = |by: &&str| self.groups.filter() == format!("by:{by}");
        let next = match BY.iter().position(shown) {
            _ if !self.folded => BY.first(),
            Some(n) => BY.get(n + 1),
            None => None,
        };
        self.folded = next.is_some();
        if let Some(by) = next {
            self.groups.set_filter(&format!("by:{by}"), desk);
        }
        self.touch();
    }

    /// Shows the alerts of the group under the cursor.
    fn unfold(&mut self, desk: &Desk<'_>) {
        if let Some(filter) = self.groups.focus(desk.store).alerts {
            self.folded = false;
            self.alerts.set_filter(&filter, desk);
            self.touch();
        }
    }

    fn touch(&mut self) {
        self.alerts.touch();
        self.groups.touch();
    }
}

impl Pane for AlertsPane {
    fn tab(&self, store: &Store) -> Tab {
        super::tab(store)
    }

    fn actions(&self) -> Vec<Action> {
        self.list().actions()
    }

    fn fields(&self) -> Vec<(&'static str, &'static str)> {
        self.list().fields()
    }

    fn apply(&mut self, changes: &Changes, store: &Store, now: Millis) {
        self.alerts.apply(changes, store, now);
        self.groups.apply(changes, store, now);
    }

    fn turned(&mut self, before: &Store, store: &Store, now: Millis) {
        self.alerts.turned(before, store, now);
        self.groups.turned(before, store, now);
    }

    fn tick(&mut self, store: &Store, now: Millis) {
        self.list_mut().tick(store, now);
    }

    fn deadline(&self) -> Option<Millis> {
        self.list().deadline()
    }

    fn run(&mut self, command: &Command, desk: &mut Desk<'_>) -> bool {
        match command {
            Command::Act(Action::Fold) => self.fold(desk),
            Command::Act(Action::Detail) if self.folded => self.unfold(desk),
            // A filter over alerts, from elsewhere, is meant for them.
            Command::Filter(text) if self.folded && !self.groups.set_filter(text, desk) => {
                self.folded = !self.alerts.set_filter(text, desk);
                self.touch();
            }
            _ => return self.list_mut().run(command, desk),
        }
        true
    }

    fn mouse(&mut self, mouse: MouseEvent, desk: &mut Desk<'_>) {
        self.list_mut().mouse(mouse, desk);
    }

    fn back(&mut self, desk: &mut Desk<'_>) -> bool {
        if !self.folded {
            return self.alerts.back(desk);
        }
        // All but the filter, which is how it is folded.
        if !(0..LAYERS - 1).any(|layer| self.groups.peel(layer, desk)) {
            self.folded = false;
            self.touch();
        }
        true
    }

    fn filter(&self) -> &str {
        self.list().filter()
    }

    /// Views are of the alerts one by one.
    fn views(&self) -> Vec<View> {
        self.alerts.views()
    }

    fn show(&mut self, half: usize, view: &View, desk: &mut Desk<'_>) -> bool {
        self.folded = false;
        self.touch();
        self.alerts.show(half, view, desk)
    }

    fn fault(&self) -> Option<FilterFault> {
        self.list().fault()
    }

    fn focus(&self, store: &Store) -> Focus {
        self.list().focus(store)
    }

    fn marked_alerts(&self, store: &Store) -> Vec<AlertId> {
        let marked = self.list().marked_alerts(store);
        if !self.folded || !marked.is_empty() {
            return marked;
        }
        let here = self.groups.cursor_row();
        self.groups.listing.alerts(here.iter(), store)
    }

    fn unmark(&mut self) {
        self.list_mut().unmark();
    }

    fn filters(&self) -> &[String] {
        self.list().filters()
    }

    fn recall_filters(&mut self, filters: Vec<String>) {
        self.alerts.recall_filters(filters);
    }

    fn frozen(&self) -> bool {
        self.list().frozen()
    }

    fn pin(&mut self, fast: bool) {
        self.list_mut().pin(fast);
    }

    fn moved(&mut self, store: &Store) -> bool {
        self.list_mut().moved(store)
    }

    fn render(&mut self, area: Rect, buf: &mut Buffer, scene: &Scene<'_>) {
        self.list_mut().render(area, buf, scene);
    }
}
