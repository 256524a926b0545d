//! Verifying: is every line of the audit the one that was written, in its place, down to the last?
//!
//! A line is attested by the next one, and the last by the head. So when two lines do not fit, the one that is
//! attested is right and the other was changed.

mod fault;
mod lines;

use std::collections::HashSet;
use std::path::Path;

pub use self::fault::{ChainFault, Wrong};

use self::lines::{ChainLink, Lines, PlacedLine};
use super::error::AuditError;
use super::head::{Head, NOTHING};
use super::place::AuditFiles;
use crate::model::audit::LineStatus;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Lines from the first one on that are as they were written.
    pub lines: u64,
    /// Files that there are.
    pub files: usize,
    /// SHA-256 of the last good line: noted down elsewhere, it shows later that nothing before it was written anew.
    pub hash: String,
    /// Notes about the audit itself: repairs, and damage that an earlier start has met.
    pub notes: u64,
    /// Intents whose outcome is not written yet: writes under way, or of a console that is gone.
    pub open: usize,
    /// Half a line is at the end, of a console that died while it wrote, before it sent anything.
    pub torn: bool,
    /// The first thing that is wrong.
    pub fault: Option<ChainFault>,
}

/// Reads every file of the audit and finds the first line that is not as it was written.
///
/// # Errors
/// When there is no audit, or a file of it can't be read.
pub fn verify(state_dir: &Path, profile: &str) -> Result<Report, AuditError> {
    let place = AuditFiles::new(state_dir, profile);
    let (lines, head) = {
        // Between a line and its head the two disagree. Who may read and not lock sees what is there.
        let _turn = place.lock().ok();
        (Lines::open(&place)?, Head::read(&place)?)
    };
    let mut walk = Walk::new(lines, head);
    let fault = walk.run()?;
    let Walk {
        lines,
        last,
        notes,
        open,
        torn,
        ..
    } = walk;
    Ok(Report {
        lines: last.number,
        files: lines.files(),
        hash: last.hash,
        notes,
        open: open.len(),
        torn,
        fault: fault.map(|(at, wrong)| ChainFault {
            file: lines.path(at.file),
            line: at.row,
            wrong,
        }),
    })
}

/// Where a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct At {
    file: usize,
    row: u64,
}

impl At {
    fn next(self) -> Self {
        Self {
            row: self.row + 1,
            ..self
        }
    }
}

/// A line that fits.
#[derive(Clone, Debug)]
struct Good {
    at: At,
    number: u64,
    hash: String,
}

/// The way along the chain.
struct Walk {
    lines: Lines,
    head: Option<Head>,
    /// The last line that fits, and the one before it.
    last: Good,
    before: String,
    /// The first line behind the head.
    beyond: Option<At>,
    notes: u64,
    open: HashSet<String>,
    torn: bool,
}

impl Walk {
    fn new(lines: Lines, head: Option<Head>) -> Self {
        Self {
            lines,
            head,
            last: Good {
                at: At::default(),
                number: 0,
                hash: NOTHING.to_owned(),
            },
            before: String::new(),
            beyond: None,
            notes: 0,
            open: HashSet::new(),
            torn: false,
        }
    }

    fn run(&mut self) -> Result<Option<(At, Wrong)>, AuditError> {
        while let Some(found) = self.lines.next()? {
            if let Some(fault) = self.step(found)? {
                return Ok(Some(fault));
            }
        }
        Ok(self.end())
    }

    /// Takes a line in when it fits, and says what is wrong when not.
    fn step(&mut self, found: PlacedLine) -> Result<Option<(At, Wrong)>, AuditError> {
        let at = found.at;
        if !found.whole && self.lines.at_end() {
            // Cut off in the middle of a line, or torn by a crash: the head knows whether the line ever counted.
            self.torn = self.missing().is_none();
            return Ok(self.missing().map(|cut| (at, cut)));
        }
        let Some(link) = found.link.filter(|_| found.whole) else {
            return Ok(Some((at, Wrong::Changed)));
        };
        if link.prev != self.last.hash {
            return self.misfit(at, &found.hash, &link).map(Some);
        }
        if link.line != self.last.number + 1 {
            return Ok(Some((at, Wrong::Changed)));
        }
        self.take(at, found.hash, link);
        Ok(None)
    }

    fn take(&mut self, at: At, hash: String, link: ChainLink) {
        match link.status {
            LineStatus::Intent => drop(self.open.insert(link.id)),
            LineStatus::Note => self.notes += 1,
            _ => drop(self.open.remove(&link.id)),
        }
        if self
            .head
            .as_ref()
            .is_some_and(|head| link.line == head.lines + 1)
        {
            self.beyond = Some(at);
        }
        let number = link.line;
        let last = std::mem::replace(&mut self.last, Good { at, number, hash });
        self.before = last.hash;
    }

    /// Which line is the wrong one, when this one does not name the last one's hash.
    fn misfit(&mut self, at: At, hash: &str, link: &ChainLink) -> Result<(At, Wrong), AuditError> {
        let belongs = self.last.number + 1;
        let is = link.line;
        if is == belongs {
            let attested = self.attested(hash)? && self.last.number > 0;
            return Ok((if attested { self.last.at } else { at }, Wrong::Changed));
        }
        if is > belongs {
            let elsewhere = self.lines.any(|link| link.line == belongs)?;
            let wrong = if elsewhere {
                Wrong::Moved { is, belongs }
            } else {
                let (from, to) = (belongs, is - 1);
                Wrong::Dropped { from, to }
            };
            return Ok((at, wrong));
        }
        // It follows the line before the last: then the last one was put between them.
        if is + 1 == belongs && link.prev == self.before && hash != self.last.hash {
            return Ok((self.last.at, Wrong::Added));
        }
        Ok((at, Wrong::Moved { is, belongs }))
    }

    /// Whether what comes after a line vouches for it: the next line, or the head behind the last one.
    fn attested(&mut self, hash: &str) -> Result<bool, AuditError> {
        let next = self.lines.next()?;
        if let Some(link) = next.and_then(|next| next.link) {
            return Ok(link.prev == hash);
        }
        let Some(head) = &self.head else {
            return Ok(false);
        };
        // A head that is one line behind speaks of the line before.
        let before = head.lines == self.last.number && head.hash != self.last.hash;
        Ok(head.hash == hash || before)
    }

    /// Lines that the head knows of and that are not there.
    fn missing(&self) -> Option<Wrong> {
        let to = self.head.as_ref()?.lines;
        let from = self.last.number + 1;
        (to >= from).then_some(Wrong::Cut { from, to })
    }

    /// Compares the last line with the head.
    fn end(&self) -> Option<(At, Wrong)> {
        let (last, behind) = (&self.last, self.last.at.next());
        let Some(head) = &self.head else {
            // The first line of all may be there without a head: a crash between the two.
            return (last.number > 1).then_some((behind, Wrong::Headless));
        };
        if let Some(cut) = self.missing() {
            return Some((behind, cut));
        }
        let ahead = last.number - head.lines;
        match ahead {
            0 => (head.hash != last.hash).then_some((last.at, Wrong::Changed)),
            1 => (head.hash != self.before).then_some((last.at, Wrong::Added)),
            _ => Some((self.beyond.unwrap_or(last.at), Wrong::Added)),
        }
    }
}
