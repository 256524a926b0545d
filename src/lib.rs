//! `trunkline`: a terminal console for the people who keep Genesys Cloud telephony running.
//!
//! One loop owns all state. Things that happen come in as [`app::Event`]s, `App::update` turns an event into
//! state changes and effects without doing I/O or reading a clock, effects run as tasks whose results come back
//! as events, and the screen is a pure view of the state. The console and the headless commands are the same
//! `App` with a different source of events and a different sink of effects.

pub mod app;
pub mod cloud;
pub mod feed;
pub mod model;
pub mod org;
pub mod text;
pub mod time;
