//! Signals and the terminal's hangup, as events of the loop.
//!
//! One thread of its own waits in `poll` for both, and so sees a signal even while every other thread is stuck. It
//! also sees the terminal go away when nobody sends a hangup (`nohup`, a session leader that ignores it). Once the
//! process has been asked to end, the thread gives the loop a moment and then ends it itself.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::Signal as Number;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use tokio::sync::mpsc;

use super::guard;

/// What the loop has, after a hangup, before the process is ended for it: nobody is left to see it finish.
const AFTER_HANGUP: Duration = Duration::from_millis(500);

/// The same after a request to end, which may still have a write to wait for.
const AFTER_REQUEST: Duration = Duration::from_secs(3);

/// Signals that may wait for the loop; each number waits once at most in the kernel too.
const WAITING: usize = 16;

/// What was asked of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The terminal went away.
    Hangup,
    /// Someone pressed `Ctrl-c`, outside raw mode.
    Interrupt,
    /// Someone pressed `Ctrl-\`, outside raw mode.
    Quit,
    /// The system or an operator wants the process to end.
    Terminate,
    /// The job is to stop; answer with [`super::Term::suspend`].
    Suspend,
    /// The job goes on; answer with [`super::Term::resume`].
    Continue,
}

impl Signal {
    /// In the order in which the loop hears of them when they arrive together: those that end the process first.
    const CONSOLE: [Self; 6] = [
        Self::Hangup,
        Self::Interrupt,
        Self::Quit,
        Self::Terminate,
        Self::Suspend,
        Self::Continue,
    ];

    const HEADLESS: [Self; 3] = [Self::Hangup, Self::Interrupt, Self::Terminate];

    const fn number(self) -> Number {
        match self {
            Self::Hangup => Number::HUP,
            Self::Interrupt => Number::INT,
            Self::Quit => Number::QUIT,
            Self::Terminate => Number::TERM,
            Self::Suspend => Number::TSTP,
            Self::Continue => Number::CONT,
        }
    }

    /// The exit code of a process that this signal ended: 128 and its number, as shells count.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        u8::try_from(self.number().as_raw().saturating_add(128)).unwrap_or(u8::MAX)
    }

    /// How long the loop has to end the process; `None` for signals that do not ask for it.
    const fn patience(self) -> Option<Duration> {
        match self {
            Self::Hangup => Some(AFTER_HANGUP),
            Self::Interrupt | Self::Quit | Self::Terminate => Some(AFTER_REQUEST),
            Self::Suspend | Self::Continue => None,
        }
    }
}

/// The signals, in order. There is one for the process; its thread lives as long as the process does.
#[derive(Debug)]
pub struct Signals {
    waiting: mpsc::Receiver<Signal>,
}

impl Signals {
    /// For the console: every signal, and the hangup of the terminal on stdin. The loop must end the process within
    /// 0.5 s of a hangup and 3 s of the other requests; else it is ended with the terminal restored. Fails when the
    /// system has no descriptor or thread left.
    pub fn console() -> io::Result<Self> {
        // Not for programs that the console starts.
        let tty = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 0)?;
        Self::start(&Signal::CONSOLE, Some(tty))
    }

    /// For commands without a screen: only requests to end, and a hangup only if it was not ignored at the start
    /// (`nohup`). Fails like [`Self::console`].
    pub fn headless() -> io::Result<Self> {
        let skip = usize::from(crate::process::hangup_is_ignored());
        Self::start(&Signal::HEADLESS[skip..], None)
    }

    fn start(signals: &[Signal], tty: Option<OwnedFd>) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let numbers = signals.iter().map(|signal| signal.number().as_raw());
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, numbers)?;
        crate::child::signals_are_heard();
        let (loop_, waiting) = mpsc::channel(WAITING);
        let watch = Watch {
            delivery,
            tty,
            loop_,
            end: None,
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || watch.run())?;
        Ok(Self { waiting })
    }

    /// The next signal; cancelling the wait loses nothing.
    pub async fn next(&mut self) -> Signal {
        match self.waiting.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// The thread that waits.
struct Watch {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
    /// Watched until it hangs up.
    tty: Option<OwnedFd>,
    loop_: mpsc::Sender<Signal>,
    /// When the process is ended, and with which code.
    end: Option<(Instant, u8)>,
}

impl Watch {
    fn run(mut self) {
        loop {
            let timeout = match self.end {
                Some((at, code)) => {
                    let left = at.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        guard::exit(code.into());
                    }
                    Timespec::try_from(left).ok()
                }
                None => None,
            };
            let hung_up = self.wait(timeout.as_ref());
            for signal in self.arrived() {
                self.tell(signal);
            }
            if hung_up {
                self.tty = None;
                self.tell(Signal::Hangup);
            }
        }
    }

    /// Sleeps until there is something to do; true when the terminal is gone.
    fn wait(&self, timeout: Option<&Timespec>) -> bool {
        let pipe = PollFd::new(self.delivery.get_read(), PollFlags::IN);
        let Some(tty) = &self.tty else {
            let _ = rustix::event::poll(&mut [pipe], timeout);
            return false;
        };
        // Asks for nothing: a hangup and an error are reported all the same, and input is not ours.
        let mut watched = [pipe, PollFd::new(tty, PollFlags::empty())];
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        rustix::event::poll(&mut watched, timeout).is_ok() && watched[1].revents().intersects(gone)
    }

    fn arrived(&mut self) -> VecDeque<Signal> {
        let numbers: Vec<_> = self.delivery.pending().collect();
        Signal::CONSOLE
            .into_iter()
            .filter(|signal| numbers.contains(&signal.number().as_raw()))
            .collect()
    }

    /// Passes a signal on, and starts the clock when it asks the process to end.
    fn tell(&mut self, signal: Signal) {
        if let Some(patience) = signal.patience() {
            let asked = (Instant::now() + patience, signal.exit_code());
            self.end = Some(self.end.map_or(asked, |earlier| earlier.min(asked)));
        }
        // Full only when the loop is stuck, and then the clock is what helps.
        let _ = self.loop_.try_send(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_shells() {
        let codes = Signal::CONSOLE.map(Signal::exit_code);
        assert_eq!(codes[..4], [129, 130, 131, 143]);
    }

    #[tokio::test]
    async fn a_closed_terminal_is_a_hangup_without_any_signal() {
        let pty = portable_pty::native_pty_system()
            .openpty(portable_pty::PtySize::default())
            .unwrap();
        let path = pty.master.tty_name().unwrap();
        let tty = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let (loop_, mut waiting) = mpsc::channel(WAITING);
        let (read, write) = UnixStream::pair().unwrap();
        let none: [i32; 0] = [];
        let mut watch = Watch {
            delivery: SignalDelivery::with_pipe(read, write, SignalOnly, none).unwrap(),
            tty: Some(tty.into()),
            loop_,
            end: None,
        };
        let closed = thread::spawn(move || {
            assert!(watch.wait(None));
            watch.tell(Signal::Hangup);
            watch.tell(Signal::Terminate);
            watch.end
        });
        drop(pty);
        assert_eq!(waiting.recv().await, Some(Signal::Hangup));
        let (_, code) = closed.join().unwrap().unwrap();
        assert_eq!(code, 129, "the shorter patience counts");
    }
}
