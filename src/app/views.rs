//! The views that were looked at: a pane with its filter. Going to what has to do with a row, and back.

use super::App;
use super::command::Command;
use super::messages::Weight;

/// Views that are remembered, each way.
const KEPT: usize = 50;

/// A pane with the filter that it had.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    pane: usize,
    filter: String,
}

/// Where the operator has been.
#[derive(Debug, Default)]
pub(super) struct Trail {
    before: Vec<View>,
    after: Vec<View>,
}

impl App {
    fn view(&self) -> View {
        let pane = self.panes.get(self.active);
        View {
            pane: self.active,
            filter: pane
                .map(|pane| pane.filter().to_owned())
                .unwrap_or_default(),
        }
    }

    /// Opens a pane, and remembers the view that is left.
    pub(crate) fn open(&mut self, pane: usize) {
        if pane != self.active && pane < self.panes.len() {
            self.remember(self.view());
            self.active = pane;
        }
    }

    fn remember(&mut self, view: View) {
        self.trail.after.clear();
        self.trail.before.push(view);
        let over = self.trail.before.len().saturating_sub(KEPT);
        self.trail.before.drain(..over);
    }

    /// Opens a pane with a filter. The one that it had is a view to go back to: no filter is lost.
    pub(super) fn go(&mut self, title: &str, filter: &str) {
        let Some(pane) = self.titled(title) else {
            return;
        };
        let here = self.view();
        let had = self.panes[pane].filter().to_owned();
        if pane != self.active && !had.is_empty() && had != filter {
            self.remember(View { pane, filter: had });
        }
        self.remember(here);
        self.show(&View {
            pane,
            filter: filter.to_owned(),
        });
    }

    /// Goes to the view before this one.
    pub(super) fn earlier(&mut self) {
        let here = self.view();
        match self.trail.before.pop() {
            Some(view) => {
                self.trail.after.push(here);
                self.show(&view);
            }
            None => self
                .messages
                .say(Weight::Note, "this is the first view", self.now),
        }
    }

    /// Goes to the view after this one.
    pub(super) fn later(&mut self) {
        let here = self.view();
        match self.trail.after.pop() {
            Some(view) => {
                self.trail.before.push(here);
                self.show(&view);
            }
            None => self
                .messages
                .say(Weight::Note, "this is the newest view", self.now),
        }
    }

    fn show(&mut self, view: &View) {
        self.active = view.pane;
        let filter = Command::Filter(view.filter.clone());
        self.with_pane(|pane, desk| {
            if pane.filter() != view.filter {
                pane.run(&filter, desk);
            }
        });
    }
}
