//! What a shell offers behind `TAB`: it asks this program, which knows the profiles, the themes and the columns of today.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use clap_complete::CompletionCandidate;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::cli::Cli;
use crate::config::Paths;
use crate::config::paths::themes_dir;
use crate::config::theme::Themes;
use crate::kind::Name;

/// What a shell sets to ask, and not to run a command.
const ASKED: &str = "TRUNKLINE_COMPLETE";

/// Answers a shell that asks, and ends the process; else nothing happens.
pub fn answer() {
    CompleteEnv::with_factory(command).var(ASKED).complete();
}

/// The script by which a shell asks.
///
/// # Errors
/// None that a buffer in memory gives.
pub fn script(shell: clap_complete::Shell) -> io::Result<Vec<u8>> {
    let asker: &dyn EnvCompleter = match shell {
        clap_complete::Shell::Elvish => &Elvish,
        clap_complete::Shell::Fish => &Fish,
        clap_complete::Shell::PowerShell => &Powershell,
        clap_complete::Shell::Zsh => &Zsh,
        _ => &Bash,
    };
    let (name, mut script) = ("trunkline", Vec::new());
    asker.write_registration(ASKED, name, name, name, &mut script)?;
    Ok(script)
}

/// The command line, with who knows the values that are in no program.
fn command() -> clap::Command {
    let listed = |command: clap::Command| {
        command
            .mut_arg("sort", |arg| arg.add(ArgValueCompleter::new(sort)))
            .mut_arg("columns", |arg| arg.add(ArgValueCompleter::new(columns)))
    };
    Cli::whole()
        .mut_arg("profile", |arg| arg.add(ArgValueCompleter::new(profiles)))
        .mut_arg("theme", |arg| arg.add(ArgValueCompleter::new(themes)))
        .mut_subcommand("get", |get| {
            listed(get).mut_arg("view", |arg| arg.add(ArgValueCompleter::new(views)))
        })
        .mut_subcommand("dump", listed)
}

/// The words of the line that is completed.
fn words() -> impl Iterator<Item = OsString> {
    std::env::args_os().skip_while(|word| word != "--").skip(1)
}

/// The configuration file of the line that is completed, whatever else is wrong with it: a shell is no place to say so.
fn file() -> Option<PathBuf> {
    let mut words = words();
    let named = words.by_ref().any(|word| word == "--config");
    let named = named.then(|| words.next().map(PathBuf::from)).flatten();
    let set = || std::env::var_os("TRUNKLINE_CONFIG").map(PathBuf::from);
    named
        .or_else(set)
        .or_else(|| Some(Paths::standard().ok()?.config_file))
}

/// The names in a table of that file.
fn names(table: &str) -> Vec<String> {
    let text = file().and_then(|path| std::fs::read_to_string(path).ok());
    let file = text.and_then(|text| text.parse::<toml::Table>().ok());
    let table = file.and_then(|mut file| file.remove(table));
    match table {
        Some(toml::Value::Table(table)) => table.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

fn beginning(
    current: &OsStr,
    values: impl IntoIterator<Item = (String, Option<String>)>,
) -> Vec<CompletionCandidate> {
    let begun = current.to_string_lossy();
    let fits = values
        .into_iter()
        .filter(|(value, _)| value.starts_with(&*begun));
    let shown = |(value, help): (String, Option<String>)| {
        CompletionCandidate::new(value).help(help.map(Into::into))
    };
    fits.map(shown).collect()
}

fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = names("profiles").into_iter();
    beginning(current, names.map(|name| (name, None)))
}

fn views(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = names("views").into_iter();
    beginning(current, names.map(|name| (name, None)))
}

fn themes(current: &OsStr) -> Vec<CompletionCandidate> {
    let own = |file: PathBuf| Themes::load(&themes_dir(&file));
    let themes = file().map_or_else(Themes::shipped, own);
    let names = themes.iter().map(|theme| (theme.name().to_owned(), None));
    beginning(current, names)
}

/// The fields of the kind that the line names.
fn fields() -> impl Iterator<Item = (String, Option<String>)> {
    let kind = words().find_map(|word| word.to_str()?.parse::<Name>().ok());
    let fields = kind.map(Name::fields).into_iter().flatten();
    fields.map(|field| (field.name.to_owned(), Some(field.doc.to_owned())))
}

fn columns(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(current, fields())
}

fn sort(current: &OsStr) -> Vec<CompletionCandidate> {
    let turned = current.to_string_lossy().starts_with('-');
    let sign = if turned { "-" } else { "" };
    let signed = fields().map(|(name, doc)| (format!("{sign}{name}"), doc));
    beginning(current, signed)
}
