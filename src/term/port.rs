//! The line to the terminal: an output that never blocks, and the state to put back.
//!
//! The terminal is reopened without blocking, as a description of its own: the shell shares the one on stdout, and
//! must not find it non-blocking. What the terminal does not take at once stays here until it does. A stopped or slow
//! terminal therefore holds up one frame and nothing else, and no thread is needed to wait for it.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, SigmaskHow};
use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::termios::{self, OptionalActions, QueueSelector, Termios};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::{Options, TermError, modes};

/// How long leaving waits for the terminal to take what is under way; a person waits for this.
const GRACE: Duration = Duration::from_millis(200);

/// Bytes that may wait beside a frame: a full clipboard sequence and some bells.
const MAX_ASIDE: usize = 256 * 1024;

/// The largest screen that is drawn. Whoever holds the terminal sets its size, up to 65,535 squared cells.
const MAX_SIZE: Size = Size::new(1_000, 500);

/// An open terminal, shared with the panic hook.
#[derive(Debug)]
pub(super) struct Port {
    tty: OwnedFd,
    /// Flags of a description that had to be shared, to be put back; `None` when it is our own.
    shared: Option<OFlags>,
    saved: Termios,
    options: Options,
    line: Mutex<Line>,
}

/// What is on its way to the terminal.
#[derive(Debug, Default)]
struct Line {
    out: Vec<u8>,
    sent: usize,
    entered: bool,
    /// The process group that the terminal is lent to.
    lent: Option<Pid>,
    fault: Option<Errno>,
}

impl Port {
    /// Opens the terminal that stdout is on, and notes its state; changes nothing yet.
    pub(super) fn open(options: Options) -> Result<Self, TermError> {
        match reopen(rustix::stdio::stdout()) {
            Ok(tty) => Self::on(tty, None, options),
            Err(_) => Self::share(rustix::stdio::stdout(), options),
        }
    }

    /// The way left when the device may not be opened again, as after `su` to another user.
    fn share(stdout: BorrowedFd<'_>, options: Options) -> Result<Self, TermError> {
        let tty = rustix::io::fcntl_dupfd_cloexec(stdout, 0);
        let tty = tty.map_err(TermError::setup("duplicate"))?;
        let flags = rustix::fs::fcntl_getfl(&tty).map_err(TermError::setup("read the flags of"))?;
        Self::on(tty, Some(flags), options)
    }

    /// A port on an open terminal.
    pub(super) fn on(
        tty: OwnedFd,
        shared: Option<OFlags>,
        options: Options,
    ) -> Result<Self, TermError> {
        let saved = termios::tcgetattr(&tty).map_err(TermError::setup("read the modes of"))?;
        Ok(Self {
            tty,
            shared,
            saved,
            options,
            line: Mutex::default(),
        })
    }

    /// Raw mode and the console's modes; again after a stop, when a shell has changed them.
    pub(super) fn enter(&self) -> Result<(), TermError> {
        let mut line = self.line();
        // From here on there is something to put back, also when one of the steps fails.
        line.entered = true;
        line.fault = None;
        if let Some(flags) = self.shared {
            rustix::fs::fcntl_setfl(&self.tty, flags | OFlags::NONBLOCK)
                .map_err(TermError::setup("unblock"))?;
        }
        let mut raw = self.saved.clone();
        raw.make_raw();
        termios::tcsetattr(&self.tty, OptionalActions::Now, &raw)
            .map_err(TermError::setup("set raw mode on"))?;
        line.out.extend_from_slice(&modes::enter(self.options));
        self.push(&mut line);
        Ok(())
    }

    /// Puts everything back, whatever state it is in; each step is tried even when the one before failed, and doing
    /// it again does nothing. Takes at most twice [`GRACE`].
    pub(super) fn leave(&self) {
        let lent = self.take_back();
        let mut line = self.line();
        if !std::mem::take(&mut line.entered) && !lent {
            return;
        }
        if !self.drain(&mut line) {
            // The terminal is stopped: what it has not read is worth less than the way back.
            let _ = termios::tcflush(&self.tty, QueueSelector::OFlush);
            line.discard();
            line.out.extend_from_slice(modes::CANCEL);
        }
        line.out.extend_from_slice(&modes::leave(self.options));
        self.drain(&mut line);
        line.discard();
        let _ = termios::tcsetattr(&self.tty, OptionalActions::Now, &self.saved);
        if let Some(flags) = self.shared {
            let _ = rustix::fs::fcntl_setfl(&self.tty, flags);
        }
    }

    /// Makes the terminal a program's: the keys are for its group, and what stops and ends by keys is that group.
    pub(super) fn lend(&self, group: Pid) {
        self.line().lent = Some(group);
        from_behind(|| {
            // A terminal that controls nobody has no foreground, and is anybody's to use.
            let _ = termios::tcsetpgrp(&self.tty, group);
        });
    }

    /// Takes the terminal back from the program that it is lent to, with the modes that were found on it, whatever that
    /// program has set. Whether it was lent.
    pub(super) fn take_back(&self) -> bool {
        let Some(group) = self.line().lent.take() else {
            return false;
        };
        // A shell that has taken it meanwhile keeps it.
        if termios::tcgetpgrp(&self.tty).is_ok_and(|holder| holder != group) {
            return self.in_foreground();
        }
        from_behind(|| {
            let _ = termios::tcsetpgrp(&self.tty, rustix::process::getpgrp());
            let _ = termios::tcsetattr(&self.tty, OptionalActions::Now, &self.saved);
        });
        true
    }

    /// Gives up a terminal that a shell has taken: it has set the modes it wants, and ours would go to its screen.
    pub(super) fn let_go(&self) {
        let mut line = self.line();
        line.entered = false;
        line.discard();
    }

    /// Whether a frame would go out now: the console has the terminal and it has taken what came before. A terminal
    /// that hung up is not ready and no error: [`super::signals`] tells of it, with the right exit code.
    pub(super) fn ready(&self) -> Result<bool, TermError> {
        let mut line = self.line();
        self.push(&mut line);
        match line.fault {
            Some(fault) if line.entered && fault != Errno::IO => {
                Err(TermError::Write(fault.into()))
            }
            fault => Ok(line.entered && line.is_empty() && fault.is_none()),
        }
    }

    /// Sends a frame and empties it; meant for a port that is [`Self::ready`].
    pub(super) fn send(&self, frame: &mut Vec<u8>) {
        let mut line = self.line();
        if line.entered {
            if line.is_empty() {
                // Swapped and not copied: both buffers keep their room.
                std::mem::swap(&mut line.out, frame);
            } else {
                line.out.append(frame);
            }
            self.push(&mut line);
        }
        frame.clear();
    }

    /// Sends bytes that are no frame, after what is under way; false when the terminal is not ours, or so far behind
    /// that they are not taken.
    pub(super) fn aside(&self, bytes: &[u8]) -> bool {
        let mut line = self.line();
        let waiting = line.out.len() - line.sent;
        if !line.entered || waiting.saturating_add(bytes.len()) > MAX_ASIDE.max(waiting) {
            return false;
        }
        line.out.extend_from_slice(bytes);
        self.push(&mut line);
        true
    }

    /// Waits until the terminal has taken everything; dropping the wait loses nothing. Never ends for a terminal that
    /// was left or hung up, so that a loop that waits for it does not spin.
    pub(super) async fn drained(&self) {
        while !matches!(self.ready(), Ok(true)) {
            if !self.is_behind() {
                return std::future::pending().await;
            }
            // Registered only while something waits: an idle terminal must not wake the console.
            match self.watch() {
                Ok(watch) if watch.writable().await.is_ok() => {}
                _ => return std::future::pending().await,
            }
        }
    }

    /// Whether the terminal is still taking what was sent.
    fn is_behind(&self) -> bool {
        let line = self.line();
        line.entered && !line.is_empty()
    }

    #[allow(
        deprecated,
        reason = "sound with a descriptor that is borrowed, and its successor is an `unsafe fn`"
    )]
    fn watch(&self) -> io::Result<AsyncFd<BorrowedFd<'_>>> {
        AsyncFd::with_interest(self.tty.as_fd(), Interest::WRITABLE)
    }

    /// Columns and rows, within [`MAX_SIZE`]; 80x24 when the terminal does not say.
    pub(super) fn size(&self) -> Size {
        match termios::tcgetwinsize(&self.tty) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(
                size.ws_col.min(MAX_SIZE.width),
                size.ws_row.min(MAX_SIZE.height),
            ),
            _ => Size::new(80, 24),
        }
    }

    /// Whether the terminal is ours to use: a background job that sets modes is stopped by the kernel. A terminal
    /// that controls nobody counts as ours.
    pub(super) fn in_foreground(&self) -> bool {
        termios::tcgetpgrp(&self.tty).map_or(true, |group| group == rustix::process::getpgrp())
    }

    /// Whether this process leads a job that holds the terminal, so that stopping stops the whole job.
    pub(super) fn controls_job(&self) -> bool {
        termios::tcgetpgrp(&self.tty).is_ok_and(|group| group == rustix::process::getpgrp())
    }

    /// A lock that a panic elsewhere cannot take away: the way back matters more than a half-written queue.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what the terminal takes now.
    fn push(&self, line: &mut Line) {
        while !line.is_empty() {
            match rustix::io::write(&self.tty, &line.out[line.sent..]) {
                Ok(0) | Err(Errno::AGAIN) => return,
                Ok(sent) => line.sent = line.sent.saturating_add(sent).min(line.out.len()),
                Err(Errno::INTR) => {}
                Err(fault) => {
                    line.discard();
                    line.fault = Some(fault);
                }
            }
        }
        line.discard();
    }

    /// Writes all there is within [`GRACE`]; false when the terminal did not take it.
    fn drain(&self, line: &mut Line) -> bool {
        let until = Instant::now() + GRACE;
        loop {
            self.push(line);
            let left = until.saturating_duration_since(Instant::now());
            if line.is_empty() || left.is_zero() {
                return line.is_empty();
            }
            let mut watched = [PollFd::new(&self.tty, PollFlags::OUT)];
            let timeout = Timespec::try_from(left).ok();
            let _ = rustix::event::poll(&mut watched, timeout.as_ref());
        }
    }
}

impl Line {
    fn is_empty(&self) -> bool {
        self.sent >= self.out.len()
    }

    fn discard(&mut self) {
        self.out.clear();
        self.sent = 0;
    }
}

/// Does what stops whoever does it without having the terminal, unless the signal for that is held back (tcsetpgrp(3)).
pub(super) fn from_behind(work: impl FnOnce()) {
    let mut stops = SigSet::empty();
    stops.add(nix::sys::signal::Signal::SIGTTOU);
    let before = stops.thread_swap_mask(SigmaskHow::SIG_BLOCK);
    work();
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
}

/// The device behind a terminal descriptor, opened anew without blocking and without becoming its controlling one.
fn reopen(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let path = termios::ttyname(fd, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests;
