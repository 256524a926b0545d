//! Before a line is appended: does the end of the file agree with the head, and if not, what happened?
//!
//! | found | means | done |
//! |---|---|---|
//! | as the head says | nothing happened | nothing |
//! | one whole line more, in the chain | a console died between the line and its head | the line counts |
//! | half a line more | a console died while it wrote, before it sent anything | cut off; a note keeps what was there |
//! | less than the head says | lines were cut off | a note; the chain goes on from the head, so `verify` names the gap |
//! | more that is not in the chain | somebody else wrote | left as it is; a note |
//! | no head | it was removed, or is from a first line that crashed | made again from the files; a note |

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::Path;

use super::error::AuditError;
use super::head::{Head, NOTHING};
use super::place::AuditFiles;
use super::scrub;
use crate::file::{self, For};
use crate::model::audit::Record;
use crate::text::Text;

/// Bytes of one line; ours stay far below. More without a line's end is not read into memory.
pub(super) const LONGEST_LINE: u64 = 1 << 20;

/// Something about the end of the audit that the record should tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Half a line was there; these are its bytes, as far as they can be kept.
    Torn(Text),
    /// So many bytes are gone.
    Cut(u64),
    /// So many bytes came from somewhere else.
    Foreign(u64),
    /// There was no head to go by.
    Headless,
}

impl Trouble {
    /// The action of the note.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Torn(_) => "audit.repair",
            Self::Cut(_) | Self::Foreign(_) | Self::Headless => "audit.damage",
        }
    }

    /// What the note says.
    pub fn words(&self) -> String {
        match self {
            Self::Torn(text) => format!(
                "a line was half written when its console died; it was cut off, and nothing was sent for it: {}",
                text.raw()
            ),
            Self::Cut(bytes) => format!("{bytes} bytes are gone from the end: lines were cut off"),
            Self::Foreign(bytes) => {
                format!("{bytes} bytes at the end are no lines of this audit; they were left there")
            }
            Self::Headless => {
                "the head was missing or unreadable: whether lines were cut off before cannot be determined".to_owned()
            }
        }
    }
}

/// How far the audit has come, and what was wrong.
pub(super) struct Settled {
    pub head: Head,
    /// The file ends in the middle of a line that stays.
    pub mend: bool,
    pub troubles: Vec<Trouble>,
}

/// Compares the files with the head. The caller has the turn.
pub(super) fn settle(place: &AuditFiles) -> Result<Settled, AuditError> {
    let found = Head::read(place)?;
    let mut troubles = Vec::new();
    let headless = found.is_none();
    let mut head = found.unwrap_or_default();
    for number in place.full()?.split_off(&(head.rotated + 1)) {
        // A console died after it had put this file aside, or there was no head to say so.
        adopt(&place.rotated(number), &mut head, &mut troubles)?;
        head.rotated = number;
        head.bytes = 0;
    }
    let mend = adopt(&place.current(), &mut head, &mut troubles)?;
    if headless && head.lines > 1 {
        troubles.push(Trouble::Headless);
    }
    Ok(Settled {
        head,
        mend,
        troubles,
    })
}

/// Takes in the lines behind the head; whether the file then ends in the middle of a line that stays.
fn adopt(path: &Path, head: &mut Head, troubles: &mut Vec<Trouble>) -> Result<bool, AuditError> {
    let failed = || AuditError::at("reading", path);
    let mut file = match file::open(path, For::Reading) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if head.bytes > 0 {
                troubles.push(Trouble::Cut(head.bytes));
                head.bytes = 0;
            }
            return Ok(false);
        }
        Err(error) => return Err(failed()(error)),
    };
    let length = file.metadata().map_err(failed())?.len();
    if length < head.bytes {
        troubles.push(Trouble::Cut(head.bytes - length));
        head.bytes = length;
        return ends_open(&mut file, length).map_err(failed());
    }
    file.seek(SeekFrom::Start(head.bytes)).map_err(failed())?;
    let mut reader = BufReader::new(file);
    while head.bytes < length {
        let mut line = Vec::new();
        io::Read::take(&mut reader, LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(failed())?;
        let whole = line.pop_if(|last| *last == b'\n').is_some();
        match serde_json::from_slice::<Record>(&line) {
            Ok(record) if whole && follows(&record, head) => head.advance(&record, &line),
            _ if !whole && head.bytes + line.len() as u64 == length => {
                troubles.push(Trouble::Torn(scrub::text(&String::from_utf8_lossy(&line))));
                return Ok(false);
            }
            _ => {
                troubles.push(Trouble::Foreign(length - head.bytes));
                head.bytes = length;
                let mut file = reader.into_inner();
                return ends_open(&mut file, length).map_err(failed());
            }
        }
    }
    Ok(false)
}

/// Whether a line is the next one of the chain. The first line that is ever read is, whatever it says.
fn follows(record: &Record, head: &Head) -> bool {
    let next = record.line == head.lines + 1 && record.prev.raw() == head.hash;
    next || (head.lines == 0 && head.hash == NOTHING && record.line > 0)
}

fn ends_open(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(length - 1))?;
    let mut last = [0];
    io::Read::read_exact(file, &mut last)?;
    Ok(last != [b'\n'])
}
