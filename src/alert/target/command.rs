//! A program of this machine, which is given the alert as one line of JSON on its standard input.
//!
//! It is run without a shell, in a session of its own, without the variables that hold credentials, and its arguments are
//! those of the profile: nothing of an alert is among them. It has taken the alert when it ends with 0. What it prints is
//! thrown away; the first line of what it says on standard error is shown when it fails.

use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{ChildStderr, ChildStdin};

use super::words::{plain, value};
use crate::alert::Notice;
use crate::cause::{Cause, said};
use crate::child::{self, Hold, Running};
use crate::process;
use crate::text::Text;

/// How long a program may take when the profile does not say.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// How much of standard error is kept, in bytes.
const STDERR_BYTES: u64 = 4 * 1024;

/// How long standard error is listened to once the program has ended: what it has started may hold it open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The program of a target.
#[derive(Clone)]
pub struct Program {
    argv: Vec<String>,
    deadline: Duration,
}

/// What the program is given: what people read, and under `body` what a webhook receives (contract §5).
#[must_use]
pub fn body(profile: &str, key: &str, notice: &Notice) -> Value {
    let telling = &notice.telling;
    json!({
        "alert": notice.alert,
        "key": key,
        "state": if notice.ended.is_some() { "resolved" } else { "raised" },
        "profile": plain(profile),
        "title": value(&telling.title),
        "thing": value(&telling.thing),
        "severity": telling.severity.word(),
        "site": telling.site.as_ref().map(value),
        "reason": value(&telling.reason),
        "began": notice.began.timestamp().to_string(),
        "ended": notice.ended.map(|ended| ended.timestamp().to_string()),
        "body": notice.body,
    })
}

impl Program {
    /// The program and its arguments, and how long it may take.
    #[must_use]
    pub fn new(argv: Vec<String>, deadline: Duration) -> Self {
        Self { argv, deadline }
    }

    fn name(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }

    /// Runs it once.
    pub(super) async fn run(&self, line: String) -> Result<(), Text> {
        let not_run = |error: std::io::Error| {
            let told = Cause::TargetNotRun.told().with("program", self.name());
            Text::from(told.with("said", said(&error)).to_string())
        };
        let mut command = Command::new(self.name());
        process::without_credentials(&mut command)
            .args(self.argv.iter().skip(1))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let running = child::apart(command).map_err(not_run)?;
        let hold = Hold::on(&running);
        let ended = tokio::time::timeout(self.deadline, finish(running, line)).await;
        drop(hold);
        let Ok(ended) = ended else {
            let seconds = self.deadline.as_secs_f32().to_string();
            let told = Cause::TargetStalled.told().with("program", self.name());
            return Err(told.with("seconds", seconds).to_string().into());
        };
        let (status, stderr) = ended.map_err(not_run)?;
        if status.success() {
            return Ok(());
        }
        let told = Cause::TargetFailed
            .told()
            .with("program", self.name())
            .with("status", status.to_string());
        Err(told
            .with("said", child::complaint(&String::from_utf8_lossy(&stderr)))
            .to_string()
            .into())
    }
}

async fn finish(mut running: Running, line: String) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let stdin = running.stdin().map(ChildStdin::from_std).transpose()?;
    let stderr = running.stderr().map(ChildStderr::from_std).transpose()?;
    // On a thread: it sees the end also when nobody waits for this any more.
    let wait = tokio::task::spawn_blocking(move || running.wait());
    let give = async move {
        if let Some(mut stdin) = stdin {
            // A program may do without: only its end counts.
            let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
        }
    };
    let mut kept = Vec::new();
    let listen = async {
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr)
                .take(STDERR_BYTES)
                .read_to_end(&mut kept)
                .await;
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
    };
    let status = {
        let talk = async { tokio::join!(give, listen) };
        tokio::pin!(talk, wait);
        tokio::select! {
            status = &mut wait => {
                let _ = tokio::time::timeout(LAST_WORDS, talk).await;
                status
            }
            _ = &mut talk => wait.await,
        }
    };
    Ok((status.map_err(std::io::Error::other)??, kept))
}

impl std::fmt::Debug for Program {
    /// Only its name: arguments may carry what it needs to get in.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Program").field(&self.name()).finish()
    }
}
