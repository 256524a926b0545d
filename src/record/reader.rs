//! Reads the past: everything known at a moment, and what was told from there on.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::block::{Entry, Sort, Unsqueezer, unsqueeze};
use super::folder::{RecordFolder, day_of};
use super::pack::{Glossary, NameList, unpack};
use super::shard::Shard;
use super::told::{Moment, Reckoning};
use super::writer::{About, QUIET};
use super::{OLDEST, RecordError, SCHEMA};
use crate::store::still::{Delta, Still};
use crate::store::{Changes, Store};
use crate::time::Millis;

/// How long after its last word a run that is being written counts as going on, in milliseconds: it says so every
/// [`QUIET`].
const GOES_ON: i64 = QUIET + 5_000;

/// Blocks that whoever helps may be ahead.
const AHEAD: usize = 64;

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
    /// What was told after it: [`Record::ahead`] reads it.
    pub rest: Rest,
    /// What could not be read, in words.
    pub damage: Vec<String>,
}

/// What was told after a moment, until the next stretch.
#[derive(Debug, Default)]
pub struct Ahead {
    /// What, in order.
    pub moments: VecDeque<Moment>,
    /// Where the next stretch begins; none is the end of the record.
    pub next: Option<Millis>,
    /// What could not be read, in words.
    pub damage: Vec<String>,
}

/// What of a stretch was not read yet: who goes to a moment waits for what was told until then, and for no more.
#[derive(Debug)]
pub struct Rest(Unread);

#[derive(Debug)]
enum Unread {
    Nothing(Ahead),
    Some { day: String, roll: Box<Roll> },
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
    /// What did not happen yet is in it.
    roll: Roll,
}

impl Default for Rest {
    fn default() -> Self {
        Self(Unread::Nothing(Ahead::default()))
    }
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

    /// Everything known at that moment.
    ///
    /// # Errors
    /// When nothing is recorded at it or before, or what is needed cannot be read.
    pub fn look(&mut self, at: Millis) -> Result<Look, RecordError> {
        let (day, base, mut damage) = self.stretch(at, Some(at))?;
        let (mut store, mut roll) = (base.store, base.roll);
        damage.append(&mut roll.damage);
        // What of it is not read yet was told later: until this moment everything is there.
        let mut coverage = LookCoverage::Recorded;
        let unread = if roll.over {
            let until = roll.until;
            let (mut ahead, known) = self.close(&day, roll)?;
            let mut changes = Changes::default();
            while ahead.moments.front().is_some_and(|moment| moment.at <= at)
                && let Some(hole) = ahead.moments.pop_front()
            {
                hole.happen(&mut store, &mut changes);
                changes.clear();
            }
            if known < at {
                // Also where another stretch follows at once: what it begins with cannot be read, or this would be a look at it.
                Moment::hole(known.plus(1)).happen(&mut store, &mut changes);
                coverage = LookCoverage::Nothing(until);
            }
            damage.append(&mut ahead.damage);
            Unread::Nothing(ahead)
        } else {
            Unread::Some {
                day,
                roll: Box::new(roll),
            }
        };
        store.registrations.tick(at, &mut Changes::default());
        Ok(Look {
            store,
            at,
            coverage,
            rest: Rest(unread),
            damage,
        })
    }

    /// Reads what was told after a moment, until the next stretch.
    ///
    /// # Errors
    /// When what is needed cannot be read.
    pub fn ahead(&mut self, rest: Rest) -> Result<Ahead, RecordError> {
        match rest.0 {
            Unread::Nothing(ahead) => Ok(ahead),
            Unread::Some { day, mut roll } => {
                let shard = self.shard(&day)?;
                roll.run(shard, None, |_| true);
                self.close(&day, *roll).map(|(ahead, _)| ahead)
            }
        }
    }

    /// The stretch that a moment is in.
    ///
    /// # Errors
    /// As [`Self::look`].
    pub fn reel(&mut self, at: Millis) -> Result<Reel, RecordError> {
        let (day, base, mut damage) = self.stretch(at, None)?;
        let until = base.roll.until;
        let (mut ahead, known) = self.close(&day, base.roll)?;
        damage.append(&mut ahead.damage);
        Ok(Reel {
            store: base.store,
            from: base.at,
            next: ahead.next,
            moments: ahead.moments,
            until,
            known,
            damage,
            about: base.about,
        })
    }

    /// The stretch that a moment is in, its day, and what of it cannot be read. Where a moment is given, what was told until
    /// then has happened already, and what was told later may not have been read.
    fn stretch(
        &mut self,
        at: Millis,
        happened: Option<Millis>,
    ) -> Result<(String, Base, Vec<String>), RecordError> {
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
                Ok(Some(base)) => return Ok((day, base, damage)),
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

    /// What is ahead where all of a stretch was read, with the hole that may be at its end; and the last moment of which
    /// something is known.
    fn close(&mut self, day: &str, mut roll: Roll) -> Result<(Ahead, Millis), RecordError> {
        let next_day = self.days.iter().find(|known| known.as_str() > day).cloned();
        let after = match next_day {
            Some(next) => {
                let entries = &self.shard(&next)?.entries;
                entries.iter().flatten().map(|entry| entry.at).next()
            }
            None => None,
        };
        let written = self.folder.goes_on();
        let next = roll.next.or(after);
        let goes_on = next.is_none() && !roll.ended && written;
        let hole = roll.until.plus(if goes_on { GOES_ON } else { 1 });
        if next.is_none_or(|next| next > hole) {
            roll.hole(hole);
        }
        let ahead = Ahead {
            moments: roll.moments,
            next,
            damage: roll.damage,
        };
        Ok((ahead, hole.plus(-1)))
    }
}

/// What was told from a base until the next one, as it is read.
#[derive(Debug)]
struct Roll {
    /// What numbers mean, and how blocks that speak by them are opened.
    names: Arc<Glossary>,
    opener: Unsqueezer,
    /// The sum of the names or the sample that was read last: they stand there twice.
    named: Option<u32>,
    /// Begins of stretches that turned out to be none: what they begin with cannot be read.
    no_begins: Vec<usize>,
    /// What somebody else reads: the news of every second place, in order, as far as that comes.
    others: Option<Receiver<io::Result<Reckoning>>>,
    /// The entry that is read next, and where its block should begin: none where that is not known.
    place: usize,
    behind: Option<u64>,
    /// Those that are not handed over yet.
    moments: VecDeque<Moment>,
    /// The last one that there was.
    last: Millis,
    until: Millis,
    ended: bool,
    /// Everything was read.
    over: bool,
    /// Where the next stretch begins, when one does in this shard.
    next: Option<Millis>,
    damage: Vec<String>,
}

impl Roll {
    /// Begins behind the base at that place.
    fn of(shard: &Shard, names: Arc<Glossary>, base: usize) -> io::Result<Self> {
        let entry = shard.entries.get(base).and_then(Option::as_ref);
        Ok(Self {
            opener: Unsqueezer::by(&names.sample)?,
            names,
            named: None,
            no_begins: Vec::new(),
            others: None,
            place: base + 1,
            behind: entry.and_then(Entry::end),
            moments: VecDeque::new(),
            last: Millis::default(),
            until: entry.map(|entry| entry.at).unwrap_or_default(),
            ended: false,
            over: false,
            next: None,
            damage: Vec::new(),
        })
    }

    /// Reads on to the end, or to what was told after that moment. What was told is handed over as it comes, as long as
    /// somebody takes it.
    fn run(
        &mut self,
        shard: &Shard,
        to: Option<Millis>,
        mut takes: impl FnMut(&mut VecDeque<Moment>) -> bool,
    ) {
        while !self.over {
            let entry = shard.entries.get(self.place);
            let is_later =
                |entry: &Entry| entry.sort == Sort::News && to.is_some_and(|to| entry.at > to);
            if entry.is_some_and(|entry| entry.is_some_and(|entry| is_later(&entry))) {
                return;
            }
            match entry {
                Some(entry) => self.read(shard, entry.as_ref()),
                None => self.over = true,
            }
            self.place += 1;
            if !self.moments.is_empty() && !takes(&mut self.moments) {
                return;
            }
        }
    }

    fn read(&mut self, shard: &Shard, entry: Option<&Entry>) {
        let (day, place) = (&shard.day, self.place);
        let Some(entry) = entry else {
            let told = format!("{day} entry {place}: the index is not as it was written");
            self.missing(self.until, told);
            self.behind = None;
            return;
        };
        // A run leaves nothing out: what lies between two blocks of it is one that no entry names any more.
        let follows = self.behind.is_none_or(|behind| behind == entry.offset);
        if entry.sort != Sort::Head && !follows {
            let told = format!("{day} entry {place}: there was another before it");
            self.missing(self.until, told);
        }
        self.behind = entry.end();
        match entry.sort {
            // One that is damaged is no begin of anything: its run goes on as if it were not there.
            Sort::Still | Sort::Delta | Sort::Head
                if shard.block(entry).is_ok() && !self.no_begins.contains(&place) =>
            {
                (self.next, self.over) = (Some(entry.at), true);
            }
            Sort::Still | Sort::Delta | Sort::Figures => {}
            // What cannot be read is there once more; where that cannot either, nothing that follows can.
            Sort::Names | Sort::Sample => drop(self.learn(shard, entry)),
            // Another run begins here, whoever's it is: what was before it nobody followed up to it.
            Sort::Head => {
                let told = format!("{day} at {}: the begin of a run is damaged", entry.at);
                self.missing(self.until, told);
            }
            Sort::End => (self.ended, self.until) = (true, entry.at.max(self.until)),
            Sort::News => match self.news(shard, entry) {
                Ok(read) => {
                    self.until = read.until.max(self.until);
                    let last = read.moments.last().map(|moment| moment.at);
                    self.last = last.unwrap_or_default().max(self.last);
                    self.moments.extend(read.moments);
                }
                Err(error) => {
                    let told = format!("{day} at {}: {error}", entry.at);
                    self.missing(entry.at, told);
                }
            },
        }
    }

    fn news(&mut self, shard: &Shard, entry: &Entry) -> io::Result<Reckoning> {
        if is_others(self.place) {
            let read = self.others.as_ref().and_then(|others| others.recv().ok());
            if let Some(read) = read {
                return read;
            }
            // Who helped has come as far as it goes.
            self.others = None;
        }
        news(shard, entry, &self.names, &mut self.opener)
    }

    /// Takes in names, or a sample, from the middle of a stretch.
    fn learn(&mut self, shard: &Shard, entry: &Entry) -> io::Result<()> {
        if self.named == Some(entry.sum) {
            return Ok(());
        }
        let content = unsqueeze(&shard.block(entry)?)?;
        if entry.sort == Sort::Sample {
            self.opener = Unsqueezer::by(&content)?;
            Arc::make_mut(&mut self.names).sample = content;
        } else {
            let list = rmp_serde::from_slice(&content).map_err(io::Error::other)?;
            if !Arc::make_mut(&mut self.names).know(&list) {
                return Ok(());
            }
        }
        self.named = Some(entry.sum);
        Ok(())
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
        self.moments.push_back(Moment::hole(at));
    }
}

/// Whether the news at a place are read by [whoever helps](help).
fn is_others(place: usize) -> bool {
    place % 2 == 1
}

/// Reads the news of every second place from a base on, as long as what numbers mean is what it is there. Reading them takes
/// most of the time of a look, and no block needs another.
fn help(
    shard: &Shard,
    names: &Glossary,
    base: usize,
    to: Option<Millis>,
    tell: &SyncSender<io::Result<Reckoning>>,
) -> io::Result<()> {
    let mut opener = Unsqueezer::by(&names.sample)?;
    for (place, entry) in shard.entries.iter().enumerate().skip(base + 1) {
        let Some(entry) = entry else { continue };
        match entry.sort {
            Sort::Names | Sort::Sample | Sort::Still | Sort::Delta | Sort::Head => break,
            Sort::News if to.is_some_and(|to| entry.at > to) => break,
            Sort::News if is_others(place) => {
                let read = news(shard, entry, names, &mut opener);
                // Whoever reads all of them has stopped.
                if tell.send(read).is_err() {
                    break;
                }
            }
            Sort::News | Sort::End | Sort::Figures => {}
        }
    }
    Ok(())
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
    let before = |entry: &Entry| {
        let begins = matches!(entry.sort, Sort::Head | Sort::Still | Sort::Delta);
        begins && entry.at <= at
    };
    let mut places: Vec<(usize, Entry)> = Vec::new();
    for (place, entry) in shard.entries.iter().enumerate() {
        places.extend(entry.filter(before).map(|entry| (place, entry)));
    }
    let (mut newer, mut no_begins) = (None, Vec::new());
    for (place, entry) in places.iter().rev().copied() {
        let about = match head(shard, place) {
            Ok(about) if (OLDEST..=SCHEMA).contains(&about.schema) => about,
            Ok(about) => {
                newer = newer.or(Some(about.schema));
                continue;
            }
            Err(why) => {
                damage.push(format!("{} at {}: {why}", shard.day, entry.at));
                continue;
            }
        };
        match unrolled(shard, place, &no_begins, happened) {
            Ok((store, roll)) => {
                return Ok(Some(Base {
                    at: entry.at,
                    store,
                    about,
                    roll,
                }));
            }
            Err(why) => damage.push(format!("{} at {}: {why}", shard.day, entry.at)),
        }
        // Who begins before it goes on behind it, and does not come here again.
        no_begins.push(place);
        damage.truncate(NAMED);
    }
    match newer {
        Some(found) => Err(RecordError::Version { found }),
        None => Ok(None),
    }
}

/// What was known at a base, and what was told after it: until a moment, where one is given, it has happened already.
fn unrolled(
    shard: &Shard,
    place: usize,
    no_begins: &[usize],
    happened: Option<Millis>,
) -> io::Result<(Store, Roll)> {
    let known = known(shard, place)?;
    // Both take as long, and somebody waits: what was told is read while the still is, and happens as it comes.
    std::thread::scope(|scope| {
        let contents = scope.spawn(|| {
            let contents = known.iter().map(|entry| unsqueeze(&shard.block(entry)?));
            contents.collect::<io::Result<Vec<_>>>()
        });
        let names = Arc::new(glossary(shard, place));
        let (to, told) = std::sync::mpsc::channel();
        let (others, by_others) = sync_channel(AHEAD);
        let rolls_by = Arc::clone(&names);
        let helps_by = Arc::clone(&names);
        scope.spawn(move || help(shard, &helps_by, place, happened, &others));
        let read = scope.spawn(move || {
            let mut roll = Roll::of(shard, rolls_by, place)?;
            roll.no_begins = no_begins.to_vec();
            roll.others = Some(by_others);
            // Nobody waits for it where what it begins with cannot be read.
            roll.run(shard, happened, |moments| {
                to.send(std::mem::take(moments)).is_ok()
            });
            roll.others = None;
            Ok(roll)
        });
        let contents = contents.join().unwrap_or_else(ended)?;
        let mut store = store(&known, &contents, &names)?;
        let (mut moments, mut changes) = (VecDeque::new(), Changes::default());
        for moment in told.into_iter().flatten() {
            if moments.is_empty() && happened.is_some_and(|at| moment.at <= at) {
                moment.happen(&mut store, &mut changes);
                changes.clear();
            } else {
                moments.push_back(moment);
            }
        }
        let mut roll = read.join().unwrap_or_else(ended)?;
        roll.moments = moments;
        Ok((store, roll))
    })
}

/// The head of the run that an entry belongs to.
pub(super) fn head(shard: &Shard, place: usize) -> io::Result<About> {
    let entries = shard.entries.iter().take(place + 1).rev().flatten();
    let mut heads = entries.filter(|entry| entry.sort == Sort::Head);
    let entry = heads.next().ok_or(io::ErrorKind::NotFound)?;
    serde_json::from_slice(&shard.block(entry)?).map_err(io::Error::other)
}

/// What numbers mean at that entry, and what news is like. Both stand there twice: one of them is enough.
pub(super) fn glossary(shard: &Shard, place: usize) -> Glossary {
    let mut names = Glossary::default();
    let until = shard.entries.iter().take(place + 1);
    let begin = until
        .clone()
        .rposition(|entry| entry.is_some_and(|entry| entry.sort == Sort::Head));
    let run = until.skip(begin.unwrap_or(0)).flatten();
    let mut samples = run.clone().rev().filter(|entry| entry.sort == Sort::Sample);
    let content = |entry: &Entry| shard.block(entry).and_then(|block| unsqueeze(&block));
    let sample = samples.find_map(|entry| content(entry).ok());
    names.sample = sample.unwrap_or_default();
    let mut read = None;
    for entry in run {
        if entry.sort != Sort::Names || read == Some(entry.sum) {
            continue;
        }
        let Ok(list) = content(entry) else { continue };
        if rmp_serde::from_slice::<NameList<'_>>(&list).is_ok_and(|list| names.know(&list)) {
            read = Some(entry.sum);
        }
    }
    names
}

fn ended<T>(_: Box<dyn Any + Send>) -> io::Result<T> {
    Err(io::Error::other("its reader ended"))
}

/// The blocks that say what was known at that entry: none behind a head, else a still, and behind it deltas, each of which tells
/// what is new since the one before.
fn known(shard: &Shard, place: usize) -> io::Result<Vec<Entry>> {
    let mut known = Vec::new();
    for entry in shard.entries.iter().take(place + 1).rev().flatten() {
        match entry.sort {
            Sort::Head if known.is_empty() => return Ok(known),
            Sort::Head => return Err(unfit("what it goes on from is not there")),
            Sort::Still => {
                known.push(*entry);
                known.reverse();
                return Ok(known);
            }
            Sort::Delta => known.push(*entry),
            Sort::Names | Sort::Sample | Sort::News | Sort::End | Sort::Figures => {}
        }
    }
    Err(unfit("what it goes on from is not there"))
}

/// What is known by them and what they contain.
fn store(known: &[Entry], contents: &[Vec<u8>], names: &Glossary) -> io::Result<Store> {
    let mut blocks = known.iter().zip(contents);
    let Some((first, content)) = blocks.next() else {
        // Alerts are told at the begin of a run; where that cannot be read, that there is none is not known.
        let mut store = Store::default();
        store.alerts.doubt();
        return Ok(store);
    };
    let still: Still<'static> = unpack(content, names)?;
    let (mut deltas, mut last) = (Vec::new(), first);
    for (entry, content) in blocks {
        let (sum, delta): (u32, Delta<'static>) = unpack(content, names)?;
        if sum != last.sum {
            return Err(unfit("what it goes on from is another one"));
        }
        deltas.push(delta);
        last = entry;
    }
    let store = Delta::again(still, deltas).and_then(|still| still.store(last.at));
    store.ok_or_else(|| unfit("its columns do not fit together"))
}

fn unfit(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
