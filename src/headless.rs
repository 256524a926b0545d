//! Without a screen: the same application, fed by the same feeds, written to standard output.

pub mod audit;
pub mod callback;
pub mod doctor;
pub mod login;
pub mod probe;
pub mod provision;
mod quiet;
pub mod report;
pub mod route;
pub mod serve;
pub mod transfer;
pub mod write;

use std::io::{IsTerminal, Write};

use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::run::{Runner, Screen};
use crate::config::{Environment, Loaded};
use crate::export::{self, Format};
use crate::feed::news::{Problem, Trouble};
use crate::listen;
use crate::query::Query;
use crate::store::column::Column;
use crate::store::view::{Sort, View};
use crate::store::{RowId, Store};
use crate::term::signals::Signals;
use crate::time::Millis;

/// What a headless command may end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was had.
    Ok = 0,
    /// A probe reached its target, and that is not as it should be.
    Bad = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The credentials were refused, or lack a permission.
    Auth = 3,
    /// The organisation could not be reached, or did not answer as it should.
    Unreachable = 4,
    /// Some of it could not be read.
    Partial = 5,
}

impl From<Trouble> for Exit {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Settings => Self::Usage,
            Trouble::Credentials | Trouble::Forbidden => Self::Auth,
            Trouble::Unreachable | Trouble::Answer => Self::Unreachable,
            Trouble::Partial => Self::Partial,
        }
    }
}

/// What `get registrations` was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// How rows are written.
    pub format: Format,
    /// Which rows; none is all.
    pub filter: Option<Query>,
    /// Go on and write every change.
    pub watch: bool,
}

/// Reads registrations and writes them; the error line, if any, is already on standard error.
pub async fn registrations(
    mut loaded: Loaded,
    environment: Environment,
    request: Request,
) -> Result<u8, String> {
    if let Some(profile) = loaded.profile.as_mut() {
        profile.carriers.watched = false;
        profile.callbacks = false;
        if !request.watch {
            // One reading needs no streams: they would only be opened to be closed.
            profile.registrations.max_streams = 0;
            profile.notifications.channels = 0;
        }
    }
    let signals = Signals::headless().map_err(|e| format!("listening for signals: {e}"))?;
    let mut app = App::new(loaded);
    app.keep_journal();
    let screen = Printer {
        request,
        signals,
        zone: app.zone().clone(),
        started: false,
        progress: 0,
    };
    let mut runner = Runner::new(app, screen, environment, listen::nobody());
    let code = runner.run(|app| ready(app) || hopeless(app)).await?;
    if runner.app.ended().is_some() {
        return Ok(code);
    }
    runner.screen.clear_progress();
    if !ready(&runner.app) {
        return Ok(nothing(&runner.app) as u8);
    }
    runner.screen.start(&mut runner.app)?;
    let exit = shortfall(&runner.app);
    if runner.screen.request.watch {
        return runner.run(|_| false).await;
    }
    Ok(exit as u8)
}

/// Says why nothing could be read.
fn nothing(app: &App) -> Exit {
    let problem = app.problem();
    let text = problem.map_or_else(
        || "nothing could be read".to_owned(),
        |p| p.text.to_string(),
    );
    say(&text);
    problem.map_or(Exit::Unreachable, |p| p.trouble.into())
}

/// Says how many users could not be read, and what was left out of the answers, if anything.
fn shortfall(app: &App) -> Exit {
    let status = app.status();
    if let Some(part) = app.left_out() {
        say(&format!("not everything could be used: {}", part.text));
    }
    if status.failed == 0 {
        return app.left_out().map_or(Exit::Ok, |_| Exit::Partial);
    }
    let why = app.problem().map(|p| format!(": {}", p.text));
    say(&format!(
        "{} of {} users could not be read{}",
        status.failed,
        status.users,
        why.unwrap_or_default()
    ));
    Exit::Partial
}

/// Everybody has been read, or has failed for good.
fn ready(app: &App) -> bool {
    let status = app.status();
    status.enumerated && status.read >= status.users
}

/// Waiting longer will not help: nobody is known and the connection has said why.
fn hopeless(app: &App) -> bool {
    let blocks = |problem: &Problem| problem.trouble != Trouble::Partial;
    app.problem().is_some_and(blocks) && !app.status().enumerated
}

#[expect(
    clippy::print_stderr,
    reason = "a headless command's errors belong there"
)]
fn say(text: &str) {
    eprintln!("trunkline: {}", crate::text::safe(text));
}

/// Writes rows where a terminal would draw them.
struct Printer {
    request: Request,
    signals: Signals,
    zone: TimeZone,
    started: bool,
    progress: u32,
}

impl Printer {
    /// Writes what is there now; from here on changes are written as they come.
    fn start(&mut self, app: &mut App) -> Result<(), String> {
        app.take_journal();
        self.started = true;
        let sort = Sort::by(Column::User);
        let mut view = View::new(sort, self.request.filter.clone());
        view.rebuild(&app.store.registrations, app.now());
        let rows: Vec<RowId> = view.page(0, view.len()).collect();
        let text = match (self.request.watch, self.request.format) {
            (true, Format::Json) => lines(&rows, &app.store, |row| export::json(row)),
            (_, format) => {
                let rows = rows
                    .iter()
                    .filter_map(|id| app.store.registrations.row(*id));
                export::write(format, rows, &self.zone, app.now())
            }
        };
        print(&text)
    }

    /// Writes the rows that changed.
    fn changed(&self, rows: &[RowId], store: &Store, now: Millis) -> Result<(), String> {
        let passing: Vec<RowId> = rows
            .iter()
            .copied()
            .filter(|id| self.passes(*id, store, now))
            .collect();
        print(&match self.request.format {
            Format::Json => lines(&passing, store, |row| export::json(row)),
            Format::Csv => {
                let rows = passing.iter().filter_map(|id| store.registrations.row(*id));
                let text = export::write(Format::Csv, rows, &self.zone, now);
                text.split_once('\n')
                    .map(|(_, body)| body.to_owned())
                    .unwrap_or_default()
            }
            _ => lines(&passing, store, |row| export::text(&row, &self.zone, now)),
        })
    }

    fn passes(&self, id: RowId, store: &Store, now: Millis) -> bool {
        match (&self.request.filter, store.registrations.row(id)) {
            (Some(filter), Some(row)) => filter.matches(&row, now).pass,
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }

    /// Takes the progress line off the terminal again.
    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.progress) > 0 {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn lines<'a>(
    rows: &[RowId],
    store: &'a Store,
    line: impl Fn(crate::store::Row<'a>) -> String,
) -> String {
    rows.iter()
        .filter_map(|id| store.registrations.row(*id))
        .map(|row| line(row) + "\n")
        .collect()
}

/// Standard output in one piece. A reader that has gone away is the end, not an error.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("writing to standard output: {e}"))
        }
        Err(_) => Err(String::new()),
        Ok(()) => Ok(()),
    }
}

impl Screen for Printer {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        let signal = self.signals.next().await;
        Some(Event::End(signal.exit_code()))
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        app.drawn();
        let status = *app.status();
        if self.started {
            let rows = app.take_journal();
            return self.changed(&rows, &app.store, app.now());
        }
        if std::io::stderr().is_terminal() && status.users > 0 && status.read != self.progress {
            self.progress = status.read.max(1);
            let _ = write!(
                std::io::stderr(),
                "\r\x1b[Kreading {} of {} users",
                status.read,
                status.users
            );
        }
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, Effect> {
        Err(effect)
    }
}
