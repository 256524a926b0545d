//! STUN and TURN servers (contract §7).

use jiff::tz::TimeZone;
use serde_json::Value;

use super::Item;
use crate::model::provision::server;

/// `host:port`.
pub static STUN: Server = Server {
    shape: "host:port",
    turn: false,
};

/// `host:port`, with a transport if need be.
pub static TURN: Server = Server {
    shape: "host:port[?transport=udp|tcp|tls]",
    turn: true,
};

/// A server of either kind.
#[derive(Debug)]
pub struct Server {
    shape: &'static str,
    turn: bool,
}

impl Item for Server {
    fn shape(&self) -> &'static str {
        self.shape
    }

    fn fault(&self, value: &Value, _zone: &TimeZone) -> Option<String> {
        match value.as_str() {
            Some(text) => server(text, self.turn).err(),
            None => Some(format!("write {}", self.shape)),
        }
    }
}
