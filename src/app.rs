//! The application: one state, one `update`.

pub mod action;
