//! The terminal while the console is on it: entering, drawing, suspending, and leaving it as it was found.
//!
//! `ratatui` composes cells; this module owns everything between its buffer and the device. Output never blocks
//! the loop, a frame is one write of only what changed, and every way out goes through the same idempotent restore:
//! [`Term::leave`], `Drop`, the panic hook and the hard exit after a hangup. The terminal is never queried.

mod canvas;
pub mod crash;
mod guard;
pub mod hyperlink;
pub mod loan;
mod modes;
mod pen;
mod port;
mod screen;

pub mod browser;
pub mod clipboard;
pub mod glyphs;
pub mod input;
pub mod signals;

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::sync::Arc;

use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use rustix::termios::isatty;

use canvas::Canvas;
use glyphs::Glyphs;
use hyperlink::Hyperlink;
use port::Port;
use screen::Screen;

use crate::cause::{Cause, Explanation, said};

pub use guard::install_panic_hook;

/// How the console uses the terminal; each is a setting that a person may turn off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting that a person turns off by itself"
)]
pub struct Options {
    /// Clicks and the wheel come as input; the terminal's own selection then needs Shift.
    pub mouse: bool,
    /// Frames are bracketed in synchronized output (DEC mode 2026), against flicker over slow links.
    pub synchronized: bool,
    /// The alternate screen is used, so that what was on the terminal comes back.
    pub alternate: bool,
    /// What leads to a page is a link of the terminal (OSC 8).
    pub hyperlinks: bool,
    /// What the terminal can show.
    pub glyphs: Glyphs,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mouse: true,
            synchronized: true,
            alternate: true,
            hyperlinks: true,
            glyphs: Glyphs::All,
        }
    }
}

/// Why the terminal cannot be used.
#[derive(Debug)]
pub enum TermError {
    /// One of the standard streams is a file or a pipe.
    NotATerminal {
        /// `stdin` or `stdout`.
        stream: &'static str,
    },
    /// The terminal has no cursor that could be moved, or nobody says what it is.
    Unfit {
        /// What `TERM` says; empty when it is not set.
        term: String,
    },
    /// The terminal refused to be set up.
    Setup {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The terminal went away while it was written to.
    Write(io::Error),
    /// The terminal went away while it was read from.
    Read(io::Error),
    /// The process could not be stopped.
    Suspend(io::Error),
}

impl fmt::Display for TermError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told().fmt(f)
    }
}

impl std::error::Error for TermError {}

impl TermError {
    /// The entry of the table that it is.
    #[must_use]
    pub fn told(&self) -> Explanation {
        let of = |cause: Cause, source: &io::Error| cause.told().with("said", said(source));
        match self {
            Self::NotATerminal { stream } => Cause::TerminalIsNone.told().with("stream", *stream),
            Self::Unfit { term } if term.is_empty() => Cause::TerminalUnnamed.told(),
            Self::Unfit { term } => Cause::TerminalUnfit.told().with("term", term),
            Self::Setup { doing, source } => {
                of(Cause::TerminalNotSetUp, source).with("doing", *doing)
            }
            Self::Write(source) => of(Cause::TerminalGone, source).with("doing", "write to"),
            Self::Read(source) => of(Cause::TerminalGone, source).with("doing", "read from"),
            Self::Suspend(source) => of(Cause::NotSuspended, source),
        }
    }
}

/// Whether the console can be drawn here at all: asked before anything is sent, so that what cannot show it gets words
/// and no escape codes.
pub fn fits(term: Option<&OsStr>) -> Result<(), TermError> {
    for (stream, fd) in [
        ("stdin", rustix::stdio::stdin()),
        ("stdout", rustix::stdio::stdout()),
    ] {
        if !isatty(fd) {
            return Err(TermError::NotATerminal { stream });
        }
    }
    moves_cursor(term)
}

/// Whether a terminal of this kind (`TERM`) has a cursor that can be moved. `dumb` and `unknown` are terminfo's names for
/// those that have not; whatever else there is does as ECMA-48 says.
pub fn moves_cursor(term: Option<&OsStr>) -> Result<(), TermError> {
    match term.map(OsStr::to_string_lossy) {
        Some(term) if !matches!(&*term, "" | "dumb" | "unknown") => Ok(()),
        term => Err(TermError::Unfit {
            term: crate::text::safe(&term.unwrap_or_default()).into_owned(),
        }),
    }
}

impl TermError {
    fn setup(doing: &'static str) -> impl FnOnce(Errno) -> Self {
        move |errno| Self::Setup {
            doing,
            source: errno.into(),
        }
    }

    /// Whether the terminal is gone, which its hangup tells of in its own way.
    fn is_hangup(&self) -> bool {
        let hung_up = Errno::IO.raw_os_error();
        matches!(self, Self::Setup { source, .. } if source.raw_os_error() == Some(hung_up))
    }
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Nothing that shows has changed: nothing was written.
    Unchanged,
    /// So many bytes went to the terminal.
    Sent(usize),
    /// The terminal has not taken the last frame yet, was left or hung up: nothing was composed. Draw once
    /// [`Term::writable`] returns; one frame catches up.
    Busy,
}

/// Owns the terminal while the console is on screen.
#[derive(Debug)]
pub struct Term {
    terminal: Terminal<Canvas>,
    screen: Screen,
    hyperlinks: bool,
    port: Arc<Port>,
}

impl Term {
    /// Takes a terminal that [`fits`]: saves its modes, then raw mode, alternate screen, bracketed paste, no cursor.
    pub fn enter(options: Options) -> Result<Self, TermError> {
        let port = Arc::new(Port::open(options)?);
        // Known to the panic hook before anything changes.
        guard::watch_over(&port);
        if let Err(error) = port.enter() {
            port.leave();
            return Err(error);
        }
        let Ok(terminal) = Terminal::new(Canvas::new(port.size()));
        Ok(Self {
            terminal,
            screen: Screen::new(options.synchronized, options.glyphs),
            hyperlinks: options.hyperlinks,
            port,
        })
    }

    /// Composes a frame and sends what differs from the last one, in one write; `render` says what on it leads to a page,
    /// and is not called when the answer is [`Drawn::Busy`].
    pub fn draw(
        &mut self,
        render: impl FnOnce(&mut Frame<'_>) -> Vec<Hyperlink>,
    ) -> Result<Drawn, TermError> {
        if !self.port.ready()? {
            return Ok(Drawn::Busy);
        }
        let size = self.port.size();
        self.terminal.backend_mut().resize(size);
        let mut links = Vec::new();
        let Ok(drawn) = self.terminal.draw(|frame| links = render(frame));
        links.retain(|_| self.hyperlinks);
        self.screen.paint(drawn.buffer, links);
        let frame = self.screen.finish(self.terminal.backend().cursor());
        if frame.is_empty() {
            return Ok(Drawn::Unchanged);
        }
        let bytes = frame.len();
        self.port.send(frame);
        Ok(Drawn::Sent(bytes))
    }

    /// Whether the terminal has taken the last frame, so that a frame drawn now would go out.
    #[must_use]
    pub fn ready_to_draw(&self) -> bool {
        self.port.ready().unwrap_or(true)
    }

    /// Waits until the terminal has taken what was sent, sending the rest of it as it does. Await it while
    /// [`Self::ready_to_draw`] is false; cancelling it loses nothing. It does not return for a terminal that was left
    /// or hung up.
    pub async fn writable(&self) {
        self.port.drained().await;
    }

    /// Makes the next frame paint everything, whatever the terminal shows.
    pub fn invalidate(&mut self) {
        self.screen.forget();
    }

    /// Draws with these glyphs from the next frame on, which paints everything.
    pub fn show_with(&mut self, glyphs: Glyphs) {
        self.screen.show_with(glyphs);
    }

    /// Columns and rows, as of now.
    #[must_use]
    pub fn size(&self) -> Size {
        self.port.size()
    }

    /// Sends bytes between frames: a clipboard sequence, a bell. They must not move the cursor or change colours.
    /// False when they were not taken, because the terminal is not ours or is over 256 KiB behind.
    pub fn write_raw(&mut self, bytes: &[u8]) -> bool {
        self.port.aside(bytes)
    }

    /// Gives the terminal back as it was found, for good or for a pager; [`Self::resume`] takes it again. Never
    /// fails: each step is tried whatever became of the one before. Waits at most 0.4 s for a stopped terminal.
    pub fn leave(&mut self) {
        self.port.leave();
    }

    /// Lends the terminal, which the console has left, to the group of a program, and lets that go on if it stopped to
    /// wait for it. In a background job it does nothing.
    pub fn lend(&self, group: Pid) {
        if self.port.in_foreground() {
            self.port.lend(group);
            crate::child::go_on(group);
        }
    }

    /// Takes a lent terminal back, without entering it.
    pub fn take_back(&self) {
        self.port.take_back();
    }

    /// Gives the terminal back and stops the job, as `Ctrl-z` does elsewhere. Returns before or after the stop: the
    /// terminal is taken again by [`Self::resume`], upon [`signals::Signal::Continue`], and until then every draw is
    /// [`Drawn::Busy`].
    pub fn suspend(&mut self) -> Result<(), TermError> {
        // The first process of a container has nobody to continue it, and the kernel does not stop it.
        if rustix::process::getpid() == Pid::INIT {
            return Ok(());
        }
        self.port.leave();
        // SIGSTOP, since SIGTSTP would come back to our own handler. The job and not the process, or the shell would
        // wait for a parent in it (`cargo run`, `sudo`) that is still running.
        let stopped = if self.port.controls_job() {
            rustix::process::kill_current_process_group(Signal::STOP)
        } else {
            rustix::process::kill_process(rustix::process::getpid(), Signal::STOP)
        };
        stopped.map_err(|errno| TermError::Suspend(errno.into()))
    }

    /// Takes the terminal again after [`Self::suspend`], [`Self::leave`] or a stop from outside, and repaints. In a
    /// background job it does nothing: the shell says continue once more when it brings the job to the foreground.
    pub fn resume(&mut self) -> Result<(), TermError> {
        self.port.take_back();
        if !self.port.in_foreground() {
            self.port.let_go();
            return Ok(());
        }
        self.invalidate();
        match self.port.enter() {
            Err(error) if error.is_hangup() => Ok(()),
            entered => entered,
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        self.leave();
    }
}
