//! The real binary on a pseudo-terminal of its own: what it shows, and how it leaves the terminal.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use regex::Regex;
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};
use tempfile::TempDir;
use vt100::{MouseProtocolMode, Parser, Screen};

/// How long anything may take before the test fails: far beyond what it takes, so that a busy machine does not count.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The console on a terminal. Dropping it ends the process.
pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    far: Option<FarEnd>,
    /// The near end, to see the modes as the next program would.
    near: File,
    before: Termios,
    seen: Arc<Seen>,
    home: TempDir,
}

struct FarEnd {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser,
    bytes: Vec<u8>,
    closing: bool,
    held: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            parser: Parser::new(24, 80, 0),
            bytes: Vec::new(),
            closing: false,
            held: false,
        }
    }
}

impl Pty {
    /// Runs the binary with these arguments on a terminal of 80x24, as its session leader, with an empty home.
    pub fn spawn(args: &[&str]) -> Self {
        Self::spawn_with(args, &[])
    }

    /// The same with further environment variables.
    pub fn spawn_with(args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::spawn_program(env!("CARGO_BIN_EXE_trunkline"), args, environment)
    }

    /// The same with another build of the program.
    pub fn spawn_program(program: &str, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(args);
        Self::run(command, environment)
    }

    /// The same with the hangup signal ignored, as `nohup` does.
    pub fn spawn_ignoring_hangup(args: &[&str]) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", r#"trap "" HUP; exec "$0" "$@""#]);
        command.arg(env!("CARGO_BIN_EXE_trunkline"));
        command.args(args);
        Self::run(command, &[])
    }

    /// The same with a descriptor open that nobody asked for, as careless programs start others.
    pub fn spawn_leaking(args: &[&str]) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", r#"exec 9<&0; exec "$0" "$@""#]);
        command.arg(env!("CARGO_BIN_EXE_trunkline"));
        command.args(args);
        Self::run(command, &[])
    }

    fn run(mut command: CommandBuilder, environment: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        isolate(&mut command, home.path());
        for (key, value) in environment {
            command.env(key, value);
        }
        let size = PtySize {
            rows: 24,
            cols: 80,
            ..PtySize::default()
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let path = pty.master.tty_name().unwrap();
        let near = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
            .unwrap();
        let before = tcgetattr(&near).unwrap();
        let seen = Arc::new(Seen::default());
        let child = pty.slave.spawn_command(command).unwrap();
        let reader = watch(pty.master.try_clone_reader().unwrap(), Arc::clone(&seen));
        let writer = pty.master.take_writer().unwrap();
        Self {
            child,
            far: Some(FarEnd {
                master: pty.master,
                writer,
                reader,
            }),
            near,
            before,
            seen,
            home,
        }
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let far = self.far.as_mut().expect("the terminal is open");
        far.writer.write_all(keys.as_bytes()).unwrap();
        far.writer.flush().unwrap();
    }

    /// Sends a signal to the process.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Makes the terminal larger or smaller.
    pub fn resize(&self, rows: u16, cols: u16) {
        let far = self.far.as_ref().expect("the terminal is open");
        let mut state = self.seen.state.lock().unwrap();
        state.parser.screen_mut().set_size(rows, cols);
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        far.master.resize(size).unwrap();
    }

    /// The same in a size that no terminal of ours can follow: what was drawn is seen as bytes only.
    pub fn resize_oddly(&self, rows: u16, cols: u16) {
        let far = self.far.as_ref().expect("the terminal is open");
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        far.master.resize(size).unwrap();
    }

    /// All the bytes that the terminal was sent.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.state.lock().unwrap().bytes.clone()
    }

    /// Closes the far end, as a dropped connection does.
    pub fn close(&mut self) {
        let Some(far) = self.far.take() else { return };
        self.seen.state.lock().unwrap().closing = true;
        self.hold(false);
        // The reader holds a copy of the far end, and lets go of it when something comes; on a full terminal
        // something is there already.
        let _ = self.near.write(b"\0");
        far.reader.join().unwrap();
    }

    /// Makes the far end read nothing (after what it is reading now), or read again.
    pub fn hold(&self, held: bool) {
        self.seen.state.lock().unwrap().held = held;
        self.seen.changed.notify_all();
    }

    /// Writes until the terminal takes no more.
    pub fn fill(&self) {
        while (&self.near).write(&[b'x'; 1024]).is_ok() {}
    }

    /// Waits until the screen shows a match.
    pub fn wait_for(&self, pattern: &str) {
        let regex = Regex::new(pattern).unwrap();
        self.wait_until(pattern, |screen, _| regex.is_match(&screen.contents()));
    }

    /// Waits until what the terminal shows, and all the bytes it was sent, satisfy a condition.
    pub fn wait_until(&self, what: &str, mut met: impl FnMut(&Screen, &[u8]) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut state = self.seen.state.lock().unwrap();
        while !met(state.parser.screen(), &state.bytes) {
            let left = until.saturating_duration_since(Instant::now());
            let contents = state.parser.screen().contents();
            assert!(
                !left.is_zero(),
                "no {what} in time; the screen shows:\n{contents}"
            );
            state = self.seen.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// The text on the screen now.
    pub fn screen(&self) -> String {
        self.seen.state.lock().unwrap().parser.screen().contents()
    }

    /// How many bytes the terminal was sent so far.
    pub fn sent(&self) -> usize {
        self.seen.state.lock().unwrap().bytes.len()
    }

    /// Presses `q` until the process ends, and gives its exit code.
    ///
    /// A key that comes in one batch with a resize may be held back until the next one: crossterm's reader returns at the
    /// resize and has lost the edge of the key by then.
    pub fn quit(&mut self) -> u32 {
        let far = self.far.as_mut().expect("the terminal is open");
        let (writer, child) = (&mut far.writer, &mut self.child);
        let mut pressed = None;
        let end = poll("the end of the process", || {
            if pressed.is_none_or(|at: Instant| at.elapsed() > Duration::from_secs(1)) {
                pressed = Some(Instant::now());
                // A process that has just ended takes no more keys.
                let _ = writer.write_all(b"q").and_then(|()| writer.flush());
            }
            child.try_wait().unwrap()
        });
        end.exit_code()
    }

    /// Waits for the end of the process, and gives its exit code.
    pub fn exit_code(&mut self) -> u32 {
        poll("the end of the process", || self.child.try_wait().unwrap()).exit_code()
    }

    /// Waits until the process is stopped (proc(5) state `T`), or no longer is.
    pub fn wait_stopped(&self, stopped: bool) {
        let path = format!("/proc/{}/stat", self.pid().as_raw_nonzero());
        poll("a stop or its end", || {
            let stat = fs::read_to_string(&path).unwrap();
            let state = stat.rsplit_once(") ").unwrap().1;
            (state.starts_with('T') == stopped).then_some(())
        });
    }

    /// Waits until the terminal is as it was found: its line modes, and what the console turned on.
    pub fn wait_restored(&self) {
        self.wait_until("restored terminal", |screen, bytes| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == MouseProtocolMode::None
                && screen.fgcolor() == vt100::Color::Default
                && !screen.inverse()
                && !synchronizing(bytes)
        });
        assert!(self.line_modes_restored(), "termios differ");
    }

    /// Whether the line modes are as they were found.
    pub fn line_modes_restored(&self) -> bool {
        let (was, is) = (&self.before, tcgetattr(&self.near).unwrap());
        was.input_modes == is.input_modes
            && was.output_modes == is.output_modes
            && was.control_modes == is.control_modes
            && was.local_modes == is.local_modes
    }

    /// The home that it has; nothing of the person's who runs the tests.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process.
    pub fn id(&self) -> i32 {
        self.pid().as_raw_nonzero().get()
    }

    fn pid(&self) -> Pid {
        let pid = self.child.process_id().unwrap();
        Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.close();
    }
}

/// Nothing of the person who runs the tests: no home, no configuration, no credentials, no colour settings.
fn isolate(command: &mut CommandBuilder, home: &Path) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear();
    command.env("PATH", path);
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.cwd(home);
}

/// Feeds everything that the terminal is sent to the parser, on a thread, until the end or until told to let go.
fn watch(mut reader: Box<dyn Read + Send>, seen: Arc<Seen>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut chunk) {
            let mut state = seen.state.lock().unwrap();
            if state.closing {
                return;
            }
            state.parser.process(&chunk[..read]);
            state.bytes.extend_from_slice(&chunk[..read]);
            seen.changed.notify_all();
            while state.held {
                state = seen.changed.wait(state).unwrap();
            }
        }
    })
}

/// Whether a synchronized frame was begun and not ended.
fn synchronizing(bytes: &[u8]) -> bool {
    let last = |sequence: &[u8]| bytes.windows(sequence.len()).rposition(|at| at == sequence);
    last(b"\x1b[?2026h") > last(b"\x1b[?2026l")
}

/// For what the system does not announce: asks until there is an answer.
pub fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "no {what} in time");
        thread::sleep(Duration::from_millis(5));
    }
}
