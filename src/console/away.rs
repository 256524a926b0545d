//! Programs that have the terminal for a while: a pager, an editor.

use std::io::Write as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::app::event::Done;
use crate::config::Environment;
use crate::{process, shelf};

/// What the environment wants to be run, else what there always is.
pub(super) fn program(environment: &Environment, names: &[&str], usual: &str) -> String {
    let wanted = names.iter().find_map(|name| {
        let value = environment.get(name)?.to_str()?;
        (!value.trim().is_empty()).then(|| value.to_owned())
    });
    wanted.unwrap_or_else(|| usual.to_owned())
}

/// Runs a pager on a text; the shell splits what `$PAGER` says, as everywhere.
pub(super) async fn page(pager: String, text: String) -> Option<Done> {
    let mut command = Command::new("sh");
    process::without_credentials(&mut command);
    command.args(["-c", &pager]).stdin(Stdio::piped());
    let run = async {
        let mut child = command.kill_on_drop(true).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A pager that is left early closes the pipe: that is no error.
            let _ = stdin.write_all(text.as_bytes()).await;
        }
        child.wait().await
    };
    let why = ended(run.await)?;
    let advice = "Set PAGER to a pager that is installed.";
    Some(Done::Failed(format!("{pager:?} {why}. {advice}")))
}

/// Runs an editor on a text in a private file, and brings back what it leaves there.
pub(super) async fn edit(editor: String, text: String) -> Option<Done> {
    Some(Done::Edited(edited(&editor, &text).await))
}

async fn edited(editor: &str, text: &str) -> Result<String, String> {
    let failed = |why: String| {
        format!(
            "{editor:?} {why}. Set EDITOR to an editor that is installed; the form is as it was."
        )
    };
    let mut file = tempfile::Builder::new()
        .prefix("trunkline-")
        .suffix(".json")
        .tempfile()
        .map_err(|error| failed(format!("has no file to edit: {error}")))?;
    file.write_all(text.as_bytes())
        .map_err(|error| failed(format!("has no file to edit: {error}")))?;
    let path = file.into_temp_path();
    let mut command = Command::new("sh");
    let run = process::without_credentials(&mut command)
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg::<&Path>(&path)
        .kill_on_drop(true)
        .status();
    match ended(run.await) {
        Some(why) => Err(failed(why)),
        None => shelf::load(&path),
    }
}

/// Why a program did not end well.
fn ended(status: std::io::Result<ExitStatus>) -> Option<String> {
    match status {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("ended with {status}")),
        Err(error) => Some(format!("could not be run: {error}")),
    }
}

/// The program's end; never, when there is none.
pub(super) async fn end(away: &mut Option<JoinHandle<Option<Done>>>) -> Option<Done> {
    match away {
        Some(task) => task.await.unwrap_or_else(|error| {
            let why = format!("the program that had the terminal was lost: {error}");
            Some(Done::Failed(why))
        }),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_editor_brings_back_what_it_leaves_and_a_failed_one_brings_nothing() {
        assert_eq!(edited("true", "{}").await.as_deref(), Ok("{}"));
        assert_eq!(edited("echo '[1]' >", "{}").await.as_deref(), Ok("[1]\n"));
        let why = edited("no-such-editor-here", "{}").await.unwrap_err();
        assert!(why.contains("Set EDITOR"), "{why}");
    }
}
