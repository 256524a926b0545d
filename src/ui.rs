//! The screen: layout, chrome and layers. A pure view of the state; nothing here does I/O or reads a clock.

pub mod bar;
pub mod big;
pub mod chart;
pub mod chooser;
pub mod detail;
pub mod entry;
pub mod filter;
pub mod footer;
pub mod form;
pub mod grid;
pub mod header;
pub mod help;
pub mod layer;
pub mod lines;
pub mod notice;
pub mod palette;
pub mod popup;
pub mod progress;
pub mod prompt;
pub mod review;
pub mod screen;
pub mod sheet;
pub mod sign_in;
pub mod table;
pub mod tabs;
mod wrap;
