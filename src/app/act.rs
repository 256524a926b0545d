//! Carries out commands: what belongs to the whole console here, the rest by the pane on screen.

use ratatui::text::{Line, Span};

use super::App;
use crate::config::Theme;
use crate::effect::Effect;
use crate::flow::{self, Order};
use crate::form::Opening;
use crate::pane::{Desk, Pane};
use crate::shelf;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::help;
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::ui::palette::{Item, Palette};
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;
use crate::vocabulary::command::Half;
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::Link;
use crate::vocabulary::role::Role;

/// What works on every pane, after what the pane itself offers.
const EVERYWHERE: &[Action] = &[
    Action::Help,
    Action::Palette,
    Action::Messages,
    Action::Frames,
    Action::Pause,
    Action::Direct,
    Action::Budget,
    Action::Login,
    Action::Logout,
    Action::Drafts,
    Action::History,
    Action::Theme,
    Action::Views,
    Action::Earlier,
    Action::Later,
    Action::NextPane,
    Action::PreviousPane,
    Action::Redraw,
    Action::Suspend,
    Action::Quit,
];

impl App {
    pub(super) fn run(&mut self, command: &Command) {
        if let Command::Act(action) = command
            && self.act(*action)
        {
            return;
        }
        if self.run_alert(command) {
            return;
        }
        if let Command::Theme(name) = command {
            self.use_theme(name);
            return;
        }
        match command {
            Command::Open(title) => return self.open_titled(title),
            Command::Go { pane, filter } => return self.go(pane, filter),
            Command::Reopen(half, name) => return self.reopen(*half, name),
            Command::Discard(name) => return self.discard(name),
            Command::Fill(form) => return self.open_form(Opening::new(form)),
            Command::View(name) => return self.open_view(name),
            Command::SaveView(name) => return self.save_view(name),
            Command::DropView(name) => return self.drop_view(name),
            _ => {}
        }
        let mut known = false;
        self.with_pane(|pane, desk| known = pane.run(command, desk));
        if !known && let Command::Act(action) = command {
            let text = format!("{} does nothing on this pane", action.name());
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// Actions of the whole console; false leaves them to the pane.
    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Back => self.back(),
            Action::Quit => self.quit(),
            Action::Drafts => self.list(Half::Drafts),
            Action::History => self.list(Half::Sent),
            Action::Palette => self.open_palette(),
            Action::Help => self.open_help(),
            Action::Messages => self.open_messages(),
            Action::Frames => self.open_frames(),
            Action::Theme => self.open_themes(),
            Action::Pause => self.pause(),
            Action::Direct => self.direct(),
            Action::NextPane => self.open((self.active + 1) % self.panes.len()),
            Action::PreviousPane => {
                let last = self.panes.len() - 1;
                self.open(self.active.checked_sub(1).unwrap_or(last));
            }
            Action::Views => self.list_views(),
            Action::Earlier => self.earlier(),
            Action::Later => self.later(),
            Action::Login => self.login(),
            Action::Logout => self.logout(),
            Action::Budget => self.open_budget(),
            Action::Unmask => {
                let order = Order::Callback(flow::callback::CallbackOrder::Unmask);
                self.begin_flow(Box::new(order));
            }
            Action::Redraw => self.effects.push(Effect::Redraw),
            Action::Suspend => self.effects.push(Effect::Suspend),
            _ => return self.open_pane(action),
        }
        true
    }

    fn open_pane(&mut self, action: Action) -> bool {
        let numbered = [
            Action::Pane1,
            Action::Pane2,
            Action::Pane3,
            Action::Pane4,
            Action::Pane5,
            Action::Pane6,
            Action::Pane7,
            Action::Pane8,
            Action::Pane9,
        ];
        let Some(index) = numbered.iter().position(|a| *a == action) else {
            return false;
        };
        if index < self.panes.len() {
            self.open(index);
        } else {
            self.messages.say(
                Weight::Note,
                format!("there is no pane {}", index + 1),
                self.now,
            );
        }
        true
    }

    pub(super) fn open_titled(&mut self, title: &str) {
        if let Some(index) = self.titled(title) {
            self.open(index);
        }
    }

    /// The number of the pane of that title.
    pub(super) fn titled(&self, title: &str) -> Option<usize> {
        let mut titles = self.panes.iter().map(|pane| pane.tab(&self.store).title);
        titles.position(|known| known == title)
    }

    /// Back one layer; at the top, and out of a form, the end of the program.
    fn quit(&mut self) {
        let form = self.form_view().is_some();
        if !form && (self.layers.pop().is_some() || self.pane_back()) {
            return;
        }
        if self.may_leave() {
            self.keep_draft();
            self.ended = Some(0);
        }
    }

    fn back(&mut self) {
        if self.layers.pop().is_none() && !self.messages.dismiss() {
            self.pane_back();
        }
    }

    fn pane_back(&mut self) -> bool {
        let mut left = false;
        let before = self.filter();
        self.with_pane(|pane, desk| left = pane.back(desk));
        self.refiltered(&before);
        left
    }

    fn pause(&mut self) {
        let pause = self.heard.status.link != Link::Paused;
        self.effects.push(Effect::Pause(pause));
        let text = if pause {
            "paused: streams are closed, rows are stale"
        } else {
            "following the organisation again"
        };
        self.messages.say(Weight::Note, text, self.now);
    }

    /// Lets the pane on screen work, then opens what it asked for.
    pub(super) fn with_pane(&mut self, work: impl FnOnce(&mut dyn Pane, &mut Desk<'_>)) {
        let (mut open, mut probe) = (Vec::new(), Vec::new());
        let (mut fill, mut review, mut flow) = (Vec::new(), Vec::new(), Vec::new());
        let can = self.can();
        let mut desk = Desk {
            store: &self.store,
            now: self.now,
            zone: &self.zone,
            theme: &self.theme,
            effects: &mut self.effects,
            messages: &mut self.messages,
            open: &mut open,
            probe: &mut probe,
            fill: &mut fill,
            review: &mut review,
            flow: &mut flow,
            can,
        };
        if let Some(pane) = self.panes.get_mut(self.active) {
            work(pane.as_mut(), &mut desk);
        }
        self.layers.append(&mut open);
        self.probe(probe);
        for opening in fill {
            self.open_form(opening);
        }
        for order in flow {
            self.begin_flow(Box::new(order));
        }
        for plan in review {
            self.open_review(plan, &[]);
        }
        self.vitals.touch();
    }

    /// What can be done now: the pane's own actions first.
    pub(crate) fn actions(&self) -> Vec<Action> {
        let own = self.panes.get(self.active).map(|pane| pane.actions());
        let own = own.into_iter().flatten();
        let all = own.chain(EVERYWHERE.iter().copied());
        all.filter(|action| action.offered(self.can())).collect()
    }

    fn open_palette(&mut self) {
        let item = |action: &Action| Item {
            name: action.name().to_owned(),
            key: self
                .config
                .keys
                .keys(*action)
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            doc: action.doc().to_owned(),
            ..Item::default()
        };
        let actions = self.actions();
        let digits = (1..=9).map(|n: u8| n.to_string());
        let keys = digits.chain(std::iter::repeat(String::new()));
        let panes = self.panes.iter().zip(keys).map(|(pane, key)| Item {
            name: pane.tab(&self.store).title.to_lowercase(),
            key,
            doc: "Open this pane".to_owned(),
            ..Item::default()
        });
        let items = panes.chain(self.view_items());
        let items = items.chain(actions.iter().map(item)).collect();
        self.layers.push(Layer::Palette(Palette::new(items)));
        if self.profile.is_some() {
            // Another console of this profile may have kept one since.
            self.effects.push(Effect::Shelf(shelf::ShelfOrder::Views));
        }
    }

    fn open_help(&mut self) {
        let fields = self
            .panes
            .get(self.active)
            .map(|p| p.fields())
            .unwrap_or_default();
        let lines = help::lines(&self.actions(), &self.config.keys, &self.theme, &fields);
        self.layers
            .push(Layer::Reader(Reader::new("help", lines, "")));
    }

    fn open_themes(&mut self) {
        let names = self.themes.iter().map(|theme| Choice {
            value: theme.name().to_owned(),
            label: theme.name().to_owned(),
            note: String::new(),
            on: theme.name() == self.theme.name(),
        });
        self.layers.push(Layer::Chooser(Chooser::new(
            Purpose::Theme,
            names.collect(),
        )));
    }

    fn use_theme(&mut self, name: &str) {
        if let Some(theme) = self.themes.iter().find(|theme| theme.name() == name) {
            self.theme = theme.clone();
            return;
        }
        let names: Vec<_> = self.themes.iter().map(Theme::name).collect();
        let text = format!("no theme {name:?}: {}", names.join(", "));
        self.messages.say(Weight::Warning, text, self.now);
    }

    fn open_messages(&mut self) {
        let line = |m: &crate::vocabulary::messages::Message| {
            let role = match m.weight {
                Weight::Note => Role::Text,
                Weight::Warning => Role::Warn,
                Weight::Error => Role::Bad,
            };
            let times = if m.times > 1 {
                format!(" (×{})", m.times)
            } else {
                String::new()
            };
            let at = m.at.timestamp().strftime("%H:%M:%S").to_string();
            Line::from(vec![
                Span::styled(format!("{at}  "), self.theme.style(Role::Dim)),
                Span::styled(format!("{}{times}", m.text), self.theme.style(role)),
            ])
        };
        let mut lines: Vec<_> = self.messages.newest_first().map(line).collect();
        if self.messages.dropped() > 0 {
            lines.push(Line::styled(
                format!("{} older ones were dropped", self.messages.dropped()),
                self.theme.style(Role::Dim),
            ));
        }
        self.layers.push(Layer::Reader(Reader::new(
            "messages (UTC)",
            lines,
            "Nothing has been said yet.",
        )));
    }

    fn open_frames(&mut self) {
        let mut lines = Vec::new();
        for frame in self.frames.iter().rev() {
            let at = frame.at.timestamp().strftime("%H:%M:%S").to_string();
            let head = format!("{at}  {}: {}", frame.stream, frame.reason);
            lines.push(Line::styled(head, self.theme.style(Role::Warn)));
            let sample = String::from_utf8_lossy(&frame.sample);
            let shown = crate::text::fit(&sample, 160).into_owned();
            lines.push(Line::styled(
                format!("          {shown}"),
                self.theme.style(Role::Dim),
            ));
        }
        let title = format!(
            "frames that could not be understood ({})",
            self.heard.status.undecodable
        );
        self.layers.push(Layer::Reader(Reader::new(
            title,
            lines,
            "Every frame has been understood.",
        )));
    }
}
