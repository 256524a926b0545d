//! Programs that the console starts: an editor, a pager, what prints a secret.
//!
//! Each has a process group of its own, and with it everything that it starts. Whatever way the console goes, they go
//! too ([`end_all`]): asked first, as a terminal that hangs up asks, and killed a moment later. What must not see the
//! terminal at all gets a session of its own ([`apart`]): there, `/dev/tty` cannot be opened.

pub mod scratch;

use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap, ProcessSession};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use crate::text;

/// What a program has to end in after it was asked, before it is killed. A person waits for this.
const GRACE: Duration = Duration::from_millis(300);

/// Columns of what a program said on standard error that are shown.
const STDERR_WIDTH: usize = 200;

/// How often it is looked whether one that was asked has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// The leaders of the groups that are alive. A leader stands here until it is reaped, so that no number in it can be
/// somebody else's.
static ALIVE: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Held while groups are ended: until then no leader is reaped, or what it has started could not be reached any more.
static ENDING: Mutex<()> = Mutex::new(());

/// Whether somebody answers the signals that ask the process to end.
static HEARD: AtomicBool = AtomicBool::new(false);

/// What became of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It was stopped by this signal, as `Ctrl-z` stops.
    Stopped(i32),
    /// It has ended.
    Ended,
}

/// A program that runs. One that is dropped is ended.
#[derive(Debug)]
pub struct Running {
    leader: Pid,
    child: Option<Box<dyn ChildWrapper>>,
}

/// Keeps what was open when the process was started from the programs that it starts: whatever that is, it is not for
/// what prints a secret. What is opened later is kept from them as it is opened. For the start of the process.
pub fn keep_descriptors() {
    close_fds::set_fds_cloexec(3, &[]);
}

/// Starts a program in a process group of its own, in the session and with the terminal of the console.
pub fn beside(command: &mut Command) -> io::Result<Running> {
    Running::start(|| Ok(Box::new(command.process_group(0).spawn()?)))
}

/// Starts a program in a session of its own: it has no terminal, and no key is for it.
pub fn apart(command: Command) -> io::Result<Running> {
    Running::start(|| CommandWrap::from(command).wrap(ProcessSession).spawn())
}

impl Running {
    fn start(spawn: impl FnOnce() -> io::Result<Box<dyn ChildWrapper>>) -> io::Result<Self> {
        watch_signals();
        // Held meanwhile: whoever ends all finds the new one too.
        let mut alive = alive();
        let child = spawn()?;
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let leader = leader.ok_or_else(|| io::Error::other("it has no number"))?;
        alive.push(leader);
        Ok(Self {
            leader,
            child: Some(child),
        })
    }

    /// The number of its process group.
    #[must_use]
    pub const fn group(&self) -> Pid {
        self.leader
    }

    /// Its standard input, where it was asked for as a pipe; once.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.as_mut()?.stdin().take()
    }

    /// Its standard output, where it was asked for as a pipe; once.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.as_mut()?.stdout().take()
    }

    /// Its standard error, where it was asked for as a pipe; once.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.as_mut()?.stderr().take()
    }

    /// Waits until it stops or ends, on the thread that asks.
    pub fn turn(&self) -> io::Result<Departure> {
        let of = WaitId::Pid(self.leader);
        let either = WaitIdOptions::STOPPED | WaitIdOptions::EXITED;
        loop {
            // Looked at only: the end is for `wait` to take.
            match waitid(of.clone(), either | WaitIdOptions::NOWAIT) {
                Err(rustix::io::Errno::INTR) | Ok(None) => {}
                Err(error) => return Err(error.into()),
                Ok(Some(status)) => {
                    let Some(signal) = status.stopping_signal() else {
                        return Ok(Departure::Ended);
                    };
                    let _ = waitid(of.clone(), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
                    return Ok(Departure::Stopped(signal));
                }
            }
        }
    }

    /// Waits for its end, on the thread that asks.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        while self.turn()? != Departure::Ended {}
        self.reap()
    }

    fn reap(&mut self) -> io::Result<ExitStatus> {
        let _ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
        alive().retain(|leader| *leader != self.leader);
        let child = self.child.take();
        let child = child.ok_or_else(|| io::Error::other("it has been waited for"))?;
        child.into_inner().wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.is_some() {
            end(&[self.leader]);
            let _ = self.reap();
        }
    }
}

/// Lets a stopped program go on.
pub fn go_on(group: Pid) {
    signal(&[group], Signal::CONT);
}

/// Kills a program, with all that it has started, when nobody waits for it any more; one that has ended is none.
#[derive(Debug)]
pub struct Hold(Pid);

impl Hold {
    /// On this program: whoever waits for its end may have taken it along.
    #[must_use]
    pub fn on(running: &Running) -> Self {
        Self(running.group())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        signal(&[self.0], Signal::KILL);
    }
}

/// The first line that a program wrote to standard error, safe and short, as a clause of a sentence.
#[must_use]
pub fn complaint(stderr: &str) -> String {
    let line = stderr.lines().map(str::trim).find(|line| !line.is_empty());
    line.map_or_else(String::new, |line| {
        format!(", saying \"{}\"", text::fit(line, STDERR_WIDTH))
    })
}

/// Ends every program that the console has started and that still runs, and removes what was only for a moment. For
/// every way out of the process; takes at most 0.3 s, and nothing when there is nothing to end.
pub fn end_all() {
    let groups = alive().clone();
    end(&groups);
    scratch::remove_all();
}

/// Asks first, so that an editor can keep what was typed; whoever is stopped hears nothing until it goes on.
fn end(groups: &[Pid]) {
    if groups.is_empty() {
        return;
    }
    let _ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
    for asked in [Signal::HUP, Signal::TERM, Signal::CONT] {
        signal(groups, asked);
    }
    let until = Instant::now() + GRACE;
    while !groups.iter().all(|group| has_ended(*group)) && Instant::now() < until {
        thread::sleep(PAUSE);
    }
    signal(groups, Signal::KILL);
}

/// Whether the leader has ended, and everything that is in its group.
fn has_ended(group: Pid) -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(group), look), Ok(None)) && is_empty(group).unwrap_or(false)
}

/// Whether only zombies are in a group (proc(5) `stat`); not known away from Linux.
fn is_empty(group: Pid) -> Option<bool> {
    let group = group.as_raw_nonzero().to_string();
    let member = |entry: fs::DirEntry| {
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // Behind the name, which may hold anything: the state, the parent, the group.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ');
        let lives = fields.next()? != "Z";
        (lives && fields.nth(1)? == group).then_some(())
    };
    Some(
        fs::read_dir("/proc")
            .ok()?
            .flatten()
            .find_map(member)
            .is_none(),
    )
}

fn signal(groups: &[Pid], what: Signal) {
    // Held while it is sent: whoever reaps a leader takes it off the list first.
    let alive = alive();
    for group in groups.iter().filter(|group| alive.contains(group)) {
        let _ = kill_process_group(*group, what);
    }
}

fn alive() -> MutexGuard<'static, Vec<Pid>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on somebody answers the signals that ask the process to end, and ends the programs with it.
pub fn signals_are_heard() {
    HEARD.store(true, Ordering::Relaxed);
}

/// A command without a screen may be ended by a signal before anybody listens for one: a program in a session of its
/// own would not notice.
fn watch_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if HEARD.load(Ordering::Relaxed) {
            return;
        }
        let hangup = (!crate::process::hangup_is_ignored()).then_some(SIGHUP);
        let numbers = [SIGINT, SIGQUIT, SIGTERM].into_iter().chain(hangup);
        let Ok(mut signals) = signal_hook::iterator::Signals::new(numbers) else {
            return;
        };
        let watch = move || {
            for number in signals.forever() {
                if !HEARD.load(Ordering::Relaxed) {
                    end_all();
                    let _ = signal_hook::low_level::emulate_default_handler(number);
                }
            }
        };
        let _ = thread::Builder::new().name("children".into()).spawn(watch);
    });
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    #[test]
    fn a_program_ends_with_what_it_has_started_also_when_it_does_not_want_to() {
        let mut command = shell("trap '' HUP TERM; sleep 600 & echo $!; wait");
        command.stdout(Stdio::piped());
        let mut running = apart(command).unwrap();
        let mut line = String::new();
        let stdout = running.stdout().unwrap();
        io::BufRead::read_line(&mut io::BufReader::new(stdout), &mut line).unwrap();
        let grandchild = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
        let began = Instant::now();
        drop(running);
        assert!(began.elapsed() >= GRACE, "it was asked first");
        let until = Instant::now() + Duration::from_secs(20);
        // Whoever adopts orphans reaps it in its own time: a zombie counts as ended.
        let gone = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", grandchild.as_raw_nonzero()));
            stat.map_or(true, |stat| stat.contains(") Z "))
        };
        while !gone() {
            assert!(Instant::now() < until, "it outlived its group");
            thread::sleep(PAUSE);
        }
    }

    #[test]
    fn a_stop_is_told_and_then_the_end() {
        let running = beside(&mut shell("kill -STOP $$; exit 3")).unwrap();
        let stop = signal_hook::consts::SIGSTOP;
        assert_eq!(running.turn().unwrap(), Departure::Stopped(stop));
        go_on(running.group());
        assert_eq!(running.turn().unwrap(), Departure::Ended);
        assert_eq!(running.wait().unwrap().code(), Some(3));
    }
}
