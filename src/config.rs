//! The configuration.

pub mod environment;
pub mod key;
pub mod keymap;
mod near;
pub mod origin;
pub mod paths;
mod reader;
pub mod theme;
