//! The embedded organisation as its clients see it: real HTTPS and streams, trusting the CA it made.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail as tests do"
)]

#[path = "org/callbacks.rs"]
mod callbacks;
#[path = "org/carriers.rs"]
mod carriers;
#[path = "org/client.rs"]
mod client;
#[path = "common/all.rs"]
mod common;
#[path = "org/control.rs"]
mod control;
#[path = "org/destinations.rs"]
mod destinations;
#[path = "org/estate.rs"]
mod estate;
#[path = "org/faults.rs"]
mod faults;
#[path = "org/hooks.rs"]
mod hooks;
#[path = "org/hostile.rs"]
mod hostile;
#[path = "org/interactions.rs"]
mod interactions;
#[path = "org/jobs.rs"]
mod jobs;
#[path = "org/losses.rs"]
mod losses;
#[path = "org/monday.rs"]
mod monday;
#[path = "org/platform_analytics.rs"]
mod platform_analytics;
#[path = "org/platform_callbacks.rs"]
mod platform_callbacks;
#[path = "org/platform_channels.rs"]
mod platform_channels;
#[path = "org/platform_consults.rs"]
mod platform_consults;
#[path = "org/platform_conversations.rs"]
mod platform_conversations;
#[path = "org/platform_core.rs"]
mod platform_core;
#[path = "org/platform_estate.rs"]
mod platform_estate;
#[path = "org/platform_hours.rs"]
mod platform_hours;
#[path = "org/platform_integrations.rs"]
mod platform_integrations;
#[path = "org/platform_phones.rs"]
mod platform_phones;
#[path = "org/platform_sign_in.rs"]
mod platform_sign_in;
#[path = "org/platform_sip.rs"]
mod platform_sip;
#[path = "org/platform_topics.rs"]
mod platform_topics;
#[path = "org/platform_triggers.rs"]
mod platform_triggers;
#[path = "org/platform_walk.rs"]
mod platform_walk;
#[path = "org/queues.rs"]
mod queues;
#[path = "org/reservations.rs"]
mod reservations;
#[path = "org/rest.rs"]
mod rest;
#[path = "org/routes.rs"]
mod routes;
#[path = "org/start.rs"]
mod start;
#[path = "org/streams.rs"]
mod streams;
#[path = "org/token.rs"]
mod token;
#[path = "org/transfer_faults.rs"]
mod transfer_faults;
#[path = "org/transfers.rs"]
mod transfers;
#[path = "org/webhooks.rs"]
mod webhooks;
