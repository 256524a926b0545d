//! Where a secret comes from. The configuration names the place; the secret itself is read when it is needed.

mod command;
mod doubt;
mod file;
mod words;

use std::path::PathBuf;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use self::doubt::Doubt;
use super::paths;
use super::reader::{Notes, Section};
use crate::cause::{Cause, Explanation};
use crate::environment::Environment;
use crate::process;
use crate::text::safe;
use crate::vault;
use serde::de::IgnoredAny;

/// A secret is a line; more than this many bytes is something else.
const MAX_BYTES: usize = 8 * 1024;

/// A key with its certificate and those above it in one file.
const MAX_KEY_BYTES: usize = 64 * 1024;

/// The key of the secret itself, which is refused, and those that name a place: a variable, a file, a command.
pub(super) type Keys = [&'static str; 4];

/// The keys of the secret, of which a profile has exactly one.
pub(super) const KEYS: Keys = [
    "client_secret",
    "client_secret_env",
    "client_secret_file",
    "client_secret_command",
];

/// The place of a secret.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// A variable of the environment.
    Variable(String),
    /// A file that only its owner may read.
    File(PathBuf),
    /// A program and its arguments, run without a shell; it prints the secret.
    Command(Vec<String>),
    /// The same with the terminal, on which it may ask a person.
    Asking(Vec<String>),
    /// Known to the process itself: the demo makes its own organisation and its secret.
    Held(SecretString),
}

/// Why there is no secret. Never holds any part of one.
#[derive(Debug)]
pub enum SecretError {
    /// The variable is not there.
    Unset(String),
    /// The file cannot be opened or read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The path names a directory, a pipe or a device.
    NotAFile(PathBuf),
    /// Others may read the file.
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The program cannot be started.
    NotRun {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The program ended without success.
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The start of what it wrote to stderr, as it came.
        stderr: String,
    },
    /// The program took too long.
    TooSlow {
        /// The program.
        program: String,
        /// The deadline, in seconds.
        seconds: u64,
        /// Whether it had the terminal.
        terminal: bool,
    },
    /// There is nothing in the place.
    Empty(String),
    /// There is far more than a secret in the place.
    TooLong(String),
    /// What is in the place is not text.
    NotText(String),
}

impl SecretSource {
    /// Fetches the secret. A command runs for at most 30 s, and with the terminal for five minutes.
    pub async fn read(&self, environment: &Environment) -> Result<SecretString, SecretError> {
        Ok(self.read_doubting(environment).await?.0)
    }

    /// The same, with what is odd about it: white space around it, a second line.
    pub async fn read_doubting(
        &self,
        environment: &Environment,
    ) -> Result<(SecretString, Option<Explanation>), SecretError> {
        let bytes = match self {
            Self::Held(secret) => return Ok((secret.clone(), None)),
            Self::Variable(name) => variable(name, environment)?,
            Self::File(path) => file::read(path.clone(), MAX_BYTES).await?,
            Self::Command(argv) => command::read(argv, command::DEADLINE).await?,
            Self::Asking(argv) => command::ask(argv, command::PERSONS_DEADLINE).await?,
        };
        let place = self.to_string();
        let line = line(&bytes, &place)?;
        let doubt = doubted(&line, &place);
        vault::keep(line.secret);
        // Others write it without: an echo of it must be known all the same.
        vault::keep(line.secret.trim());
        Ok((SecretString::from(line.secret), doubt))
    }

    /// Whether it is a file that others may open; one that is not there is not.
    #[must_use]
    pub fn exposed(&self) -> Option<SecretError> {
        let Self::File(path) = self else { return None };
        let error = file::open(path).err()?;
        matches!(error, SecretError::Exposed { .. }).then_some(error)
    }

    /// What can be said of the place without fetching the secret: `config check` runs no programs.
    pub fn inspect(&self, environment: &Environment) -> Result<(), SecretError> {
        match self {
            Self::Held(_) | Self::Command(_) | Self::Asking(_) => Ok(()),
            Self::Variable(name) => variable(name, environment).map(drop),
            Self::File(path) => file::open(path).map(drop),
        }
    }

    /// What is odd about the secret, where it can be had without running a program.
    #[must_use]
    pub fn doubt(&self, environment: &Environment) -> Option<Explanation> {
        let bytes = match self {
            Self::Held(_) | Self::Command(_) | Self::Asking(_) => return None,
            Self::Variable(name) => variable(name, environment).ok()?,
            Self::File(path) => file::read_now(path, MAX_BYTES).ok()?,
        };
        let place = self.to_string();
        doubted(&line(&bytes, &place).ok()?, &place)
    }
}

/// Reads the private key of a client certificate, under the same rule as a secret: nobody else may open it.
pub async fn private_key(path: PathBuf) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    file::read(path, MAX_KEY_BYTES).await
}

impl std::fmt::Display for SecretSource {
    /// The place in a person's words, safe to show.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable {}", safe(name)),
            Self::File(path) => write!(f, "the file {}", safe(&path.to_string_lossy())),
            // Only the program: arguments may carry what unlocks the secret.
            Self::Command(argv) | Self::Asking(argv) => {
                let program = argv.first().map_or("", String::as_str);
                write!(f, "the command {}", safe(program))
            }
            Self::Held(_) => f.write_str("this process"),
        }
    }
}

fn variable(name: &str, environment: &Environment) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let value = environment.get(name);
    let value = value.ok_or_else(|| SecretError::Unset(name.to_owned()))?;
    Ok(Zeroizing::new(value.as_encoded_bytes().to_vec()))
}

/// What a place holds, without its last line end.
struct Line<'a> {
    secret: &'a str,
    /// Whether that line end was one of Windows.
    windows: bool,
}

/// Editors and programs end a line; one line end is not part of the secret.
fn line<'a>(bytes: &'a [u8], place: &str) -> Result<Line<'a>, SecretError> {
    if bytes.len() > MAX_BYTES {
        return Err(SecretError::TooLong(place.to_owned()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SecretError::NotText(place.to_owned()))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let secret = line.strip_suffix('\r').unwrap_or(line);
    if secret
        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .is_empty()
    {
        return Err(SecretError::Empty(place.to_owned()));
    }
    Ok(Line {
        secret,
        windows: secret.len() < line.len(),
    })
}

fn doubted(line: &Line<'_>, place: &str) -> Option<Explanation> {
    let odd: Vec<_> = Doubt::all(line).into_iter().map(Doubt::words).collect();
    let told = Cause::SecretOdd.told().with("place", place);
    (!odd.is_empty()).then(|| told.with("odd", odd.join("; it ")))
}

/// Reads the place from a section, under these keys: none when it names none; more than one, or the secret itself, is
/// a mistake.
pub(super) fn read(
    from: &mut Section<'_>,
    keys: Keys,
    notes: &mut Notes<'_>,
) -> Option<SecretSource> {
    let [inline, variable, file, command] = keys;
    from.take_as(inline, notes, |_: IgnoredAny| {
        Err::<(), _>(format!("a secret does not belong in this file, which gets copied and shown: put it in a file of its own ({file}), a password manager ({command}) or a variable ({variable})"))
    });
    let variable = from.take_as(variable, notes, |name: String| {
        not_empty(name).map(|name| {
            process::holds_credential(&name);
            SecretSource::Variable(name)
        })
    });
    let file = from.take_as(file, notes, paths::written);
    let file = file.map(|path| SecretSource::File(notes.beside(&path)));
    let command = from.take_as(command, notes, |argv: Vec<String>| {
        let program = argv.first().cloned().unwrap_or_default();
        not_empty(program).map(|_| SecretSource::Command(argv))
    });
    let mut places = [variable, file, command].into_iter().flatten();
    let place = places.next();
    let named = keys
        .iter()
        .find_map(|key| notes.origins.get(&from.key(key)));
    if let Some(origin) = named.cloned() {
        notes.origins.insert(from.key(inline), origin);
    }
    if places.next().is_some() {
        let message = format!(
            "more than one place for the secret: keep one of {}",
            keys[1..].join(", ")
        );
        notes.fault(from.origin.clone(), &from.key(inline), message);
    }
    place
}

/// Gives a secret's command the terminal where the profile says so.
pub(super) fn with_terminal(
    from: &mut Section<'_>,
    place: Option<SecretSource>,
    notes: &mut Notes<'_>,
) -> Option<SecretSource> {
    let origin = from.origin.clone();
    let wanted = from.take("client_secret_command_tty", notes);
    match (wanted, place) {
        (Some(true), Some(SecretSource::Command(argv))) => Some(SecretSource::Asking(argv)),
        (Some(true), place) => {
            let message =
                "there is no command that it could be for: it goes with client_secret_command";
            notes.fault(origin, &from.key("client_secret_command_tty"), message);
            place
        }
        (_, place) => place,
    }
}

fn not_empty(text: String) -> Result<String, String> {
    if text.is_empty() {
        return Err("may not be empty".to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
