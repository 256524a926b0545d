//! Transfers: the session against a scripted socket, the flow, and the whole against the embedded organisation.

#[expect(dead_code, reason = "the scripted server is the cloud tests' own")]
#[path = "../cloud/server.rs"]
mod server;

mod far;
mod session;
