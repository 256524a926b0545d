//! Many pongs, one wake-up.
//!
//! A quiet console pings all its streams together, and two hundred pongs would come back as two hundred wake-ups a few
//! microseconds apart. After such a round the worker that waits for the network sleeps a moment first, and then finds
//! them all at once. It costs one delay of that length every fifteen seconds, on a feed that is silent anyway.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Longer than a round trip on a near network; on a far one the pongs come one by one, as without.
const MOMENT: Duration = Duration::from_millis(20);

static PINGED: AtomicBool = AtomicBool::new(false);

/// A ping has been sent.
pub(super) fn pinged() {
    PINGED.store(true, Ordering::Relaxed);
}

/// For the runtime's `on_thread_park`: sleeps once after a round of pings, else does nothing.
pub fn before_park() {
    if PINGED.swap(false, Ordering::Relaxed) {
        std::thread::sleep(MOMENT);
    }
}
