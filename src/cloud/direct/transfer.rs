//! The transfer socket: its frames, and the session that keeps it (contract §8).

mod answer;
mod link;
mod session;

pub use self::answer::{Answer, Incoming, decode};
pub use self::session::{Failure, Reply, Session, Timing, Told};
