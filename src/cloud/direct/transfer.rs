//! The transfer socket: its frames, and the session that keeps it (contract §8).

mod answer;
mod session;
mod socket;

pub use self::answer::{Answer, Incoming, decode};
pub use self::session::{Failure, Session, Timing, Told, TransferReply};
