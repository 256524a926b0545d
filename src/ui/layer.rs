//! Layers above the pane. The topmost one gets the keys first and consumes them.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::chooser::Chooser;
use super::digest::DigestView;
use super::filter::FilterBar;
use super::form::{Ask, FormView};
use super::ladder::LadderView;
use super::lines::Reader;
use super::palette::Palette;
use super::progress::Progress;
use super::prompt::Prompt;
use super::review::Review;
use super::sign_in::{SignIn, Stroke};
use crate::config::theme::Theme;
use crate::store::Store;
use crate::time::Millis;
use crate::vocabulary::command::Command;

/// What a layer makes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerOutcome {
    /// It stays open.
    Stay,
    /// It closes.
    Close,
    /// It stays open, and this takes effect meanwhile.
    Live(Command),
    /// It closes and this is carried out.
    Run(Command),
    /// It stays open, and the console does this with it.
    Ask(Ask),
    /// It stays open, and the sign-in that it shows goes on so.
    SignIn(Stroke),
    /// It closes, and what opened it gets this line.
    Answer(String),
}

/// What layers are drawn with.
#[derive(Clone, Copy, Debug)]
pub struct Light<'a> {
    /// How things look.
    pub theme: &'a Theme,
    /// Everything known.
    pub store: &'a Store,
    /// The moment it is.
    pub now: Millis,
}

/// Something over the pane.
#[derive(Debug)]
pub enum Layer {
    /// Any action by name.
    Palette(Palette),
    /// The filter as it is typed.
    Filter(FilterBar),
    /// One or several out of a list.
    Chooser(Chooser),
    /// Something to read.
    Reader(Reader),
    /// The budget, which moves on while it is open.
    Budget(Reader),
    /// A payload to fill in.
    Form(Box<FormView>),
    /// One line to answer with.
    Prompt(Prompt),
    /// What is about to be sent.
    Review(Box<Review>),
    /// A write on its way.
    Progress(Progress),
    /// A person signs in.
    SignIn(Box<SignIn>),
    /// What happened in a stretch of time.
    Digest(DigestView),
    /// What was said over SIP for a call.
    Ladder(Box<LadderView>),
}

impl Layer {
    /// Hands a key to the layer.
    pub fn key(&mut self, key: KeyEvent) -> LayerOutcome {
        match self {
            Self::Palette(palette) => palette.key(key),
            Self::Filter(bar) => bar.key(key),
            Self::Chooser(chooser) => chooser.key(key),
            Self::Reader(reader) | Self::Budget(reader) => reader.key(key),
            Self::Form(form) => form.key(key),
            Self::Prompt(prompt) => prompt.key(key),
            Self::Review(review) => review.key(key),
            Self::Progress(progress) => progress.key(key),
            Self::SignIn(sign_in) => sign_in.key(key),
            Self::Digest(digest) => digest.key(key),
            Self::Ladder(ladder) => ladder.key(key),
        }
    }

    /// Hands pasted text to the layer; only text fields take it.
    pub fn paste(&mut self, text: &str) -> LayerOutcome {
        match self {
            Self::Palette(palette) => palette.paste(text),
            Self::Filter(bar) => bar.paste(text),
            Self::Form(form) => form.paste(text),
            Self::Prompt(prompt) => prompt.paste(text),
            Self::Review(review) => review.paste(text),
            Self::SignIn(sign_in) => sign_in.paste(text),
            Self::Chooser(_)
            | Self::Reader(_)
            | Self::Budget(_)
            | Self::Progress(_)
            | Self::Digest(_)
            | Self::Ladder(_) => LayerOutcome::Stay,
        }
    }

    /// Hands a click to the layer; only a form has places to click at.
    pub fn click(&mut self, area: Rect, at: Position) -> LayerOutcome {
        match self {
            Self::Form(form) => form.click(area, at),
            _ => LayerOutcome::Stay,
        }
    }

    /// Draws the layer over `area`; says where the text cursor belongs, if it has one.
    pub fn render(&self, area: Rect, buf: &mut Buffer, light: Light<'_>) -> Option<Position> {
        let theme = light.theme;
        match self {
            Self::Palette(palette) => return Some(palette.render(area, buf, theme)),
            Self::Filter(bar) => return Some(bar.render(area, buf, theme)),
            Self::Form(form) => return form.render(area, buf, theme),
            Self::Prompt(prompt) => return Some(prompt.render(area, buf, theme)),
            Self::Review(review) => return review.render(area, buf, theme),
            Self::SignIn(sign_in) => return Some(sign_in.render(area, buf, theme)),
            Self::Chooser(chooser) => chooser.render(area, buf, theme),
            Self::Digest(digest) => digest.render(area, buf, theme),
            Self::Ladder(ladder) => ladder.render(area, buf, theme, light.now),
            Self::Reader(reader) | Self::Budget(reader) => reader.render(area, buf, theme),
            Self::Progress(progress) => {
                let flow = light.store.flows.get(progress.flow());
                progress.render(flow, light.now, area, buf, theme);
            }
        }
        None
    }
}
