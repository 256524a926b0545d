//! The screen: layout, chrome and layers. A pure view of the state; nothing here does I/O or reads a clock.

pub mod bar;
pub mod big;
pub mod chooser;
pub mod detail;
pub mod digest;
pub mod entry;
pub mod filter;
pub mod footer;
pub mod form;
pub mod grid;
pub mod header;
pub mod help;
pub mod keys;
pub mod ladder;
pub mod layer;
pub mod lines;
pub mod notice;
pub mod palette;
pub mod popup;
pub mod progress;
pub mod prompt;
pub mod reading;
pub mod review;
pub mod sheet;
pub mod sign_in;
pub mod table;
pub mod tabs;
pub mod vendor;
mod wrap;

use ratatui::layout::Rect;

use crate::term::hyperlink::Hyperlink;

/// Where things were drawn, for the mouse.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The whole screen.
    pub screen: Rect,
    /// The tabs.
    pub tabs: Vec<Rect>,
    /// What leads to a page of the vendor, where nothing lies over it.
    pub links: Vec<Hyperlink>,
}
