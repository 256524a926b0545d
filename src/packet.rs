//! A packet: one file with the past of some minutes and all that belongs to it, for whoever has no access. It opens on any machine,
//! and what is not as it was written is refused by name.
//!
//! The first line says what it is, the second is the table of contents as JSON, the third the SHA-256 of that line; behind them
//! lie the parts, one after the other and nothing else. The table has the length and the SHA-256 of each part, so that a byte
//! that was changed is in a line or in a part that has a name. Who can write the whole file can write another one: the audit
//! of whoever made it has the SHA-256 of the file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::audit::{AuditError, read as lines, sha256_hex};
use crate::export::digest::{escaped, markdown};
use crate::file;
use crate::folder;
use crate::model::api::Api;
use crate::model::audit::Record as Line;
use crate::model::bookmark::Bookmark;
use crate::model::digest::{Digest, DigestFor};
use crate::record::digest::{Beside, story, tell};
use crate::record::{Record, RecordError, RecordFolder, cut};
use crate::text::Text;
use crate::time::Millis;
use crate::vault;

/// The first line of every packet; a later form has another one.
const FIRST: &str = "trunkline packet 1";

/// Bytes of a packet that are read at all.
const LARGEST: u64 = 1 << 30;

/// What is for people, what was noted, and what was written to the organisation.
const SUMMARY: &str = "summary.md";
const BOOKMARKS: &str = "bookmarks.json";
const AUDIT: &str = "audit.jsonl";

/// What the table of contents is called where it is refused.
const TABLE: &str = "the table of contents";

/// Before the name of a file of the record.
const RECORD: &str = "record/";

/// What a packet is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Which version of trunkline wrote it.
    pub version: String,
    /// Of which profile.
    pub profile: Text,
    /// `direct` or `platform`.
    pub api: String,
    /// Who made it.
    pub by: Text,
    /// Why, as they wrote it: the note of the bookmark that it is of.
    pub note: Text,
    /// It begins then, and it ends then.
    pub from: Millis,
    /// The end.
    pub to: Millis,
    /// What whoever opens it is shown first.
    pub begin: Millis,
    /// Whether callers are masked in it.
    pub masked: bool,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    name: String,
    bytes: u64,
    sha256: String,
}

/// The table of contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    #[serde(flatten)]
    about: About,
    parts: Vec<Part>,
}

/// What a packet is to be made of.
#[derive(Debug)]
pub struct Making<'a> {
    /// What it is of; the times of the record that there is are put in here.
    pub about: About,
    /// Where the record is.
    pub record: RecordFolder,
    /// Where the audit of the profile is.
    pub state_dir: &'a Path,
    /// Bookmarks that go with it.
    pub bookmarks: Vec<Bookmark>,
    /// The zone that its page for people is written in.
    pub zone: &'a TimeZone,
}

/// Why a packet cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    /// A file or a folder cannot be used.
    #[error("{doing} {path}: {source}", path = .path.display())]
    Unusable {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The record says why not.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The audit says why not.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// It is no packet that this version reads.
    #[error("{path} is no packet of trunkline, or one of another version: its first line is not {FIRST:?}", path = .0.display())]
    NoPacket(PathBuf),
    /// Something in it is not as it was written.
    #[error("{path} is refused: {part} is not as it was written", path = .path.display())]
    Tampered {
        /// The packet.
        path: PathBuf,
        /// Which part of it.
        part: String,
    },
}

impl PacketError {
    fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Unusable {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it is of, by what there was.
    pub about: About,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// What could not be read of the record.
    pub damage: Vec<String>,
}

/// Writes a packet, whole or not at all, mode 0600. `scratch` is a folder for what is made on the way.
///
/// # Errors
/// Why not; then there is no packet.
pub fn write(making: Making<'_>, scratch: &Path, to: &Path) -> Result<Written, PacketError> {
    let Making {
        mut about,
        record,
        state_dir,
        bookmarks,
        zone,
    } = making;
    let part = RecordFolder::at(scratch.join("record"));
    let mut whole = Record::open(record)?;
    let cut = cut(&mut whole, (about.from, about.to), about.masked, &part)?;
    (about.from, about.to) = (cut.from, cut.to);
    about.begin = about.begin.clamp(about.from, about.to);
    (about.api, about.masked) = (cut.about.api, cut.about.mask);
    let (raw, audit) = audit(state_dir, about.profile.raw(), (about.from, about.to))?;
    let beside = Beside {
        profile: about.profile.clone(),
        audit,
        jobs: Vec::new(),
        bookmarks,
    };
    let summary = summary(&about, &part, &beside, zone)?;
    let bookmarks = serde_json::to_vec(&beside.bookmarks).unwrap_or_default();
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        (
            SUMMARY.to_owned(),
            vault::scrub_bytes(summary.as_bytes()).into(),
        ),
        (BOOKMARKS.to_owned(), vault::scrub_bytes(&bookmarks).into()),
        (AUDIT.to_owned(), raw),
    ];
    for day in part
        .days()
        .map_err(PacketError::at("reading", part.path()))?
    {
        for what in ["data", "index"] {
            let path = part.path().join(format!("{day}.{what}"));
            let bytes = fs::read(&path).map_err(PacketError::at("reading", &path))?;
            parts.push((format!("{RECORD}{day}.{what}"), bytes));
        }
    }
    let bytes = packed(&about, &parts);
    file::replace(to, &bytes).map_err(PacketError::at("writing", to))?;
    Ok(Written {
        about,
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
        damage: cut.damage,
    })
}

/// The page for people: what happened, as a hand-over tells it, and what the file is.
fn summary(
    about: &About,
    record: &RecordFolder,
    beside: &Beside,
    zone: &TimeZone,
) -> Result<String, RecordError> {
    let mut record = Record::open(record.clone())?;
    let story = story(&mut record, (about.from, about.to), &|| true)?;
    let digest = Digest {
        title: "packet".to_owned(),
        ..tell(&story, DigestFor::Successor, beside)
    };
    let callers = if about.masked {
        "Callers are masked."
    } else {
        "Callers are not masked."
    };
    let by = format!("Made by {} with trunkline {}.", about.by, about.version);
    let page = markdown(&digest, zone);
    let note = escaped(&about.note.to_string());
    Ok(format!(
        "{page}\n---\n\n{note}\n\n{} {callers}\n",
        escaped(&by)
    ))
}

fn packed(about: &About, parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let part = |(name, bytes): &(String, Vec<u8>)| Part {
        name: name.clone(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
    };
    let contents = Contents {
        about: about.clone(),
        parts: parts.iter().map(part).collect(),
    };
    // Plain data cannot fail to serialise, and its line has no end within it.
    let table = serde_json::to_string(&contents).unwrap_or_default();
    let sum = sha256_hex(table.as_bytes());
    let mut bytes = format!("{FIRST}\n{table}\n{sum}\n").into_bytes();
    for (_, part) in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// The lines of the audit of that time as they are in its file, from the first to the last of them; and what they say.
fn audit(
    state_dir: &Path,
    profile: &str,
    (from, to): (Millis, Millis),
) -> Result<(Vec<u8>, Vec<Line>), AuditError> {
    let (mut raw, mut records) = (Vec::new(), Vec::new());
    let read = lines::each(state_dir, profile, |line| {
        let Some(record) = line.record else { return };
        if from <= record.timestamp && record.timestamp <= to {
            raw.extend_from_slice(&line.raw);
            raw.push(b'\n');
            records.push(record);
        }
    });
    match read {
        Err(AuditError::Missing(_)) => Ok((raw, records)),
        read => read.map(|()| (raw, records)),
    }
}

/// A packet that is as it was written.
#[derive(Clone, Debug)]
pub struct Packet {
    /// What it is of.
    pub about: About,
    /// The page for people, Markdown.
    pub summary: String,
    /// What is told beside the record.
    pub beside: Arc<Beside>,
    record: BTreeMap<String, Vec<u8>>,
}

impl Packet {
    /// Opens a packet that a person names.
    ///
    /// # Errors
    /// What is not as it was written, by its name; or why the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, PacketError> {
        let mut bytes = Vec::new();
        let file = file::named(path).map_err(PacketError::at("reading", path))?;
        let read = file.take(LARGEST).read_to_end(&mut bytes);
        read.map_err(PacketError::at("reading", path))?;
        Self::read(path, &bytes)
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, PacketError> {
        let tampered = |part: &str| PacketError::Tampered {
            path: path.to_owned(),
            part: part.to_owned(),
        };
        let (first, rest) = line(bytes).ok_or_else(|| PacketError::NoPacket(path.to_owned()))?;
        if first != FIRST.as_bytes() {
            return Err(PacketError::NoPacket(path.to_owned()));
        }
        let (table, rest) = line(rest).ok_or_else(|| tampered(TABLE))?;
        let (sum, mut rest) = line(rest).ok_or_else(|| tampered(TABLE))?;
        if sha256_hex(table).as_bytes() != sum {
            return Err(tampered(TABLE));
        }
        let contents: Contents = serde_json::from_slice(table).map_err(|_| tampered(TABLE))?;
        let mut parts = BTreeMap::new();
        for part in contents.parts {
            let bytes = usize::try_from(part.bytes).ok();
            let cut = bytes.and_then(|bytes| rest.split_at_checked(bytes));
            let (bytes, after) = cut.ok_or_else(|| tampered(&part.name))?;
            if sha256_hex(bytes) != part.sha256 {
                return Err(tampered(&part.name));
            }
            rest = after;
            parts.insert(part.name, bytes.to_vec());
        }
        if !rest.is_empty() {
            return Err(tampered("what follows its last part"));
        }
        let about = contents.about;
        let mut part = |name: &str| parts.remove(name).ok_or_else(|| tampered(name));
        let summary = String::from_utf8(part(SUMMARY)?).map_err(|_| tampered(SUMMARY))?;
        let bookmarks = serde_json::from_slice(&part(BOOKMARKS)?);
        let audit = chained(&part(AUDIT)?).ok_or_else(|| tampered(AUDIT))?;
        Ok(Self {
            beside: Arc::new(Beside {
                profile: about.profile.clone(),
                audit,
                jobs: Vec::new(),
                bookmarks: bookmarks.map_err(|_| tampered(BOOKMARKS))?,
            }),
            about,
            summary,
            record: parts,
        })
    }

    /// The API that it was recorded with.
    #[must_use]
    pub fn api(&self) -> Api {
        let known = [Api::Direct, Api::Platform].into_iter();
        known
            .clone()
            .find(|api| api.word() == self.about.api)
            .unwrap_or_default()
    }

    /// Lays its record out in a folder, to be read there.
    ///
    /// # Errors
    /// Why that cannot be written.
    pub fn unfold(&self, into: &Path) -> Result<RecordFolder, PacketError> {
        folder::make(into).map_err(PacketError::at("making", into))?;
        for (name, bytes) in &self.record {
            // Only names of our own: nothing leads out of the folder.
            let Some(name) = name.strip_prefix(RECORD).filter(|name| is_ours(name)) else {
                continue;
            };
            let path = into.join(name);
            let written =
                File::create_new(&path).and_then(|mut file| io::Write::write_all(&mut file, bytes));
            written.map_err(PacketError::at("writing", &path))?;
        }
        Ok(RecordFolder::at(into.to_owned()))
    }
}

/// A day and what it is of: `2026-06-15.data`.
fn is_ours(name: &str) -> bool {
    let day = name
        .strip_suffix(".data")
        .or_else(|| name.strip_suffix(".index"));
    day.is_some_and(|day| day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok())
}

/// The bytes up to the end of a line, and those behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end)?;
    Some((line, rest.get(1..)?))
}

/// The lines of an audit, where each follows the one before it; none where one does not.
fn chained(raw: &[u8]) -> Option<Vec<Line>> {
    let mut records: Vec<Line> = Vec::new();
    let mut before: Option<(u64, String)> = None;
    for line in raw
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let record: Line = serde_json::from_slice(line).ok()?;
        if let Some((number, sum)) = &before
            && record.line == number + 1
            && record.prev.raw() != sum
        {
            return None;
        }
        before = Some((record.line, sha256_hex(line)));
        records.push(record);
    }
    Some(records)
}
