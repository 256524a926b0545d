//! What the whole application reads, and what it goes on watching.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{IsTerminal, Write};
use std::path::Path;

use jiff::tz::TimeZone;

use super::ListRequest;
use super::local::{self, of_alerts};
use crate::alert::AlertNews;
use crate::app::App;
use crate::app::event::{Done, Event};
use crate::app::run::{Runner, Screen};
use crate::config::{Loaded, Profile};
use crate::effect::Effect;
use crate::environment::Environment;
use crate::headless::out::{READER_LEFT, Reader};
use crate::headless::{self, Exit, nothing, say, shortfall};
use crate::kind::{Kind, Name, sheet};
use crate::listen;
use crate::model::registration::State;
use crate::store::Store;
use crate::store::carriers::Reading;
use crate::term;
use crate::term::signals::Signals;
use crate::text::Text;
use crate::time::Clock;

/// Reads rows and writes them, and goes on where that is wanted.
pub async fn run<K: Kind>(
    name: Name,
    mut loaded: Loaded,
    environment: Environment,
    state_dir: &Path,
    wanted: ListRequest,
) -> Result<u8, String> {
    let kept = match (name, &loaded.profile) {
        (name, Some(profile)) if of_alerts(name) => local::alerts(state_dir, &profile.name)?,
        _ => Vec::new(),
    };
    if let Some(profile) = loaded.profile.as_mut() {
        lighten(name, profile, wanted.watch);
    }
    let signals = Signals::headless().map_err(|e| format!("listening for signals: {e}"))?;
    let mut app = App::new(loaded);
    app.keep_journal();
    if of_alerts(name) {
        // What other consoles deliver is shown here and not delivered.
        let opened = AlertNews::Opened {
            records: kept,
            ours: false,
            operator: Text::default(),
            warnings: Vec::new(),
        };
        app.update(
            Event::Done(Done::Alerts(Box::new(opened))),
            Clock::Real.now(),
        );
    }
    match name {
        // They are read while somebody looks at them.
        Name::Interactions => app.look_at("Transfers"),
        Name::Webhooks => app.look_at("Webhooks"),
        Name::Numbers => app.look_at("Numbers"),
        Name::Quality => app.look_at("Quality"),
        Name::Changes => app.look_at("Changes"),
        _ => {}
    }
    let screen = Printer::<K> {
        wanted,
        signals,
        reader: Reader::watch(),
        zone: app.zone().clone(),
        started: false,
        tells: std::io::stderr().is_terminal()
            && term::moves_cursor(environment.get("TERM")).is_ok(),
        progress: 0,
        known: HashMap::new(),
    };
    let mut runner = Runner::new(app, screen, environment, listen::nobody());
    let code = runner
        .run(|app| ready(name, app) || hopeless(name, app))
        .await?;
    if runner.app.ended().is_some() {
        return Ok(code);
    }
    runner.screen.clear_progress();
    let nobody = name == Name::Registrations && headless::all_failed(&runner.app);
    if nobody || !ready(name, &runner.app) {
        return Ok(nothing(&runner.app) as u8);
    }
    runner.screen.start(&mut runner.app)?;
    let exit = ended(name, &runner.app);
    if runner.screen.wanted.watch {
        return runner.run(|_| false).await;
    }
    Ok(exit as u8)
}

/// Turns off what the kind does without: a reading that is not needed is only a burden on the budget.
fn lighten(name: Name, profile: &mut Profile, watch: bool) {
    let carriers = matches!(
        name,
        Name::Carriers | Name::Trunks | Name::Edges | Name::Probes | Name::Quality
    ) || of_alerts(name);
    profile.carriers.watched = carriers;
    // No row comes from there.
    profile.status_url = None;
    profile.callbacks = matches!(name, Name::Callbacks | Name::Queues);
    if !watch {
        // One reading needs no streams: they would only be opened to be closed.
        profile.registrations.max_streams = Some(0);
        profile.notifications.channels = 0;
    }
}

/// How the reading goes that a kind comes from; none where it comes from the registrations or from this machine.
fn reading(name: Name, store: &Store) -> Option<&Reading> {
    match name {
        Name::Carriers | Name::Trunks | Name::Edges => Some(store.carriers.reading()),
        Name::Interactions => Some(store.transfers.reading()),
        Name::Routes => Some(store.routes.reading()),
        Name::Callbacks => Some(store.callbacks.reading()),
        Name::Queues => Some(store.queues.reading()),
        Name::Webhooks => Some(store.webhooks.reading()),
        Name::Numbers => Some(store.numbers.reading()),
        Name::Quality => Some(store.quality.reading()),
        Name::Changes => Some(store.changed.reading()),
        _ => None,
    }
}

/// Everything has been read once, or has failed for good.
fn ready(name: Name, app: &App) -> bool {
    if name == Name::Webhooks && !app.can().job_webhooks {
        return true;
    }
    let told = |can: bool, reading: &Reading| !can || *reading != Reading::Awaited;
    // Who people are and where, and what phones they have, comes with the registrations.
    match name {
        Name::Numbers => {
            let told = told(app.can().numbers, app.store.numbers.reading());
            return told && headless::ready(app);
        }
        Name::Changes => return told(app.can().quality, app.store.changed.reading()),
        Name::Quality => {
            let carriers = *app.store.carriers.reading() != Reading::Awaited;
            let told = told(app.can().quality, app.store.quality.reading());
            return told && carriers && headless::ready(app);
        }
        _ => {}
    }
    if let Some(reading) = reading(name, &app.store) {
        return *reading != Reading::Awaited;
    }
    match name {
        Name::Probes => app
            .store
            .probes
            .iter()
            .all(|probed| probed.finding().is_some()),
        _ => headless::ready(app),
    }
}

/// Waiting longer will not help.
fn hopeless(name: Name, app: &App) -> bool {
    name != Name::Probes && headless::hopeless(app)
}

/// Says what could not be read of it.
fn ended(name: Name, app: &App) -> Exit {
    if let Some(Reading::Failed { why, .. }) = reading(name, &app.store) {
        say(&format!("the {} could not be read: {why}", name.word()));
        let trouble = app.lacking().map(|problem| problem.trouble);
        return trouble.map_or(Exit::Unreachable, Exit::from);
    }
    if matches!(name, Name::Trunks | Name::Edges) && !app.can().trunks {
        let name = name.word();
        say(&format!(
            "{name} are not available from the API of this organisation"
        ));
    }
    if name == Name::Contradictions && !app.can().conditions {
        say("presence, routing and stations are not available from the API of this organisation");
    } else if name == Name::Contradictions {
        // In a large organisation the people behind browsers are read after the phones.
        let unknown = app.store.registrations.counts().of(State::Unknown);
        if unknown > 0 {
            say(&format!(
                "{unknown} phones are not judged: nothing is known of them or of their people yet"
            ));
            return Exit::Partial;
        }
    }
    if name == Name::Numbers && !app.can().numbers {
        say("numbers and extensions are not available from the API of this organisation");
    }
    if name == Name::Changes && !app.can().quality {
        say("the organisation's own audit is not available from its API");
    }
    if name == Name::Quality && !app.can().quality {
        say("the quality of calls is not available from the API of this organisation");
    }
    let faults = match name {
        Name::Carriers | Name::Trunks | Name::Edges => app.store.carriers.faults(),
        Name::Numbers => app.store.numbers.faults(),
        Name::Quality => app.store.quality.faults(),
        Name::Changes => app.store.changed.faults(),
        Name::Registrations
        | Name::Users
        | Name::Sites
        | Name::Contradictions
        | Name::Alerts
        | Name::Groups => return shortfall(app),
        _ => &[],
    };
    super::once::left_out(faults)
}

/// Writes rows where a terminal would draw them.
struct Printer<K: Kind> {
    wanted: ListRequest,
    signals: Signals,
    reader: Reader,
    zone: TimeZone,
    started: bool,
    /// Whether the progress goes to a terminal, where one line can be written over.
    tells: bool,
    progress: u32,
    /// The rows as they were written last, where nobody keeps a journal of them.
    known: HashMap<K::Id, u64>,
}

impl<K: Kind> Printer<K> {
    /// Writes what is there now; from here on changes are written as they come.
    fn start(&mut self, app: &mut App) -> Result<(), String> {
        app.take_journal();
        self.started = true;
        let mut rows = K::rows(&app.store, app.now());
        rows.retain(K::is_printed);
        if self.wanted.watch && K::journal(&[]).is_none() {
            for row in &rows {
                self.known.insert(K::id(row), print_of::<K>(row));
            }
        }
        self.wanted
            .write::<K>(rows, app.can(), &self.zone, app.now())
    }

    /// Writes the rows that changed.
    fn changed(&mut self, app: &mut App) -> Result<(), String> {
        let journal = K::journal(&app.take_journal());
        let (store, now) = (&app.store, app.now());
        let rows = if let Some(ids) = journal {
            let rows = ids.iter().filter_map(|id| K::row(store, id, now));
            rows.filter(K::is_printed).collect()
        } else {
            let mut rows = K::rows(store, now);
            rows.retain(|row| {
                let print = print_of::<K>(row);
                self.known.insert(K::id(row), print) != Some(print)
            });
            rows
        };
        self.wanted
            .write_changed::<K>(rows, app.can(), &self.zone, now)
    }

    /// Takes the progress line off the terminal again.
    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.progress) > 0 {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// A number that is different when something of the row is.
pub fn print_of<K: Kind>(row: &K::Row<'_>) -> u64 {
    let all: Vec<usize> = (0..K::COLUMNS.len()).collect();
    let mut hash = DefaultHasher::new();
    sheet::exact::<K>(row, &all).hash(&mut hash);
    hash.finish()
}

impl<K: Kind> Screen for Printer<K> {
    async fn next(&mut self, _awaiting: bool) -> Option<Event> {
        let code = tokio::select! {
            signal = self.signals.next() => signal.exit_code(),
            () = self.reader.left() => READER_LEFT,
        };
        Some(Event::End(code))
    }

    fn free(&self) -> bool {
        true
    }

    fn draw(&mut self, app: &mut App) -> Result<(), String> {
        app.drawn();
        if self.started {
            return self.changed(app);
        }
        let status = *app.status();
        if self.tells && status.users > 0 && status.read != self.progress {
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
