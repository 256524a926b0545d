//! The terminal in the hands of another program, before the console is on it or where there is no console.

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{self, OptionalActions, Termios};

use super::port::from_behind;

/// A terminal that is lent; dropped, it is taken back with the modes that were found on it.
#[derive(Debug)]
pub struct Loan {
    tty: OwnedFd,
    to: Pid,
    saved: Option<Termios>,
}

/// Lends the terminal that controls this process to a program's group. None where there is none, or where it is not ours to
/// lend: a job in the background has no keys to give away.
#[must_use]
pub fn lend(to: Pid) -> Option<Loan> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let tty = rustix::fs::open("/dev/tty", flags, Mode::empty()).ok()?;
    if termios::tcgetpgrp(&tty).ok()? != getpgrp() {
        return None;
    }
    let saved = termios::tcgetattr(&tty).ok();
    from_behind(|| {
        let _ = termios::tcsetpgrp(&tty, to);
    });
    // It may have asked for a key already, and been stopped for that.
    crate::child::go_on(to);
    Some(Loan { tty, to, saved })
}

impl Drop for Loan {
    fn drop(&mut self) {
        // A shell that has taken it meanwhile keeps it. A group that is gone leaves nobody, or an error, behind.
        if termios::tcgetpgrp(&self.tty)
            .is_ok_and(|holder| holder != self.to && holder != getpgrp())
        {
            return;
        }
        from_behind(|| {
            let _ = termios::tcsetpgrp(&self.tty, getpgrp());
            if let Some(saved) = &self.saved {
                let _ = termios::tcsetattr(&self.tty, OptionalActions::Now, saved);
            }
        });
    }
}
