//! The way back for those who do not own the terminal: the panic hook and the hard exit.

use std::panic;
use std::process;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::crash;
use super::port::Port;

/// Exit code of a panic, as the runtime's own.
const PANICKED: i32 = 101;

/// The terminal in use, for threads that hold no [`super::Term`].
static CURRENT: Mutex<Weak<Port>> = Mutex::new(Weak::new());

/// Makes this the terminal that [`restore`] puts back.
pub(super) fn watch_over(port: &Arc<Port>) {
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(port);
}

/// Puts the terminal back, from any thread; does nothing when there is nothing to put back.
pub(super) fn restore() {
    let current = CURRENT
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .upgrade();
    if let Some(port) = current {
        port.leave();
    }
}

/// Ends what the console has started, puts the terminal back and ends the process at once, without waiting for any other thread.
pub(super) fn exit(code: i32) -> ! {
    crate::child::end_all();
    restore();
    process::exit(code)
}

/// Makes a panic on any thread restore the terminal, then report, then end the process with 101.
///
/// A console that lost a task would go on showing rows that nobody updates. The report is our own and replaces that of
/// `color-eyre`: what a panic says may quote what came in, so that it is scrubbed before anybody sees it.
pub fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        // First, so that an editor does not draw over the report.
        crate::child::end_all();
        restore();
        crash::report(info);
        process::exit(PANICKED);
    }));
}
