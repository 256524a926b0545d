//! Alerts: what is told, when, how often, and what survives.
#![allow(
    clippy::unwrap_used,
    reason = "a test fails where an unwrap does; clippy.toml knows only functions marked as tests"
)]

mod app;
mod bodies;
#[path = "../common/all.rs"]
mod common;
mod delivery;
mod edges;
mod fold;
mod ledger;
mod props;
mod reach;
mod rig;
mod settle;
mod silence;
mod targets;
