//! The views that were looked at, to go back to; and those that have a name.
//!
//! A filter is never dropped silently. Whatever a person does goes through [`App::followed`]: when another pane or another
//! filter shows afterwards, what was there before is a view to go back to. A filter that is replaced unseen, on the pane
//! that a jump leads to, is put among those views too; and what replaces or removes a filter says so.

use super::App;
use crate::effect::Effect;
use crate::kind::view::{Lists, View, check_name};
use crate::shelf;
use crate::shelf::views::Contents;
use crate::term::hyperlink::Hyperlink;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::layer::Layer;
use crate::ui::palette::Item;
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::messages::Weight;

/// Views that are remembered, each way.
const KEPT: usize = 50;

/// A pane with what each of its lists showed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stop {
    pane: usize,
    views: Vec<View>,
}

impl Stop {
    /// The filter; the lists of a pane share it.
    fn filter(&self) -> &str {
        self.views.first().map_or("", |view| view.filter.as_str())
    }

    /// Whether it is the same pane with the same filter: order and columns alone make no other view.
    fn same(&self, other: &Self) -> bool {
        self.pane == other.pane && self.filter() == other.filter()
    }
}

/// Where the operator has been.
#[derive(Debug, Default)]
pub(super) struct Trail {
    before: Vec<Stop>,
    after: Vec<Stop>,
    /// What was there before the filter that is being typed.
    typing: Option<Stop>,
    /// What happens now goes along the trail, and is no step of its own.
    walking: bool,
    /// What happens now is a step also when order and columns alone are others.
    stepping: bool,
    /// The views that are kept, by name.
    kept: Contents,
}

impl App {
    /// Lets a person do something; the view that this leaves is one to go back to.
    pub(super) fn followed(&mut self, work: impl FnOnce(&mut Self)) {
        let here = self.stop(self.active);
        work(self);
        let filters = |layer: &Layer| matches!(layer, Layer::Filter(_));
        if self.layers.iter().any(filters) {
            // Not every letter is a view.
            self.trail.typing.get_or_insert(here);
            return;
        }
        let before = self.trail.typing.take().unwrap_or(here);
        let walked = std::mem::take(&mut self.trail.walking);
        let stepped = std::mem::take(&mut self.trail.stepping);
        let now = self.stop(self.active);
        let same = if stepped {
            before == now
        } else {
            before.same(&now)
        };
        if !(walked || same) {
            self.remember(before);
        }
    }

    /// The title of the pane on screen, and what each of its lists shows.
    #[must_use]
    pub fn showing(&self) -> (&'static str, Vec<View>) {
        let pane = self.panes.get(self.active);
        let title = pane.map_or("", |pane| pane.tab(&self.store).title);
        (title, self.stop(self.active).views)
    }

    /// What on the frame that was drawn last leads to a page of the vendor.
    #[must_use]
    pub fn links(&self) -> &[Hyperlink] {
        &self.places.links
    }

    fn stop(&self, pane: usize) -> Stop {
        let views = self.panes.get(pane).map(|pane| pane.views());
        Stop {
            pane,
            views: views.unwrap_or_default(),
        }
    }

    /// Opens a pane with the filter that it has.
    pub(crate) fn open(&mut self, pane: usize) {
        if pane < self.panes.len() {
            self.active = pane;
        }
    }

    fn remember(&mut self, stop: Stop) {
        self.trail.after.clear();
        self.trail.before.push(stop);
        let over = self.trail.before.len().saturating_sub(KEPT);
        self.trail.before.drain(..over);
    }

    /// Opens a pane with a filter; its order and its columns stay.
    pub(super) fn go(&mut self, title: &str, filter: &str) {
        let Some(pane) = self.titled(title) else {
            return;
        };
        let had = self.stop(pane);
        let views = had.views.iter().map(|view| View {
            filter: filter.to_owned(),
            ..view.clone()
        });
        let to = Stop {
            pane,
            views: views.collect(),
        };
        self.lead(had, &to, String::new());
    }

    /// Shows something on a pane that had something else; a filter that this replaces is said, and kept among the views.
    fn lead(&mut self, had: Stop, to: &Stop, said: String) {
        let here = self.active;
        if !self.show(to) {
            self.active = here;
            return;
        }
        let replaced = Some(had.filter()).filter(|filter| !filter.is_empty());
        let replaced = replaced.filter(|filter| *filter != to.filter());
        let replaced = replaced.map(|filter| self.replaced(filter, to.filter()));
        let said: Vec<String> = Some(said)
            .filter(|said| !said.is_empty())
            .into_iter()
            .chain(replaced.clone())
            .collect();
        if !said.is_empty() {
            self.messages.say(Weight::Note, said.join("; "), self.now);
        }
        let mut before = self.trail.before.iter().rev();
        let last = before.find(|stop| stop.pane == to.pane);
        if replaced.is_some() && to.pane != here && last.is_none_or(|last| !last.same(&had)) {
            self.remember(had);
        }
    }

    /// That a filter has made room for another one or for none, and how to have it again.
    fn replaced(&self, filter: &str, by: &str) -> String {
        let keys = self.config.keys.keys(Action::Earlier);
        let back = keys
            .last()
            .map_or(":earlier".to_owned(), ToString::to_string);
        let gone = if by.is_empty() { "removed" } else { "replaced" };
        format!("filter {filter} {gone}, {back} brings it back")
    }

    /// Says that the filter is another one, where nobody has seen the one before while changing it.
    pub(super) fn refiltered(&mut self, before: &str) {
        let now = self.filter();
        if !before.is_empty() && now != before {
            let text = self.replaced(before, &now);
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// The filter in force.
    pub(super) fn filter(&self) -> String {
        let pane = self.panes.get(self.active);
        pane.map(|pane| pane.filter().to_owned())
            .unwrap_or_default()
    }

    /// Filters by what was typed as a command; says why it cannot be read, and what it replaces.
    pub(super) fn filter_by(&mut self, text: &str) {
        let before = self.filter();
        let (mut lists, mut fault) = (true, None);
        let command = Command::Filter(text.to_owned());
        self.with_pane(|pane, desk| {
            lists = pane.run(&command, desk);
            fault = pane.fault();
        });
        match fault {
            _ if !lists => {
                let text = "there is no list on this pane to filter";
                self.messages.say(Weight::Note, text, self.now);
            }
            Some((column, why)) => {
                let text = format!("the filter stays as it was: column {}: {why}", column + 1);
                self.messages.say(Weight::Warning, text, self.now);
            }
            None => self.refiltered(&before),
        }
    }

    /// Goes to the view before this one.
    pub(super) fn earlier(&mut self) {
        let here = self.stop(self.active);
        match self.trail.before.pop() {
            Some(stop) => {
                self.trail.after.push(here);
                self.walk(&stop);
            }
            None => self
                .messages
                .say(Weight::Note, "this is the first view", self.now),
        }
    }

    /// Goes to the view after this one.
    pub(super) fn later(&mut self) {
        let here = self.stop(self.active);
        match self.trail.after.pop() {
            Some(stop) => {
                self.trail.before.push(here);
                self.walk(&stop);
            }
            None => self
                .messages
                .say(Weight::Note, "this is the newest view", self.now),
        }
    }

    fn walk(&mut self, stop: &Stop) {
        self.trail.walking = true;
        self.show(stop);
    }

    /// Shows something; false when its filter cannot be read, which is said.
    fn show(&mut self, stop: &Stop) -> bool {
        self.active = stop.pane;
        let (mut shown, mut fault) = (true, None);
        self.with_pane(|pane, desk| {
            for (half, view) in stop.views.iter().enumerate() {
                shown &= pane.show(half, view, desk);
            }
            fault = pane.fault();
        });
        if let Some((_, why)) = fault.filter(|_| !shown) {
            let text = format!("cannot show {}: {why}", stop.filter());
            self.messages.say(Weight::Warning, text, self.now);
        }
        shown
    }

    /// Opens the view of that name; what the configuration says comes before what is kept.
    pub(super) fn open_view(&mut self, name: &str) {
        let found = self.config.views.get(name);
        let Some(view) = found.or_else(|| self.trail.kept.views.get(name)) else {
            let text = self.no_view(name);
            return self.messages.say(Weight::Warning, text, self.now);
        };
        let view = view.clone();
        self.show_view(&view, format!("view {name}"));
    }

    /// Shows a view, and says what it is.
    pub(super) fn show_view(&mut self, view: &View, said: String) {
        let Some(lists) = Lists::named(&view.pane) else {
            return;
        };
        let (Some(pane), Some(half)) = (self.titled(lists.title), lists.place(view)) else {
            return;
        };
        let had = self.stop(pane);
        let mut to = had.clone();
        for (n, shown) in to.views.iter_mut().enumerate() {
            view.filter.clone_into(&mut shown.filter);
            if n == half {
                *shown = view.clone();
            }
        }
        self.trail.stepping = true;
        self.lead(had, &to, said);
    }

    fn no_view(&self, name: &str) -> String {
        let names: Vec<&str> = self.views().map(|(name, ..)| name).collect();
        if names.is_empty() {
            return format!("no view {name:?}: none is kept yet, :save-view NAME keeps this list");
        }
        format!("no view {name:?}: {}", names.join(", "))
    }

    /// The views by name, and whether they are in the configuration.
    fn views(&self) -> impl Iterator<Item = (&str, &View, bool)> {
        let written = &self.config.views;
        let kept = self.trail.kept.views.iter();
        let kept = kept.filter(|(name, _)| !written.contains_key(*name));
        let written = written.iter().map(|(name, view)| (name, view, true));
        let all = written.chain(kept.map(|(name, view)| (name, view, false)));
        all.map(|(name, view, written)| (name.as_str(), view, written))
    }

    /// Keeps the list on screen as a view.
    pub(super) fn save_view(&mut self, name: &str) {
        let list = self.panes.get(self.active);
        let list = list.and_then(|pane| pane.views().into_iter().nth(pane.half()));
        let refused = match &list {
            None => Some("there is no list on this pane to keep as a view".to_owned()),
            Some(_) if self.profile.is_none() => {
                Some("there is no profile to keep a view for".to_owned())
            }
            Some(_) if self.config.views.contains_key(name) => Some(format!(
                "view {name} is in the configuration: change [views.{name}] there, or choose another name"
            )),
            Some(_) => check_name(name).err(),
        };
        match (list, refused) {
            (_, Some(why)) => self.messages.say(Weight::Warning, why, self.now),
            (Some(view), None) => {
                let order = shelf::ShelfOrder::KeepView(name.to_owned(), view);
                self.effects.push(Effect::Shelf(order));
            }
            (None, None) => {}
        }
    }

    /// Deletes a view that was kept.
    pub(super) fn drop_view(&mut self, name: &str) {
        if self.trail.kept.views.contains_key(name) {
            let order = shelf::ShelfOrder::DropView(name.to_owned());
            return self.effects.push(Effect::Shelf(order));
        }
        let text = if self.config.views.contains_key(name) {
            format!("view {name} is in the configuration: delete [views.{name}] there")
        } else {
            self.no_view(name)
        };
        self.messages.say(Weight::Warning, text, self.now);
    }

    /// Takes in which views are kept.
    pub(super) fn views_kept(&mut self, contents: Contents, said: Option<String>) {
        if contents.faults != self.trail.kept.faults {
            for fault in &contents.faults {
                self.messages.tell(Weight::Warning, fault.clone(), self.now);
            }
        }
        self.trail.kept = contents;
        if let Some(said) = said {
            self.messages.say(Weight::Note, said, self.now);
        }
    }

    /// Lists the views to choose from.
    pub(super) fn list_views(&mut self) {
        let choice = |(name, view, written): (&str, &View, bool)| Choice {
            value: name.to_owned(),
            label: name.to_owned(),
            note: if written {
                format!("{} (configuration)", view.words())
            } else {
                view.words()
            },
            on: false,
        };
        let choices: Vec<Choice> = self.views().map(choice).collect();
        if choices.is_empty() {
            let text =
                "no views yet: :save-view NAME keeps this list, with its filter, order and columns";
            return self.messages.say(Weight::Note, text, self.now);
        }
        let chooser = Chooser::new(Purpose::View, choices);
        self.layers.push(Layer::Chooser(chooser));
    }

    /// The views for the palette; those that can be deleted are found once that is what is typed.
    pub(super) fn view_items(&self) -> Vec<Item> {
        let open = self.views().map(|(name, view, _)| Item {
            name: format!("view {name}"),
            doc: view.words(),
            ..Item::default()
        });
        let kept = self.trail.kept.views.iter();
        let delete = kept.map(|(name, view)| Item {
            name: format!("drop-view {name}"),
            doc: view.words(),
            ends: true,
            ..Item::default()
        });
        open.chain(delete).collect()
    }
}
