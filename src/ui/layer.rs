//! Layers above the pane. The topmost one gets the keys first and consumes them.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::chooser::Chooser;
use super::filter::FilterBar;
use super::lines::Reader;
use super::palette::Palette;
use crate::app::command::Command;
use crate::config::theme::Theme;

/// What a layer makes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stays open.
    Stay,
    /// It closes.
    Close,
    /// It stays open, and this takes effect meanwhile.
    Live(Command),
    /// It closes and this is carried out.
    Run(Command),
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
}

impl Layer {
    /// Hands a key to the layer.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        match self {
            Self::Palette(palette) => palette.key(key),
            Self::Filter(bar) => bar.key(key),
            Self::Chooser(chooser) => chooser.key(key),
            Self::Reader(reader) => reader.key(key),
        }
    }

    /// Hands pasted text to the layer; only text fields take it.
    pub fn paste(&mut self, text: &str) -> Outcome {
        match self {
            Self::Palette(palette) => palette.paste(text),
            Self::Filter(bar) => bar.paste(text),
            Self::Chooser(_) | Self::Reader(_) => Outcome::Stay,
        }
    }

    /// Draws the layer over `area`; says where the text cursor belongs, if it has one.
    pub fn render(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        match self {
            Self::Palette(palette) => Some(palette.render(area, buf, theme)),
            Self::Filter(bar) => Some(bar.render(area, buf, theme)),
            Self::Chooser(chooser) => {
                chooser.render(area, buf, theme);
                None
            }
            Self::Reader(reader) => {
                reader.render(area, buf, theme);
                None
            }
        }
    }
}
