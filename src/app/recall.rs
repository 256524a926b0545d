//! How the console was left the last time, and how it is left now: per profile, in the state directory.

use super::App;
use crate::config::{Loaded, Origin};
use crate::effect::Effect;
use crate::kind::view::View;
use crate::shelf::ShelfOrder;
use crate::shelf::recall::Recalled;

/// How a person has come to the console.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// They have pressed a key.
    pub began: bool,
    /// They have named no theme: the one that was chosen last may be used.
    pub theme_is_free: bool,
    /// The theme that they chose, now or in an earlier run.
    pub chosen_theme: Option<String>,
}

impl Arrival {
    pub(super) fn of(loaded: &Loaded) -> Self {
        let theme = loaded.origin("ui.theme");
        Self {
            theme_is_free: matches!(theme, Origin::Default | Origin::File { .. }),
            ..Self::default()
        }
    }
}

impl App {
    /// Puts back how the console was left; whoever has pressed a key by then has begun anew.
    pub(super) fn recalled(&mut self, recalled: Recalled) {
        let Recalled {
            pane,
            theme,
            lists,
            filters,
            lines,
        } = recalled;
        for (title, typed) in filters {
            if let Some(pane) = self.titled(&title).and_then(|n| self.panes.get_mut(n)) {
                pane.recall_filters(typed);
            }
        }
        for line in lines.into_iter().rev() {
            if !self.typed_lines.contains(&line) && self.typed_lines.len() < super::LINES {
                self.typed_lines.push_front(line);
            }
        }
        if self.arrival.began {
            return;
        }
        let here = self.active;
        for index in 0..self.panes.len() {
            self.active = index;
            self.arrange_as_left(&lists);
        }
        self.active = self.titled(&pane).unwrap_or(here);
        if let Some(name) = theme.filter(|_| self.arrival.theme_is_free) {
            self.use_theme(&name);
        }
        self.redraw();
    }

    /// Order and columns of the lists of the pane.
    fn arrange_as_left(&mut self, lists: &[View]) {
        self.with_pane(|pane, desk| {
            for (half, now) in pane.views().into_iter().enumerate() {
                let left = lists.iter().find(|view| view.pane == now.pane);
                if let Some(left) = left.filter(|_| !now.pane.is_empty()) {
                    let filter = now.filter;
                    let left = left.clone();
                    pane.show(half, &View { filter, ..left }, desk);
                }
            }
        });
    }

    /// What keeps how the console is left now; nothing without a profile.
    #[must_use]
    pub fn last_recalled(&self) -> Option<Effect> {
        self.profile.as_ref()?;
        let title = |n: usize| self.panes.get(n).map(|pane| pane.tab(&self.store).title);
        let views = self.panes.iter().flat_map(|pane| pane.views());
        let lists = views.map(|view| View {
            filter: String::new(),
            ..view
        });
        let filters = self.panes.iter().map(|pane| {
            let title = pane.tab(&self.store).title.to_owned();
            (title, pane.filters().to_vec())
        });
        let recalled = Recalled {
            pane: title(self.active).unwrap_or_default().to_owned(),
            theme: self.arrival.chosen_theme.clone(),
            lists: lists.collect(),
            filters: filters.filter(|(_, typed)| !typed.is_empty()).collect(),
            lines: self.typed_lines.iter().cloned().collect(),
        };
        let order = ShelfOrder::KeepRecalled(Box::new(recalled));
        Some(Effect::Shelf(order))
    }
}
