//! A part of the past as a record of its own: what was known when it begins, and what was told until it ends. Callers can be masked
//! in it that were not when it was written.

use std::io;

use super::block::{Sort, Squeezer, squeeze};
use super::folder::{RecordFolder, day_of};
use super::mask;
use super::pack::{Glossary, pack};
use super::reader::{Record, Reel};
use super::shard::Growing;
use super::told::{Moment, Reckoning};
use super::writer::About;
use super::{RecordError, SCHEMA};
use crate::store::{Changes, Store};
use crate::time::Millis;

/// What a block of news spans here, in milliseconds: nobody waits for it to be written.
const BLOCK: i64 = 60_000;

/// A part that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whose past it is.
    pub about: About,
    /// When it begins.
    pub from: Millis,
    /// When it ends.
    pub to: Millis,
    /// What could not be read of it, in words: rows are stale from there on, as they are in the record itself.
    pub damage: Vec<String>,
}

/// Writes what was recorded between two moments into a folder of its own.
///
/// # Errors
/// When nothing was recorded until the second one, or something cannot be read or written.
pub fn cut(
    record: &mut Record,
    (from, to): (Millis, Millis),
    masked: bool,
    into: &RecordFolder,
) -> Result<Cut, RecordError> {
    let (begins, _) = record.span()?;
    let from = from.max(begins);
    let _lock = into
        .hold()
        .map_err(RecordError::unusable("writing", into.path()))?;
    let mut cutter = Cutter {
        into,
        masked,
        shard: None,
        end: from,
    };
    let (mut about, mut damage) = (None, Vec::new());
    let mut at = from;
    while at <= to {
        let mut reel = record.reel(at)?;
        let next = reel.next.filter(|next| *next <= to);
        damage.append(&mut reel.damage);
        reel.about.mask |= masked;
        about = Some(reel.about.clone());
        let written = cutter.roll(reel, at, next.map_or(to, |next| next.plus(-1)));
        written.map_err(RecordError::unusable("writing", into.path()))?;
        at = match next {
            Some(next) => next.max(at.plus(1)),
            None => break,
        };
    }
    let ended = cutter.append(Sort::End, cutter.end, &[]);
    ended.map_err(RecordError::unusable("writing", into.path()))?;
    Ok(Cut {
        about: about.unwrap_or_default(),
        from,
        to: cutter.end,
        damage,
    })
}

struct Cutter<'f> {
    into: &'f RecordFolder,
    masked: bool,
    shard: Option<(String, Growing)>,
    /// The last moment of which it is written what was told.
    end: Millis,
}

impl Cutter<'_> {
    /// Writes one stretch, from that moment until the other.
    fn roll(&mut self, reel: Reel, from: Millis, until: Millis) -> io::Result<()> {
        let Reel {
            mut store,
            mut moments,
            until: told_until,
            known,
            about,
            ..
        } = reel;
        let mut changes = Changes::default();
        while moments.front().is_some_and(|moment| moment.at <= from)
            && let Some(moment) = moments.pop_front()
        {
            moment.happen(&mut store, &mut changes);
            changes.clear();
        }
        store.registrations.tick(from, &mut changes);
        self.begin(&about, store, from)?;
        // A hole behind the last word is found again by whoever reads: it is where the record says nothing.
        let last = if known < until {
            told_until.max(from)
        } else {
            until
        };
        let mut block: Vec<Moment> = Vec::new();
        for moment in moments {
            if moment.at > last {
                break;
            }
            if block
                .first()
                .is_some_and(|first| moment.at >= first.at.plus(BLOCK))
            {
                let until = moment.at.plus(-1);
                self.news(std::mem::take(&mut block), until)?;
            }
            block.push(self.kept(moment));
        }
        self.news(block, last)?;
        self.end = last;
        Ok(())
    }

    /// A head, and everything known: every stretch can be read by itself.
    fn begin(&mut self, about: &About, mut store: Store, at: Millis) -> io::Result<()> {
        let day = day_of(at);
        if self.shard.as_ref().is_none_or(|(open, _)| *open != day) {
            let growing = Growing::open(self.into, &day)?;
            self.shard = Some((day, growing));
        }
        if self.masked {
            mask::everything(&mut store);
        }
        let about = About {
            schema: SCHEMA,
            ..about.clone()
        };
        let head = serde_json::to_vec(&about).map_err(io::Error::other)?;
        self.append(Sort::Head, at, &head)?;
        let still = pack(&store.still(at), &Glossary::default())?;
        self.append(Sort::Still, at, &squeeze(&still.bytes)?)
    }

    fn news(&mut self, moments: Vec<Moment>, until: Millis) -> io::Result<()> {
        let at = moments.first().map_or(until, |first| first.at);
        let reckoning = Reckoning { until, moments };
        let packed = pack(&reckoning, &Glossary::default())?;
        self.append(Sort::News, at, &Squeezer::by(&[])?.squeeze(&packed.bytes)?)
    }

    fn kept(&self, mut moment: Moment) -> Moment {
        if self.masked {
            for told in &mut moment.told {
                mask::told(told);
            }
        }
        moment
    }

    fn append(&mut self, sort: Sort, at: Millis, block: &[u8]) -> io::Result<()> {
        let (_, shard) = self.shard.as_mut().ok_or(io::ErrorKind::NotFound)?;
        shard.append(sort, at, block)
    }
}
