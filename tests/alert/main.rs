//! Alerts: what is told, when, how often, and what survives.

mod app;
mod delivery;
mod fold;
mod ledger;
mod props;
mod rig;
mod settle;
mod silence;
