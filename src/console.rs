//! The console proper: the application on a real terminal.

mod away;
mod recollection;

use std::path::{Path, PathBuf};
use std::time::Duration;

use signal_hook::consts::{SIGTTIN, SIGTTOU};
use tokio::sync::mpsc;

use self::away::Away;
use self::recollection::Recollection;
use crate::app::event::{Done, Event};
use crate::app::perform::ShareWay;
use crate::app::run::{Runner, Screen};
use crate::app::{App, Next};
use crate::child;
use crate::config::secret::SecretSource;
use crate::config::watch::{Reload, Watch};
use crate::config::{Loaded, Ui};
use crate::effect::Effect;
use crate::environment::Environment;
use crate::flow;
use crate::listen::{self, Asker, Listener};
use crate::packet::Packet;
use crate::record::RecordFolder;
use crate::screen;
use crate::share::{Desk, SharePlace};
use crate::term::clipboard::{self, Tmux, Way};
use crate::term::glyphs::Glyphs;
use crate::term::input::{Input, InputEvents};
use crate::term::signals::{Signal, Signals};
use crate::term::{self, Options, Term, TermError, hyperlink};
use crate::time::Millis;

/// The exit code of a terminal that can no longer be read: as if it had hung up.
const TERMINAL_GONE: u8 = 129;

/// How a console ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The exit code.
    pub code: u8,
    /// What a person wants to go on with.
    pub next: Option<Next>,
}

/// How a console starts.
#[derive(Debug)]
pub struct Start {
    /// What becomes of the configuration while it runs.
    pub watch: Option<Watch>,
    /// Read the organisation itself, whoever else does on this machine.
    pub direct: bool,
}

/// Opens the console and runs it to its end.
pub async fn run(
    mut loaded: Loaded,
    environment: Environment,
    state_dir: PathBuf,
    start: Start,
) -> Result<Ended, String> {
    let Start { watch, direct } = start;
    away::sweep(&state_dir);
    ask_for_secret(&mut loaded, &environment).await?;
    // The last known rows are read while the terminal is taken: the first frame shows them.
    let memory = Recollection::begin(loaded.profile.as_ref(), &state_dir);
    let screen = TermScreen::open(&loaded.config.ui, state_dir.clone(), environment.clone())
        .map_err(|e| e.to_string())?;
    let (asker, questions) = listen::desk();
    let app = App::new(loaded);
    let hooks = state_dir.clone();
    let way = share_way(&app, &environment).filter(|_| !direct);
    let mut runner = Runner::new(app, screen, environment.clone(), questions);
    if let Some(way) = way {
        let operator = flow::operator(&environment);
        runner = runner.attaching(way, operator.into());
    }
    let runner = runner.recording(&state_dir).keeping(state_dir);
    let mut runner = match memory {
        Some(memory) => memory.end(runner),
        None => runner,
    };
    let done_to = runner.performer.ends();
    let reloads = watch.map(|watch| tokio::spawn(reload(watch, done_to.clone())));
    let listener = start_listener(&runner.app, &environment, asker, &hooks, &done_to).await;
    let code = runner.run(|_| false).await;
    runner.close();
    // Before the terminal is left: an editor that goes on would write to it.
    child::end_all();
    let memory = runner.app.last_memory();
    let last = memory.into_iter().chain(runner.app.last_hours());
    for last in last.chain(runner.app.last_recalled()) {
        runner.performer.perform(last);
    }
    runner.performer.finish().await;
    if let Some(reloads) = reloads {
        reloads.abort();
    }
    if let Some(listener) = listener {
        listener.stop().await;
    }
    Ok(Ended {
        code: code?,
        next: runner.app.next().cloned(),
    })
}

/// Shows what was recorded there, from that moment on, and asks nobody for anything; returns the exit code.
///
/// # Errors
/// Why the terminal cannot be had, or nothing is recorded there.
pub async fn replay(
    loaded: Loaded,
    environment: Environment,
    state_dir: PathBuf,
    folder: RecordFolder,
    (at, speed): (Millis, u32),
    packet: Option<Packet>,
) -> Result<u8, String> {
    let ui = &loaded.config.ui;
    let screen = TermScreen::open(ui, state_dir, environment.clone()).map_err(|e| e.to_string())?;
    let mut app = App::new(loaded);
    app.replay(at, speed);
    if let Some(packet) = &packet {
        app.give(&packet.beside, packet.api());
    }
    let mut runner = Runner::new(app, screen, environment, listen::nobody());
    if let Some(packet) = packet {
        runner = runner.told_beside(packet.beside);
    }
    let code = runner.rewinding(folder).run(|_| false).await;
    child::end_all();
    code
}

/// How this console shares a reading: where somebody reads already or has read, and where one of many is to.
fn share_way(app: &App, environment: &Environment) -> Option<ShareWay> {
    let profile = app.profile()?;
    let settings = app.share_settings();
    let found = SharePlace::found(settings, &profile.name, environment);
    let offered = || SharePlace::to_offer(settings, &profile.name, environment);
    let place = found.or_else(|| settings.take_over.then(offered))?;
    Some(ShareWay {
        place,
        take_over: settings.take_over,
        desk: Desk::default(),
    })
}

/// A program that asks a person for the secret has the terminal before the console is on it; its answer is kept, so that
/// nobody is asked in the middle of a screen.
async fn ask_for_secret(loaded: &mut Loaded, environment: &Environment) -> Result<(), String> {
    let client = loaded
        .profile
        .as_mut()
        .and_then(|profile| profile.client.as_mut());
    let Some(place) = client.map(|client| &mut client.secret) else {
        return Ok(());
    };
    if matches!(place, SecretSource::Asking(_)) {
        let secret = place.read(environment).await;
        let secret = secret.map_err(|error| format!("client_secret: {error}"))?;
        *place = SecretSource::Held(secret);
    }
    Ok(())
}

/// Starts the listener when the profile asks for one. The console goes on without it: a second one on the same profile
/// finds the address taken.
async fn start_listener(
    app: &App,
    environment: &Environment,
    asker: Asker,
    state_dir: &Path,
    done: &mpsc::UnboundedSender<Done>,
) -> Option<Listener> {
    let profile = app.profile()?;
    let listen = profile.listen.as_ref()?;
    match Listener::for_profile(&profile, listen, environment, asker, state_dir).await {
        Ok(started) => {
            let own: Vec<String> = started.own.iter().map(ToString::to_string).collect();
            let places = started.listener.places();
            let told = match started.hook {
                Ok(hook) => Done::Listening(hook, places, own),
                Err(error) => Done::Failed(error.to_string()),
            };
            let _ = done.send(told);
            Some(started.listener)
        }
        Err(error) => {
            let _ = done.send(Done::Failed(error.to_string()));
            None
        }
    }
}

/// Hands on what the configuration has become.
async fn reload(mut watch: Watch, done: mpsc::UnboundedSender<Done>) {
    while let Some(reload) = watch.next().await {
        let end = match reload {
            Reload::Changed(loaded) => Done::Reloaded(loaded),
            Reload::Refused(error) => {
                // One mistake a line there, one line for all of them here.
                let error = error.to_string();
                let mistakes: Vec<_> = error.lines().map(str::trim).collect();
                let mistakes = mistakes.join(" ");
                Done::Failed(format!("the configuration in force stays: {mistakes}"))
            }
        };
        if done.send(end).is_err() {
            return;
        }
    }
}

/// A terminal as the loop sees it.
struct TermScreen {
    term: Term,
    input: InputEvents,
    signals: Signals,
    state_dir: PathBuf,
    environment: Environment,
    osc52: bool,
    glyphs: Glyphs,
    /// A pager or an editor that has the terminal.
    away: Option<Away>,
    break_at: Option<std::ffi::OsString>,
}

impl TermScreen {
    fn open(ui: &Ui, state_dir: PathBuf, environment: Environment) -> Result<Self, TermError> {
        term::fits(environment.get("TERM"))?;
        let glyphs = Glyphs::of(ui.ascii, &environment);
        glyphs.choose();
        let signals = Signals::console().map_err(|source| TermError::Setup {
            doing: "watch",
            source,
        })?;
        let options = Options {
            mouse: ui.mouse,
            synchronized: ui.synchronized_output,
            alternate: true,
            hyperlinks: ui.hyperlinks && !hyperlink::is_printed(environment.get("TERM")),
            glyphs,
        };
        let term = Term::enter(options)?;
        let input = InputEvents::new();
        let break_at = environment
            .get("TRUNKLINE_TEST_PANIC")
            .map(ToOwned::to_owned);
        Ok(Self {
            term,
            input,
            signals,
            state_dir,
            environment,
            osc52: ui.osc52,
            glyphs,
            away: None,
            break_at,
        })
    }

    fn signal(&mut self, signal: Signal) -> Option<Event> {
        match signal {
            Signal::Suspend if self.away.is_some() => None,
            Signal::Suspend => self.suspend(),
            Signal::Continue => match &self.away {
                Some(away) => {
                    self.term.lend(away.group);
                    None
                }
                None => Some(self.take_again()),
            },
            Signal::Hangup | Signal::Interrupt | Signal::Quit | Signal::Terminate => {
                Some(Event::End(signal.exit_code()))
            }
        }
    }

    /// Nothing reads while the process is stopped, so the reader stays.
    fn suspend(&mut self) -> Option<Event> {
        match self.term.suspend() {
            Ok(()) => None,
            Err(error) => {
                let _ = self.take_again();
                Some(Event::Done(Done::Failed(error.to_string())))
            }
        }
    }

    /// The terminal is ours again, after a stop or a pager.
    fn take_again(&mut self) -> Event {
        self.input.resume();
        match self.term.resume() {
            Ok(()) => {
                let size = self.term.size();
                Event::Resize(size.width, size.height)
            }
            Err(_) => Event::End(TERMINAL_GONE),
        }
    }

    /// Copies, and says where to: a way that fails gives way to a file.
    async fn copy(&mut self, what: &str, text: String) -> Done {
        let why = match Way::of(&self.environment, self.osc52) {
            Way::File(why) => why.to_owned(),
            Way::Tmux => match self.ask_tmux(text.clone()).await {
                Ok(told) => return Done::Copied(format!("{what} {}", told.words())),
                Err(why) => why,
            },
            Way::Terminal => match clipboard::sequence(&text) {
                Some(bytes) if self.term.write_raw(&bytes) => {
                    return Done::Copied(format!(
                        "{what} sent to the terminal's clipboard (OSC 52)"
                    ));
                }
                Some(_) => "the terminal accepts no output now".to_owned(),
                None => "it is too long for it".to_owned(),
            },
        };
        match clipboard::write(&text, &self.state_dir) {
            Ok(path) => Done::Copied(format!(
                "{what} written to {}, not to the clipboard: {why}",
                path.display()
            )),
            Err(error) => Done::Failed(error.to_string()),
        }
    }

    /// Hands a copy to tmux, beside the loop's thread.
    async fn ask_tmux(&self, text: String) -> Result<Tmux, String> {
        let server = self.environment.get("TMUX").unwrap_or_default().to_owned();
        let asked = tokio::task::spawn_blocking(move || clipboard::hand(&text, &server));
        match tokio::time::timeout(TMUX_WAIT, asked).await {
            Ok(Ok(told)) => told,
            Ok(Err(_)) => Err("asking tmux was given up".to_owned()),
            Err(_) => Err("tmux does not answer".to_owned()),
        }
    }

    fn page(&mut self, text: &str) -> Option<Event> {
        let text = self.glyphs.text(text).into_owned();
        let pager = away::program(&self.environment, &["PAGER"], "less");
        self.lend(|_| away::page(pager, text))
    }

    fn edit(&mut self, text: &str) -> Option<Event> {
        let editor = away::program(&self.environment, &["VISUAL", "EDITOR"], "vi");
        self.lend(|state_dir| away::edit(&editor, text, state_dir))
    }

    /// Gives the terminal to another program until that ends.
    fn lend(&mut self, start: impl FnOnce(&Path) -> Result<Away, Done>) -> Option<Event> {
        self.input.pause();
        self.term.leave();
        match start(&self.state_dir) {
            Ok(away) => {
                self.term.lend(away.group);
                self.away = Some(away);
                None
            }
            Err(done) => Some(self.returned(Some(done))),
        }
    }

    /// A program that has the terminal was stopped. By `Ctrl-z` the whole job is meant; a program that was quicker than
    /// the terminal came to it only waits for it.
    fn stopped(&mut self, signal: i32) -> Option<Event> {
        let away = self.away.as_ref()?;
        if matches!(signal, SIGTTIN | SIGTTOU) {
            self.term.lend(away.group);
            return None;
        }
        self.term.take_back();
        self.suspend()
    }

    /// The terminal is ours again, and this came of the program that had it.
    fn returned(&mut self, end: Option<Done>) -> Event {
        self.away = None;
        match (self.take_again(), end) {
            (Event::Resize(..), Some(done)) => Event::Done(done),
            (event, _) => event,
        }
    }
}

/// How long tmux may take to answer; a person waits for this.
const TMUX_WAIT: Duration = Duration::from_secs(2);

/// The bell, and a notification with a text that is made safe once more: here it would end the sequence.
fn attention(bell: bool, text: Option<&str>, environment: &Environment) -> Vec<u8> {
    let mut bytes = Vec::new();
    if bell {
        bytes.push(b'\x07');
    }
    if let Some(text) = text {
        let is = |name: &str, what: &str| {
            let value = environment.get(name).and_then(std::ffi::OsStr::to_str);
            value.is_some_and(|value| value.contains(what))
        };
        let text = crate::text::safe(text);
        // Each terminal knows one of the three; most know the first.
        let sequence = if is("TERM", "kitty") {
            format!("\x1b]99;;{text}\x1b\\")
        } else if is("TERM", "foot") || is("TERM", "rxvt") {
            format!("\x1b]777;notify;trunkline;{text}\x1b\\")
        } else {
            format!("\x1b]9;{text}\x1b\\")
        };
        if is("TMUX", "/") {
            // tmux hands on what is wrapped so, where allow-passthrough is on (tmux(1)).
            let inner = sequence.replace('\x1b', "\x1b\x1b");
            bytes.extend_from_slice(format!("\x1bPtmux;{inner}\x1b\\").as_bytes());
        } else {
            bytes.extend_from_slice(sequence.as_bytes());
        }
    }
    bytes
}

impl Screen for TermScreen {
    async fn next(&mut self, awaiting: bool) -> Option<Event> {
        tokio::select! {
            biased;
            signal = self.signals.next() => self.signal(signal),
            news = away::next(&mut self.away) => match news {
                away::AwayNews::Stopped(signal) => self.stopped(signal),
                away::AwayNews::Ended(end) => Some(self.returned(end)),
            },
            input = self.input.next() => Some(match input {
                Ok(Input::Key(key)) => Event::Key(key),
                Ok(Input::Paste(text)) => Event::Paste(text),
                Ok(Input::Mouse(mouse)) => Event::Mouse(mouse),
                Ok(Input::Resize(columns, rows)) => Event::Resize(columns, rows),
                Err(_) => Event::End(TERMINAL_GONE),
            }),
            () = self.term.writable(), if awaiting && self.away.is_none() => None,
        }
    }

    fn free(&self) -> bool {
        self.away.is_none() && self.term.ready_to_draw()
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        let glyphs = Glyphs::of(app.config.ui.ascii, &self.environment);
        if glyphs != self.glyphs {
            self.glyphs = glyphs;
            glyphs.choose();
            self.term.show_with(glyphs);
        }
        let break_at = self.break_at.take();
        break_on_purpose(break_at.as_deref(), "draw");
        let drawn = self.term.draw(|frame| {
            break_on_purpose(break_at.as_deref(), "pane");
            let area = frame.area();
            if let Some(cursor) = screen::render(app, area, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
            app.links().to_vec()
        });
        drawn.map(drop).map_err(|e| e.to_string())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Ok(match effect {
            Effect::Copy { what, text } => Some(Event::Done(self.copy(what, text).await)),
            Effect::Notify { bell, osc9 } => {
                // A terminal that takes no output now is not looked at either.
                let said = osc9.as_deref().map(|text| self.glyphs.text(text));
                let _ = self
                    .term
                    .write_raw(&attention(bell, said.as_deref(), &self.environment));
                None
            }
            Effect::Page(text) => self.page(&text),
            Effect::Edit(text) => self.edit(&text),
            Effect::Redraw => {
                self.term.invalidate();
                let size = self.term.size();
                Some(Event::Resize(size.width, size.height))
            }
            Effect::Suspend => self.suspend(),
            other => return Err(other),
        })
    }
}

/// Panics where a test asks for it, so that the way out of a panic can be tested on the very program that is released.
/// `TRUNKLINE_TEST_PANIC` is `pane`, `task` or `draw`; it is harmless: who can set it can end the process as well.
fn break_on_purpose(asked: Option<&std::ffi::OsStr>, here: &'static str) {
    if asked.is_some_and(|place| place == "task") {
        tokio::spawn(async { panic!("a test asked for a panic in a task") });
    }
    assert!(
        asked.is_none_or(|place| place != here),
        "a test asked for a panic in a {here}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_the_one_that_the_terminal_knows_and_passes_through_tmux() {
        let said = |variables: &[(&str, &str)]| {
            let environment = variables.iter().copied().collect();
            String::from_utf8(attention(true, Some("lost \x1b[2J"), &environment)).unwrap()
        };
        let text = "lost \\u{1b}[2J";
        assert_eq!(
            said(&[("TERM", "xterm")]),
            format!("\x07\x1b]9;{text}\x1b\\")
        );
        assert_eq!(
            said(&[("TERM", "xterm-kitty")]),
            format!("\x07\x1b]99;;{text}\x1b\\")
        );
        assert_eq!(
            said(&[("TERM", "foot")]),
            format!("\x07\x1b]777;notify;trunkline;{text}\x1b\\")
        );
        assert_eq!(
            said(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/t,1,0")]),
            format!("\x07\x1bPtmux;\x1b\x1b]9;{text}\x1b\x1b\\\x1b\\")
        );
    }
}
