//! The probes against real servers on loopback: rustls and openssl for TLS, Debian's coturn for STUN and TURN, hyper for
//! HTTP, a small responder for DNS; and `trunkline probe` as a script runs it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up should stop there"
)]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod challenges;
mod command;
mod config;
mod coturn;
mod destination;
mod dns;
mod http;
mod mutual;
mod relay;
mod servers;
mod sip;
mod tls;
mod too_old;
