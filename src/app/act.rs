//! Carries out commands: what belongs to the whole console here, the rest by the pane on screen.

use std::path::PathBuf;

use ratatui::text::{Line, Span};

use super::App;
use super::arrive::Next;
use crate::cloud::request::reading_curl;
use crate::config::Theme;
use crate::effect::Effect;
use crate::flow::{self, Order};
use crate::form::Opening;
use crate::pane::{Abroad, Desk, Pane};
use crate::shelf;
use crate::ui::chooser::{Choice, Chooser, Purpose};
use crate::ui::help;
use crate::ui::layer::Layer;
use crate::ui::lines::Reader;
use crate::ui::palette::{Item, Palette};
use crate::vocabulary::action::Action;
use crate::vocabulary::command::{Command, Half, aliases, pane_aliases};
use crate::vocabulary::messages::Weight;
use crate::vocabulary::news::Link;
use crate::vocabulary::role::Role;

/// What works on every pane, after what the pane itself offers.
const EVERYWHERE: &[Action] = &[
    Action::Help,
    Action::Palette,
    Action::Messages,
    Action::Log,
    Action::Frames,
    Action::Pause,
    Action::Direct,
    Action::Budget,
    Action::Login,
    Action::Logout,
    Action::Drafts,
    Action::History,
    Action::Undo,
    Action::Theme,
    Action::Views,
    Action::Earlier,
    Action::Later,
    Action::NextPane,
    Action::PreviousPane,
    Action::Redraw,
    Action::Suspend,
    Action::Back,
    Action::Quit,
    Action::Rewind,
    Action::MinuteBack,
    Action::MinuteOn,
    Action::Live,
    Action::Digest,
    Action::HandOver,
    Action::TakeOver,
    Action::Bookmark,
    Action::Bookmarks,
];

/// What works while the past is on the screen.
const IN_THE_PAST: &[Action] = &[
    Action::Forward,
    Action::Play,
    Action::Faster,
    Action::Slower,
];

impl App {
    pub(super) fn run(&mut self, command: &Command) {
        if Self::writes(command) && self.refused_as_past() {
            return;
        }
        if let Command::Act(action) = command
            && self.act(*action)
        {
            return;
        }
        if self.run_alert(command)
            || self.run_digest(command)
            || self.run_bookmark(command)
            || self.run_ladder(command)
            || self.run_raw(command)
        {
            return;
        }
        if let Command::Theme(name) = command {
            self.use_theme(name);
            return;
        }
        match command {
            Command::At(text) => return self.go_to(text),
            Command::Open(title) => return self.open_titled(title),
            Command::Chart(_) => self.open_titled("Pulse"),
            Command::Go { pane, filter } => return self.go(pane, filter),
            Command::Reopen(half, name) => return self.reopen(*half, name),
            Command::Discard(name) => return self.discard(name),
            Command::Fill(form) => return self.open_form(Opening::new(form)),
            Command::View(name) => return self.open_view(name),
            Command::Sent => return self.list_sent(),
            Command::Profile(name) => return self.change_profile(name.as_deref()),
            Command::UndoWrite(value) => return self.undo_chosen(value),
            Command::SaveView(name) => return self.save_view(name),
            Command::DropView(name) => return self.drop_view(name),
            _ => {}
        }
        let mut known = false;
        self.with_pane(|pane, desk| known = pane.run(command, desk));
        if !known && let Command::Act(action) = command {
            let text = self.not_here(*action);
            self.messages.say(Weight::Note, text, self.now);
        }
    }

    /// That an action has nothing to work on here, and where it has.
    fn not_here(&self, action: Action) -> String {
        let name = action.name();
        if !action.offered(self.can()) {
            return format!("{name}: not available with the API of this organisation");
        }
        let panes = self.panes.iter();
        let panes = panes.filter(|pane| pane.actions().contains(&action));
        let titles: Vec<&str> = panes.map(|pane| pane.tab(&self.store).title).collect();
        match titles.as_slice() {
            [] => format!("{name} does nothing on this pane"),
            some => format!(
                "{name} does nothing on this pane; it works on {}",
                some.join(", ")
            ),
        }
    }

    /// Actions of the whole console; false leaves them to the pane.
    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Back => self.back(),
            Action::Quit => self.quit(),
            Action::Drafts => self.list(Half::Drafts),
            Action::History => self.list(Half::Sent),
            Action::Palette => self.open_palette(""),
            Action::Help => self.open_help(),
            Action::Messages => self.open_messages(),
            Action::Log => self.effects.push(Effect::ReadLog),
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
            Action::Undo => self.undo(),
            Action::Unmask => {
                let order = Order::Callback(flow::callback::CallbackOrder::Unmask);
                self.begin_flow(Box::new(order));
            }
            Action::Redraw => self.effects.push(Effect::Redraw),
            Action::Suspend => self.effects.push(Effect::Suspend),
            _ => return self.act_past(action) || self.open_pane(action),
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

    /// Opens the pane of that name, whatever the case.
    pub(super) fn open_named(&mut self, name: &str) {
        let mut titles = crate::vocabulary::command::TITLES.into_iter();
        if let Some(title) = titles.find(|title| title.eq_ignore_ascii_case(name)) {
            self.open_titled(title);
        }
    }

    /// The number of the pane of that title.
    pub(super) fn titled(&self, title: &str) -> Option<usize> {
        let mut titles = self.panes.iter().map(|pane| pane.tab(&self.store).title);
        titles.position(|known| known == title)
    }

    /// Ends this console, to go on with that of another profile; what was typed is kept.
    fn change_profile(&mut self, name: Option<&str>) {
        let own = self.profile.as_ref().map(|profile| profile.name.clone());
        let names = &self.config.profiles;
        let text = match name {
            Some(name) if own.as_deref() == Some(name) => format!("this is the profile {name}"),
            Some(name) if names.iter().any(|known| known == name) => {
                if self.may_leave() {
                    self.keep_draft();
                    self.next = Some(Next::Profile(name.to_owned()));
                    self.ended = Some(0);
                }
                return;
            }
            Some(name) => format!("no profile {name:?}: {}", names.join(", ")),
            None if names.len() < 2 => "there is no other profile in the configuration".to_owned(),
            None => {
                let choice = |name: &String| Choice {
                    value: format!("profile {name}"),
                    label: name.clone(),
                    note: String::new(),
                    on: own.as_ref() == Some(name),
                };
                let choices = names.iter().map(choice).collect();
                let chooser = Chooser::new(Purpose::Profile, choices);
                return self.layers.push(Layer::Chooser(chooser));
            }
        };
        self.messages.say(Weight::Note, text, self.now);
    }

    /// Back one layer; at the top, and out of a form, the end of the program.
    fn quit(&mut self) {
        let form = self.form_view().is_some();
        if !form && (self.layers.pop().is_some() || self.pane_back()) {
            return;
        }
        if self.is_past() && self.replaying.is_none() {
            return self.go_live();
        }
        if self.may_leave() {
            self.keep_draft();
            self.ended = Some(0);
        }
    }

    /// What a person has opened is closed before what was told is taken away.
    fn back(&mut self) {
        if self.layers.pop().is_none()
            && !self.pane_back()
            && !self.messages.dismiss()
            && self.is_past()
        {
            self.go_live();
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
        let mut abroad = Vec::new();
        let can = self.can();
        let now = self.shown_at();
        let mut desk = Desk {
            store: self.past.as_ref().map_or(&self.store, |past| past.known()),
            now,
            zone: &self.zone,
            theme: &self.theme,
            effects: &mut self.effects,
            messages: &mut self.messages,
            open: &mut open,
            probe: &mut probe,
            fill: &mut fill,
            review: &mut review,
            flow: &mut flow,
            abroad: &mut abroad,
            can,
        };
        if let Some(pane) = self.panes.get_mut(self.active) {
            work(pane.as_mut(), &mut desk);
        }
        if self.past.is_some() {
            // What the pane said was said now, whatever moment it shows.
            self.messages.restamp(self.now);
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
        self.copy_places(&abroad);
        self.vitals.touch();
    }

    /// Copies where rows are with the organisation, by the hosts of the profile.
    fn copy_places(&mut self, places: &[Abroad]) {
        let (Some(first), Some(profile)) = (places.first(), &self.profile) else {
            return;
        };
        let what = match first {
            Abroad::Read(_) => "request as curl",
            Abroad::Page(_) => "link",
        };
        let line = |place: &Abroad| match place {
            Abroad::Read(path) => reading_curl(&profile.base_url, path).ok(),
            Abroad::Page(page) => profile.region.map(|region| region.page(page)),
        };
        let lines: Vec<String> = places.iter().filter_map(line).collect();
        if lines.is_empty() {
            let text = "no link: the vendor's pages are known for its regions, and this profile has another base_url";
            return self.messages.say(Weight::Warning, text, self.now);
        }
        let text = lines.join("\n");
        self.effects.push(Effect::Copy { what, text });
    }

    /// What can be done now: the pane's own actions first.
    pub(crate) fn actions(&self) -> Vec<Action> {
        let own = self.panes.get(self.active).map(|pane| pane.actions());
        let own = own.into_iter().flatten();
        let past = if self.is_past() { IN_THE_PAST } else { &[] };
        let all = past
            .iter()
            .copied()
            .chain(own)
            .chain(EVERYWHERE.iter().copied());
        let possible =
            |action: &Action| action.offered(self.can()) && !(self.is_past() && action.writes());
        all.filter(possible).collect()
    }

    /// Opens the palette with a line to go on with.
    pub(super) fn open_palette(&mut self, line: &str) {
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
            also: aliases(*action),
            destroys: action.destroys(),
            ..Item::default()
        };
        let actions = self.actions();
        let digits = (1..=9).map(|n: u8| n.to_string());
        let keys = digits.chain(std::iter::repeat(String::new()));
        let panes = self.panes.iter().zip(keys).map(|(pane, key)| {
            let title = pane.tab(&self.store).title;
            Item {
                name: title.to_lowercase(),
                key,
                doc: "Open this pane; with words after it, filtered by them".to_owned(),
                also: pane_aliases(title),
                ..Item::default()
            }
        });
        let own = self.profile.as_ref().map(|profile| profile.name.as_str());
        let others = self.config.profiles.iter();
        let others = others.filter(|name| Some(name.as_str()) != own);
        let profiles = others.map(|name| Item {
            name: format!("profile {name}"),
            doc: "Switch to this profile".to_owned(),
            destroys: true,
            ..Item::default()
        });
        let items = panes.chain(self.view_items()).chain(profiles);
        let items = items.chain(actions.iter().map(item)).collect();
        let history = self.typed_lines.iter().cloned().collect();
        let palette = Palette::new(items, history).with(line);
        self.layers.push(Layer::Palette(palette));
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
        let pane = self.panes.get(self.active);
        let title = pane.map_or("", |pane| pane.tab(&self.store).title);
        let title = format!("help: {title}");
        self.layers
            .push(Layer::Reader(Reader::new(title, lines, "")));
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

    pub(super) fn use_theme(&mut self, name: &str) {
        if let Some(theme) = self.themes.iter().find(|theme| theme.name() == name) {
            self.theme = theme.clone();
            self.arrival.chosen_theme = Some(name.to_owned());
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

    /// Shows the log that was read, or says why there is none.
    pub(super) fn show_log(&mut self, read: Result<(PathBuf, Vec<String>), String>) {
        match read {
            Ok((path, lines)) => {
                let lines = lines.into_iter().map(Line::from).collect();
                let title = format!("log, newest first ({})", path.display());
                let reader = Reader::new(title, lines, "Nothing has been logged yet.");
                self.layers.push(Layer::Reader(reader));
            }
            Err(why) => self.messages.say(Weight::Note, why, self.now),
        }
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
        let title = format!("undecodable messages ({})", self.heard.status.undecodable);
        self.layers.push(Layer::Reader(Reader::new(
            title,
            lines,
            "Every message was decoded.",
        )));
    }
}
