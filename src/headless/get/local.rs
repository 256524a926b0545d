//! What is on the disk of this machine: the audit, jobs, and alerts as the consoles of the profile have kept them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::ListRequest;
use super::watch::print_of;
use crate::alert::{LedgerRecord as Kept, ledger};
use crate::audit::{AuditError, read as lines};
use crate::config::Profile;
use crate::flow::book;
use crate::headless::{Exit, say};
use crate::kind::audit::Audit;
use crate::kind::{Kind, Name};
use crate::model::audit::{Chain, LineStatus, Record};
use crate::store::Store;
use crate::store::audit::AuditRow;
use crate::term::signals::Signals;
use crate::text::Text;
use crate::time::Clock;

/// How often the files are read again while they are watched.
const EVERY: Duration = Duration::from_secs(1);

/// Whether a kind is read from here. Alerts that are watched are followed as the console does.
pub fn holds(name: Name, watch: bool) -> bool {
    matches!(name, Name::Audit | Name::Jobs | Name::Endpoints) || (of_alerts(name) && !watch)
}

/// Whether its rows are alerts.
pub const fn of_alerts(name: Name) -> bool {
    matches!(name, Name::Alerts | Name::Groups)
}

/// Reads and writes, and goes on where that is wanted.
pub async fn read<K: Kind>(
    name: Name,
    state_dir: &Path,
    profile: &Profile,
    wanted: &ListRequest,
) -> Result<u8, String> {
    let mut store = load(name, state_dir, &profile.name)?;
    let exit = if name == Name::Audit {
        audit(state_dir, profile, wanted)?
    } else {
        write::<K>(&store, profile, wanted)?;
        Exit::Ok as u8
    };
    if !wanted.watch {
        return Ok(exit);
    }
    let mut signals = Signals::headless().map_err(|e| format!("listening for signals: {e}"))?;
    let mut known: HashMap<K::Id, u64> = HashMap::new();
    let zone = zone(profile);
    for row in K::rows(&store, Clock::Real.now()) {
        known.insert(K::id(&row), print_of::<K>(&row));
    }
    loop {
        tokio::select! {
            signal = signals.next() => return Ok(signal.exit_code()),
            () = tokio::time::sleep(EVERY) => {}
        }
        store = load(name, state_dir, &profile.name)?;
        let now = Clock::Real.now();
        let mut rows = K::rows(&store, now);
        rows.retain(|row| {
            let print = print_of::<K>(row);
            known.insert(K::id(row), print) != Some(print)
        });
        wanted.write_changed::<K>(rows, profile.api.capabilities(), &zone, now)?;
    }
}

fn zone(profile: &Profile) -> TimeZone {
    profile.time_zone.clone().unwrap_or(TimeZone::UTC)
}

fn write<K: Kind>(store: &Store, profile: &Profile, wanted: &ListRequest) -> Result<(), String> {
    let now = Clock::Real.now();
    let rows = K::rows(store, now);
    wanted.write::<K>(rows, profile.api.capabilities(), &zone(profile), now)
}

/// What is kept, as the console would have it; of the audit the newest lines.
fn load(name: Name, state_dir: &Path, profile: &str) -> Result<Store, String> {
    let mut store = Store::default();
    match name {
        Name::Jobs | Name::Endpoints => {
            let held = book::read(state_dir, profile).map_err(|error| error.to_string())?;
            store.jobs.restore(held.records);
        }
        Name::Alerts | Name::Groups => {
            for record in alerts(state_dir, profile)? {
                match record {
                    Kept::Alert(alert) => {
                        store.alerts.insert(*alert);
                    }
                    Kept::Silence(silence) => {
                        store.alerts.silence(*silence);
                    }
                }
            }
        }
        _ => {
            let (records, _) = records(state_dir, profile)?;
            store.audit.read(records, Chain::Unread);
        }
    }
    Ok(store)
}

/// The alerts and silences of a profile, as its consoles have kept them.
pub fn alerts(state_dir: &Path, profile: &str) -> Result<Vec<Kept>, String> {
    let held = ledger::AlertLedger::peek(state_dir, profile).map_err(|error| error.to_string())?;
    Ok(held.records)
}

/// The lines of the audit that can be read, and how many cannot; no audit has none.
pub fn records(state_dir: &Path, profile: &str) -> Result<(Vec<Record>, u64), String> {
    let (mut records, mut unreadable) = (Vec::new(), 0_u64);
    let read = lines::each(state_dir, profile, |line| match line.record {
        Some(record) => records.push(record),
        None => unreadable += 1,
    });
    match read {
        Err(AuditError::Missing(_)) => {}
        read => read.map_err(|error| error.to_string())?,
    }
    Ok((records, unreadable))
}

/// Writes the lines of the audit, in the order in which they were written.
pub fn audit(state_dir: &Path, profile: &Profile, wanted: &ListRequest) -> Result<u8, String> {
    let (records, unreadable) = records(state_dir, &profile.name)?;
    if records.is_empty() && unreadable == 0 {
        say("there is no audit of this profile yet: nothing has been written with it");
    }
    let rows = opened(records);
    let rows: Vec<&AuditRow> = rows.iter().collect();
    let can = profile.api.capabilities();
    wanted.write::<Audit>(rows, can, &zone(profile), Clock::Real.now())?;
    if unreadable == 0 {
        return Ok(Exit::Ok as u8);
    }
    say(&format!(
        "{unreadable} lines can't be read as lines of the audit. Find the first: trunkline audit verify"
    ));
    Ok(Exit::Partial as u8)
}

/// The lines, with those marked whose outcome is still to come.
fn opened(records: Vec<Record>) -> Vec<AuditRow> {
    let ends = |record: &&Record| !matches!(record.status, LineStatus::Intent | LineStatus::Note);
    let ended = records.iter().filter(ends).map(|record| record.id.clone());
    let ended: HashSet<Text> = ended.collect();
    let row = |record: Record| AuditRow {
        open: record.status == LineStatus::Intent && !ended.contains(&record.id),
        record,
    };
    records.into_iter().map(row).collect()
}
