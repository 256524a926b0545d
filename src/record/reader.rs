//! Reads the past: everything known at a moment, and what was told from there on.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::mpsc::Sender;

use super::block::{Entry, Sort, Unsqueezer, unsqueeze};
use super::folder::{RecordFolder, day_of};
use super::pack::{Glossary, NameList, unpack};
use super::shard::Shard;
use super::told::{Moment, Reckoning, Told};
use super::writer::{About, QUIET};
use super::{RecordError, SCHEMA};
use crate::store::still::Still;
use crate::store::{Changes, Store};
use crate::time::Millis;

/// How long after its last word a run that is being written counts as going on, in milliseconds: it says so every
/// [`QUIET`].
const GOES_ON: i64 = QUIET + 5_000;

/// Faults that are told one by one.
const NAMED: usize = 16;

/// The past of a profile, as it was when it was opened.
#[derive(Debug)]
pub struct Record {
    folder: RecordFolder,
    days: Vec<String>,
    shards: BTreeMap<String, Shard>,
}

/// A stretch of the past: what was known when it begins, and what was told in it.
#[derive(Debug)]
pub struct Reel {
    /// Everything known at its begin.
    pub store: Store,
    /// When it begins.
    pub from: Millis,
    /// The next one begins here; none is the end of the record.
    pub next: Option<Millis>,
    /// What was told, in order. A hole is among it where something is missing.
    pub moments: VecDeque<Moment>,
    /// The last moment of which the record says what was told.
    pub until: Millis,
    /// Nothing is recorded after this one, until the next stretch.
    pub known: Millis,
    /// What could not be read, in words.
    pub damage: Vec<String>,
    /// Whose past it is.
    pub about: About,
}

/// Everything known at one moment of the past.
#[derive(Debug)]
pub struct Look {
    /// What was known.
    pub store: Store,
    /// At this moment.
    pub at: Millis,
    /// Whether it was recorded then.
    pub coverage: LookCoverage,
    /// What was told after it, until the next stretch.
    pub ahead: VecDeque<Moment>,
    /// Where the next stretch begins; none is the end of the record.
    pub next: Option<Millis>,
    /// What could not be read, in words.
    pub damage: Vec<String>,
}

/// Whether a moment was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookCoverage {
    /// It was.
    Recorded,
    /// Nothing was recorded since this moment: rows are as they were then, and stale.
    Nothing(Millis),
}

/// Where a stretch begins, whose it is, and what was told in it.
struct Base {
    at: Millis,
    store: Store,
    about: About,
    /// Those that have not happened yet.
    moments: VecDeque<Moment>,
    rolled: Rolled,
}

impl Record {
    /// Opens what there is.
    ///
    /// # Errors
    /// When nothing was recorded, or the folder cannot be used.
    pub fn open(folder: RecordFolder) -> Result<Self, RecordError> {
        let days = folder.days();
        let days = days.map_err(RecordError::unusable("reading", folder.path()))?;
        if days.is_empty() {
            return Err(RecordError::Empty(folder.path().to_owned()));
        }
        Ok(Self {
            folder,
            days,
            shards: BTreeMap::new(),
        })
    }

    pub(super) fn shard(&mut self, day: &str) -> Result<&Shard, RecordError> {
        if !self.shards.contains_key(day) {
            let shard = Shard::open(&self.folder, day);
            let path = self.folder.file(day, "index");
            let shard = shard.map_err(RecordError::unusable("reading", &path))?;
            self.shards.insert(day.to_owned(), shard);
        }
        let shard = self.shards.get(day);
        shard.ok_or_else(|| RecordError::Empty(self.folder.path().to_owned()))
    }

    /// The first moment there is and the last.
    ///
    /// # Errors
    /// When there is none.
    pub fn span(&mut self) -> Result<(Millis, Millis), RecordError> {
        let mut span: Option<(Millis, Millis)> = None;
        for day in [self.days.first(), self.days.last()]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
        {
            for entry in self.shard(&day)?.entries.iter().flatten() {
                let (first, last) = span.unwrap_or((entry.at, entry.at));
                span = Some((first.min(entry.at), last.max(entry.at)));
            }
        }
        span.ok_or_else(|| RecordError::Empty(self.folder.path().to_owned()))
    }

    /// The days that are read, oldest first.
    #[must_use]
    pub fn days(&self) -> &[String] {
        &self.days
    }

    /// Everything known at that moment, and what came after it.
    ///
    /// # Errors
    /// When nothing is recorded at it or before, or what is needed cannot be read.
    pub fn look(&mut self, at: Millis) -> Result<Look, RecordError> {
        let Reel {
            mut store,
            mut moments,
            until,
            known,
            next,
            damage,
            ..
        } = self.stretch(at, Some(at))?;
        let mut changes = Changes::default();
        while moments.front().is_some_and(|moment| moment.at <= at)
            && let Some(moment) = moments.pop_front()
        {
            moment.happen(&mut store, &mut changes);
            changes.clear();
        }
        store.registrations.tick(at, &mut changes);
        let silent = known < at;
        Ok(Look {
            store,
            at,
            coverage: if silent {
                LookCoverage::Nothing(until)
            } else {
                LookCoverage::Recorded
            },
            ahead: moments,
            next,
            damage,
        })
    }

    /// The stretch that a moment is in.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn reel(&mut self, at: Millis) -> Result<Reel, RecordError> {
        self.stretch(at, None)
    }

    /// The stretch that a moment is in, and what was told until that other one has happened already.
    fn stretch(&mut self, at: Millis, happened: Option<Millis>) -> Result<Reel, RecordError> {
        let day = day_of(at);
        let days: Vec<String> = self
            .days
            .iter()
            .filter(|known| **known <= day)
            .rev()
            .cloned()
            .collect();
        let mut damage = Vec::new();
        let mut version = None;
        for day in days {
            match base(self.shard(&day)?, at, happened, &mut damage) {
                Ok(Some(base)) => return self.unroll(&day, base, damage),
                Ok(None) => {}
                Err(error @ RecordError::Version { .. }) => version = Some(error),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = version {
            return Err(error);
        }
        let (begins, _) = self.span()?;
        Err(RecordError::Before {
            at: at.to_string(),
            begins: begins.to_string(),
        })
    }

    fn unroll(
        &mut self,
        day: &str,
        base: Base,
        mut damage: Vec<String>,
    ) -> Result<Reel, RecordError> {
        let next_day = self.days.iter().find(|known| known.as_str() > day).cloned();
        let after = match next_day {
            Some(next) => {
                let entries = &self.shard(&next)?.entries;
                entries.iter().flatten().map(|entry| entry.at).next()
            }
            None => None,
        };
        let written = self.folder.is_written();
        let (mut roll, mut moments) = (base.rolled, base.moments);
        let next = roll.next.or(after);
        let goes_on = next.is_none() && !roll.ended && written;
        let hole = roll.until.plus(if goes_on { GOES_ON } else { 1 });
        if next.is_none_or(|next| next > hole) {
            roll.hole(hole);
            moments.append(&mut roll.moments);
        }
        let known = hole.plus(-1);
        damage.append(&mut roll.damage);
        Ok(Reel {
            store: base.store,
            from: base.at,
            next,
            moments,
            until: roll.until,
            known,
            damage,
            about: base.about,
        })
    }
}

/// What was told from a base until the next one.
#[derive(Default)]
struct Rolled {
    /// Those that are not handed over yet.
    moments: VecDeque<Moment>,
    /// The last one that there was.
    last: Millis,
    until: Millis,
    ended: bool,
    /// Where the next stretch begins, when one does in this shard.
    next: Option<Millis>,
    damage: Vec<String>,
}

impl Rolled {
    /// Reads on from the base at that place, and hands over what was told as it comes.
    fn of(
        shard: &Shard,
        names: &Glossary,
        base: usize,
        to: &Sender<VecDeque<Moment>>,
    ) -> io::Result<Self> {
        let entry = shard.entries.get(base).and_then(Option::as_ref);
        let mut rolled = Self {
            until: entry.map(|entry| entry.at).unwrap_or_default(),
            ..Self::default()
        };
        rolled.next = rolled.run(shard, names, base + 1, to)?;
        Ok(rolled)
    }

    fn run(
        &mut self,
        shard: &Shard,
        names: &Glossary,
        from: usize,
        to: &Sender<VecDeque<Moment>>,
    ) -> io::Result<Option<Millis>> {
        let mut opener = Unsqueezer::by(&names.sample)?;
        let base = from
            .checked_sub(1)
            .and_then(|base| shard.entries.get(base)?.as_ref());
        let end = |entry: &Entry| entry.offset.checked_add(u64::from(entry.length));
        let mut behind = base.and_then(end);
        for (place, entry) in shard.entries.iter().enumerate().skip(from) {
            let told = std::mem::take(&mut self.moments);
            // Nobody waits for it where what it begins with cannot be read.
            if !told.is_empty() && to.send(told).is_err() {
                return Ok(None);
            }
            let Some(entry) = entry else {
                let told = format!(
                    "{} entry {place}: the index is not as it was written",
                    shard.day
                );
                self.missing(self.until, told);
                behind = None;
                continue;
            };
            // A run leaves nothing out: what lies between two blocks of it is one that no entry names any more.
            if entry.sort != Sort::Head && behind.is_some_and(|behind| behind != entry.offset) {
                let told = format!("{} entry {place}: there was another before it", shard.day);
                self.missing(self.until, told);
            }
            behind = end(entry);
            match entry.sort {
                // One that is damaged is no begin of anything: its run goes on as if it were not there.
                Sort::Still | Sort::Head if shard.block(entry).is_ok() => {
                    return Ok(Some(entry.at));
                }
                Sort::Still | Sort::Names | Sort::Figures => {}
                // Another run begins here, whoever's it is: what was before it nobody followed up to it.
                Sort::Head => {
                    let told = format!(
                        "{} at {}: the begin of a run is damaged",
                        shard.day, entry.at
                    );
                    self.missing(self.until, told);
                }
                Sort::End => (self.ended, self.until) = (true, entry.at.max(self.until)),
                Sort::News => match news(shard, entry, names, &mut opener) {
                    Ok(read) => {
                        self.until = read.until.max(self.until);
                        let last = read.moments.last().map(|moment| moment.at);
                        self.last = last.unwrap_or_default().max(self.last);
                        self.moments.extend(read.moments);
                    }
                    Err(error) => {
                        let told = format!("{} at {}: {error}", shard.day, entry.at);
                        self.missing(entry.at, told);
                    }
                },
            }
        }
        Ok(None)
    }

    fn missing(&mut self, at: Millis, told: String) {
        if self.damage.len() < NAMED {
            self.damage.push(told);
        }
        self.hole(at);
    }

    fn hole(&mut self, at: Millis) {
        let at = self.last.max(at);
        self.last = at;
        self.moments.push_back(Moment {
            at,
            told: vec![Told::Hole],
        });
    }
}

fn news(
    shard: &Shard,
    entry: &Entry,
    names: &Glossary,
    opener: &mut Unsqueezer,
) -> io::Result<Reckoning> {
    unpack(&opener.open(&shard.block(entry)?)?, names)
}

/// The last begin of a stretch at or before that moment which can be read; none where there is none in this shard.
fn base(
    shard: &Shard,
    at: Millis,
    happened: Option<Millis>,
    damage: &mut Vec<String>,
) -> Result<Option<Base>, RecordError> {
    let before = |entry: &Entry| entry.at <= at && matches!(entry.sort, Sort::Head | Sort::Still);
    let mut places: Vec<(usize, Entry)> = Vec::new();
    for (place, entry) in shard.entries.iter().enumerate() {
        places.extend(entry.filter(before).map(|entry| (place, entry)));
    }
    let mut newer = None;
    for (place, entry) in places.iter().rev().copied() {
        let about = match head(shard, place) {
            Ok(about) if about.schema == SCHEMA => about,
            Ok(about) => {
                newer = newer.or(Some(about.schema));
                continue;
            }
            Err(why) => {
                damage.push(format!("{} at {}: {why}", shard.day, entry.at));
                continue;
            }
        };
        let names = glossary(shard, place);
        // Both take as long, and somebody waits: what was told is read while the still is, and happens as it comes.
        let read = std::thread::scope(|scope| {
            let (to, told) = std::sync::mpsc::channel();
            let names = &names;
            let rolled = scope.spawn(move || Rolled::of(shard, names, place, &to));
            let mut store = match entry.sort {
                Sort::Head => Store::default(),
                _ => still(shard, &entry, names)?,
            };
            let (mut moments, mut changes) = (VecDeque::new(), Changes::default());
            for moment in told.into_iter().flatten() {
                if moments.is_empty() && happened.is_some_and(|at| moment.at <= at) {
                    moment.happen(&mut store, &mut changes);
                    changes.clear();
                } else {
                    moments.push_back(moment);
                }
            }
            let ended = |_| Err(io::Error::other("its reader ended"));
            let mut rolled = rolled.join().unwrap_or_else(ended)?;
            moments.append(&mut rolled.moments);
            Ok((store, moments, rolled))
        });
        match read {
            Ok((store, moments, rolled)) => {
                return Ok(Some(Base {
                    at: entry.at,
                    store,
                    about,
                    moments,
                    rolled,
                }));
            }
            Err(why) => {
                let why: io::Error = why;
                damage.push(format!("{} at {}: {why}", shard.day, entry.at));
            }
        }
        damage.truncate(NAMED);
    }
    match newer {
        Some(found) => Err(RecordError::Version { found }),
        None => Ok(None),
    }
}

/// The head of the run that an entry belongs to.
pub(super) fn head(shard: &Shard, place: usize) -> io::Result<About> {
    let entries = shard.entries.iter().take(place + 1).rev().flatten();
    let mut heads = entries.filter(|entry| entry.sort == Sort::Head);
    let entry = heads.next().ok_or(io::ErrorKind::NotFound)?;
    serde_json::from_slice(&shard.block(entry)?).map_err(io::Error::other)
}

/// What numbers mean at that entry. Names stand there twice: one of them is enough.
pub(super) fn glossary(shard: &Shard, place: usize) -> Glossary {
    let mut names = Glossary::default();
    let until = shard.entries.iter().take(place + 1);
    let begin = until
        .clone()
        .rposition(|entry| entry.is_some_and(|entry| entry.sort == Sort::Head));
    let mut read = None;
    for entry in until.skip(begin.unwrap_or(0)).flatten() {
        if entry.sort != Sort::Names || read == Some(entry.sum) {
            continue;
        }
        let list = shard.block(entry).and_then(|block| unsqueeze(&block));
        let Ok(list) = list else { continue };
        if rmp_serde::from_slice::<NameList<'_>>(&list).is_ok_and(|list| names.know(&list)) {
            read = Some(entry.sum);
        }
    }
    names
}

fn still(shard: &Shard, entry: &Entry, names: &Glossary) -> io::Result<Store> {
    let content = unsqueeze(&shard.block(entry)?)?;
    let still: Still<'static> = unpack(&content, names)?;
    let store = still.store(entry.at);
    store.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "its columns do not fit together",
        )
    })
}
