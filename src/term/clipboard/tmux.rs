//! Asks tmux to take a copy (`tmux load-buffer -w`, since 3.2), and whether it hands it on to the terminal.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::{io, thread};

use crate::cause::said;
use crate::{child, process};

/// What tmux says of a copy that it has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tmux {
    /// Why the terminal's clipboard has it not; none when tmux has handed it on.
    pub kept: Option<String>,
}

impl Tmux {
    /// Where it went, in words that follow what was copied.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.kept {
            None => "copied to tmux and, by tmux, to the terminal's clipboard".to_owned(),
            Some(why) => format!("copied to tmux alone (prefix ] pastes it): {why}"),
        }
    }
}

/// Hands a text to the tmux that `TMUX` names. To be called where waiting does no harm.
///
/// # Errors
/// Why tmux did not take it.
pub fn hand(text: &str, server: &OsStr) -> Result<Tmux, String> {
    let wide = run(server, &["load-buffer", "-w", "-"], Some(text));
    if wide.is_err() {
        // An older tmux knows no -w.
        run(server, &["load-buffer", "-"], Some(text))?;
        let kept = Some("this tmux is older than 3.2".to_owned());
        return Ok(Tmux { kept });
    }
    let told = run(
        server,
        &[
            "display-message",
            "-p",
            "#{set-clipboard} #{client_termfeatures}",
        ],
        None,
    );
    Ok(Tmux {
        kept: told.map_or(
            Some("tmux does not say whether the terminal has it".to_owned()),
            |told| why_kept(&told),
        ),
    })
}

/// Why tmux keeps a copy to itself, by its option and what it knows of the terminal.
fn why_kept(told: &str) -> Option<String> {
    let (option, features) = told.trim().split_once(' ').unwrap_or((told.trim(), ""));
    if option == "off" {
        return Some("tmux set -s set-clipboard on lets it reach the terminal".to_owned());
    }
    let knows = features.split(',').any(|feature| feature == "clipboard");
    (!knows).then(|| {
        "tmux knows of no clipboard in this terminal; if it has one: tmux set -as terminal-features ',*:clipboard'"
            .to_owned()
    })
}

/// Runs a command of tmux; what it prints.
fn run(server: &OsStr, args: &[&str], input: Option<&str>) -> Result<String, String> {
    let mut command = Command::new("tmux");
    command.env("TMUX", server);
    process::without_credentials(&mut command);
    command
        .args(args)
        .stderr(Stdio::null())
        .stdout(Stdio::piped());
    command.stdin(if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let failed = |error: &io::Error| format!("tmux cannot be run: {}", said(error));
    // A session of its own would lose nothing: tmux is found by the environment.
    let mut running = child::apart(command).map_err(|error| failed(&error))?;
    if let (Some(mut stdin), Some(text)) = (running.stdin(), input) {
        let text = text.to_owned();
        thread::spawn(move || stdin.write_all(text.as_bytes()));
    }
    let mut printed = String::new();
    if let Some(stdout) = running.stdout() {
        let _ = stdout.take(4_096).read_to_string(&mut printed);
    }
    let status = running.wait().map_err(|error| failed(&error))?;
    if status.success() {
        Ok(printed)
    } else {
        Err(format!("tmux {} ended with {status}", args[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_over_is_in_tmux() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let tmux = |args: &[&str]| {
            let mut command = Command::new("tmux");
            command.arg("-S").arg(&socket).args(["-f", "/dev/null"]);
            command.env_remove("TMUX").args(args).output()
        };
        let Ok(started) = tmux(&["new-session", "-d", "sleep 60"]) else {
            return eprintln!("no tmux here: not tested");
        };
        assert!(started.status.success(), "{started:?}");
        let server = format!("{},0,0", socket.display());
        let told = hand("a\nb\u{e9}", OsStr::new(&server));
        let shown = tmux(&["show-buffer"]).unwrap();
        tmux(&["set", "-s", "set-clipboard", "off"]).unwrap();
        let off = hand("c", OsStr::new(&server));
        tmux(&["kill-server"]).unwrap();
        assert_eq!(String::from_utf8_lossy(&shown.stdout), "a\nb\u{e9}");
        assert!(told.is_ok(), "{told:?}");
        assert!(off.unwrap().words().contains("set-clipboard on"));
        assert!(
            hand("d", OsStr::new(&server)).is_err(),
            "the server is gone"
        );
    }

    #[test]
    fn what_tmux_says_decides_what_is_said() {
        assert_eq!(why_kept("external clipboard,256,title\n"), None);
        assert_eq!(why_kept("on 256,clipboard"), None);
        assert!(
            why_kept("off clipboard")
                .unwrap()
                .contains("set-clipboard on")
        );
        assert!(why_kept("external 0\n").unwrap().contains("no clipboard"));
    }
}
