//! `trunkline`: a terminal console for the people who keep Genesys Cloud telephony running.
//!
//! One loop owns all state. Things that happen come in as [`app::event::Event`]s, [`app::App::update`] turns an event
//! into state changes and [`app::effect::Effect`]s without doing I/O or reading a clock, effects run as tasks whose
//! results come back as events, and the screen is a pure view of the state. The console and the headless commands are
//! the same `App` with a different source of events and a different sink of effects.

pub mod alert;
pub mod app;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod console;
pub mod export;
pub mod feed;
pub mod headless;
pub mod listen;
pub mod logging;
pub mod model;
pub mod org;
pub mod pane;
pub mod probe;
pub mod query;
pub mod store;
pub mod term;
pub mod text;
pub mod time;
pub mod ui;
