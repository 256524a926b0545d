//! Waiting for a file that processes use in turn.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// How long a turn is waited for. One takes milliseconds; who holds it longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Takes the lock on a file when nobody has it, without waiting; it ends when the file is closed.
///
/// # Errors
/// What the system says, where locks cannot be had at all.
pub fn take(file: &File) -> io::Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Waits for the lock on a file; it ends when the file is closed.
///
/// # Errors
/// [`io::ErrorKind::TimedOut`] when somebody holds it for longer than [`PATIENCE`].
pub fn wait(file: &File) -> io::Result<()> {
    let began = Instant::now();
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if began.elapsed() > PATIENCE {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(PAUSE);
    }
}
