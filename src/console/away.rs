//! Programs that have the terminal for a while: a pager, an editor.
//!
//! Each runs in a group of its own that the terminal is lent to. A thread waits for it: it may be stopped and go on, as
//! often as a person likes, before it ends.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use rustix::process::Pid;
use tokio::sync::mpsc;

use crate::app::event::Done;
use crate::cause::{Cause, Explanation, said};
use crate::child::scratch::Scratch;
use crate::child::{self, Departure, Running};
use crate::environment::Environment;
use crate::{process, shelf};

/// Where, in the state directory, what an editor edits lies; each in a folder of its own, with whatever the editor puts
/// beside it.
const FOLDER: &str = "edit";

/// What a program that has the terminal does.
#[derive(Debug)]
pub(super) enum AwayNews {
    /// It was stopped by this signal.
    Stopped(i32),
    /// It has ended, and this came of it.
    Ended(Option<Done>),
}

/// A program that has the terminal.
#[derive(Debug)]
pub(super) struct Away {
    /// Its process group.
    pub group: Pid,
    news: mpsc::UnboundedReceiver<AwayNews>,
}

impl Away {
    fn follow(
        running: Running,
        end: impl FnOnce(io::Result<ExitStatus>) -> Option<Done> + Send + 'static,
    ) -> Self {
        let (to, news) = mpsc::unbounded_channel();
        let group = running.group();
        thread::spawn(move || {
            while let Ok(Departure::Stopped(signal)) = running.turn() {
                let _ = to.send(AwayNews::Stopped(signal));
            }
            let _ = to.send(AwayNews::Ended(end(running.wait())));
        });
        Self { group, news }
    }
}

/// The next that a program does; never, when there is none.
pub(super) async fn next(away: &mut Option<Away>) -> AwayNews {
    match away {
        Some(away) => away.news.recv().await.unwrap_or_else(|| {
            let why = "the program that had the terminal was lost".to_owned();
            AwayNews::Ended(Some(Done::Failed(why)))
        }),
        None => std::future::pending().await,
    }
}

/// What the environment wants to be run, else what there always is.
pub(super) fn program(environment: &Environment, names: &[&str], usual: &str) -> String {
    let wanted = names.iter().find_map(|name| {
        let value = environment.get(name)?.to_str()?;
        (!value.trim().is_empty()).then(|| value.to_owned())
    });
    wanted.unwrap_or_else(|| usual.to_owned())
}

/// Runs a pager on a text; the shell splits what `$PAGER` says, as everywhere. The error is what is to be said.
pub(super) fn page(pager: String, text: String) -> Result<Away, Done> {
    let mut command = Command::new("sh");
    process::without_credentials(&mut command);
    command.args(["-c", &pager]).stdin(Stdio::piped());
    let failed = move |end: End| {
        let told = end.told(Cause::PagerAbsent, Cause::PagerFailed);
        Done::Failed(told.with("program", pager.as_str()).to_string())
    };
    let mut running = match child::beside(&mut command) {
        Ok(running) => running,
        Err(error) => return Err(failed(End::NotRun(said(&error)))),
    };
    if let Some(mut stdin) = running.stdin() {
        // A pager that is left early closes the pipe: that is no error.
        thread::spawn(move || stdin.write_all(text.as_bytes()));
    }
    Ok(Away::follow(running, move |end| ended(end).map(failed)))
}

/// Runs an editor on a text in a private file; what it leaves there comes back. The error is what is to be said.
pub(super) fn edit(editor: &str, text: &str, state_dir: &Path) -> Result<Away, Done> {
    match Edit::start(editor, text, state_dir) {
        Ok((edit, running)) => Ok(Away::follow(running, move |end| {
            Some(Done::Edited(edit.end(end)))
        })),
        Err(why) => Err(Done::Edited(Err(why))),
    }
}

/// A text that is edited.
struct Edit {
    editor: String,
    path: PathBuf,
    _folder: Scratch,
}

impl Edit {
    fn start(editor: &str, text: &str, state_dir: &Path) -> Result<(Self, Running), String> {
        let no_file = |error: io::Error| {
            let told = Cause::EditorWithoutFile.told().with("program", editor);
            told.with("said", said(&error)).to_string()
        };
        let folder = Scratch::new(&state_dir.join(FOLDER), "edit-").map_err(no_file)?;
        let path = folder.path().join("form.json");
        fs::write(&path, text).map_err(no_file)?;
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{editor} \"$1\""), "sh"]);
        command.arg(&path);
        process::without_credentials(&mut command);
        let running = child::beside(&mut command);
        let running = running.map_err(|error| failed(editor, &End::NotRun(said(&error))))?;
        let edit = Self {
            editor: editor.to_owned(),
            path,
            _folder: folder,
        };
        Ok((edit, running))
    }

    fn end(self, end: io::Result<ExitStatus>) -> Result<String, String> {
        match ended(end) {
            Some(why) => Err(failed(&self.editor, &why)),
            None => shelf::load(&self.path),
        }
    }
}

fn failed(editor: &str, end: &End) -> String {
    let told = end.told(Cause::EditorAbsent, Cause::EditorFailed);
    told.with("program", editor).to_string()
}

/// How a program did not end well.
enum End {
    /// It could not be run: why.
    NotRun(String),
    /// It ran, and ended with this.
    Badly(ExitStatus),
}

impl End {
    fn told(&self, absent: Cause, failed: Cause) -> Explanation {
        match self {
            Self::NotRun(why) => absent.told().with("said", why),
            Self::Badly(status) => failed.told().with("said", status.to_string()),
        }
    }
}

/// Why a program did not end well. The shell's own words for one that it does not find, or may not run, are 127 and 126
/// (POSIX.1-2024, XCU 2.8.2).
fn ended(status: io::Result<ExitStatus>) -> Option<End> {
    let status = match status {
        Ok(status) if status.success() => return None,
        Ok(status) => status,
        Err(error) => return Some(End::NotRun(said(&error))),
    };
    Some(match status.code() {
        Some(127) => End::NotRun("there is no such program".to_owned()),
        Some(126) => End::NotRun("that is not permitted".to_owned()),
        _ => End::Badly(status),
    })
}

/// Removes what editors of killed runs were editing.
pub(super) fn sweep(state_dir: &Path) {
    child::scratch::sweep(&state_dir.join(FOLDER), "edit-");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(editor: &str, text: &str) -> Result<String, String> {
        let state = tempfile::tempdir().unwrap();
        let (edit, running) = Edit::start(editor, text, state.path())?;
        let edited = edit.end(running.wait());
        let left = fs::read_dir(state.path().join(FOLDER)).unwrap();
        assert_eq!(left.count(), 0, "nothing of {editor:?} is left");
        edited
    }

    #[test]
    fn an_editor_brings_back_what_it_leaves_and_a_failed_one_brings_nothing() {
        assert_eq!(edited("true", "{}").as_deref(), Ok("{}"));
        assert_eq!(edited("echo '[1]' >", "{}").as_deref(), Ok("[1]\n"));
        let beside = edited("touch \"$1.swp\"; true", "{}");
        assert_eq!(beside.as_deref(), Ok("{}"));
        let why = edited("no-such-editor-here --wait", "{}").unwrap_err();
        assert_eq!(
            why,
            "the editor no-such-editor-here --wait cannot be run (there is no such program). \
             Set VISUAL or EDITOR to an editor that is installed; the form is as it was."
        );
        for (fails, with) in [
            ("exit 3;", "exit status: 3"),
            ("kill -KILL $$;", "signal: 9"),
        ] {
            let why = edited(fails, "{}").unwrap_err();
            assert!(why.contains(&format!("ended with {with}")), "{why}");
            assert!(
                why.contains("Run it by hand") && !why.contains("installed"),
                "{why}"
            );
        }
    }

    #[test]
    fn what_the_environment_says_is_taken_in_its_order_and_split_as_a_shell_does() {
        let of = |variables: &[(&str, &str)]| {
            let environment = variables.iter().copied().collect();
            program(&environment, &["VISUAL", "EDITOR"], "vi")
        };
        assert_eq!(of(&[("EDITOR", "ed"), ("VISUAL", "vim")]), "vim");
        assert_eq!(of(&[("EDITOR", "ed"), ("VISUAL", " ")]), "ed");
        assert_eq!(of(&[("EDITOR", ""), ("VISUAL", "")]), "vi");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my editor");
        fs::write(
            &path,
            "#!/bin/sh\nprintf '%s ' \"$WITH\" \"$1\" \"$#\" > \"$2\"\n",
        )
        .unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(&path, mode).unwrap();
        let path = path.display().to_string();
        for editor in [
            format!("'{path}' --wait"),
            format!("{} --wait", path.replace(' ', "\\ ")),
            format!("\"{path}\" --wait"),
        ] {
            assert_eq!(
                edited(&editor, "{}").as_deref(),
                Ok(" --wait 2 "),
                "{editor}"
            );
        }
        let assigned = format!("WITH=that '{path}' -n");
        assert_eq!(edited(&assigned, "{}").as_deref(), Ok("that -n 2 "));
    }
}
