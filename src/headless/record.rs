//! `trunkline record` and `dump`: what is recorded, whether it is sound, and what it says of a moment or of what changed
//! between two.

use std::path::Path;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::get::ListRequest;
use super::{Exit, print, say};
use crate::cli::record::{DumpArgs, RecordCommand};
use crate::config::{Loaded, Profile};
use crate::export::{Format, sheet as paper};
use crate::kind::{CellLook, Kind, Name, Visit, sheet};
use crate::record::{
    Look, LookCoverage, Record, RecordError, RecordFolder, Turn, prune, turns, verify, when,
};
use crate::store::Store;
use crate::time::{Clock, Millis};

/// Kinds of which nothing is recorded.
const NOT_RECORDED: [Name; 4] = [Name::Probes, Name::Routes, Name::Jobs, Name::Audit];

/// What `record status` tells.
#[derive(Debug, Serialize)]
struct Status {
    folder: String,
    enabled: bool,
    recording: bool,
    from: Option<String>,
    to: Option<String>,
    bytes: u64,
    days: Vec<Day>,
}

#[derive(Debug, Serialize)]
struct Day {
    day: String,
    bytes: u64,
}

/// Looks after what is recorded; the exit code says whether it is sound.
///
/// # Errors
/// A sentence, when there is no record or it cannot be read.
pub fn record(loaded: &Loaded, state_dir: &Path, command: RecordCommand) -> Result<u8, String> {
    let profile = profile(loaded)?;
    let folder = RecordFolder::of(state_dir, &profile.name);
    let done = match command {
        RecordCommand::Status { json } => status(loaded, &folder, json)?,
        RecordCommand::Verify => soundness(&folder)?,
        RecordCommand::Prune => {
            let settings = &loaded.config.record;
            let gone = prune(&folder, settings, Clock::Real.now());
            let gone = gone.map_err(|error| error.to_string())?;
            let lines = gone.iter().map(|day| format!("removed {day}\n"));
            print(&lines.collect::<String>())?;
            Exit::Ok
        }
    };
    Ok(done as u8)
}

fn profile(loaded: &Loaded) -> Result<&Profile, String> {
    let profile = loaded.profile.as_ref();
    profile.ok_or_else(|| "there is no profile".to_owned())
}

fn status(loaded: &Loaded, folder: &RecordFolder, json: bool) -> Result<Exit, String> {
    let usage = folder.usage().map_err(|error| error.to_string())?;
    let span = Record::open(folder.clone()).and_then(|mut record| record.span());
    let (from, to) = span.ok().unzip();
    let status = Status {
        folder: folder.path().display().to_string(),
        enabled: loaded.config.record.enabled,
        recording: folder.is_written(),
        from: from.map(|at| at.to_string()),
        to: to.map(|at| at.to_string()),
        bytes: usage.bytes(),
        days: usage
            .days
            .into_iter()
            .map(|(day, bytes)| Day { day, bytes })
            .collect(),
    };
    if json {
        let text = serde_json::to_string(&status).map_err(|error| error.to_string())?;
        print(&format!("{text}\n"))?;
        return Ok(Exit::Ok);
    }
    let mut text = format!("folder     {}\n", status.folder);
    let now = match (status.recording, status.enabled) {
        (true, _) => "yes",
        (false, true) => "no: no console and no serve of this profile runs",
        (false, false) => "no: [record] enabled = false",
    };
    text = format!("{text}recording  {now}\n");
    if let (Some(from), Some(to)) = (&status.from, &status.to) {
        text = format!("{text}from       {from}\nto         {to}\n");
    }
    text = format!("{text}size       {:.1} MiB\n", mib(status.bytes));
    for Day { day, bytes } in &status.days {
        text = format!("{text}  {day}  {:>10.1} MiB\n", mib(*bytes));
    }
    print(&text)?;
    Ok(Exit::Ok)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn soundness(folder: &RecordFolder) -> Result<Exit, String> {
    if folder.days().map_err(|error| error.to_string())?.is_empty() {
        return Err(RecordError::Empty(folder.path().to_owned()).to_string());
    }
    let sound = verify(folder).map_err(|error| error.to_string())?;
    let mut text = String::new();
    for damage in &sound.damage {
        let at = damage.at.map_or_else(
            || "at a time that cannot be read".to_owned(),
            |at| format!("at {at}"),
        );
        text = format!(
            "{text}{} entry {} {at}: {}\n",
            damage.day, damage.entry, damage.why
        );
    }
    let torn = if sound.torn > 0 {
        format!(
            "; {} bytes were being written when a process was killed, and are skipped",
            sound.torn
        )
    } else {
        String::new()
    };
    let (blocks, damaged) = (sound.blocks, sound.damage.len());
    print(&format!(
        "{text}{blocks} blocks read, {damaged} damaged{torn}\n"
    ))?;
    Ok(if damaged == 0 { Exit::Ok } else { Exit::Bad })
}

/// Where a replay begins: at that time, or where the record does.
///
/// # Errors
/// A sentence: a time that cannot be read, or a record that is not there.
pub fn begin(folder: &RecordFolder, at: Option<&str>, zone: &TimeZone) -> Result<Millis, String> {
    let mut record = Record::open(folder.clone()).map_err(|error| error.to_string())?;
    let (begins, _) = record.span().map_err(|error| error.to_string())?;
    let at = at.map(|at| when(at, zone, Clock::Real.now())).transpose()?;
    let at = at.unwrap_or(begins);
    record.look(at).map_err(|error| error.to_string())?;
    Ok(at)
}

/// Prints rows as they were at a moment, or what changed between two.
///
/// # Errors
/// A sentence: a time that cannot be read, or a record that is not there.
pub fn dump(loaded: &Loaded, state_dir: &Path, args: &DumpArgs) -> Result<u8, String> {
    if NOT_RECORDED.contains(&args.kind) {
        let recorded = Name::ALL.iter().filter(|name| !NOT_RECORDED.contains(name));
        let words: Vec<&str> = recorded.map(|name| name.word()).collect();
        return Err(format!(
            "{} are not recorded; there are {}",
            args.kind.word(),
            words.join(", ")
        ));
    }
    if args.list.watch {
        return Err("--watch follows the organisation: leave it out of the past".to_owned());
    }
    let profile = profile(loaded)?;
    let record = Record::open(RecordFolder::of(state_dir, &profile.name));
    let record = record.map_err(|error| error.to_string())?;
    args.kind.visit(Dump {
        record,
        profile,
        zone: profile.time_zone.clone().unwrap_or(TimeZone::UTC),
        args,
    })
}

struct Dump<'a> {
    record: Record,
    profile: &'a Profile,
    zone: TimeZone,
    args: &'a DumpArgs,
}

impl Visit for Dump<'_> {
    type Out = Result<u8, String>;

    fn visit<K: Kind>(mut self) -> Self::Out {
        let wanted = ListRequest::of::<K>(&self.args.list)?;
        let now = Clock::Real.now();
        let exit = match (&self.args.at, &self.args.from) {
            (Some(at), _) => self.rows::<K>(&wanted, when(at, &self.zone, now)?)?,
            (None, from) => {
                let from = from.as_deref().map(|from| when(from, &self.zone, now));
                let to = self.args.to.as_deref().map(|to| when(to, &self.zone, now));
                let from = from.transpose()?.unwrap_or_default();
                self.turns::<K>(&wanted, from, to.transpose()?.unwrap_or(now))?
            }
        };
        Ok(exit as u8)
    }
}

impl Dump<'_> {
    fn rows<K: Kind>(&mut self, wanted: &ListRequest, at: Millis) -> Result<Exit, String> {
        let look = self.record.look(at).map_err(|error| error.to_string())?;
        let Look {
            store,
            coverage,
            damage,
            ..
        } = look;
        let mut rows = K::rows(&store, at);
        rows.retain(K::is_printed);
        wanted.write::<K>(rows, self.profile.api.capabilities(), &self.zone, at)?;
        let mut exit = Exit::Ok;
        if let LookCoverage::Nothing(since) = coverage {
            say(&format!(
                "nothing was recorded between {since} and {at}: the rows are as they were before, and stale"
            ));
            exit = Exit::Partial;
        }
        Ok(if told(&damage) { Exit::Partial } else { exit })
    }

    fn turns<K: Kind>(
        &mut self,
        wanted: &ListRequest,
        from: Millis,
        to: Millis,
    ) -> Result<Exit, String> {
        let columns = wanted.columns::<K>(self.profile.api.capabilities());
        let mut lines = Lines::new::<K>(wanted.format, columns, self.zone.clone());
        let (begins, _) = self.record.span().map_err(|error| error.to_string())?;
        let mut at = from.max(begins);
        let mut damaged = false;
        while at <= to {
            let reel = self.record.reel(at).map_err(|error| error.to_string())?;
            damaged |= told(&reel.damage);
            let next = reel.next;
            // What is at the begin of the next stretch is told there.
            let until = next.map_or(to, |next| next.plus(-1).min(to));
            let query = wanted.query.as_ref();
            turns::<K>(reel, until, query, |turn, store| {
                if turn.at >= from && !lines.is_full(wanted.limit) {
                    lines.add::<K>(&turn, store);
                }
            });
            match next {
                Some(next) if next > at => at = next,
                Some(_) => at = at.plus(1),
                None => break,
            }
        }
        print(&lines.text())?;
        Ok(if damaged { Exit::Partial } else { Exit::Ok })
    }
}

/// Says what could not be read; whether there was anything.
fn told(damage: &[String]) -> bool {
    for fault in damage {
        say(&format!(
            "the record is damaged, {fault}: rows are stale from there on"
        ));
    }
    !damage.is_empty()
}

/// Turns as lines: when, from what, to what, and the row as it is after it.
struct Lines {
    format: Format,
    columns: Vec<usize>,
    zone: TimeZone,
    head: Vec<&'static str>,
    cells: Vec<Vec<String>>,
    objects: Vec<String>,
}

impl Lines {
    fn new<K: Kind>(format: Format, columns: Vec<usize>, zone: TimeZone) -> Self {
        let head = ["at", "from", "to", "what"]
            .into_iter()
            .chain(sheet::head::<K>(&columns));
        Self {
            head: head.collect(),
            format,
            columns,
            zone,
            cells: Vec::new(),
            objects: Vec::new(),
        }
    }

    fn is_full(&self, limit: Option<usize>) -> bool {
        limit.is_some_and(|limit| self.cells.len().max(self.objects.len()) >= limit)
    }

    fn add<K: Kind>(&mut self, turn: &Turn<K::Id>, store: &Store) {
        let row = K::row(store, &turn.id, turn.at);
        let word = |state: &Option<String>| state.clone().unwrap_or_default();
        if self.format == Format::Json {
            let row = row.map(|row| sheet::json::<K>(&row, &self.columns));
            let row = row.unwrap_or_else(|| "null".to_owned());
            let state = |state: &Option<String>| serde_json::Value::from(state.clone());
            let (from, to) = (state(&turn.from), state(&turn.to));
            let (at, who) = (turn.at, serde_json::Value::from(turn.who.as_str()));
            self.objects.push(format!(
                "{{\"at\":\"{at}\",\"from\":{from},\"to\":{to},\"what\":{who},\"row\":{row}}}"
            ));
            return;
        }
        let look = CellLook {
            zone: &self.zone,
            now: turn.at,
        };
        let mut cells = vec![
            turn.at.to_string(),
            word(&turn.from),
            word(&turn.to),
            turn.who.clone(),
        ];
        cells.extend(
            row.map(|row| match self.format {
                Format::Table => sheet::cells::<K>(&row, &self.columns, &look),
                _ => sheet::exact::<K>(&row, &self.columns),
            })
            .into_iter()
            .flatten(),
        );
        cells.resize(self.head.len(), String::new());
        self.cells.push(cells);
    }

    fn text(&self) -> String {
        if self.format == Format::Json {
            return format!("[{}]\n", self.objects.join(",\n"));
        }
        let rows = self.cells.iter();
        match self.format {
            Format::Csv(guard) => paper::csv(&self.head, rows, guard),
            Format::Markdown => paper::markdown(&self.head, rows),
            _ => paper::table(&self.head, rows),
        }
    }
}
