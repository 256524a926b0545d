//! The machine that the console runs on: the terminal, and where the console keeps its files.

use std::fs;
use std::io::IsTerminal as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Step, Verdict};
use crate::cause::{Cause, said};
use crate::environment::Environment;
use crate::term::{self, glyphs};
use crate::vocabulary::problem::Trouble;

pub(super) fn look(environment: &Environment, state_dir: &Path) -> [Step; 2] {
    [terminal(environment), state(state_dir)]
}

fn terminal(environment: &Environment) -> Step {
    const STEP: &str = "terminal";
    let variable = |name: &str| {
        let value = environment.get(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    };
    let locale = glyphs::locale(environment);
    let utf8 = locale.is_some_and(glyphs::is_utf8);
    let locale = locale.unwrap_or_default().to_string_lossy().into_owned();
    let term = variable("TERM").unwrap_or_default();
    let size = crossterm::terminal::size().map_or("no size".to_owned(), |(columns, rows)| {
        format!("{columns}x{rows}")
    });
    let tmux = if variable("TMUX").is_some() {
        ", in tmux"
    } else {
        ""
    };
    let plain = if variable("NO_COLOR").is_some() {
        ", NO_COLOR"
    } else {
        ""
    };
    let said = format!(
        "TERM {}, {size}, locale {}{tmux}{plain}",
        or_unset(&term),
        or_unset(&locale)
    );
    if !std::io::stdout().is_terminal() {
        return Step::new(
            STEP,
            Verdict::Skipped,
            Cause::TerminalNotLookedAt.told().to_string(),
        );
    }
    if let Err(error) = term::moves_cursor(environment.get("TERM")) {
        return Step::new(STEP, Verdict::Warning, format!("{said}: {}", error.told()));
    }
    if utf8 {
        return Step::ok(STEP, said);
    }
    let told = Cause::LocaleOfBytes.told().with("terminal", said);
    Step::ok(STEP, told.to_string())
}

fn or_unset(value: &str) -> &str {
    if value.is_empty() { "not set" } else { value }
}

/// A trial file shows what a mode does not: a full disk, a read-only mount.
fn state(state_dir: &Path) -> Step {
    const STEP: &str = "state";
    let shown = state_dir.display();
    let tried = fs::create_dir_all(state_dir)
        .and_then(|()| tempfile::NamedTempFile::new_in(state_dir))
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"trial"));
    if let Err(error) = tried {
        let told = Cause::StateUnwritable
            .told()
            .with("path", shown.to_string())
            .with("said", said(&error));
        return Step::fault(STEP, Trouble::Settings, told.to_string());
    }
    let mode = fs::metadata(state_dir).map_or(0, |data| data.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        let told = Cause::StateOpen
            .told()
            .with("path", shown.to_string())
            .with("mode", format!("{mode:04o}"));
        return Step::new(STEP, Verdict::Warning, told.to_string());
    }
    Step::ok(STEP, format!("{shown}, mode {mode:04o}"))
}
