//! Keys, pastes and the mouse: the topmost layer first, then the keymap, then the pane.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::App;
use crate::ui::keys;
use crate::ui::layer::{Layer, LayerOutcome};
use crate::vocabulary::action::Action;
use crate::vocabulary::command::Command;

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) {
        self.redraw();
        self.arrival.began = true;
        self.returned();
        self.vitals.moved(self.now);
        // Ctrl-c and what else a terminal keeps for itself must work above every layer.
        let bound = self.config.keys.action(key, self.is_past());
        if bound.is_none() && self.two_in_one(key) {
            self.key(KeyEvent::from(KeyCode::Esc));
            return self.key(KeyEvent::from(key.code));
        }
        let chord = key.modifiers.contains(KeyModifiers::CONTROL);
        if !(self.layers.is_empty() || chord && bound.is_some()) {
            if self.explained(key) {
                return;
            }
            let Some(layer) = self.layers.last_mut() else {
                return;
            };
            if let Layer::Form(view) = layer {
                view.form_mut().tell_time(self.now);
            }
            let outcome = layer.key(key);
            self.bench.asked_to_leave = false;
            self.outcome(outcome);
            self.typed();
            return;
        }
        if self.arrive(key) {
            return;
        }
        if bound != Some(Action::Quit) {
            self.bench.asked_to_leave = false;
        }
        if let Some(action) = bound {
            self.run(&Command::Act(action));
        }
    }

    /// Whether a key with Alt is the other reading of its bytes, `Esc` and then the key: over a slow line both arrive together.
    /// Were it nothing, what is typed after `Esc` `:` would be taken for keys of the pane.
    fn two_in_one(&self, key: KeyEvent) -> bool {
        let typed = matches!(key.code, KeyCode::Char(_)) && key.modifiers == KeyModifiers::ALT;
        typed
            && self
                .layers
                .last()
                .is_none_or(|layer| !keys::of(layer, &self.theme).1)
    }

    /// Puts the keys of the topmost layer over it, where that is asked.
    fn explained(&mut self, key: KeyEvent) -> bool {
        let asks = matches!(key.code, KeyCode::F(1) | KeyCode::Char('?'));
        let Some(layer) = self.layers.last().filter(|_| asks) else {
            return false;
        };
        let (page, takes_text) = keys::of(layer, &self.theme);
        let typed = key.code != KeyCode::F(1) && takes_text;
        // On a page it closes, so that twice is as before.
        let page = Some(page).filter(|_| !typed && !matches!(layer, Layer::Reader(_)));
        let explained = page.is_some();
        self.layers.extend(page.map(Layer::Reader));
        explained
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.redraw();
        if let Some(layer) = self.layers.last_mut() {
            let outcome = layer.paste(text);
            self.outcome(outcome);
            self.typed();
        }
    }

    fn outcome(&mut self, outcome: LayerOutcome) {
        match outcome {
            LayerOutcome::Stay => {}
            LayerOutcome::Close => {
                self.layers.pop();
            }
            LayerOutcome::Run(command) => {
                let layer = self.layers.pop();
                if let Some(Layer::Palette(palette)) = &layer {
                    self.remember_line(palette.line());
                }
                match (layer, &command) {
                    // The filter's own line shows both, this does not.
                    (Some(Layer::Palette(_)), Command::Filter(text)) => self.filter_by(text),
                    _ => self.run(&command),
                }
            }
            LayerOutcome::Ask(ask) => self.asked(ask),
            LayerOutcome::SignIn(stroke) => self.sign_in_stroke(stroke),
            LayerOutcome::Answer(line) => {
                self.layers.pop();
                self.answered(&line);
            }
            LayerOutcome::Live(command) => {
                self.run(&command);
                if let (Some(Layer::Filter(bar)), Some(pane)) =
                    (self.layers.last_mut(), self.panes.get(self.active))
                {
                    bar.set_fault(pane.fault());
                }
            }
        }
    }

    /// What was carried out from the palette can be had back there.
    fn remember_line(&mut self, line: &str) {
        let lines = &mut self.typed_lines;
        lines.retain(|known| known != line);
        if !line.is_empty() {
            lines.push_back(line.to_owned());
        }
        let over = lines.len().saturating_sub(super::LINES);
        lines.drain(..over);
    }

    pub(super) fn mouse(&mut self, mouse: MouseEvent) {
        if matches!(
            mouse.kind,
            MouseEventKind::Moved | MouseEventKind::Up(_) | MouseEventKind::Drag(_)
        ) {
            return;
        }
        self.redraw();
        self.returned();
        self.vitals.moved(self.now);
        if !self.layers.is_empty() {
            self.layer_mouse(mouse);
            return;
        }
        let at = Position {
            x: mouse.column,
            y: mouse.row,
        };
        let tab = self.places.tabs.iter().position(|place| place.contains(at));
        match tab.filter(|_| mouse.kind == MouseEventKind::Down(MouseButton::Left)) {
            Some(tab) => self.open(tab),
            None => self.with_pane(|pane, desk| pane.mouse(mouse, desk)),
        }
    }

    /// The wheel moves in a layer, a click puts a field in focus; outside of what a layer says it does nothing.
    fn layer_mouse(&mut self, mouse: MouseEvent) {
        if mouse.kind == MouseEventKind::Down(MouseButton::Left) {
            let (area, at) = (self.places.screen, Position::new(mouse.column, mouse.row));
            if let Some(layer) = self.layers.last_mut() {
                let outcome = layer.click(area, at);
                self.outcome(outcome);
                self.typed();
            }
            return;
        }
        let code = match mouse.kind {
            MouseEventKind::ScrollDown => KeyCode::Down,
            MouseEventKind::ScrollUp => KeyCode::Up,
            _ => return,
        };
        if let Some(layer) = self.layers.last_mut() {
            let outcome = layer.key(code.into());
            self.outcome(outcome);
        }
    }
}
