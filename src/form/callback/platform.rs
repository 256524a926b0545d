//! Callbacks that are conversations, which wait on a queue for one time (Platform API).

pub mod book;
pub mod reschedule;
