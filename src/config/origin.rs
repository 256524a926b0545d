//! Where a value came from, and what is wrong with it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cause::{Cause, Explanation, said};
use crate::environment::Environment;
use crate::text::safe;

/// Mistakes that an error lists; a file with more is of another kind.
const MAX_SHOWN: usize = 50;

/// The layer that decided a value, so that errors and `config show` can point at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A line of a file, counting from 1.
    File {
        /// Which file.
        path: Arc<Path>,
        /// Which line.
        line: usize,
    },
    /// A variable of the environment.
    Environment(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", safe(&path.to_string_lossy())),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// One mistake in the configuration, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it was made.
    pub origin: Origin,
    /// The full dotted key; empty when the mistake is not in one key.
    pub key: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", safe(&self.key))?;
        }
        f.write_str(&safe(&self.message))
    }
}

/// Why there is no configuration to work with. Every text is safe to show and free of secrets.
#[derive(Debug)]
pub enum ConfigError {
    /// The configuration has mistakes: all of them, in the order of the file.
    Invalid(Vec<Fault>),
    /// A file was asked for and is not there.
    Absent {
        /// The file.
        path: PathBuf,
        /// Who asked for it.
        origin: Origin,
    },
    /// A file is there and cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may write a file that decides what is run and where credentials go.
    Writable {
        /// The file, or its folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Others may open a file of a credential.
    Exposed(super::secret::SecretError),
    /// Credentials without an organisation to use them on.
    NoBaseUrl {
        /// The variable that asks for an organisation.
        variable: &'static str,
        /// Where the file would be.
        path: PathBuf,
    },
    /// There are profiles and none was chosen.
    NoChoice {
        /// The file.
        path: PathBuf,
        /// The profiles in it.
        names: Vec<String>,
    },
    /// The home directory is unknown, so there is no place for a configuration.
    NoHome,
    /// `config init` found a file.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// `config init` could not write.
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        match self {
            // Each mistake says on a line of its own what to write instead.
            Self::Invalid(faults) => {
                write!(
                    f,
                    "{}:\n{}\n{}",
                    told.sentence(),
                    lines(faults),
                    told.action()
                )
            }
            Self::Exposed(error) => error.fmt(f),
            _ => told.fmt(f),
        }
    }
}

impl ConfigError {
    /// The entry of the table that it is.
    #[must_use]
    pub fn told(&self) -> Explanation {
        let at = |cause: Cause, path: &Path| cause.told().with("path", path.to_string_lossy());
        match self {
            Self::Invalid(faults) => Cause::ConfigMistaken.told().with("count", count(faults)),
            Self::Absent { path, origin } => {
                at(Cause::ConfigAbsent, path).with("origin", origin.to_string())
            }
            Self::Unreadable { path, source } => {
                at(Cause::ConfigUnreadable, path).with("said", said(source))
            }
            Self::Writable { path, mode } => {
                at(Cause::ConfigWritable, path).with("mode", format!("{mode:04o}"))
            }
            Self::Exposed(error) => error.told(),
            Self::NoBaseUrl { variable, path } => {
                at(Cause::ConfigUnnamed, path).with("variable", *variable)
            }
            Self::NoChoice { path, names } => {
                at(Cause::ConfigUndecided, path).with("names", names.join(", "))
            }
            Self::NoHome => Cause::ConfigHomeless.told(),
            Self::Exists { path } => at(Cause::ConfigThere, path),
            Self::Unwritable { path, source } => {
                at(Cause::ConfigUnwritable, path).with("said", said(source))
            }
        }
    }
}

fn count(faults: &[Fault]) -> String {
    match faults.len() {
        1 => "a mistake".to_owned(),
        n => format!("{n} mistakes"),
    }
}

fn lines(faults: &[Fault]) -> String {
    let shown = faults
        .iter()
        .take(MAX_SHOWN)
        .map(|fault| format!("  {fault}"));
    let mut lines: Vec<String> = shown.collect();
    let more = faults.len().saturating_sub(MAX_SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}

/// The text of a variable; a value that is not UTF-8 is a mistake, never a lossy guess.
pub(super) fn variable<'e>(
    environment: &'e Environment,
    variable: &'static str,
) -> Result<Option<&'e str>, Fault> {
    let Some(value) = environment.get(variable) else {
        return Ok(None);
    };
    value.to_str().map(Some).ok_or_else(|| Fault {
        origin: Origin::Environment(variable),
        key: String::new(),
        message: "the value is not UTF-8: set it again as plain text".to_owned(),
    })
}
