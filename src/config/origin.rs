//! Where a value came from, and what is wrong with it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration has mistakes: all of them, in the order of the file.
    #[error("the configuration has {}:\n{}", count(.0), lines(.0))]
    Invalid(Vec<Fault>),
    /// A file was asked for and is not there.
    #[error("no configuration file {} ({origin} names it): correct the path, or write a first one with `trunkline config init`", shown(.path))]
    Absent {
        /// The file.
        path: PathBuf,
        /// Who asked for it.
        origin: Origin,
    },
    /// A file is there and cannot be read.
    #[error("cannot read {}: {source}; check its owner and mode", shown(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may write a file that decides what is run and where credentials go.
    #[error("others may write {} (mode {mode:04o}), and it decides which commands are run and where credentials go: run chmod go-w on it", shown(.path))]
    Writable {
        /// The file, or its folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Others may open a file of a credential.
    #[error("{0}")]
    Exposed(#[source] super::secret::SecretError),
    /// Credentials without an organisation to use them on.
    #[error("{variable} is set, but there is no configuration file {}, so base_url is missing: write one with `trunkline config init`, or unset {variable}", shown(.path))]
    NoBaseUrl {
        /// The variable that asks for an organisation.
        variable: &'static str,
        /// Where the file would be.
        path: PathBuf,
    },
    /// There are profiles and none was chosen.
    #[error("{} has the profiles {}: choose one with --profile NAME, TRUNKLINE_PROFILE, or a top-level profile = \"NAME\"", shown(.path), safe(&.names.join(", ")))]
    NoChoice {
        /// The file.
        path: PathBuf,
        /// The profiles in it.
        names: Vec<String>,
    },
    /// The home directory is unknown, so there is no place for a configuration.
    #[error(
        "no home directory to look for the configuration in: set HOME, or name the file with --config FILE"
    )]
    NoHome,
    /// `config init` found a file.
    #[error("{} exists and is left as it is: edit it, or name another file with --config FILE", shown(.path))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// `config init` could not write.
    #[error("cannot write {}: {source}; check the directory, or name another file with --config FILE", shown(.path))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn shown(path: &Path) -> String {
    safe(&path.to_string_lossy()).into_owned()
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
