//! The console proper: the application on a real terminal.

mod away;
mod recollection;

use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::recollection::Recollection;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::event::{Done, Event};
use crate::app::run::{Runner, Screen};
use crate::config::watch::{Reload, Watch};
use crate::config::{Environment, Loaded, Ui};
use crate::listen::{self, Asker, Listener};
use crate::term::clipboard::{self, Copied};
use crate::term::input::{Input, InputEvents};
use crate::term::signals::{Signal, Signals};
use crate::term::{Options, Term, TermError};
use crate::ui;

/// The exit code of a terminal that can no longer be read: as if it had hung up.
const TERMINAL_GONE: u8 = 129;

/// Opens the console and runs it to its end; returns the exit code.
pub async fn run(
    loaded: Loaded,
    environment: Environment,
    state_dir: PathBuf,
    watch: Option<Watch>,
) -> Result<u8, String> {
    // The last known rows are read while the terminal is taken: the first frame shows them.
    let memory = Recollection::begin(loaded.profile.as_ref(), &state_dir);
    let screen = TermScreen::open(&loaded.config.ui, state_dir.clone(), environment.clone())
        .map_err(|e| e.to_string())?;
    let (asker, questions) = listen::desk();
    let app = App::new(loaded);
    let hooks = state_dir.clone();
    let runner = Runner::new(app, screen, environment.clone(), questions).keeping(state_dir);
    let mut runner = match memory {
        Some(memory) => memory.end(runner),
        None => runner,
    };
    let done_to = runner.performer.ends();
    let reloads = watch.map(|watch| tokio::spawn(reload(watch, done_to.clone())));
    let listener = start_listener(&runner.app, &environment, asker, &hooks, &done_to).await;
    let code = runner.run(|_| false).await;
    if let Some(last) = runner.app.last_memory() {
        runner.performer.perform(last);
    }
    runner.performer.finish().await;
    if let Some(reloads) = reloads {
        reloads.abort();
    }
    if let Some(listener) = listener {
        listener.stop().await;
    }
    code
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
    /// A pager or an editor that has the terminal.
    away: Option<JoinHandle<Option<Done>>>,
    #[cfg(debug_assertions)]
    break_at: Option<std::ffi::OsString>,
}

impl TermScreen {
    fn open(ui: &Ui, state_dir: PathBuf, environment: Environment) -> Result<Self, TermError> {
        let signals = Signals::console().map_err(|source| TermError::Setup {
            doing: "watch",
            source,
        })?;
        let options = Options {
            mouse: ui.mouse,
            synchronized: ui.synchronized_output,
            alternate: true,
        };
        let term = Term::enter(options)?;
        let input = InputEvents::new();
        #[cfg(debug_assertions)]
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
            away: None,
            #[cfg(debug_assertions)]
            break_at,
        })
    }

    fn signal(&mut self, signal: Signal) -> Option<Event> {
        match signal {
            Signal::Suspend => self.suspend(),
            Signal::Continue if self.away.is_some() => None,
            Signal::Continue => Some(self.take_again()),
            Signal::Hangup | Signal::Interrupt | Signal::Quit | Signal::Terminate => {
                Some(Event::End(signal.exit_code()))
            }
        }
    }

    fn suspend(&mut self) -> Option<Event> {
        self.input.pause();
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

    fn copy(&mut self, what: &str, text: &str) -> Done {
        if !self.osc52 {
            return Done::Failed(format!(
                "can't copy the {what}: osc52 is off in the configuration"
            ));
        }
        match clipboard::copy(text, &self.state_dir) {
            Ok(Copied::Sequence(bytes)) if self.term.write_raw(&bytes) => {
                Done::Copied(format!("copied the {what}"))
            }
            Ok(Copied::Sequence(_)) => Done::Failed(format!(
                "can't copy the {what}: the terminal takes no output now"
            )),
            Ok(Copied::File(path)) => Done::Copied(format!(
                "the {what} is too long for the clipboard: it is in {}",
                path.display()
            )),
            Err(error) => Done::Failed(error.to_string()),
        }
    }

    fn page(&mut self, text: String) {
        let pager = away::program(&self.environment, &["PAGER"], "less");
        self.lend(away::page(pager, text));
    }

    fn edit(&mut self, text: String) {
        let editor = away::program(&self.environment, &["VISUAL", "EDITOR"], "vi");
        self.lend(away::edit(editor, text));
    }

    /// Gives the terminal to another program until that ends.
    fn lend(&mut self, program: impl Future<Output = Option<Done>> + Send + 'static) {
        self.input.pause();
        self.term.leave();
        self.away = Some(tokio::spawn(program));
    }
}

/// The bell, and OSC 9 with a text that is made safe once more: here it would end the sequence.
fn attention(bell: bool, osc9: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if bell {
        bytes.push(b'\x07');
    }
    if let Some(text) = osc9 {
        bytes.extend_from_slice(format!("\x1b]9;{}\x1b\\", crate::text::safe(text)).as_bytes());
    }
    bytes
}

impl Screen for TermScreen {
    async fn next(&mut self, awaiting: bool) -> Option<Event> {
        tokio::select! {
            biased;
            signal = self.signals.next() => self.signal(signal),
            end = away::end(&mut self.away) => {
                self.away = None;
                match (self.take_again(), end) {
                    (Event::Resize(..), Some(done)) => Some(Event::Done(done)),
                    (event, _) => Some(event),
                }
            }
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
        #[cfg(debug_assertions)]
        let break_at = self.break_at.take();
        #[cfg(debug_assertions)]
        break_on_purpose(break_at.as_deref(), "draw");
        let drawn = self.term.draw(|frame| {
            #[cfg(debug_assertions)]
            break_on_purpose(break_at.as_deref(), "pane");
            let area = frame.area();
            if let Some(cursor) = ui::screen::render(app, area, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        });
        drawn.map(drop).map_err(|e| e.to_string())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Ok(match effect {
            Effect::Copy { what, text } => Some(Event::Done(self.copy(what, &text))),
            Effect::Notify { bell, osc9 } => {
                // A terminal that takes no output now is not looked at either.
                let _ = self.term.write_raw(&attention(bell, osc9.as_deref()));
                None
            }
            Effect::Page(text) => {
                self.page(text);
                None
            }
            Effect::Edit(text) => {
                self.edit(text);
                None
            }
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

/// Panics where a test asks for it, so that the way out of a panic can be tested on the real program.
#[cfg(debug_assertions)]
fn break_on_purpose(asked: Option<&std::ffi::OsStr>, here: &'static str) {
    if asked.is_some_and(|place| place == "task") {
        tokio::spawn(async { panic!("a test asked for a panic in a task") });
    }
    assert!(
        asked.is_none_or(|place| place != here),
        "a test asked for a panic in a {here}"
    );
}
