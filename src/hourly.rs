//! What was looked at, hour by hour and site by site, on disk for 400 days: what `trunkline report --from` tells.
//!
//! A folder for each profile, and in it a [`Ledger`] for each day of UTC, mode 0600. Its lines are what was counted since the
//! line before, and the file is their sum: consoles of one profile append in turn, under a lock, and neither destroys nor
//! counts twice what another has counted. Lines that cannot be read are left out and counted. A day is removed whole.
//!
//! A line is `{"hour","site","registered","lost","unknown","lastLost","reads":{"ok","failed"}}`; what is zero is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ledger::{Keep, Ledger, LedgerError};
use crate::model::hourly::{Counted, Hour, HourRecord};

/// Days that are kept.
pub const DAYS: i32 = 400;

/// How the file of a day is called.
const NAME: &str = "%Y%m%d";

impl Keep for Counted {
    type Record = HourRecord;
    const FOLDER: &'static str = "hours";
    const LOSS: &'static str =
        "What was looked at since then is missing in trunkline report --from";

    fn take(&mut self, record: HourRecord) {
        self.add(record);
    }

    fn records(&self) -> Vec<HourRecord> {
        Counted::records(self).collect()
    }

    fn len(&self) -> usize {
        Counted::len(self)
    }
}

/// What there is on disk of some hours.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What was counted.
    pub counted: Counted,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// Where the counts of a profile are kept.
#[derive(Clone, Debug)]
pub struct Hourly {
    folder: PathBuf,
}

impl Hourly {
    /// The place of a profile.
    #[must_use]
    pub fn new(state_dir: &Path, profile: &str) -> Self {
        let name = utf8_percent_encode(profile, NON_ALPHANUMERIC).to_string();
        Self {
            folder: state_dir.join("report").join(name),
        }
    }

    /// Adds what was counted. Gives back what is not on disk when something fails, and that alone: it can be added again.
    ///
    /// # Errors
    /// The first that went wrong.
    pub fn add(&self, counted: Counted) -> Result<(), (Counted, LedgerError)> {
        let mut days = counted.by_day();
        while let Some((day, of_day)) = days.pop_first() {
            if let Err(error) = self.append(day, &of_day) {
                let mut left = of_day;
                for later in days.into_values() {
                    left.merge(later);
                }
                return Err((left, error));
            }
            self.prune(day);
        }
        Ok(())
    }

    fn append(&self, day: Date, counted: &Counted) -> Result<(), LedgerError> {
        let name = day.strftime(NAME).to_string();
        let (mut ledger, _) = Ledger::<Counted>::wait(&self.folder, &name)?;
        ledger.append(&Keep::records(counted))
    }

    /// What was counted in these hours, both ends included.
    pub fn load(&self, first: Hour, last: Hour) -> Result<Kept, LedgerError> {
        let mut kept = Kept::default();
        for day in self.days() {
            if day < first.day() || day > last.day() {
                continue;
            }
            let held = Ledger::<Counted>::peek(&self.folder, &day.strftime(NAME).to_string())?;
            kept.unreadable += held.unreadable;
            let within = held.records.into_iter();
            let within = within.filter(|one| first <= one.hour && one.hour <= last);
            within.for_each(|record| kept.counted.add(record));
        }
        Ok(kept)
    }

    /// The days of which there is something.
    fn days(&self) -> BTreeSet<Date> {
        let entries = fs::read_dir(self.folder.join(Counted::FOLDER));
        let names = entries.into_iter().flatten().flatten();
        let days = names.filter_map(|entry| {
            let name = entry.file_name();
            Date::strptime(NAME, name.to_str()?.strip_suffix(".jsonl")?).ok()
        });
        days.collect()
    }

    /// Removes the oldest day if it is too old. No more than one a time: a clock that is wrong for a moment takes no year away.
    fn prune(&self, today: Date) {
        let days = self.days();
        let age = |day: Date| day.until(today).map_or(0, |span| span.get_days());
        if let Some(oldest) = days.first().filter(|day| age(**day) > DAYS) {
            let path = self.folder.join(Counted::FOLDER);
            let path = path.join(oldest.strftime(NAME).to_string());
            for ending in ["jsonl", "lock"] {
                if let Err(error) = fs::remove_file(path.with_extension(ending)) {
                    tracing::debug!(%error, "an old day of the report stays");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
