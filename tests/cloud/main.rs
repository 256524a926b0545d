//! The cloud client against a server that answers whatever a test wants, over real sockets on loopback.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up should stop there"
)]

mod canary;
#[path = "../common/all.rs"]
mod common;
mod doctor;
mod embedded;
mod keyring;
mod login;
mod proxy;
mod quota;
mod rest;
mod sign_in;
mod streams;
mod trust;
mod vendor;
mod writes;
