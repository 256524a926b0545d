//! The record: written as the loop hands over what it is told, killed, torn and damaged, and read again.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use trunkline::kind::{Kind, Name, Visit, sheet};
use trunkline::record::{
    About, Ahead, Look, LookCoverage, Record, RecordFolder, RecordSettings, Told, Writer,
};
use trunkline::store::Store;
use trunkline::time::Millis;

use crate::dice::{Dice, story};
use crate::known::{self, Alerted, Told as Row};

/// Moments that are looked at again.
const MOST: usize = 24;
/// While nothing is told, the record says so this often; what is later may not be known of a run that was killed.
const SAYS_SO: i64 = 12_000;

const KINDS: [Name; 4] = [
    Name::Registrations,
    Name::Users,
    Name::Sites,
    Name::Carriers,
];

struct Rows<'s>(&'s Store, Millis);

impl Visit for Rows<'_> {
    type Out = BTreeSet<String>;

    fn visit<K: Kind>(self) -> BTreeSet<String> {
        // What probes find is not recorded.
        let probed = ["tls", "accord", "days", "proxy", "probed", "found"];
        let of_probes = |n: &usize| K::NAME == "carriers" && probed.contains(&K::COLUMNS[*n].name);
        let columns: Vec<usize> = (0..K::COLUMNS.len()).filter(|n| !of_probes(n)).collect();
        let rows = K::rows(self.0, self.1);
        rows.iter()
            .map(|row| sheet::json::<K>(row, &columns))
            .collect()
    }
}

fn all(store: &Store, at: Millis) -> Vec<BTreeSet<String>> {
    KINDS.map(|kind| kind.visit(Rows(store, at))).to_vec()
}

struct Sample {
    at: Millis,
    rows: Vec<Row>,
    alerts: Alerted,
    /// All columns, where the clock has never gone back in this run.
    exact: Option<Vec<BTreeSet<String>>>,
    /// The run had gone on this long by the next sample, or its end.
    until: Millis,
}

pub struct Tape {
    dir: TempDir,
    dice: Dice,
    writer: Option<Writer>,
    samples: Vec<Sample>,
    last: Millis,
    /// The latest moment of earlier runs: until then the same moments may happen once more, and a look cannot tell which is meant.
    before: Millis,
    /// The clock has gone back in this run; what is known here and not in the record, as it was remembered.
    unlike: bool,
    damaged: bool,
    pub checked: usize,
}

impl Tape {
    pub fn new(seed: u64) -> Self {
        let mut tape = Self {
            dir: tempfile::tempdir().unwrap(),
            dice: Dice::of(seed, 4),
            writer: None,
            samples: Vec::new(),
            last: Millis::default(),
            before: Millis::default(),
            unlike: false,
            damaged: false,
            checked: 0,
        };
        tape.open();
        tape
    }

    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    pub fn folder(&self) -> RecordFolder {
        RecordFolder::of(self.dir.path(), "acme")
    }

    fn open(&mut self) {
        let settings = RecordSettings {
            mask: false,
            ..RecordSettings::default()
        };
        let about = About {
            profile: "acme".to_owned(),
            api: "direct".to_owned(),
            ..About::default()
        };
        self.writer = Some(Writer::open(self.folder(), about, settings).unwrap());
    }

    pub fn tell(&mut self, at: Millis, told: Vec<Told>) -> Result<(), String> {
        if at < self.last {
            self.unlike = true;
        }
        self.last = self.last.max(at);
        match &mut self.writer {
            Some(writer) if !told.is_empty() => {
                writer.tell(at, told).map_err(|error| error.to_string())
            }
            Some(writer) => writer.tick(at).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }

    /// Looks at what is known, to be held against the record later.
    pub fn sample(&mut self, store: &Store, at: Millis, wanted: bool) {
        if self.writer.is_none() || at < self.last || at <= self.before {
            return;
        }
        let again = self.samples.last().is_some_and(|last| last.at == at);
        if !(again || wanted) {
            return;
        }
        if again {
            self.samples.pop();
        } else if self.samples.len() == MOST {
            self.samples.remove(self.dice.below(MOST));
        }
        self.samples.push(Sample {
            at,
            rows: known::shown(store),
            alerts: known::alerted(&store.alerts),
            exact: (!self.unlike).then(|| all(store, at)),
            until: Millis(i64::MAX),
        });
    }

    /// The process that writes is killed, at that moment by its clock.
    pub fn killed(&mut self) {
        self.writer = None;
        for sample in &mut self.samples {
            sample.until = sample.until.min(self.last);
        }
    }

    /// The next process writes, from that moment on by its clock.
    pub fn begin(&mut self, now: Millis, remembers: bool) {
        self.open();
        story(|| format!("the record begins at {now}, {} was the last", self.last));
        self.before = self.before.max(self.last);
        (self.unlike, self.last) = (remembers, now);
        // Where the clock has gone back meanwhile, the same moments happen once more, and the newer of both is what a look finds.
        self.samples.retain(|sample| sample.at < now);
    }

    /// One that cannot: something else is where the folder should be.
    pub fn refused(&mut self) -> Result<(), String> {
        self.writer = None;
        let folder = self.folder();
        let (path, aside) = (folder.path().to_owned(), self.dir.path().join("aside"));
        fs::rename(&path, &aside).unwrap();
        fs::write(&path, b"no folder").unwrap();
        let opened = Writer::open(folder, About::default(), RecordSettings::default());
        let looked = Record::open(self.folder()).is_ok();
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        match opened {
            Err(error) if !looked => {
                let told = error.to_string();
                told.contains("record").then_some(()).ok_or(told)
            }
            _ => Err("a file is taken for the folder of the record".to_owned()),
        }
    }

    /// Cuts the end of a file of the record off, or changes a byte of it. False where there is none.
    pub fn damage(&mut self, torn: bool) -> bool {
        let Ok(days) = self.folder().days() else {
            return false;
        };
        let Some(day) = days.last().cloned() else {
            return false;
        };
        let ending = *self.dice.pick(&["data", "index"]);
        let path = self.folder().path().join(format!("{day}.{ending}"));
        let mut bytes = fs::read(&path).unwrap();
        if bytes.is_empty() {
            return false;
        }
        if torn {
            let kept = bytes.len() - self.dice.below(bytes.len().min(96)) - 1;
            story(|| {
                format!(
                    "{kept} bytes are left of {day}.{ending}, of {}",
                    bytes.len()
                )
            });
            bytes.truncate(kept);
        } else {
            let at = self.dice.below(bytes.len());
            story(|| format!("byte {at} of {day}.{ending}, of {}", bytes.len()));
            bytes[at] ^= 1 << self.dice.below(8);
        }
        fs::write(&path, bytes).unwrap();
        self.damaged = true;
        true
    }

    /// Everything that was known is in the record as it was; where it is damaged, nothing is sure that was not so.
    pub fn is_true(&mut self) -> Result<(), String> {
        let Ok(mut record) = Record::open(self.folder()) else {
            return Ok(());
        };
        for sample in &self.samples {
            let look = match record.look(sample.at) {
                Ok(look) => look,
                Err(_) if self.damaged || sample.at.plus(SAYS_SO) > self.last.min(sample.until) => {
                    continue;
                }
                Err(error) => return Err(format!("{}: {error}", sample.at)),
            };
            self.checked += 1;
            sample.holds(&look, self.damaged, self.last)?;
        }
        Ok(())
    }

    /// A moment of the past, for whoever goes there.
    pub fn look(&self, at: Millis) -> Result<(Look, Ahead), trunkline::record::RecordError> {
        let mut record = Record::open(self.folder())?;
        let mut look = record.look(at)?;
        let ahead = record.ahead(std::mem::take(&mut look.rest))?;
        Ok((look, ahead))
    }
}

impl Sample {
    fn holds(&self, look: &Look, damaged: bool, last: Millis) -> Result<(), String> {
        let at = self.at;
        let found = known::shown(&look.store);
        let sure = |row: &&Row| matches!(row.2, "ok" | "lost");
        // Nothing is sure in the past that was not so.
        for row in found.iter().filter(sure) {
            let same = |known: &&Row| (&known.0, &known.1, known.2) == (&row.0, &row.1, row.2);
            if !self.rows.iter().any(|known| same(&known)) {
                let known = self
                    .rows
                    .iter()
                    .find(|known| (&known.0, &known.1) == (&row.0, &row.1));
                let damage = &look.damage;
                return Err(format!(
                    "the record has {row:?} at {at}, and {known:?} was known: {damage:?}"
                ));
            }
        }
        let book = &look.store.alerts;
        let nothing = matches!(look.coverage, LookCoverage::Nothing(_));
        if nothing && !book.is_unsure() {
            return Err(format!("nothing is recorded at {at}, and alerts are sure"));
        }
        if (!book.is_unsure() || !(damaged || nothing)) && known::alerted(book) != self.alerts {
            let (found, known) = (known::alerted(book), &self.alerts);
            return Err(format!(
                "alerts at {at}: recorded {found:?}, known {known:?}"
            ));
        }
        if nothing {
            let run = at.plus(SAYS_SO) <= last.min(self.until);
            return match found.iter().find(|row| sure(row)) {
                Some(row) => Err(format!("nothing is recorded at {at}, and {row:?} is sure")),
                None if run && !damaged => Err(format!("nothing is recorded at {at}")),
                None => Ok(()),
            };
        }
        if damaged {
            return Ok(());
        }
        if let Some(exact) = &self.exact {
            for (kind, (found, known)) in KINDS.iter().zip(all(&look.store, at).iter().zip(exact)) {
                let more: Vec<_> = found.difference(known).collect();
                let less: Vec<_> = known.difference(found).collect();
                if !(more.is_empty() && less.is_empty()) {
                    let kind = kind.word();
                    return Err(format!(
                        "{kind} at {at}: recorded {more:#?}, known {less:#?}"
                    ));
                }
            }
        }
        Ok(())
    }
}
