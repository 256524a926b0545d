//! The listener's Unix socket: where it is, and who may use it.

use std::path::PathBuf;

use toml::Value;

use crate::config::paths;
use crate::config::reader::{Notes, Section};

/// Users that a section may list.
const MOST_ACCOUNTS: usize = 64;

/// A user or a group of this machine, as the profile writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// By its number.
    Number(u32),
    /// By its name, which is looked up when the listener starts.
    Name(String),
}

impl From<&Account> for Value {
    fn from(account: &Account) -> Self {
        match account {
            Account::Number(number) => i64::from(*number).into(),
            Account::Name(name) => name.as_str().into(),
        }
    }
}

/// A socket, and who beside the console's own user may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its path.
    pub path: PathBuf,
    /// The group whose members may connect, and read; none leaves it to the console's own user.
    pub group: Option<Account>,
    /// Users who may read; the file's mode has to let them connect.
    pub readers: Vec<Account>,
    /// Users who may write, and read.
    pub writers: Vec<Account>,
}

impl Socket {
    /// One for the console's own user alone.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            group: None,
            readers: Vec::new(),
            writers: Vec::new(),
        }
    }

    pub(super) fn shown(&self) -> Vec<(&'static str, Value)> {
        let users = |users: &[Account]| Value::Array(users.iter().map(Value::from).collect());
        let path = self.path.to_string_lossy().into_owned();
        let mut shown = vec![("socket", Value::from(path))];
        shown.extend(
            self.group
                .as_ref()
                .map(|group| ("socket_group", group.into())),
        );
        shown.push(("socket_readers", users(&self.readers)));
        shown.push(("socket_writers", users(&self.writers)));
        shown
    }
}

/// Reads the keys of the socket; none without its path.
pub(super) fn read(from: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<Socket> {
    let path = from.take_as("socket", notes, paths::written);
    let group = from.take_as("socket_group", notes, |value| account(&value));
    let mut users = |key| {
        from.take_as(key, notes, |values: Vec<Value>| accounts(&values))
            .unwrap_or_default()
    };
    let (readers, writers) = (users("socket_readers"), users("socket_writers"));
    let Some(path) = path else {
        let key = from.key("socket");
        if (group.is_some() || !readers.is_empty() || !writers.is_empty()) && !notes.has_fault(&key)
        {
            let message = "socket_group, socket_readers and socket_writers say who may use the socket: add socket with its path";
            notes.fault(from.origin.clone(), &key, message);
        }
        return None;
    };
    Some(Socket {
        path: notes.beside(&path),
        group,
        readers,
        writers,
    })
}

fn accounts(values: &[Value]) -> Result<Vec<Account>, String> {
    if values.len() > MOST_ACCOUNTS {
        return Err(format!("at most {MOST_ACCOUNTS} users"));
    }
    values.iter().map(account).collect()
}

pub(in crate::config) fn account(value: &Value) -> Result<Account, String> {
    let read = match value {
        Value::Integer(number) => u32::try_from(*number).ok().map(Account::Number),
        Value::String(name) if !name.is_empty() => Some(Account::Name(name.clone())),
        _ => None,
    };
    read.ok_or_else(|| format!("{value} is neither the name nor the number of an account"))
}
