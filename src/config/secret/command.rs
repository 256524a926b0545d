//! A secret that a program prints, such as a password manager.

use std::process::{Command, Stdio};
use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{ChildStderr, ChildStdout};

use super::{MAX_BYTES, SecretError};
use crate::child::{self, Hold, Running};
use crate::process;
use crate::term::loan::{self, Loan};

/// Long enough for a person to touch a security key, short enough not to look hung.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// How much of stderr is kept, in bytes.
const STDERR_BYTES: usize = 4 * 1024;

/// Long enough for a person to find a token, a telephone and its code.
pub(super) const PERSONS_DEADLINE: Duration = Duration::from_secs(300);

/// Runs the program without a shell, without standard input and in a session of its own, where it has no terminal: it
/// can neither ask on the console's screen nor take its keys. It is killed, with all that it has started, when the
/// deadline passes.
pub(super) async fn read(
    argv: &[String],
    deadline: Duration,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let run = |mut command: Command| {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        child::apart(command).map(|running| (running, None))
    };
    printed(argv, deadline, run, false).await
}

/// Runs the program with the terminal, where there is one and nothing is drawn on it: it may ask a person. Only its standard
/// output is ours.
pub(super) async fn ask(
    argv: &[String],
    deadline: Duration,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let run = |mut command: Command| {
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
        let running = child::beside(&mut command)?;
        let loan = loan::lend(running.group());
        Ok((running, loan))
    };
    printed(argv, deadline, run, true).await
}

/// What the program prints; the terminal is taken back when it has ended, or has been given up.
async fn printed(
    argv: &[String],
    deadline: Duration,
    run: impl FnOnce(Command) -> std::io::Result<(Running, Option<Loan>)>,
    terminal: bool,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let (program, arguments) = argv
        .split_first()
        .map_or(("", argv), |(program, rest)| (program.as_str(), rest));
    let program = program.to_owned();
    let mut command = Command::new(&program);
    process::without_credentials(&mut command)
        .args(arguments)
        .stdout(Stdio::piped());
    let not_run = |source| SecretError::NotRun {
        program: program.clone(),
        source,
    };
    let (running, loan) = run(command).map_err(not_run)?;
    let hold = Hold::on(&running);
    let finished = tokio::time::timeout(deadline, finish(running)).await;
    drop((hold, loan));
    let Ok(finished) = finished else {
        return Err(SecretError::TooSlow {
            program,
            seconds: deadline.as_secs(),
            terminal,
        });
    };
    let (status, stdout, stderr) = finished.map_err(not_run)?;
    if status.success() {
        return Ok(stdout);
    }
    Err(SecretError::Failed {
        program,
        status,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

type Finished = (
    std::process::ExitStatus,
    Zeroizing<Vec<u8>>,
    Zeroizing<Vec<u8>>,
);

async fn finish(mut running: Running) -> std::io::Result<Finished> {
    let stdout = running.stdout().map(ChildStdout::from_std).transpose()?;
    let stderr = running.stderr().map(ChildStderr::from_std).transpose()?;
    // On a thread: it sees the end also when nobody waits for this any more.
    let wait = tokio::task::spawn_blocking(move || running.wait());
    let (stdout, stderr) = tokio::join!(head(stdout, MAX_BYTES), head(stderr, STDERR_BYTES));
    let status = wait.await.map_err(std::io::Error::other)??;
    Ok((status, stdout?, stderr?))
}

/// At most one byte more than `most`, so that "too long" can be told; the rest is read and thrown away, for a program
/// that cannot write would never end.
async fn head(
    pipe: Option<impl AsyncRead + Unpin>,
    most: usize,
) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 64));
    let Some(mut pipe) = pipe else {
        return Ok(bytes);
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    (&mut pipe).take(limit).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    Ok(bytes)
}
