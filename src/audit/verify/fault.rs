//! The first thing that is wrong, in words.

use std::fmt;
use std::path::PathBuf;

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// In which file.
    pub file: PathBuf,
    /// At which line of that file, from 1; one behind the last when lines are missing there.
    pub line: u64,
    /// What it is.
    pub wrong: Wrong,
}

/// What can be wrong with a line. Numbers are those that lines carry, through all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is not what was written.
    Changed,
    /// Lines before it are gone.
    Dropped {
        /// The first that is gone.
        from: u64,
        /// The last that is gone.
        to: u64,
    },
    /// It stands where another one belongs.
    Moved {
        /// The number that it carries.
        is: u64,
        /// The number that belongs here.
        belongs: u64,
    },
    /// Lines are gone from the end.
    Cut {
        /// The first that is gone.
        from: u64,
        /// The last that is gone.
        to: u64,
    },
    /// It was put there by somebody else.
    Added,
    /// There is no head, so a tail that was cut off would not be missed.
    Headless,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Changed => f.write_str("changed: this is not what was written"),
            Self::Dropped { from, to } => write!(f, "dropped: before this, {}", gone(from, to)),
            Self::Moved { is, belongs } => write!(
                f,
                "reordered: this is line {is} of the audit, and line {belongs} belongs here"
            ),
            Self::Cut { from, to } => write!(f, "cut off: from here on, {}", gone(from, to)),
            Self::Added => f.write_str("added: the audit does not know this line"),
            Self::Headless => f.write_str(
                "no end: the .head file that keeps how far the audit has come is gone, so lines may be missing from here on",
            ),
        }
    }
}

fn gone(from: u64, to: u64) -> String {
    if from == to {
        format!("line {from} of the audit is gone")
    } else {
        format!("lines {from} to {to} of the audit are gone")
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display().to_string();
        let file = crate::text::safe(&file);
        write!(f, "{file}:{}: {}", self.line, self.wrong)
    }
}
