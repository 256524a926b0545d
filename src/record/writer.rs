//! Writes the past: gathers what is told, a second at a time, and keeps up everything known to begin again with.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};

use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};

use super::block::{Sort, Squeezer, sample_of, squeeze};
use super::figures::Due;
use super::folder::{RecordFolder, day_of};
use super::mask;
use super::pack::{Glossary, NameList, pack};
use super::shard::Growing;
use super::told::{Moment, Reckoning, Told};
use super::{RecordError, RecordSettings, SCHEMA, prune};
use crate::store::still::{Before, Still};
use crate::store::{Changes, Store};
use crate::time::Millis;
use crate::vocabulary::news::News;

/// The most that a block of news spans, in milliseconds, and the most that is told in it.
const SECOND: i64 = 1_000;
const MOST_TOLD: usize = 20_000;

/// While nothing is told, that is written down so often, in milliseconds: a record that ends says when.
pub(super) const QUIET: i64 = 10_000;

/// Everything known is written after so long, or so many bytes of news. All of it is in the news already: what it saves is the
/// time of whoever looks.
const STILL_MS: i64 = 15 * 60 * 1_000;
const STILL_BYTES: u64 = 8 << 20;

/// So often in a row only as what is new since the last time, where that is at most half of a whole one.
const DELTAS: u8 = 7;

/// Strings that are spelt out in so many blocks become names with the next still.
const COMES_AGAIN: u16 = 8;
const WATCHED: usize = 1 << 16;

/// Whose past it is, and who writes: the head of every run, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// [`SCHEMA`] of who wrote it.
    pub schema: u32,
    /// Its version.
    pub version: String,
    /// The profile.
    pub profile: String,
    /// `direct` or `platform`.
    pub api: String,
    /// The zone that times were shown in; empty is UTC.
    pub zone: String,
    /// Whether callers are masked.
    pub mask: bool,
}

/// Words that come before ids.
const MOST_WORDS: usize = 4_096;

/// Blocks that a sample is made of, moments of each, and its bytes.
const SAMPLED: usize = 128;
const SAMPLED_MOMENTS: usize = 64;
const SAMPLE_BYTES: usize = 8 << 10;

/// Writes the past of a profile. There is one at a time.
#[derive(Debug)]
pub struct Writer {
    folder: RecordFolder,
    about: About,
    settings: RecordSettings,
    lock: File,
    shard: Option<(String, Growing)>,
    names: Glossary,
    squeezer: Option<Squeezer>,
    spelt: HashMap<Box<str>, u16>,
    /// What was told of late, to sample.
    lately: VecDeque<Vec<Moment>>,
    /// Bytes spelt out since the last still; bytes of that still, and of what was written of it.
    spelt_bytes: u64,
    still_bytes: u64,
    still_block_bytes: u64,
    /// What was written last of everything known, with the checksum of its block; and how often in a row as what is new.
    before: Option<(Before, u32)>,
    deltas: u8,
    store: Store,
    changes: Changes,
    pending: Vec<Moment>,
    waiting: usize,
    /// What the clock said last, and when that is in the record.
    clock: Millis,
    last: Millis,
    written: Millis,
    still_at: Millis,
    since_still: u64,
    figures: Due,
}

impl Writer {
    /// Takes the writer's place, where nobody has it.
    ///
    /// # Errors
    /// [`RecordError::Taken`] where somebody has; else what is wrong with the folder.
    pub fn open(
        folder: RecordFolder,
        about: About,
        settings: RecordSettings,
    ) -> Result<Self, RecordError> {
        let lock = folder.hold();
        let lock = lock.map_err(RecordError::unusable("writing", folder.path()))?;
        let about = About {
            schema: SCHEMA,
            mask: settings.mask,
            ..about
        };
        Ok(Self {
            lock: lock.ok_or(RecordError::Taken)?,
            folder,
            about,
            settings,
            shard: None,
            names: Glossary::default(),
            spelt: HashMap::new(),
            squeezer: None,
            lately: VecDeque::new(),
            spelt_bytes: 0,
            still_bytes: 0,
            still_block_bytes: 0,
            before: None,
            deltas: 0,
            store: Store::default(),
            changes: Changes::default(),
            pending: Vec::new(),
            waiting: 0,
            clock: Millis::default(),
            last: Millis::default(),
            written: Millis::default(),
            still_at: Millis::default(),
            since_still: 0,
            figures: Due::default(),
        })
    }

    /// Takes in what was told at that moment.
    ///
    /// # Errors
    /// When it cannot be written: what was told before is there.
    pub fn tell(&mut self, at: Millis, told: Vec<Told>) -> Result<(), RecordError> {
        // What is written says what was told until then: nothing can come before it any more.
        let at = self.moment(at).max(self.written);
        if self.due().is_some_and(|due| at >= due) {
            // At that moment itself more may be told.
            self.flush(at.plus(-1))?;
        }
        self.last = at;
        let told = told.into_iter().filter_map(|told| self.kept(told));
        let moment = Moment {
            at,
            told: told.collect(),
        };
        if moment.told.is_empty() {
            return Ok(());
        }
        self.waiting += moment.told.len();
        self.pending.push(moment);
        if self.waiting >= MOST_TOLD {
            self.flush(at)?;
        }
        Ok(())
    }

    /// A clock that goes back stands still here: the order is what counts. What is told after that was not known at the moment that it
    /// stood at.
    fn moment(&mut self, now: Millis) -> Millis {
        if now < self.clock {
            self.last = self.last.plus(1);
        }
        self.clock = now;
        now.max(self.last)
    }

    fn kept(&self, told: Told) -> Option<Told> {
        let mut told = told.unpacked();
        if let Told::News(news) = &told
            && !Told::concerns(news)
        {
            return None;
        }
        if self.settings.mask {
            mask::told(&mut told);
        }
        Some(told)
    }

    /// Lets time pass: a second of news is written when it is over.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn tick(&mut self, now: Millis) -> Result<(), RecordError> {
        // What is told after the clock has gone back was not known until now.
        let now = self.moment(now);
        self.last = now;
        if self.due().is_some_and(|due| now >= due) {
            self.flush(now)?;
        }
        Ok(())
    }

    /// When [`Self::tick`] has something to do; none before anything was told.
    #[must_use]
    pub fn due(&self) -> Option<Millis> {
        let second = self.pending.first().map(|first| first.at.plus(SECOND));
        let quiet = self.shard.is_some().then(|| self.written.plus(QUIET));
        second.into_iter().chain(quiet).min()
    }

    /// Writes what waits, and a still when one is due.
    fn flush(&mut self, now: Millis) -> Result<(), RecordError> {
        let written = self.write(now);
        written.map_err(RecordError::unusable("writing", self.folder.path()))
    }

    fn write(&mut self, now: Millis) -> io::Result<()> {
        let moments = std::mem::take(&mut self.pending);
        self.waiting = 0;
        let at = moments.first().map_or(now, |first| first.at);
        self.day(&day_of(at), at)?;
        let until = moments.last().map_or(now, |last| last.at.max(now));
        let reckoning = Reckoning { until, moments };
        let mut packed = pack(&reckoning, &self.names)?;
        self.watch(&packed.spelt);
        self.sample(&reckoning.moments);
        let wordy = self.spelt_bytes > self.still_bytes.max(64 << 10);
        if wordy {
            // Names of what this speaks of stand before it, or everything would be spelt out once more.
            self.happen(reckoning.moments.clone());
            self.with_still(until, |writer, still| writer.put_names(at, still))?;
            packed = pack(&reckoning, &self.names)?;
        }
        let squeezer = match &mut self.squeezer {
            Some(squeezer) => squeezer,
            none => none.insert(Squeezer::by(&self.names.sample)?),
        };
        let block = squeezer.squeeze(&packed.bytes)?;
        self.append(Sort::News, at, &block)?;
        self.written = until;
        if !wordy {
            self.happen(reckoning.moments);
        }
        self.chart(until, false)?;
        let old = until.since(self.still_at) >= STILL_MS.cast_unsigned();
        if old || wordy || self.since_still >= STILL_BYTES {
            self.still(until)?;
        }
        Ok(())
    }

    fn happen(&mut self, moments: Vec<Moment>) {
        for moment in moments {
            moment.happen(&mut self.store, &mut self.changes);
            self.changes.clear();
        }
    }

    /// Keeps what is told, as long as it is of late. Everything known is no sample of that.
    fn sample(&mut self, moments: &[Moment]) {
        let known = |told: &Told| matches!(told, Told::Known { .. } | Told::Alerts(_));
        let moments = moments.iter().take(SAMPLED_MOMENTS);
        let moments = moments.filter(|moment| !moment.told.iter().any(known));
        if self.lately.len() == SAMPLED {
            self.lately.pop_front();
        }
        self.lately.push_back(moments.cloned().collect());
    }

    /// Writes the figures of what is over.
    fn chart(&mut self, until: Millis, all: bool) -> io::Result<()> {
        match self.figures.take(&self.store, until, all) {
            Some(figures) => self.append(Sort::Figures, until, &squeeze(&figures)?),
            None => Ok(()),
        }
    }

    /// Counts strings that names would be shorter for.
    fn watch(&mut self, spelt: &[Box<str>]) {
        if self.spelt.len() + spelt.len() > WATCHED {
            self.spelt.retain(|_, times| *times > 1);
        }
        for text in spelt {
            self.spelt_bytes += text.len() as u64;
            let watched = self.spelt.len() < WATCHED || self.spelt.contains_key(text);
            if watched {
                let times = self.spelt.entry(text.clone()).or_default();
                *times = times.saturating_add(1);
            }
        }
    }

    /// Goes on in the files of that day; a new day begins with everything known.
    fn day(&mut self, day: &str, at: Millis) -> io::Result<()> {
        if self.shard.as_ref().is_some_and(|(open, _)| open == day) {
            return Ok(());
        }
        let first = self.shard.is_none();
        if !first {
            self.append(Sort::End, at, &[])?;
        }
        // What cannot be removed now is removed next time; the new day matters more.
        let _ = prune(&self.folder, &self.settings, at);
        self.shard = Some((day.to_owned(), Growing::open(&self.folder, day)?));
        (self.names, self.squeezer, self.still_bytes) = (Glossary::default(), None, 0);
        self.before = None;
        let head = serde_json::to_vec(&self.about).map_err(io::Error::other)?;
        self.append(Sort::Head, at, &head)?;
        if first {
            self.lock.write_all(b"begun\n")?;
            (self.still_at, self.since_still) = (at, 0);
            return Ok(());
        }
        self.still(at)
    }

    /// Writes everything known, with names for what comes again and again.
    fn still(&mut self, at: Millis) -> io::Result<()> {
        let due = self.store.registrations.next_deadline();
        if due.is_some_and(|due| at >= due) {
            self.store.registrations.tick(at, &mut self.changes);
            self.changes.clear();
        }
        self.with_still(at, |writer, still| writer.put_still(at, still))
    }

    fn with_still(
        &mut self,
        at: Millis,
        write: impl FnOnce(&mut Self, &Still<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let store = std::mem::take(&mut self.store);
        let written = write(self, &store.still(at));
        self.store = store;
        written
    }

    /// Everything that is packed from here on rests on these: twice, so that no single fault takes them away.
    fn put_names(&mut self, at: Millis, still: &Still<'_>) -> io::Result<()> {
        let list = NameList::of(&self.new_names(still)?, &self.names);
        self.names.extend(&list);
        self.spelt.clear();
        self.spelt_bytes = 0;
        if list.is_empty() {
            return Ok(());
        }
        self.twice(
            Sort::Names,
            at,
            &rmp_serde::to_vec(&list).map_err(io::Error::other)?,
        )
    }

    /// The same of what is alike in what is told.
    fn put_sample(&mut self, at: Millis) -> io::Result<()> {
        let samples = self.lately.iter().map(|moments| {
            let moments = moments.clone();
            pack(&Reckoning { until: at, moments }, &self.names).map(|packed| packed.bytes)
        });
        let sample = sample_of(&samples.collect::<io::Result<Vec<_>>>()?, SAMPLE_BYTES);
        (self.names.sample, self.squeezer) = (sample.clone(), None);
        self.twice(Sort::Sample, at, &sample)
    }

    fn twice(&mut self, sort: Sort, at: Millis, content: &[u8]) -> io::Result<()> {
        let block = squeeze(content)?;
        self.append(sort, at, &block)?;
        self.append(sort, at, &block)
    }

    fn put_still(&mut self, at: Millis, still: &Still<'_>) -> io::Result<()> {
        self.put_names(at, still)?;
        self.put_sample(at)?;
        // What cannot be written is nothing to go on from.
        let before = self.before.take();
        let is = Before::of(still, before.as_ref().map(|(before, _)| before));
        let before = before.filter(|_| self.deltas < DELTAS);
        let delta = before.map(|(before, sum)| {
            let delta = (sum, still.since(&before, &is));
            squeeze(&pack(&delta, &self.names)?.bytes)
        });
        let half = self.still_block_bytes / 2;
        let delta = delta
            .transpose()?
            .filter(|delta| delta.len() as u64 <= half);
        let sum = if let Some(block) = delta {
            self.append(Sort::Delta, at, &block)?;
            self.deltas += 1;
            crc32fast::hash(&block)
        } else {
            let packed = pack(still, &self.names)?;
            let block = squeeze(&packed.bytes)?;
            self.append(Sort::Still, at, &block)?;
            self.still_block_bytes = block.len() as u64;
            self.still_bytes = packed.bytes.len() as u64;
            self.deltas = 0;
            crc32fast::hash(&block)
        };
        self.before = Some((is, sum));
        (self.still_at, self.since_still) = (at, 0);
        Ok(())
    }

    /// Strings that are numbers from now on. What is told most often gets the lowest ones, which are the shortest, and before
    /// others what is short itself: words, not names. Ids that are told of together stand together, which makes the step from
    /// the one to the other short.
    fn new_names(&self, still: &Still<'_>) -> io::Result<Vec<Box<str>>> {
        let spelt = pack(still, &self.names)?.spelt;
        let mut left: HashSet<&str> = spelt.iter().map(AsRef::as_ref).collect();
        let often = self
            .spelt
            .iter()
            .filter(|(_, times)| **times >= COMES_AGAIN);
        left.extend(
            often
                .map(|(text, _)| &**text)
                .filter(|text| self.names.number(text).is_none()),
        );
        let ids: Vec<&str> = still.ids().filter(|id| left.remove(id)).collect();
        let times = |text: &str| {
            let times = self.spelt.get(text).copied();
            times.filter(|times| *times >= COMES_AGAIN).unwrap_or(0)
        };
        let mut words: Vec<&str> = left.into_iter().collect();
        words.sort_unstable_by_key(|word| (Reverse(times(word)), word.len(), *word));
        // Names of people, of which there are as many as ids, are not told of again.
        let (words, rest) = words.split_at(MOST_WORDS.min(words.len()));
        let names = words.iter().chain(&ids).chain(rest);
        Ok(names.map(|name| Box::from(*name)).collect())
    }

    fn append(&mut self, sort: Sort, at: Millis, block: &[u8]) -> io::Result<()> {
        let (_, shard) = self.shard.as_mut().ok_or(io::ErrorKind::NotFound)?;
        shard.append(sort, at, block)?;
        self.since_still += block.len() as u64;
        Ok(())
    }

    /// Ends the run in order: what waits is written, and that nothing follows.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn close(mut self, now: Millis) -> Result<(), RecordError> {
        let now = now.max(self.last);
        if self.shard.is_none() && self.pending.is_empty() {
            return Ok(());
        }
        self.flush(now)?;
        let charted = self.chart(now, true);
        let ended = charted.and_then(|()| self.append(Sort::End, now, &[]));
        ended.map_err(RecordError::unusable("writing", self.folder.path()))
    }

    /// Bytes of data of the day so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shard.as_ref().map_or(0, |(_, shard)| shard.len())
    }

    /// What is known by what was written, for tests of what a reader finds.
    #[must_use]
    pub fn known(&self) -> &Store {
        &self.store
    }

    /// News as it is told.
    #[must_use]
    pub fn news(news: Vec<News>) -> Vec<Told> {
        news.into_iter().map(Told::News).collect()
    }
}
