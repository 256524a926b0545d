//! Standard output: the one way to it for every command, and what it means that nobody reads it any more.
//!
//! A reader that has had enough (`head`, a pager that is left) ends the command as SIGPIPE ends others, without a word
//! and with 128 + 13. What cannot be written for another reason, such as a full disk, is an error that says so. So is an
//! output that was closed from the start (`>&-`): the runtime opens `/dev/null` in its place before `main`, so that it is
//! [looked at](look) before that.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::cause::{Cause, said};
use crate::term::glyphs::Glyphs;
use crate::vault;

/// The exit code of a command whose reader has left: as if SIGPIPE had ended it.
pub const READER_LEFT: u8 = 128 + 13;

static LEFT: AtomicBool = AtomicBool::new(false);

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether anything was written to standard output.
static WROTE: AtomicBool = AtomicBool::new(false);

/// What was said on standard error, for whoever reads standard output alone.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Lines of that which are kept.
const KEPT: usize = 20;

/// Keeps a line of standard error for [`fault`].
pub fn note(text: &str) {
    if let Ok(mut said) = SAID.lock()
        && said.len() < KEPT
    {
        let text = text
            .trim()
            .strip_prefix("trunkline: ")
            .unwrap_or(text.trim());
        said.push(vault::scrub(text).into_owned());
    }
}

/// Says in JSON why a command that was to print JSON has printed nothing: `{"error":{"exit":3,"message":"…"}}`. What it has
/// printed before stays the one document.
pub fn fault(code: u8) {
    if code == 0 || WROTE.load(Ordering::Relaxed) || reader_left() {
        return;
    }
    let said = SAID.lock().map(|said| said.join("\n")).unwrap_or_default();
    let error = serde_json::json!({"error": {"exit": code, "message": said}});
    let _ = write(&format!("{error}\n"));
}

/// Notes whether there is a standard output. To be called before `main`, and to do no more than this.
pub fn look() {
    let there = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
    CLOSED.store(!there, Ordering::Relaxed);
}

/// Whether anything can be printed at all: asked before a command does anything, because what became of a write that was
/// sent could be told to nobody.
pub fn open() -> Result<(), String> {
    if CLOSED.load(Ordering::Relaxed) {
        return Err(Cause::OutputClosed.told().to_string());
    }
    Ok(())
}

/// Whether a write has found that nobody reads.
#[must_use]
pub fn reader_left() -> bool {
    LEFT.load(Ordering::Relaxed)
}

/// Writes a text in one piece. The error says why it could not be written; it is empty when the reader has left, which
/// [`reader_left`] says from then on.
pub fn write(text: &str) -> Result<(), String> {
    open()?;
    if !text.is_empty() {
        WROTE.store(true, Ordering::Relaxed);
    }
    let mut out = io::stdout().lock();
    let text = if out.is_terminal() {
        Glyphs::chosen().text(text)
    } else {
        text.into()
    };
    told(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// What came of a write to standard output, in our words.
pub fn told(written: io::Result<()>) -> Result<(), String> {
    let Err(error) = written else { return Ok(()) };
    Err(match error.kind() {
        ErrorKind::BrokenPipe => {
            LEFT.store(true, Ordering::Relaxed);
            String::new()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Cause::OutputFull.told().to_string(),
        _ => {
            let told = Cause::OutputUnwritable.told();
            told.with("said", said(&error)).to_string()
        }
    })
}

/// Writes a line to standard error. There is nobody left to tell when that cannot be written.
pub fn error_line(text: &str) {
    note(text);
    let mut out = io::stderr().lock();
    let text = if out.is_terminal() {
        Glyphs::chosen().text(text)
    } else {
        text.into()
    };
    let _ = writeln!(out, "{text}");
}

/// Whoever reads standard output.
#[derive(Debug)]
pub struct Reader(Option<AsyncFd<OwnedFd>>);

impl Reader {
    /// Watches for its end. What has none, a file or a terminal, is not watched: the latter's hangup is a signal. Needs
    /// a tokio runtime.
    #[must_use]
    pub fn watch() -> Self {
        if io::stdout().is_terminal() {
            return Self(None);
        }
        let copy = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 0);
        Self(copy.ok().and_then(|copy| {
            // The system refuses to watch files.
            register(copy).ok()
        }))
    }

    /// Returns once nobody reads; never where there is nothing to see of it.
    pub async fn left(&self) {
        let Some(pipe) = &self.0 else {
            return std::future::pending().await;
        };
        while let Ok(mut ready) = pipe.writable().await {
            if ready.ready().is_write_closed() {
                return;
            }
            ready.clear_ready();
        }
        std::future::pending::<()>().await;
    }
}

#[expect(
    deprecated,
    reason = "what replaces it is unsafe for types whose descriptor may change, which this one is not"
)]
fn register(pipe: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(pipe, Interest::WRITABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_and_a_reader_that_left_is_not() {
        let full = told(Err(io::Error::from(ErrorKind::StorageFull))).unwrap_err();
        assert!(full.contains("the disk is full"), "{full}");
        let other = told(Err(io::Error::from(ErrorKind::PermissionDenied))).unwrap_err();
        assert!(other.starts_with("standard output cannot be written: "));
        assert!(!reader_left());
        let left = told(Err(io::Error::from(ErrorKind::BrokenPipe))).unwrap_err();
        assert!(left.is_empty() && reader_left());
    }

    #[tokio::test]
    async fn a_pipe_that_is_read_is_waited_for_and_one_that_is_not_is_the_end() {
        let (theirs, ours) = std::io::pipe().unwrap();
        let reader = Reader(Some(register(ours.into()).unwrap()));
        let mut left = std::pin::pin!(reader.left());
        tokio::select! {
            biased;
            () = &mut left => panic!("it is still read"),
            () = tokio::task::yield_now() => {}
        }
        drop(theirs);
        left.await;
    }
}
