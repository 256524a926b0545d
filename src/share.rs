//! One reader, many consoles: an organisation is read once on a machine, and every console there attaches.
//!
//! Several consoles that read with one OAuth client take each other's notification channels, and none of them is ever right. So
//! one process reads ([`Server`]), and what it hears goes over a Unix socket to whoever may connect: first everything that is
//! known (a keyframe), then what is told, as it is told, in the record's frames ([`crate::record::frame`]). A console that
//! attaches ([`Attachable`]) is a source of news like the organisation itself; the store and the panes do not know which.
//!
//! **What is shown is as fresh as the link says.** A reader has an epoch, each thing told a number, and once a second there is a
//! beat with the number told last, which the reader's own loop has to send: one that hangs is silent. A hole, a silence of
//! [`SILENCE`] or the end of the connection makes every row stale at once, and the broken link is named. Nobody falls back to the
//! organisation by himself: one console takes over where the configuration says so, and a lock decides which; else a person may
//! say `:direct`.
//!
//! A viewer that takes too little is dropped, and the reader waits for nobody. What comes from the other side is bounded before
//! it is looked at, in both directions.

mod desk;
mod place;
mod server;
#[cfg(test)]
mod tests;
mod viewer;
mod wire;
mod words;

use std::time::Duration;

pub use self::desk::Desk;
pub use self::place::{Offer, SharePlace, ShareSettings};
pub use self::server::{Ask, Server, ShareError};
pub use self::viewer::{Attachable, ShareStanding, look};
pub use self::wire::keyframe;
pub use self::words::{Hello, Said, ShareAsk, Viewer};

/// How often a reader says that it lives, and how long without a word a viewer believes it.
pub const BEAT: Duration = Duration::from_secs(1);
/// See [`BEAT`].
pub const SILENCE: Duration = Duration::from_secs(3);

/// The version of what is said over the socket. Another one is refused in words.
const VERSION: u32 = 2;

/// Consoles that can be attached at once.
const MOST_VIEWERS: usize = 256;
