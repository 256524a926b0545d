//! What a shell offers behind `TAB`: it asks this program, which knows the profiles, the themes and the columns of today.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use clap_complete::CompletionCandidate;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use clap_complete::env::{CompleteEnv, Shells};

use crate::cli::Cli;
use crate::config::paths::themes_dir;
use crate::config::{Flags, Paths, Themes, file_in_use};
use crate::environment::Environment;
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
/// Where it is a shell that cannot ask.
pub fn script(shell: clap_complete::Shell) -> io::Result<Vec<u8>> {
    let shells = Shells::builtins();
    let asker = shells.completer(&shell.to_string());
    let asker = asker.ok_or(io::ErrorKind::Unsupported)?;
    let (name, mut script) = ("trunkline", Vec::new());
    asker.write_registration(ASKED, name, name, name, &mut script)?;
    Ok(script)
}

/// The command line, with who knows the values that are in no program.
fn command() -> clap::Command {
    let listed = |command: clap::Command| {
        command
            .mut_arg("sort", |arg| arg.add(ArgValueCompleter::new(sort)))
            .mut_arg("columns", |arg| arg.add(ArgValueCandidates::new(columns)))
    };
    let views = || plain(names("views"));
    Cli::whole()
        .mut_arg("profile", |arg| {
            arg.add(ArgValueCandidates::new(|| plain(names("profiles"))))
        })
        .mut_arg("theme", |arg| arg.add(ArgValueCandidates::new(themes)))
        .mut_subcommand("get", |get| {
            listed(get).mut_arg("view", |arg| arg.add(ArgValueCandidates::new(views)))
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
    let flags = Flags {
        config: named.then(|| words.next().map(PathBuf::from)).flatten(),
        ..Flags::default()
    };
    let paths = Paths::standard().ok()?;
    Some(file_in_use(&flags, &Environment::capture(), &paths).0)
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

fn plain(names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}

fn themes() -> Vec<CompletionCandidate> {
    let own = |file: PathBuf| Themes::load(&themes_dir(&file));
    let themes = file().map_or_else(Themes::shipped, own);
    plain(themes.iter().map(|theme| theme.name().to_owned()))
}

/// The fields of the kind that the line names, as they are or turned around.
fn fields(sign: &str) -> impl Iterator<Item = CompletionCandidate> {
    let kind = words().find_map(|word| word.to_str()?.parse::<Name>().ok());
    let fields = kind.map(Name::fields).into_iter().flatten();
    fields.map(move |field| {
        CompletionCandidate::new(format!("{sign}{}", field.name)).help(Some(field.doc.into()))
    })
}

fn columns() -> Vec<CompletionCandidate> {
    fields("").collect()
}

/// With a minus the other way round, which is offered to whoever has typed one.
fn sort(current: &OsStr) -> Vec<CompletionCandidate> {
    let begun = current.to_string_lossy();
    let sign = if begun.starts_with('-') { "-" } else { "" };
    let fits =
        |field: &CompletionCandidate| field.get_value().to_string_lossy().starts_with(&*begun);
    fields(sign).filter(fits).collect()
}
