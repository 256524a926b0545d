//! Whether the past is as it was written.

use super::block::{Sort, Unsqueezer, unsqueeze};
use super::folder::RecordFolder;
use super::pack::unpack;
use super::reader::glossary;
use super::shard::Shard;
use super::told::Reckoning;
use super::{OLDEST, RecordError, SCHEMA};
use crate::store::still::{Delta, Still};
use crate::time::Millis;

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The day that it is in.
    pub day: String,
    /// Which entry of its index, counted from 0.
    pub entry: usize,
    /// The moment that it is about, where its entry can be read.
    pub at: Option<Millis>,
    /// What is wrong.
    pub why: String,
}

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Soundness {
    /// Blocks that were read.
    pub blocks: u64,
    /// Those that could not be.
    pub damage: Vec<Damage>,
    /// Bytes that no entry names, and indexes that end in the middle of one: what was being written when a process was
    /// killed. Nothing that was said to be there is lost by it.
    pub torn: u64,
}

/// Reads everything once.
///
/// # Errors
/// When the folder or a file of it cannot be used at all.
pub fn verify(folder: &RecordFolder) -> Result<Soundness, RecordError> {
    let mut sound = Soundness::default();
    let days = folder.days();
    for day in days.map_err(RecordError::unusable("reading", folder.path()))? {
        let shard = Shard::open(folder, &day);
        let shard = shard.map_err(RecordError::unusable(
            "reading",
            &folder.file(&day, "index"),
        ))?;
        look(&shard, &mut sound);
    }
    Ok(sound)
}

fn look(shard: &Shard, sound: &mut Soundness) {
    sound.torn += shard.unnamed() + u64::from(shard.torn);
    let mut names = glossary(shard, 0);
    let mut opener = Unsqueezer::by(&names.sample);
    for (place, entry) in shard.entries.iter().enumerate() {
        sound.blocks += 1;
        let Some(entry) = entry else {
            sound.damage.push(Damage {
                day: shard.day.clone(),
                entry: place,
                at: None,
                why: "its entry of the index is not as it was written".to_owned(),
            });
            continue;
        };
        if matches!(entry.sort, Sort::Names | Sort::Sample | Sort::Head) {
            names = glossary(shard, place);
            opener = Unsqueezer::by(&names.sample);
        }
        let read = shard.block(entry).and_then(|block| match entry.sort {
            Sort::End => Ok(()),
            Sort::Head => super::reader::head(shard, place).and_then(|about| {
                let other = !(OLDEST..=SCHEMA).contains(&about.schema);
                let why = format!("schema {}", about.schema);
                if other {
                    Err(std::io::Error::other(why))
                } else {
                    Ok(())
                }
            }),
            Sort::Figures => super::figures::read(&block).map(drop),
            Sort::Names | Sort::Sample => unsqueeze(&block).map(drop),
            Sort::News => match &mut opener {
                Ok(opener) => unpack::<Reckoning>(&opener.open(&block)?, &names).map(drop),
                Err(why) => Err(std::io::Error::other(why.to_string())),
            },
            Sort::Still => unpack::<Still<'static>>(&unsqueeze(&block)?, &names).map(drop),
            Sort::Delta => unpack::<(u32, Delta<'static>)>(&unsqueeze(&block)?, &names).map(drop),
        });
        if let Err(why) = read {
            sound.damage.push(Damage {
                day: shard.day.clone(),
                entry: place,
                at: Some(entry.at),
                why: why.to_string(),
            });
        }
    }
}
